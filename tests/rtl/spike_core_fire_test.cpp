// SPDX-License-Identifier: Apache-2.0
// Directed tests of what rv_spike_core computes: docs/explanation/integer-units.md 1 and 2 with exact numbers.
#include <gmock/gmock.h>

#include <limits>

#include "tests/rtl/core_fixture.h"

namespace ranvier::rtl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(SpikeCore, FiresWhenThePotentialEqualsTheThreshold) {
  driver_.load(identity_tile(1, 1, 10, false));  // V = 5 at rest
  driver_.send({0, 0, 4});
  EXPECT_THAT(tick(), IsEmpty());  // V = 9
  driver_.send({0, 0, 1});
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, 1}));  // V = 10
  EXPECT_EQ(state(0, 0), (NeuronState{0, 1}));
}

TEST_F(SpikeCore, FiresNegativeBelowZeroOnly) {
  driver_.load(identity_tile(1, 1, 10, false));
  driver_.send({0, 0, -5});
  EXPECT_THAT(tick(), IsEmpty());  // V = 0
  driver_.send({0, 0, -1});
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, -1}));
  EXPECT_EQ(state(0, 0), (NeuronState{9, -1}));
}

TEST_F(SpikeCore, UnaryFiresOnceATick) {
  driver_.load(identity_tile(2, 1, 2, false));
  driver_.send({0, 0, 4});  // X / threshold = 2
  driver_.send({0, 1, -4});
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, 1}, CoreSpike{0, 1, -1}));
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, 1}, CoreSpike{0, 1, -1}));
  EXPECT_THAT(tick(), IsEmpty());
}

TEST_F(SpikeCore, GradedFiresToRestInOneEvent) {
  driver_.load(identity_tile(3, 1, 2, true));
  driver_.send({0, 0, 10});  // code 5
  driver_.send({0, 1, -7});  // floor(-7 / 2 + 1/2) = -3
  driver_.send({0, 2, 1});   // tie: floor(1/2 + 1/2) = 1
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, 5}, CoreSpike{0, 1, -3}, CoreSpike{0, 2, 1}));
  EXPECT_THAT(tick(), IsEmpty());
}

TEST_F(SpikeCore, StopsAtTheBoundsAndKeepsTheRestOfThePotential) {
  driver_.load(identity_tile(2, 1, 2, true, -3, 2));
  driver_.send({0, 0, 100});
  driver_.send({0, 1, -100});
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, 2}, CoreSpike{0, 1, -3}));
  EXPECT_EQ(state(0, 0), (NeuronState{1 + 100 - 4, 2}));
  EXPECT_EQ(state(0, 1), (NeuronState{1 - 100 + 6, -3}));
  // From a bound back inside.
  driver_.send({0, 0, -100});
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, -2}));
}

TEST_F(SpikeCore, WidestUnsignedAndSignedTracers) {
  driver_.load(identity_tile(1, 1, 2, true, 0, 255));
  driver_.send({0, 0, 255});
  driver_.send({0, 0, 255});
  driver_.send({0, 0, 255});
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, 255}));
  driver_.load(identity_tile(1, 1, 2, true, -128, 127));
  for (int i = 0; i < 3; ++i) driver_.send({0, 0, -256});
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, -128}));
  for (int i = 0; i < 6; ++i) driver_.send({0, 0, 255});
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, 255}));  // from -128 to 127 in one tick
}

TEST_F(SpikeCore, MultipliesExtremeWeightsAndPayloads) {
  CoreTile tile = identity_tile(2, 1, kThresholdMax, true);
  tile.weight = {-128, 127, 0, 0};
  driver_.load(tile);
  driver_.send({0, 0, -256});
  EXPECT_EQ(state(0, 0).potential, kThresholdMax / 2 + 128 * 256);
  EXPECT_EQ(state(0, 1).potential, kThresholdMax / 2 - 127 * 256);
  driver_.send({0, 0, 255});
  EXPECT_EQ(state(0, 0).potential, kThresholdMax / 2 + 128);
  EXPECT_EQ(state(0, 1).potential, kThresholdMax / 2 - 127);
}

TEST_F(SpikeCore, PartialSumsAddToOneNeuronOnly) {
  driver_.load(identity_tile(20, 2, 1000, true));
  driver_.send({1, 17, -70000, true});
  const std::vector<NeuronState> all = driver_.read_state();
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].potential, i == 20 + 17 ? 500 - 70000 : 500) << i;
}

TEST_F(SpikeCore, KeepsTokensApartAndEmitsInOrderOfTokenThenNeuron) {
  driver_.load(identity_tile(33, 3, 2, true));
  driver_.send({2, 0, 2});
  driver_.send({0, 32, 4});
  driver_.send({0, 15, 6});
  driver_.send({2, 16, -2});
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 15, 3}, CoreSpike{0, 32, 2}, CoreSpike{2, 0, 1}, CoreSpike{2, 16, -1}));
}

TEST_F(SpikeCore, OverflowIsStickyUntilCleared) {
  driver_.load(identity_tile(1, 1, 2, true));
  driver_.send({0, 0, kPotentialMax - 1, true});  // V = 1 + that: the largest
  EXPECT_FALSE(driver_.overflow());
  driver_.send({0, 0, 1});
  EXPECT_TRUE(driver_.overflow());
  driver_.send({0, 0, 1});
  EXPECT_TRUE(driver_.overflow());
  driver_.clear_overflow();
  EXPECT_FALSE(driver_.overflow());
  driver_.load(identity_tile(1, 1, 2, true));
  driver_.send({0, 0, kPotentialMin - 1 + 1, true});
  EXPECT_FALSE(driver_.overflow());
  driver_.send({0, 0, -2});
  EXPECT_TRUE(driver_.overflow());
}

TEST_F(SpikeCore, LanesWithoutANeuronNeverFire) {
  CoreTile tile = identity_tile(1, 1, 2, true);
  driver_.load(tile);
  for (int i = 0; i < 10; ++i) driver_.send({0, 0, 255});
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, 7}));
}

// The membrane stays within its bounds throughout: the flag is the current's.
TEST_F(SpikeCore, SaturatedCurrentIsToldUntilCleared) {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
  CoreTile tile = identity_tile(1, 1, 10, true, 0, 0);  // not held at the start
  tile.kind = CoreNeuron::kCuba;
  tile.registers.shift = 24;  // u keeps nothing of the step before
  tile.potential = {0};
  tile.membrane = {-1};
  driver_.load(tile);
  driver_.clear_overflow();
  driver_.send({0, 0, 127});
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, 1}));
  EXPECT_EQ(state(0, 0), (NeuronState{0, 0, 127 << 24, 0}));
  EXPECT_FALSE(driver_.saturated());
  driver_.send({0, 0, 128});  // 2^31
  EXPECT_THAT(tick(), ElementsAre(CoreSpike{0, 0, 1}));
  EXPECT_EQ(state(0, 0), (NeuronState{0, 0, kMost, 0}));
  EXPECT_TRUE(driver_.saturated());
  driver_.clear_overflow();
  EXPECT_FALSE(driver_.saturated());
  driver_.send({0, 0, -128});
  EXPECT_THAT(tick(), IsEmpty());
  EXPECT_EQ(state(0, 0), (NeuronState{0, 0, -kMost, -kMost}));
  EXPECT_TRUE(driver_.saturated());
}

}  // namespace
}  // namespace ranvier::rtl
