// SPDX-License-Identifier: Apache-2.0
// The fast engine against the plain reference on random networks over time: whatever the threads, and however the
// synapses are walked.
#include "workloads/lif_engine.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "workloads/layered_lif.h"
#include "workloads/random_program.h"
#include "workloads/temporal_reference.h"

namespace ranvier::workloads {
namespace {

TEST(LifEngine, SpikesAreThoseOfTheReferenceOnRandomNetworks) {
  std::int64_t spikes = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Program program = random_temporal_program(seed);
    const auto input = random_spikes(program, seed);
    const TemporalRun wanted = run_temporal_reference(program, input);
    for (const SynapseWalk walk : {SynapseWalk::kMeasured, SynapseWalk::kEvents, SynapseWalk::kDense}) {
      LifEngine engine(program, {1, walk});
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
      EXPECT_EQ(engine.activations(), temporal_activations(program, wanted)) << seed;
      for (std::size_t s = 1; s < program.stages.size(); ++s) spikes += engine.spikes(StageId(s));
    }
  }
  EXPECT_GT(spikes, 1000);
}

TEST(LifEngine, WalksPassTheSameSynapses) {
  bool walked_from_outputs = false, walked_from_events = false;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Program program = random_temporal_program(seed);
    const auto input = random_spikes(program, seed);
    LifEngine events(program, {1, SynapseWalk::kEvents}), dense(program, {1, SynapseWalk::kDense}), measured(program);
    events.run(input);
    dense.run(input);
    measured.run(input);
    for (std::size_t s = 1; s < program.stages.size(); ++s) {
      EXPECT_EQ(events.synaptic_events(StageId(s)), dense.synaptic_events(StageId(s))) << seed;
      EXPECT_EQ(events.synaptic_events(StageId(s)), measured.synaptic_events(StageId(s))) << seed;
      EXPECT_EQ(events.dense_steps(StageId(s)), 0);
      walked_from_outputs = walked_from_outputs || measured.dense_steps(StageId(s)) > 0;
      walked_from_events = walked_from_events || measured.dense_steps(StageId(s)) == 0;
    }
  }
  EXPECT_TRUE(walked_from_outputs);
  EXPECT_TRUE(walked_from_events);
}

TEST(LifEngine, ThreadsChangeNothing) {
  for (const double density : {0.05, 1.0}) {
    const Program program = layered_lif_program({4500, density, 0.2, 5, 3});
    LifEngine one(program);
    one.run({});
    for (const int threads : {2, 3}) {
      LifEngine more(program, {threads, SynapseWalk::kMeasured});
      more.run({});
      EXPECT_EQ(more.activations(), one.activations());
      EXPECT_EQ(more.synaptic_events(), one.synaptic_events());
    }
  }
}

TEST(LifEngine, BeginForgetsEverything) {
  const Program program = random_temporal_program(5);
  const auto input = random_spikes(program, 5);
  LifEngine engine(program);
  engine.run(input);
  const Activations first = engine.activations();
  const std::int64_t events = engine.synaptic_events();
  engine.run(input);
  EXPECT_EQ(engine.activations(), first);
  EXPECT_EQ(engine.synaptic_events(), events);
}

TEST(LifEngine, ProgramsAtRestAreNotItsBusiness) {
  const Program program = random_program(1);
  EXPECT_THROW(LifEngine{program}, std::logic_error);
}

}  // namespace
}  // namespace ranvier::workloads
