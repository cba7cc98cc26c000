// SPDX-License-Identifier: Apache-2.0
// The fast model of rv_spike_core.
#include "Vspike_core_fast.h"
#include "Vspike_core_fast___024root.h"
#include "rtl/verilated/port_of_model.h"

void Vspike_core_fast___024root___eval_nba(Vspike_core_fast___024root* root);  // generated: the clocked region

namespace ranvier::rtl {
namespace {

struct NoWaves {
  static constexpr bool kAssertions = false;
  void open(VerilatedContext&, Vspike_core_fast&, const std::filesystem::path&) {}
  void dump(std::uint64_t) {}
  void close() {}
  /// A template, so that another Verilator, which has no such region, needs none.
  template <class Root>
  static void run_clocked(Root* root) {
    Vspike_core_fast___024root___eval_nba(root);
  }
};

class FastPort final : public PortOfModel<Vspike_core_fast, NoWaves> {
 public:
  FastPort() : PortOfModel(1) {}
  void write_coverage(const std::filesystem::path&) override {}
};

}  // namespace

std::unique_ptr<SpikeCorePort> make_fast_port() { return std::make_unique<FastPort>(); }

}  // namespace ranvier::rtl
