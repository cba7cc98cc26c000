// SPDX-License-Identifier: Apache-2.0
// The small model of rv_mesh, 2x2, with assertions, coverage and waveforms.
#include <verilated_cov.h>
#include <verilated_fst_c.h>

#include "Vmesh_2x2_covered.h"
#include "rtl/noc/mesh_models.h"
#include "rtl/verilated/mesh_of_model.h"

namespace ranvier::rtl {
namespace {

constexpr MeshParameters kParameters{RANVIER_MESH_PARAMETERS};

class Covered final : public MeshOfModel<Vmesh_2x2_covered, kParameters, 1> {
 public:
  using MeshOfModel::MeshOfModel;
  ~Covered() override {
    const std::lock_guard lock(verilator_globals());
    if (fst_) fst_->close();
  }
  void open_wave(const std::filesystem::path& path) override {
    model_.context().traceEverOn(true);
    fst_ = std::make_unique<VerilatedFstC>();
    model_.pins().trace(fst_.get(), 99);
    fst_->open(path.c_str());
  }
  void write_coverage(const std::filesystem::path& path) override { model_.context().coveragep()->write(path.c_str()); }

 private:
  void settled() override {
    if (fst_) fst_->dump(model_.context().time());
  }
  std::unique_ptr<VerilatedFstC> fst_;
};

}  // namespace

MeshParameters covered_mesh_parameters() { return kParameters; }

std::unique_ptr<MeshPort> make_covered_mesh(std::uint32_t seed) { return std::make_unique<Covered>(seed); }

}  // namespace ranvier::rtl
