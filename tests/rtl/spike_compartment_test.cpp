// SPDX-License-Identifier: Apache-2.0
// Tiles of compartments on rv_spike_core: in lock-step with the behavioural core, on whole chips, costs, and refusals.
#include <gmock/gmock.h>

#include "rtl/compartment_core.h"
#include "rtl/cosim/rtl_cores.h"
#include "rtl/errors.h"
#include "rtl/stimulus.h"
#include "sim/simulate.h"
#include "tests/sim/temporal_fixture.h"
#include "workloads/random_program.h"
#include "workloads/sparse_synapses.h"
#include "workloads/stage_inputs.h"

namespace ranvier::rtl {
namespace {

using sim::Emission;
using sim::Event;
using workloads::Program;
using workloads::Stage;

sim::TileSpec whole_stage(const Program& program, const chips::CoreKind& core, std::size_t stage) {
  const Stage& s = program.stages[stage];
  sim::TileSpec spec;
  spec.program = &program;
  spec.core = &core;
  spec.graded = false;
  spec.tile.stage = StageId(stage);
  spec.tile.outputs = {0, s.channels};
  spec.tile.inputs = {0, s.in_channels};
  spec.tile.tokens = {0, s.tokens};
  return spec;
}

Event random_input(const Program& program, const Stage& stage, Draws& draws) {
  const std::int32_t port = draws.between(0, static_cast<std::int32_t>(stage.inputs.size()) - 1);
  const Stage& from = program.stage(stage.inputs[static_cast<std::size_t>(port)].stage);
  return {draws.between(0, from.tokens - 1), draws.between(0, from.channels - 1), 1, port};
}

std::vector<std::array<std::int32_t, 3>> values(const std::vector<Emission>& emissions) {
  std::vector<std::array<std::int32_t, 3>> v;
  for (const Emission& e : emissions) v.push_back({e.token, e.channel, e.value});
  return v;
}

/// Random events for 30 steps, twice; returns the spikes seen.
std::int64_t run_in_lockstep(const sim::TileSpec& spec, std::uint64_t seed) {
  const auto rtl = make_verilated_core(spec);
  const auto twin = sim::make_behavioural_core(spec);
  const Stage& stage = spec.program->stage(spec.tile.stage);
  std::int64_t spikes = 0;
  for (int image = 0; image < 2; ++image) {
    rtl->begin_image();
    twin->begin_image();
    Draws draws(seed, static_cast<std::uint64_t>(image));
    for (int step = 0; step < 30; ++step) {
      for (std::int32_t i = step % 3 == 2 ? 0 : draws.between(0, 12); i > 0; --i) {
        const Event event = random_input(*spec.program, stage, draws);
        rtl->receive(event, Cycles(0));
        twin->receive(event, Cycles(0));
      }
      EXPECT_EQ(rtl->restless(), twin->restless()) << "seed " << seed << " step " << step;
      std::vector<Emission> got, expected;
      rtl->fire(got);
      twin->fire(expected);
      EXPECT_EQ(values(got), values(expected)) << "seed " << seed << " step " << step;
      EXPECT_EQ(rtl->restless(), twin->restless()) << "seed " << seed << " step " << step;
      EXPECT_EQ(rtl->potentials(), twin->potentials()) << "seed " << seed << " step " << step;
      if (testing::Test::HasFailure()) return spikes;
      spikes += static_cast<std::int64_t>(got.size());
    }
    EXPECT_EQ(rtl->codes(), twin->codes());
    sim::CoreCounters a = rtl->counters(), b = twin->counters();
    a.busy = b.busy = Cycles(0);
    EXPECT_EQ(a, b);
  }
  return spikes;
}

TEST(CompartmentCore, AgreesWithTheBehaviouralCoreOnRandomStages) {
  chips::CoreKind core;
  core.lanes.value = 16;
  std::int64_t spikes = 0, stages = 0, pooling = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Program program = workloads::random_temporal_program(seed);
    for (std::size_t s = 1; s < program.stages.size(); ++s) {
      const sim::TileSpec spec = whole_stage(program, core, s);
      if (!why_not_supported(spec).empty()) continue;
      spikes += run_in_lockstep(spec, seed);
      ++stages;
      pooling += program.stages[s].conv.depthwise;
    }
  }
  EXPECT_GT(stages, 40);
  EXPECT_GT(pooling, 5);
  EXPECT_GT(spikes, 1000);
}

TEST(CompartmentCore, AgreesOnRecurrentAndIrregularStagesAndOnSlicesAndEightLanes) {
  chips::CoreKind core;
  std::int64_t spikes = 0, integrating = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    core.lanes.value = seed % 2 == 0 ? 16 : 8;
    const Program program = workloads::random_recurrent_program(seed);
    for (std::size_t s = 1; s < program.stages.size(); ++s) {
      sim::TileSpec spec = whole_stage(program, core, s);
      if (seed % 3 == 0 && spec.tile.outputs.size() > 2) spec.tile.outputs = {1, spec.tile.outputs.end - 1};
      ASSERT_EQ(why_not_supported(spec), "");
      spikes += run_in_lockstep(spec, seed);
      integrating += program.stages[s].integrate.has_value();
    }
  }
  EXPECT_GT(spikes, 300);
  EXPECT_GT(integrating, 0);
}

