// SPDX-License-Identifier: Apache-2.0
// The model of rv_plastic_core with assertions, coverage and waveforms.
#include <verilated_cov.h>
#include <verilated_fst_c.h>

#include "Vplastic_core_check.h"
#include "rtl/verilated/plastic_port_of_model.h"

namespace ranvier::rtl {
namespace {

class FstWaves {
 public:
  static constexpr bool kAssertions = true;
  void open(VerilatedContext& context, Vplastic_core_check& model, const std::filesystem::path& path) {
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

class CheckPort final : public PlasticPortOfModel<Vplastic_core_check, FstWaves> {
 public:
  using PlasticPortOfModel::PlasticPortOfModel;
  void write_coverage(const std::filesystem::path& path) override { context().coveragep()->write(path.c_str()); }
};

}  // namespace

std::unique_ptr<PlasticCorePort> make_check_plastic_port(std::uint32_t seed) {
  return std::make_unique<CheckPort>(seed);
}

}  // namespace ranvier::rtl
