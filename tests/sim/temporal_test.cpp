// SPDX-License-Identifier: Apache-2.0
// Temporal programs on the chip: any mapping, delay and fidelity gives the spikes of the reference in its steps.
#include <gtest/gtest.h>

#include <tuple>

#include "tests/sim/temporal_fixture.h"
#include "workloads/temporal_reference.h"

namespace ranvier::sim {
namespace {

using mapper::Schedule;
using workloads::Spike;

constexpr Fidelity kFidelities[] = {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle};

/// One input, one neuron without memory that fires on weight 2 * 64 * w > 64 * threshold, one behind it.
workloads::Program two_neurons(std::int32_t delay) {
  workloads::Program p;
  p.name = "two neurons";
  p.timesteps = 6;
  p.stages.push_back(testing::spike_input(1, 1, 1));
  for (int layer = 0; layer < 2; ++layer) {
    p.stages.push_back(testing::lif_layer(p, 1, 1, {}, 1));
    workloads::Stage& s = p.stages.back();
    s.conv.weight = {4};
    s.cuba = {};
    s.cuba.voltage_decay = 4096;
    s.cuba.threshold_mantissa = 3;
  }
  p.stages[1].cuba.axon_delay_steps = delay;
  return p;
}

TEST(Temporal, ASpikeGoesOneLayerAStep) {
  const auto c = testing::random_case(two_neurons(1), testing::loihi_board(), Schedule::kTimesteps, 1);
  const std::vector<std::vector<std::int32_t>> samples{workloads::pack_spikes(std::vector<Spike>{{0, 0}, {3, 0}})};
  for (const Fidelity fidelity : kFidelities) {
    SimOptions options;
    options.fidelity = fidelity;
    const RunResult r = simulate(c->problem, c->mapping, samples, options);
    ASSERT_EQ(r.images.size(), 1U);
    EXPECT_TRUE(r.images[0].exact);
    EXPECT_EQ(r.images[0].steps, 7);
    EXPECT_EQ(r.images[0].logits, std::vector<std::int32_t>{2});
    // Model step t of a neuron is simulator step t + 1.
    EXPECT_EQ(r.layers[0].events_by_step, (std::vector<std::int64_t>{1, 0, 0, 1, 0, 0, 0}));
    EXPECT_EQ(r.layers[1].events_by_step, (std::vector<std::int64_t>{0, 1, 0, 0, 1, 0, 0}));
    EXPECT_EQ(r.layers[2].events_by_step, (std::vector<std::int64_t>{0, 0, 1, 0, 0, 1, 0}));
    EXPECT_EQ(r.layers[1].adds, 2);
    EXPECT_EQ(r.layers[2].adds, 2);
  }
}

TEST(Temporal, AxonalDelayHoldsEventsAtTheirDestination) {
  const auto c = testing::random_case(two_neurons(3), testing::loihi_board(), Schedule::kTimesteps, 1);
  ASSERT_TRUE(mapper::verify(c->problem, c->mapping).empty());
  const std::vector<std::vector<std::int32_t>> samples{workloads::pack_spikes(std::vector<Spike>{{0, 0}, {3, 0}})};
  for (const Fidelity fidelity : kFidelities) {
    SimOptions options;
    options.fidelity = fidelity;
    const RunResult r = simulate(c->problem, c->mapping, samples, options);
    EXPECT_TRUE(r.images[0].exact);
    EXPECT_EQ(r.layers[2].events_by_step, (std::vector<std::int64_t>{0, 0, 0, 0, 1, 0, 0}));
    EXPECT_EQ(r.images[0].logits, std::vector<std::int32_t>{1});
  }
}

TEST(Temporal, CountsWhatACoreDoes) {
  const auto c = testing::random_case(two_neurons(1), testing::loihi_board(), Schedule::kTimesteps, 1);
  TileSpec spec{&c->program, c->problem.tiles[1], &c->problem.board.chip.core, false};
  const auto core = make_behavioural_core(spec);
  std::vector<Emission> out;
  EXPECT_EQ(core->fire(out), Cycles(1));  // one group of contexts looked at
  EXPECT_EQ(core->receive({0, 0, 1, 0}, Cycles(0)), Cycles(3));
  const auto saved = core->save();
  EXPECT_EQ(core->fire(out), Cycles(2));  // and one event sent
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0], (Emission{0, 0, 1, Cycles(2)}));
  EXPECT_EQ(core->counters().soma_updates, 2);
  EXPECT_EQ(core->counters().active_updates, 1);
  EXPECT_EQ(core->counters().spikes, 1);
  EXPECT_EQ(core->counters().synapse_reads, 1);
  EXPECT_EQ(core->counters().conv_reads, 0);
  EXPECT_EQ(core->counters().adds, 1);
  EXPECT_EQ(core->codes(), std::vector<std::int32_t>{1});
  core->restore(saved);
  EXPECT_EQ(core->codes(), std::vector<std::int32_t>{0});
  out.clear();
  core->fire(out);
  EXPECT_EQ(out.size(), 1U);
}