TEST(CompartmentCore, WholeChipsOnRtlGiveTheSpikesOfTheReference) {
  std::int64_t compared = 0, verilated = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const auto c = sim::testing::random_case(workloads::random_temporal_program(seed), sim::testing::loihi_board(),
                                             mapper::Schedule::kTimesteps, seed);
    sim::SimOptions options;
    options.core_of_tile.assign(c->problem.tiles.size(), nullptr);
    for (std::size_t t = 1; t < c->problem.tiles.size(); ++t) {
      const sim::TileSpec spec{&c->program, c->problem.tiles[t], &c->problem.board.chip.core, false};
      if (!why_not_supported(spec).empty()) continue;
      options.core_of_tile[t] = make_rtl_core;
      ++verilated;
    }
    const std::vector<std::vector<std::int32_t>> samples{workloads::random_spikes(c->program, seed)};
    const sim::RunResult result = sim::simulate(c->problem, c->mapping, samples, options);
    EXPECT_TRUE(result.images[0].exact) << seed;
    compared += result.lockstep_events_compared;
  }
  EXPECT_GT(verilated, 10);
  EXPECT_GT(compared, 500);
}

TEST(CompartmentCore, AnEventTakesTwoCyclesAndOneForEachWordThatItReaches) {
  Program program;
  program.timesteps = 4;
  program.stages.push_back(sim::testing::spike_input(5, 5, 2));
  program.stages.push_back(sim::testing::lif_layer(program, 5, 5, {.channels = 20, .kernel = 3, .padding = 1}, 3));
  program.stages[1].cuba.bias_mantissa = 0;
  chips::CoreKind core;
  core.lanes.value = 16;
  const auto rtl = make_verilated_core(whole_stage(program, core, 1));
  rtl->begin_image();
  EXPECT_EQ(rtl->receive({12, 1, 1, 0}, Cycles(0)), Cycles(2 + 9 * 2));  // the middle: 9 positions of 2 groups
  EXPECT_EQ(rtl->receive({0, 0, 1, 0}, Cycles(0)), Cycles(2 + 4 * 2));   // a corner
  std::vector<Emission> out;
  const Cycles fire = rtl->fire(out);
  EXPECT_EQ(fire, Cycles(1 + 1 + 25 * 2 + static_cast<std::int64_t>(out.size())));  // drain, begin, words, events
}

TEST(CompartmentCore, GoesOnFromACheckpoint) {
  const Program program = workloads::random_recurrent_program(3);
  chips::CoreKind core;
  core.lanes.value = 16;
  const sim::TileSpec spec = whole_stage(program, core, 1);
  const auto first = make_verilated_core(spec);
  first->begin_image();
  Draws draws(4, 0);
  std::vector<Emission> a, b;
  for (int step = 0; step < 8; ++step) {
    for (int i = 0; i < 6; ++i) first->receive(random_input(program, program.stages[1], draws), Cycles(0));
    if (step < 7) first->fire(a);
  }
  const auto saved = first->save();
  const auto second = make_verilated_core(spec);
  second->begin_image();
  second->restore(saved);
  a.clear();
  for (int step = 0; step < 6; ++step) EXPECT_EQ(first->fire(a), second->fire(b));
  EXPECT_EQ(a, b);
  EXPECT_EQ(first->codes(), second->codes());
  EXPECT_EQ(first->counters(), second->counters());
}

TEST(CompartmentCore, RefusesWhatDoesNotFitAndSaysWhat) {
  chips::CoreKind core;
  core.lanes.value = 16;
  Program program;
  program.timesteps = 4;
  program.stages.push_back(sim::testing::spike_input(5, 5, 2));
  program.stages.push_back(sim::testing::lif_layer(program, 5, 5, {.channels = 8, .kernel = 3, .padding = 1}, 3));
  Stage& stage = program.stages[1];
  const Stage fits = stage;
  const auto why = [&] { return why_not_supported(whole_stage(program, core, 1)); };
  EXPECT_EQ(why(), "");
  stage.conv.weight[7] = 256;
  EXPECT_THAT(why(), testing::HasSubstr("weight 256 does not fit 9 bits"));
  EXPECT_THROW(make_verilated_core(whole_stage(program, core, 1)), TileNotSupported);
  stage = fits;
  stage.cuba.refractory_steps = 256;
  EXPECT_THAT(why(), testing::HasSubstr("256 refractory steps"));
  stage = fits;
  stage.cuba.weight_exponent = 26;
  EXPECT_THAT(why(), testing::HasSubstr("weight exponent 26"));
  stage = fits;
  stage.channels = 257;
  EXPECT_THAT(why(), testing::HasSubstr("257 neurons"));
  stage = fits;
  const auto rtl = make_verilated_core(whole_stage(program, core, 1));
  rtl->begin_image();
  for (const Event& event : {Event{25, 0, 1, 0}, Event{0, 2, 1, 0}, Event{0, 0, 256, 0}, Event{0, 0, 1, 1}})
    EXPECT_THROW(rtl->receive(event, Cycles(0)), EventNotSupported);
}

}  // namespace
}  // namespace ranvier::rtl
