// SPDX-License-Identifier: Apache-2.0
// rv_plastic_core, directed: the rule's cases with numbers worked out by hand, cycles, saturation, save and restore.
#include "plastic_fixture.h"
#include "rtl/plastic/golden_plastic.h"

namespace ranvier::rtl {
namespace {

TEST_F(PlasticCore, APreSpikeBeforeAPostSpikePotentiates) {
  driver_.load(small_tile(3, 2));
  driver_.send({spike(1)});
  EXPECT_EQ(tick(), Spikes{});
  EXPECT_EQ(driver_.read_state().pre, (std::vector<std::int32_t>{0, 512}));  // 1024, decayed once
  driver_.send({direct(2, 9)});                                              // V = 2 + 9
  EXPECT_EQ(tick(), Spikes{2});
  const PlasticState state = driver_.read_state();
  // Axon 1 to neuron 2 alone: 512 / 4 more.
  EXPECT_EQ(state.weight, (std::vector<std::int16_t>{512, 512, 512, 512, 512, 512 + 128}));
  EXPECT_EQ(state.post, (std::vector<std::int32_t>{0, 0, 512}));
  EXPECT_EQ(state.pre, (std::vector<std::int32_t>{0, 256}));
  EXPECT_EQ(state.potential, (std::vector<std::int32_t>{2, 2, 0}));
}

TEST_F(PlasticCore, APreSpikeAfterAPostSpikeDepresses) {
  driver_.load(small_tile(3, 2));
  driver_.send({direct(2, 11)});
  EXPECT_EQ(tick(), Spikes{2});
  EXPECT_EQ(tick(), Spikes{});
  driver_.send({spike(0)});  // post trace of neuron 2: 1024 / 2 / 2
  const PlasticState state = driver_.read_state();
  EXPECT_EQ(state.weight, (std::vector<std::int16_t>{512, 512, 512 - 64, 512, 512, 512}));
  EXPECT_EQ(state.potential, (std::vector<std::int32_t>{2, 2, 2}));  // by the weight before it changed
}

TEST_F(PlasticCore, APairInOneStepPotentiatesAndDoesNotDepress) {
  driver_.load(small_tile(1, 1));
  driver_.send({direct(0, 9), spike(0)});  // V = 11
  EXPECT_EQ(tick(), Spikes{0});
  EXPECT_EQ(driver_.read_state().weight, std::vector<std::int16_t>{512 + 256});  // the whole trace of 1024
}

TEST_F(PlasticCore, AllPairsAddTracesAndNearestNeighboursDoNot) {
  for (const bool nearest : {false, true}) {
    PlasticTile tile = small_tile(1, 1);
    tile.rule.nearest = nearest;
    driver_.load(tile);
    driver_.send({spike(0), spike(0), spike(0)});
    EXPECT_EQ(driver_.read_state().pre, std::vector<std::int32_t>{nearest ? 1024 : 3072});
  }
}

TEST_F(PlasticCore, WeightsStopAtTheirBounds) {
  PlasticTile tile = small_tile(1, 2);
  tile.rule.weight_max = 600;
  tile.weight = {590, 40};
  driver_.load(tile);
  driver_.send({spike(0), direct(0, 11)});
  EXPECT_EQ(tick(), Spikes{0});
  EXPECT_EQ(driver_.read_state().weight, (std::vector<std::int16_t>{600, 40}));
  driver_.send({spike(1)});  // 512 / 4 less than 40
  EXPECT_EQ(driver_.read_state().weight, (std::vector<std::int16_t>{600, 0}));
}

TEST_F(PlasticCore, GainsAndShiftsOfTheTwoDirectionsAreApart) {
  PlasticTile tile = small_tile(1, 2);
  tile.rule.depress_gain = 3;
  tile.rule.depress_shift = 5;
  tile.rule.potentiate_gain = 255;
  tile.rule.potentiate_shift = 10;
  driver_.load(tile);
  driver_.send({spike(0), direct(0, 9)});
  EXPECT_EQ(tick(), Spikes{0});
  EXPECT_EQ(driver_.read_state().weight, (std::vector<std::int16_t>{512 + 255, 512}));  // 255 * 1024 >> 10
  driver_.send({spike(1)});
  EXPECT_EQ(driver_.read_state().weight, (std::vector<std::int16_t>{767, 512 - 48}));  // 3 * 512 >> 5
}

TEST_F(PlasticCore, TracesStopAtTheirMost) {
  PlasticTile tile = small_tile(1, 1);
  tile.rule.learn = false;
  tile.rule.pre_bump = tile.rule.post_bump = 40'000;
  tile.rule.pre_decay = tile.rule.post_decay = 15;
  driver_.load(tile);
  driver_.send({spike(0), spike(0), direct(0, 50)});
  EXPECT_EQ(driver_.read_state().pre, std::vector<std::int32_t>{kTraceMax});
  EXPECT_EQ(tick(), Spikes{0});
  driver_.send({direct(0, 50)});
  EXPECT_EQ(tick(), Spikes{0});
  EXPECT_EQ(driver_.read_state().post, std::vector<std::int32_t>{decayed(kTraceMax, 15)});
}

TEST_F(PlasticCore, NegativeWeightsRoundDownWhenRead) {
  PlasticTile tile = small_tile(1, 1);
  tile.rule.weight_min = -32768;
  tile.weight = {-1};  // -1/256
  driver_.load(tile);
  driver_.send({spike(0), spike(0)});
  EXPECT_EQ(driver_.read_state().potential, std::vector<std::int32_t>{-2});
}

TEST_F(PlasticCore, LearningOffLeavesWeightsAndKeepsTraces) {
  PlasticTile tile = small_tile(2, 2);
  tile.rule.learn = false;
  driver_.load(tile);
  driver_.send({spike(0), direct(1, 20)});
  EXPECT_EQ(tick(), Spikes{1});
  driver_.send({spike(1)});
  const PlasticState state = driver_.read_state();
  EXPECT_EQ(state.weight, tile.weight);
  EXPECT_EQ(state.pre, (std::vector<std::int32_t>{512, 1024}));
  EXPECT_EQ(state.post, (std::vector<std::int32_t>{0, 512}));
}

TEST_F(PlasticCore, TheThresholdIsStrictAndResetsAreTwo) {
  for (const bool subtract : {false, true}) {
    PlasticTile tile = small_tile(2, 1);
    tile.subtract = subtract;
    driver_.load(tile);
    driver_.send({direct(0, 10), direct(1, 15)});
    EXPECT_EQ(tick(), Spikes{1});
    EXPECT_EQ(driver_.read_state().potential, (std::vector<std::int32_t>{10, subtract ? 5 : 0}));
  }
}

TEST_F(PlasticCore, PotentialsAndTracesDecayTowardZeroToNothing) {
  PlasticTile tile = small_tile(2, 1);
  tile.leaky = true;
  tile.leak = 2;
  tile.rule.pre_decay = 3;
  driver_.load(tile);
  driver_.send({direct(0, 7), direct(1, -7)});
  std::int32_t v = 7;
  for (int step = 0; step < 12; ++step) {
    EXPECT_EQ(tick(), Spikes{});
    v = v * 3 / 4;
    EXPECT_EQ(driver_.read_state().potential, (std::vector<std::int32_t>{v, -v})) << step;
  }
  EXPECT_EQ(v, 0);
}

TEST_F(PlasticCore, PotentialsSaturateAndTheFlagSaysSo) {
  PlasticTile tile = small_tile(1, 1);
  tile.threshold = {kPlasticPotentialMax};
  driver_.load(tile);
  driver_.send({direct(0, kPlasticPotentialMax)});
  EXPECT_FALSE(driver_.saturated());
  driver_.send({direct(0, 1)});
  EXPECT_TRUE(driver_.saturated());
  EXPECT_EQ(driver_.read_state().potential, std::vector<std::int32_t>{kPlasticPotentialMax});
  driver_.send({direct(0, kPlasticPotentialMin), direct(0, kPlasticPotentialMin)});
  EXPECT_EQ(driver_.read_state().potential, std::vector<std::int32_t>{kPlasticPotentialMin});
  driver_.load(tile);  // the control word clears it
  port_->cycle();
  EXPECT_FALSE(driver_.saturated());
}

TEST_F(PlasticCore, CyclesAreTheContracts) {
  driver_.load(small_tile(40, 7));                 // 3 groups
  EXPECT_EQ(driver_.send({spike(0)}), 1 + 3 + 1);  // and the drain
  EXPECT_EQ(driver_.send({direct(1, 0), spike(2), spike(3)}), 2 + 4 + 4 + 1);
  EXPECT_EQ(tick(), Spikes{});
  EXPECT_EQ(cycles_, 3 * 2 + 7 + 1);
  driver_.send({direct(0, 50), direct(17, 50), direct(18, 50)});
  EXPECT_EQ(tick(), (Spikes{0, 17, 18}));
  EXPECT_EQ(cycles_, 3 * 2 + 3 + 2 * (7 + 1) + 7 + 1);
}

TEST_F(PlasticCore, StateReadIsStateWritten) {
  const PlasticTile tile = small_tile(40, 9);
  driver_.load(tile);
  PlasticState state = driver_.read_state();
  for (std::size_t i = 0; i < state.weight.size(); ++i) state.weight[i] = static_cast<std::int16_t>(i * 37 % 30000);
  for (std::size_t i = 0; i < state.potential.size(); ++i) {
    state.potential[i] = static_cast<std::int32_t>(i) * 400'000 - (1 << 23);
    state.post[i] = static_cast<std::int32_t>(i) * 1600;
  }
  for (std::size_t i = 0; i < state.pre.size(); ++i) state.pre[i] = 65535 - static_cast<std::int32_t>(i);
  driver_.write_state(state);
  EXPECT_EQ(driver_.read_state(), state);
}

TEST(GoldenPlastic, DecayIsTowardZero) {
  EXPECT_EQ(decayed(7, 1), 3);
  EXPECT_EQ(decayed(-7, 1), -3);
  EXPECT_EQ(decayed(65535, 15), 65533);
  EXPECT_EQ(decayed(1, 15), 0);
  EXPECT_EQ(decayed(kPlasticPotentialMin, 15), -8388352);
  EXPECT_EQ(decayed(100, 0), 0);
}

}  // namespace
}  // namespace ranvier::rtl
