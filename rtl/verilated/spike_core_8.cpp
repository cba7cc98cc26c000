// SPDX-License-Identifier: Apache-2.0
// A model of rv_spike_core with 8 lanes and assertions, for chip runs and tests.
#include "Vspike_core_8.h"
#include "rtl/verilated/port_of_model.h"

namespace ranvier::rtl {
namespace {

struct NoWaves {
  static constexpr bool kAssertions = true;
  void open(VerilatedContext&, Vspike_core_8&, const std::filesystem::path&) {}
  void dump(std::uint64_t) {}
  void close() {}
};

constexpr std::int32_t kLanes = 8;

class EightLanePort final : public PortOfModel<Vspike_core_8, NoWaves, kLanes> {
 public:
  using PortOfModel::PortOfModel;
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

std::unique_ptr<SpikeCorePort> make_eight_lane_port(std::uint32_t seed) {
  return std::make_unique<EightLanePort>(seed);
}

}  // namespace ranvier::rtl