TEST(Temporal, SharedKernelsAreReadAsSuch) {
  workloads::Program p;
  p.timesteps = 2;
  p.stages.push_back(testing::spike_input(4, 4, 1));
  p.stages.push_back(testing::lif_layer(p, 4, 4, {3, 3, 1, 1, false}, 5));
  p.name = "conv";
  const auto c = testing::random_case(p, testing::loihi_board(), Schedule::kTimesteps, 1);
  TileSpec spec{&c->program, c->problem.tiles[1], &c->problem.board.chip.core, false};
  const auto core = make_behavioural_core(spec);
  core->receive({5, 0, 1, 0}, Cycles(0));  // inside: 9 positions
  core->receive({0, 0, 1, 0}, Cycles(0));  // in the corner: 4
  EXPECT_EQ(core->counters().conv_reads, 39);
  EXPECT_EQ(core->counters().synapse_reads, 0);
  EXPECT_EQ(core->counters().adds, 39);
}

/// Small limits cut layers into many tiles, within rows too.
chips::Board random_board(std::uint64_t seed) {
  const auto draw = [&](std::uint32_t n, std::uint64_t what) { return random_below(n, seed, what, 17); };
  chips::Board board = draw(2, 0) == 0 ? testing::small_board(12, 10) : testing::small_board(5, 5, 3, 2);
  chips::CoreKind& core = board.chip.core;
  core.neurons.value = 4 + draw(60, 1);
  core.fan_in_axons.value = 24 + draw(200, 2);
  core.weight_bits.value = 9;
  core.synapse_word_bits.value = draw(2, 3) == 0 ? 0 : 64;
  core.synapse_word_overhead_bits.value = 10;
  core.synapse_index_bits.value = 6;
  core.receive_fifo_events.value = 1 + draw(8, 4);
  board.chip.max_delay_steps.value = 8;
  if (draw(2, 6) == 0) board.chip.sync.policy = chips::SyncPolicy::kFixedPhase;
  return board;
}

std::unique_ptr<testing::Case> fitting_case(std::uint64_t seed) {
  for (chips::Board board = random_board(seed);;) {
    try {
      return testing::random_case(testing::random_temporal_program(seed), board, Schedule::kTimesteps, seed);
    } catch (const mapper::DoesNotFit&) {
      board.chip.core.neurons.value *= 2;
      board.chip.core.fan_in_axons.value *= 2;
    }
  }
}

TEST(Temporal, AnyMappingGivesTheSpikesOfTheReference) {
  std::int64_t spikes = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const auto c = fitting_case(seed);
    SCOPED_TRACE(::testing::Message() << "seed " << seed << ", " << c->problem.tiles.size() << " tiles");
    const auto findings = mapper::verify(c->problem, c->mapping);
    ASSERT_TRUE(findings.empty()) << findings[0].text;
    const std::vector<std::vector<std::int32_t>> samples{testing::random_spikes(c->program, seed)};
    const auto reference = workloads::run_temporal_reference(c->program, samples[0]);
    for (const Fidelity fidelity : kFidelities) {
      SimOptions options;
      options.fidelity = fidelity;
      options.network.seed = seed;
      options.network.random_delay_cycles = static_cast<std::int32_t>(random_below(60, seed, 3, 0));
      const RunResult r = simulate(c->problem, c->mapping, samples, options);
      ASSERT_EQ(r.images.size(), 1U);
      EXPECT_TRUE(r.images[0].exact);
      for (std::size_t s = 0; s < c->program.stages.size(); ++s) {
        std::vector<std::int64_t> by_step(static_cast<std::size_t>(c->program.timesteps) + 1);
        for (const Spike& spike : reference.spikes[s])
          ++by_step[static_cast<std::size_t>(spike.step + (s > 0 ? 1 : 0))];
        EXPECT_EQ(r.layers[s].events_by_step, by_step) << c->program.stages[s].name;
        EXPECT_EQ(r.layers[s].events, reference.spike_count[s]);
        if (s > 0) {
          // Spikes of the last step still arrive on the chip, the reference does not wait for them.
          if (s == 1)
            EXPECT_EQ(r.layers[s].adds, reference.synaptic_adds[s]) << c->program.stages[s].name;
          else
            EXPECT_GE(r.layers[s].adds, reference.synaptic_adds[s]) << c->program.stages[s].name;
          spikes += reference.spike_count[s];
        }
      }
    }
  }
  EXPECT_GT(spikes, 10000);
}

}  // namespace
}  // namespace ranvier::sim
