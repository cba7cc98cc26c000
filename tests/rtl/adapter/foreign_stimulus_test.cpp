// SPDX-License-Identifier: Apache-2.0
// Random tiles and events of a core from a library: potentials stay within its bits and within the golden model's 24.
#include "rtl/adapter/foreign_stimulus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "rtl/golden_core.h"

namespace ranvier::rtl {
namespace {

/// Largest magnitude of a potential over some seeds, and whether the golden model overflowed.
struct Reach {
  std::int64_t potential = 0;
  bool overflow = false;
};

Reach reach_of(std::int32_t potential_bits) {
  ranvier_core_info info{};
  info.features = RANVIER_CORE_GRADED | RANVIER_CORE_DIRECT;
  info.neurons = 24;
  info.axons = 16;
  info.tokens = 4;
  info.span = 255;
  info.threshold_max = 1 << 30;
  info.weight_bits = 8;
  info.potential_bits = potential_bits;
  info.payload_min = -(1 << 23);
  info.payload_max = 1 << 23;
  Reach reach;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Draws draws(seed, 0);
    const CoreTile tile = random_tile_within(info, draws);
    GoldenCore golden(tile);
    const ForeignTraffic traffic = foreign_traffic(info, draws);
    for (int step = 0; step < 30; ++step) {
      for (int i = 0; i < 20; ++i) {
        CoreEvent event;
        if (random_event_within(info, tile, traffic, golden.state(), draws, event)) golden.apply(event);
        for (const NeuronState& s : golden.state())
          reach.potential = std::max(reach.potential, std::abs(std::int64_t{s.potential}));
      }
      golden.fire();
    }
    reach.overflow |= golden.overflow();
  }
  return reach;
}

class ForeignStimulus : public testing::TestWithParam<std::int32_t> {};

TEST_P(ForeignStimulus, PotentialsReachTheirBoundAndStayWithin) {
  const Reach reach = reach_of(GetParam());
  const std::int64_t bound = (std::int64_t{1} << (std::min(GetParam(), 24) - 1)) - 1;
  EXPECT_LE(reach.potential, bound);
  EXPECT_GT(reach.potential, bound / 2);
  EXPECT_FALSE(reach.overflow);
}

INSTANTIATE_TEST_SUITE_P(Bits, ForeignStimulus, testing::Values(8, 12, 16, 24, 25, 32),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace ranvier::rtl
