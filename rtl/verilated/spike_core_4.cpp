// SPDX-License-Identifier: Apache-2.0
// The fast model of rv_spike_core with 4 lanes.
#include "Vspike_core_4.h"
#include "Vspike_core_4___024root.h"
#include "rtl/verilated/port_of_model.h"

void Vspike_core_4___024root___eval_nba(Vspike_core_4___024root* root);  // generated: the clocked region

namespace ranvier::rtl {
namespace {

struct NoWaves {
  static constexpr bool kAssertions = false;
  void open(VerilatedContext&, Vspike_core_4&, const std::filesystem::path&) {}
  void dump(std::uint64_t) {}
  void close() {}
  /// As in spike_core_fast.cpp.
  template <class Root>
  static void run_clocked(Root* root) {
    Vspike_core_4___024root___eval_nba(root);
  }
};

constexpr std::int32_t kLanes = 4;

class FourLanePort final : public PortOfModel<Vspike_core_4, NoWaves, kLanes> {
 public:
  FourLanePort() : PortOfModel(1) {}
  const CoreLimits& limits() const override { return limits_; }
  void write_coverage(const std::filesystem::path&) override {}

 private:
  CoreLimits limits_ = [] {
    CoreLimits limits;
    limits.lanes = kLanes;
    return limits;
  }();
};

}  // namespace

std::unique_ptr<SpikeCorePort> make_four_lane_port() { return std::make_unique<FourLanePort>(); }

}  // namespace ranvier::rtl
