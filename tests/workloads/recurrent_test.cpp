// SPDX-License-Identifier: Apache-2.0
// Stages that feed themselves and each other: spike trains by hand, and all engines against the reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "workloads/executor.h"
#include "workloads/lif_engine.h"
#include "workloads/random_program.h"
#include "workloads/renumber.h"
#include "workloads/stage_inputs.h"
#include "workloads/synapse_list.h"
#include "workloads/temporal_reference.h"

namespace ranvier::workloads {
namespace {

/// One input, and neurons that fire when a weight of 2 arrives and forget everything else.
Program ring(std::vector<ListedSynapse> synapses, std::int32_t neurons, std::int32_t delay, std::int32_t steps) {
  Program p;
  p.name = "ring";
  p.timesteps = steps;
  p.input_code_max = 1;
  Stage input;
  input.name = "input";
  input.tokens = input.channels = input.in_channels = 1;
  p.stages.push_back(input);
  Stage s;
  s.name = "ring";
  s.kind = StageKind::kLif;
  s.inputs = {{StageId(0), 1}, {StageId(1), 1}};
  s.tokens = 1;
  s.channels = neurons;
  s.in_channels = 1 + neurons;
  s.sparse = synapses_of_list(std::move(synapses), 1 + neurons, neurons, 127).synapses;
  s.cuba.voltage_decay = 4096;
  s.cuba.threshold_mantissa = 1;
  s.cuba.axon_delay_steps = delay;
  p.stages.push_back(s);
  return p;
}

std::vector<std::int32_t> one_spike() { return pack_spikes(std::vector<Spike>{{0, 0}}); }

TEST(Recurrent, ASpikeGoesRoundARing) {
  // input -> 0 -> 1 -> 2 -> 0
  const Program p = ring({{0, 0, 2}, {1, 1, 2}, {2, 2, 2}, {3, 0, 2}}, 3, 1, 7);
  const TemporalRun run = run_temporal_reference(p, one_spike());
  EXPECT_EQ(run.spikes[1], (std::vector<Spike>{{0, 0}, {1, 1}, {2, 2}, {3, 0}, {4, 1}, {5, 2}, {6, 0}}));
  EXPECT_EQ(run.synaptic_adds[1], 7);
}

TEST(Recurrent, AnAxonalDelaySlowsTheRing) {
  const Program p = ring({{0, 0, 2}, {1, 1, 2}, {2, 0, 2}}, 2, 3, 8);
  EXPECT_EQ(run_temporal_reference(p, one_spike()).spikes[1], (std::vector<Spike>{{0, 0}, {3, 1}, {6, 0}}));
}

TEST(Recurrent, ANeuronThatFeedsItselfFiresForEver) {
  const Program p = ring({{0, 0, 2}, {1, 0, 2}}, 1, 1, 5);
  EXPECT_EQ(run_temporal_reference(p, one_spike()).spikes[1],
            (std::vector<Spike>{{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}}));
}

TEST(Recurrent, InhibitionCancelsASpikeOfTheSameStep) {
  // 0 excites 2, 1 inhibits it; both fire on the input. Then 2 alone would have fired.
  const Program with = ring({{0, 0, 2}, {0, 1, 2}, {1, 2, 2}, {2, 2, -2}}, 3, 1, 4);
  const Program without = ring({{0, 0, 2}, {0, 1, 2}, {1, 2, 2}}, 3, 1, 4);
  EXPECT_EQ(run_temporal_reference(with, one_spike()).spikes[1], (std::vector<Spike>{{0, 0}, {0, 1}}));
  EXPECT_EQ(run_temporal_reference(without, one_spike()).spikes[1], (std::vector<Spike>{{0, 0}, {0, 1}, {1, 2}}));
}

TEST(Recurrent, AnEarlierStageTakesSpikesOfALaterOne) {
  Program p = ring({{0, 0, 2}, {1, 0, 2}}, 1, 2, 9);
  Stage second = p.stages[1];
  second.name = "second";
  second.inputs = {{StageId(1), 1}};
  second.in_channels = 1;
  second.sparse = synapses_of_list({{0, 0, 2}}, 1, 1, 127).synapses;
  second.cuba.axon_delay_steps = 1;
  p.stages[1].inputs[1].stage = StageId(2);
  p.stages.push_back(second);
  // 1 -> 2 takes two steps, 2 -> 1 one.
  const TemporalRun run = run_temporal_reference(p, one_spike());
  EXPECT_EQ(run.spikes[1], (std::vector<Spike>{{0, 0}, {3, 0}, {6, 0}}));
  EXPECT_EQ(run.spikes[2], (std::vector<Spike>{{2, 0}, {5, 0}, {8, 0}}));
  EXPECT_TRUE(feeds_back(StageId(1), p.stages[1].inputs[1]));
  EXPECT_FALSE(feeds_back(StageId(2), p.stages[2].inputs[0]));
}

TEST(Recurrent, EnginesAgreeOnRandomNetworks) {
  std::int64_t spikes = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Program program = random_recurrent_program(seed);
    const auto input = random_spikes(program, seed);
    const TemporalRun wanted = run_temporal_reference(program, input);
    const Activations activations = temporal_activations(program, wanted);
    for (const int threads : {1, 2}) {
      LifEngine engine(program, {threads, SynapseWalk::kMeasured});
      engine.run(input, [&](std::int32_t step) {
        for (std::size_t s = 1; s < program.stages.size(); ++s) {
          std::vector<std::int32_t> units;
          for (const Spike& spike : wanted.spikes[s])
            if (spike.step == step) units.push_back(spike.unit);
          const auto fired = engine.fired(StageId(s));
          ASSERT_TRUE(std::equal(units.begin(), units.end(), fired.begin(), fired.end()))
              << "seed " << seed << " stage " << s << " step " << step;
        }
      });
      EXPECT_EQ(engine.activations(), activations) << seed;
    }
    const SpikingRun executed = run_spiking(program, input, Schedule::kTimesteps);
    EXPECT_EQ(executed.activations, activations) << seed;
    for (std::size_t s = 1; s < program.stages.size(); ++s) {
      EXPECT_EQ(executed.stages[s].adds, wanted.synaptic_adds[s]) << seed;
      spikes += wanted.spike_count[s];
    }
  }
  EXPECT_GT(spikes, 1000);
}

TEST(Renumber, ChangesNothingButNumbers) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Program program = random_recurrent_program(seed);
    std::vector<std::vector<std::int32_t>> order(program.stages.size());
    for (std::size_t s = 1; s < order.size(); ++s) {
      if (random_below(4, seed, s, 5) == 0) continue;
      order[s].resize(static_cast<std::size_t>(program.stages[s].channels));
      std::iota(order[s].begin(), order[s].end(), 0);
      for (std::size_t i = order[s].size(); i > 1; --i)
        std::swap(order[s][i - 1], order[s][random_below(static_cast<std::uint32_t>(i), seed, s, i)]);
    }
    const Program other = renumbered(program, order);
    const auto input = random_spikes(program, seed);
    const TemporalRun wanted = run_temporal_reference(program, input);
    const TemporalRun got = run_temporal_reference(other, input);
    for (std::size_t s = 1; s < order.size(); ++s) {
      std::vector<Spike> spikes = got.spikes[s];
      if (!order[s].empty())
        for (Spike& spike : spikes) spike.unit = order[s][static_cast<std::size_t>(spike.unit)];
      std::sort(spikes.begin(), spikes.end());
      EXPECT_EQ(spikes, wanted.spikes[s]) << seed;
      EXPECT_EQ(other.stages[s].unit_number, order[s]);
    }
    EXPECT_EQ(as_given(other, temporal_activations(other, got)), temporal_activations(program, wanted)) << seed;
  }
}

