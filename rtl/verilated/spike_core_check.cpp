// SPDX-License-Identifier: Apache-2.0
// The model of rv_spike_core with assertions, coverage and waveforms.
#include <verilated_cov.h>
#include <verilated_fst_c.h>

#include "Vspike_core_check.h"
#include "rtl/verilated/port_of_model.h"

namespace ranvier::rtl {
namespace {

class FstWaves {
 public:
  static constexpr bool kAssertions = true;
  void open(VerilatedContext& context, Vspike_core_check& model, const std::filesystem::path& path) {
    context.traceEverOn(true);
    fst_ = std::make_unique<VerilatedFstC>();
    model.trace(fst_.get(), 99);
    fst_->open(path.c_str());
  }
  void dump(std::uint64_t time) {
    if (fst_) fst_->dump(time);
  }
  void close() {
    if (fst_) fst_->close();
    fst_.reset();
  }

 private:
  std::unique_ptr<VerilatedFstC> fst_;
};

class CheckPort final : public PortOfModel<Vspike_core_check, FstWaves> {
 public:
  using PortOfModel::PortOfModel;
  void write_coverage(const std::filesystem::path& path) override { context().coveragep()->write(path.c_str()); }
};

}  // namespace

std::unique_ptr<SpikeCorePort> make_check_port(std::uint32_t seed) { return std::make_unique<CheckPort>(seed); }

}  // namespace ranvier::rtl
