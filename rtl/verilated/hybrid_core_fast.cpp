// SPDX-License-Identifier: Apache-2.0
// The fast model of rv_hybrid_core.
#include "Vhybrid_core_fast.h"
#include "Vhybrid_core_fast___024root.h"
#include "rtl/verilated/hybrid_port_of_model.h"

void Vhybrid_core_fast___024root___eval_nba(Vhybrid_core_fast___024root* root);  // generated: the clocked region

namespace ranvier::rtl {
namespace {

struct NoWaves {
  static constexpr bool kAssertions = false;
  void open(VerilatedContext&, Vhybrid_core_fast&, const std::filesystem::path&) {}
  void dump(std::uint64_t) {}
  void close() {}
  /// A template, so that another Verilator, which has no such region, needs none.
  template <class Root>
  static void run_clocked(Root* root) {
    Vhybrid_core_fast___024root___eval_nba(root);
  }
};

class FastPort final : public HybridPortOfModel<Vhybrid_core_fast, NoWaves> {
 public:
  FastPort() : HybridPortOfModel(1) {}
  void write_coverage(const std::filesystem::path&) override {}
};

}  // namespace

std::unique_ptr<HybridCorePort> make_fast_hybrid_port() { return std::make_unique<FastPort>(); }

}  // namespace ranvier::rtl