TEST(Renumber, TwiceIsOneOrder) {
  const Program p = ring({{0, 0, 2}, {1, 1, 2}, {2, 2, 2}, {3, 0, 2}}, 3, 1, 7);
  const Program once = renumbered(p, {{}, {2, 0, 1}});
  const Program twice = renumbered(once, {{}, {1, 2, 0}});
  EXPECT_EQ(twice.stages[1].unit_number, (std::vector<std::int32_t>{0, 1, 2}));
  EXPECT_EQ(run_temporal_reference(twice, one_spike()).spikes, run_temporal_reference(p, one_spike()).spikes);
  EXPECT_THROW(renumbered(p, {{}, {0, 0, 1}}), std::logic_error);
  EXPECT_THROW(renumbered(p, {{0}, {}}), std::logic_error);
}

TEST(SynapseList, PairsAddUpAndAreCut) {
  const auto made = synapses_of_list({{1, 0, 100}, {0, 2, 5}, {1, 0, 100}, {0, 1, 3}, {0, 1, -3}}, 2, 3, 127);
  EXPECT_EQ(made.clipped, 1);
  EXPECT_EQ(made.synapses->synapses(), 2);
  const auto list = list_synapses(*made.synapses);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].source, 0);
  EXPECT_EQ(list[0].target, 2);
  EXPECT_EQ(list[0].weight, 5);
  EXPECT_EQ(list[1].source, 1);
  EXPECT_EQ(list[1].target, 0);
  EXPECT_EQ(list[1].weight, 127);
}

}  // namespace
}  // namespace ranvier::workloads
