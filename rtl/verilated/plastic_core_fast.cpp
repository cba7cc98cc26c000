// SPDX-License-Identifier: Apache-2.0
// The fast model of rv_plastic_core.
#include "Vplastic_core_fast.h"
#include "rtl/verilated/plastic_port_of_model.h"

namespace ranvier::rtl {
namespace {

struct NoWaves {
  static constexpr bool kAssertions = false;
  void open(VerilatedContext&, Vplastic_core_fast&, const std::filesystem::path&) {}
  void dump(std::uint64_t) {}
  void close() {}
};

class FastPort final : public PlasticPortOfModel<Vplastic_core_fast, NoWaves> {
 public:
  FastPort() : PlasticPortOfModel(1) {}
  void write_coverage(const std::filesystem::path&) override {}
};

}  // namespace

std::unique_ptr<PlasticCorePort> make_fast_plastic_port() { return std::make_unique<FastPort>(); }

}  // namespace ranvier::rtl
