// SPDX-License-Identifier: Apache-2.0
// Parameters of rv_spike_core from chip files, and the second Verilated set under the random bench.
#include <gmock/gmock.h>

#include "rtl/core_parameters.h"
#include "rtl/random_bench.h"
#include "rtl/stimulus.h"
#include "tests/rtl/core_fixture.h"
#include "workloads/methods/neuron_kinds.h"

namespace ranvier::rtl {
namespace {

CoreLimits of_chip(const std::string& name) { return core_parameters(chips::load_target(name).chip.core); }

TEST(CoreParameters, ComeFromTheChipFile) {
  const CoreLimits tianjic = of_chip("tianjic-like");
  EXPECT_EQ(tianjic.neurons, 256);
  EXPECT_EQ(tianjic.axons, 256);
  EXPECT_EQ(tianjic.lanes, 16);
  EXPECT_EQ(tianjic.weight_bits, 8);
  const CoreLimits loihi = of_chip("loihi-table2");  // 1 024 compartments, 4 096 axons, 128 KiB of 9-bit synapses
  EXPECT_EQ(loihi.neurons, 1024);
  EXPECT_EQ(loihi.axons, 64);  // rows of 1 024 weights that 128 KiB hold: 113
  EXPECT_EQ(loihi.lanes, 2);   // one lane has no group
  EXPECT_EQ(loihi.weight_bits, 9);
  EXPECT_EQ(loihi.fifo, 64);
  EXPECT_EQ(loihi.sources, 4096);
  EXPECT_EQ(loihi.tokens, 16);  // 108 KiB of 4 KiB contexts: 27
  EXPECT_EQ(of_chip("tianjicx-like").lanes, 32);
}

TEST(CoreParameters, ReachVerilatorByName) {
  EXPECT_THAT(verilator_arguments(kCoreLimits),
              testing::ElementsAre("-GMaxNeurons=256", "-GMaxAxons=256", "-GMaxTokens=64", "-GLanes=16",
                                   "-GFifoDepth=16", "-GWeightBits=9", "-GMaxSources=4096", "-GMaxList=4096"));
}

TEST(CoreParameters, LanesChooseTheVerilatedSet) {
  chips::CoreKind core;
  for (const std::int32_t lanes : {1, 4, 8, 16, 32}) {
    core.lanes.value = lanes;
    EXPECT_EQ(verilated_set_for(core).lanes, lanes == 4 || lanes == 8 ? lanes : 16);
  }
  for (const CoreLimits& set : verilated_sets()) EXPECT_EQ(make_fast_port(set)->limits(), set);
  CoreLimits none;
  none.lanes = 2;
  EXPECT_THROW(make_fast_port(none), std::logic_error);
}

/// The sets of fewer lanes.
std::vector<std::unique_ptr<SpikeCorePort>> narrow_ports() {
  std::vector<std::unique_ptr<SpikeCorePort>> ports;
  ports.push_back(make_eight_lane_port(7));
  ports.push_back(make_four_lane_port());
  return ports;
}

TEST(CoreParameters, FewerLanesPassTheRandomBench) {
  for (const auto& port : narrow_ports()) {
    Bins bins = empty_bins();
    for (std::uint64_t seed = 500; seed < 516; ++seed) {
      const SeedOutcome outcome = run_seed(*port, seed, 12, bins);
      EXPECT_TRUE(outcome.result.passed) << port->limits().lanes << " lanes: " << outcome.mismatch->message();
    }
    EXPECT_GT(bins["CUBA tile"], 0);
    EXPECT_GT(bins["burst tile"], 0);
    EXPECT_GT(bins["tile with synapse lists"], 0);
  }
}

TEST(CoreParameters, FewerLanesTakeMoreGroups) {
  for (const auto& port : narrow_ports()) {
    SpikeCoreDriver driver(*port);
    CoreTile tile = identity_tile(40, 1, 20, false);
    tile.limits = port->limits();
    driver.load(tile);
    EXPECT_EQ(driver.send({0, 39, 3}), 1 + 40 / tile.limits.lanes + kDrainCycles);
    EXPECT_EQ(driver.read_state()[39].potential, 10 + 3);
  }
}

/// The neurons of the rate family as conversion defines them, step by step on one residual.
template <int kBurst>
void compare_bursts(SpikeCoreDriver& driver, bool pair, std::uint64_t seed) {
  CoreTile tile = identity_tile(16, 1, 0, false);
  tile.kind = CoreNeuron::kBurst;
  tile.lo = tile.hi = 0;
  tile.registers = {.burst = kBurst, .halves = 1, .pair = pair};
  Draws draws(seed, 3);
  for (std::int32_t& unit : tile.threshold) unit = 2 * draws.between(1, 60);
  tile.potential.assign(16, 0);
  driver.load(tile);
  std::vector<std::int32_t> residual(16), plus(16), minus(16);
  std::int64_t emitted = 0;
  for (int step = 0; step < 40; ++step) {
    std::vector<CoreSpike> expected;
    for (std::int32_t n = 0; n < 16; ++n) {
      const auto i = static_cast<std::size_t>(n);
      const std::int32_t input = draws.between(-250, 250);
      driver.send({0, n, input, true});
      residual[i] += input;
      const std::int32_t unit = tile.threshold[i];
      const std::int32_t payload =
          pair ? workloads::signed_if_pair<kBurst>(residual[i], plus[i], minus[i], unit, unit / 2)
               : workloads::signed_if_site<kBurst>(residual[i], plus[i], unit, unit / 2);
      if (payload != 0) expected.push_back({0, n, payload});
    }
    std::vector<SpikeCoreDriver::TimedSpike> timed;
    driver.tick(timed);
    std::vector<CoreSpike> got;
    for (const auto& t : timed) got.push_back(t.spike);
    ASSERT_EQ(got, expected) << "step " << step;
    emitted += static_cast<std::int64_t>(got.size());
  }
  const std::vector<NeuronState> state = driver.read_state();
  for (std::size_t i = 0; i < 16; ++i)
    EXPECT_EQ(state[i], (NeuronState{residual[i], 0, plus[i], pair ? minus[i] : 0})) << i;
  EXPECT_GT(emitted, 200);
}

TEST_F(SpikeCore, BurstNeuronsAreThoseOfConversion) {
  for (const bool pair : {false, true}) {
    compare_bursts<0>(driver_, pair, 1);
    compare_bursts<2>(driver_, pair, 2);
    compare_bursts<4>(driver_, pair, 3);
  }
}

}  // namespace
}  // namespace ranvier::rtl
