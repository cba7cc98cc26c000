// SPDX-License-Identifier: Apache-2.0
// Memory of a core as a limit of its speed: words of synapses a cycle, and one port for both of its units.
#include <gtest/gtest.h>

#include <algorithm>

#include "mapper/cost.h"
#include "mapper/remap.h"
#include "mapper/routes.h"
#include "sim/core_costs.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

constexpr Fidelity kAll[] = {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle};
const std::vector<std::vector<std::int32_t>> kImage{{3, 0, 0, 0}};

RunResult run(const testing::Case& c, Fidelity fidelity,
              const std::vector<std::vector<std::int32_t>>& images = kImage) {
  SimOptions options;
  options.fidelity = fidelity;
  return simulate(c.problem, c.mapping, images, options);
}

TEST(CoreTiming, TheSlowerOfWordsAndLanesCounts) {
  chips::CoreKind core = testing::small_board(1, 1).chip.core;  // 4 lanes, decode 2, weights of 8 bits
  core.synapse_word_bits.value = 16;
  EXPECT_EQ(CoreCosts(core).receive(9), Cycles(2 + 3));  // reading keeps up where the chip does not say
  core.synapse_words_per_cycle.value = 1;
  const CoreCosts costs(core);
  EXPECT_EQ(costs.receive(9), Cycles(2 + 5));
  EXPECT_EQ(costs.receive(0), Cycles(2));
  EXPECT_EQ(CoreCosts(core, false).receive(9), Cycles(2 + 3));  // no weights are read
  core.synapse_words_per_cycle.value = 3;
  EXPECT_EQ(CoreCosts(core).receive(9), Cycles(2 + 3));
  core.synapse_words_per_cycle.value = 2;
  core.synapse_index_bits.value = 3;  // of shared kernels: one synapse a word
  EXPECT_EQ(CoreCosts(core).receive_synapses(9, true), Cycles(2 + 5));
  EXPECT_EQ(CoreCosts(core).receive_synapses(9, false), Cycles(2 + 3));
  core.synapse_conv_cycles.value = 4;
  EXPECT_EQ(CoreCosts(core).receive_synapses(9, true), Cycles(2 + 12));
}

TEST(CoreTiming, LinearTilesPayForWordsPartialSumsDoNot) {
  const auto c = testing::tiny_case();
  chips::CoreKind core = c->problem.board.chip.core;
  core.synapse_word_bits.value = 8;  // a word each
  core.synapse_words_per_cycle.value = 1;
  const auto model = make_behavioural_core({&c->program, c->problem.tiles[1], &core, true});
  EXPECT_EQ(model->receive({0, 0, 3, 0}, Cycles(0)), Cycles(2 + 3));
  EXPECT_EQ(model->receive({0, 0, 3, kPartialPort}, Cycles(0)), Cycles(2 + 1));
  EXPECT_EQ(model->counters().busy, Cycles(8));
  // In the whole chip: 3 synapses of fc and 2 of the head, a word each.
  const RunResult before = run(*c, Fidelity::kCycle);
  c->problem.board.chip.core = core;
  const RunResult after = run(*c, Fidelity::kCycle);
  EXPECT_EQ(after.profile.tile_cycles[1] - before.profile.tile_cycles[1], 2);
  EXPECT_EQ(after.profile.tile_cycles[2] - before.profile.tile_cycles[2], 3);
  EXPECT_EQ(after.total_energy - before.total_energy,
            energy_over(c->problem.board.chip.energy.static_chip.value, after.total_time) -
                energy_over(c->problem.board.chip.energy.static_chip.value, before.total_time));
}

TEST(CoreTiming, WhenIntegratingBegins) {
  chips::CoreKind core;
  EXPECT_EQ(integration_start(core, 5, 3, 9), 5);
  EXPECT_EQ(integration_start(core, 5, 7, 9), 7);
  EXPECT_EQ(busier_unit(core, 4, 6), 6);
  core.memory_ports.value = 1;
  EXPECT_EQ(integration_start(core, 5, 3, 9), 9);
  EXPECT_EQ(integration_start(core, 12, 3, 9), 12);
  EXPECT_EQ(busier_unit(core, 4, 6), 10);
}

/// fc and head on core 1: what fc fires the same core integrates.
std::unique_ptr<testing::Case> one_core() {
  auto c = testing::tiny_case();
  c->mapping.core_of = {CoreId(), CoreId(1), CoreId(1)};
  c->mapping.routes = {{{CoreId(1)}}, {}};
  c->problem.board.chip.sync.policy = chips::SyncPolicy::kDataflow;  // nothing is added to the work
  return c;
}

// fc fires 6 contexts in two groups and three events: 5 cycles; its events leave at 2, 3 and 4. Each takes the head 3.
TEST(CoreTiming, OnePortMakesTheUnitsTakeTurns) {
  const auto c = one_core();
  for (const Fidelity fidelity : {Fidelity::kCycle, Fidelity::kAnalytic})
    EXPECT_EQ(run(*c, fidelity).steps[1].compute, Cycles(2 + 9)) << static_cast<int>(fidelity);
  c->problem.board.chip.core.memory_ports.value = 1;
  for (const Fidelity fidelity : kAll) {
    const RunResult r = run(*c, fidelity);
    EXPECT_EQ(r.steps[1].compute, Cycles(5 + 9)) << static_cast<int>(fidelity);
    EXPECT_EQ(r.steps[1].duration, Duration(14'000'000)) << static_cast<int>(fidelity);
    EXPECT_EQ(r.steps[1].slowest_core, CoreId(1));
    // The estimate from what was measured is the closed form.
    const mapper::Metrics m = mapper::estimate(mapper::with_profile(c->problem, r.profile), c->mapping);
    EXPECT_DOUBLE_EQ(m.levels[1].busy_cycles, 14);
  }
}

TEST(CoreTiming, APipelinedImageKeepsTheOnePortBusyWithBoth) {
  const auto c = one_core();
  c->problem.board.chip.host_link.cycles_per_flit.value = 1;
  // Of an image: fc integrates 3 and fires 5, the head integrates 9 and fires 1.
  const auto interval = [&] { return run(*c, Fidelity::kCycle).initiation_interval.count() / 1'000'000; };
  EXPECT_EQ(interval(), 12);
  c->problem.board.chip.core.memory_ports.value = 1;
  EXPECT_EQ(interval(), 18);
}

TEST(CoreTiming, UnitsOfOnePortNeverWorkAtOnce) {
  std::int64_t overlaps_with_two_ports = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    chips::Board board = testing::small_board(2, 2);
    board.chip.core.fan_in_axons.value = board.chip.core.route_entries.value = 1 << 20;
    board.chip.core.receive_fifo_events.value = 3;
    const auto schedule = static_cast<mapper::Schedule>(seed % 3);
    const auto c = testing::random_case(workloads::random_program(seed), board, schedule, seed);
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, seed)};
    const auto overlapping = [](const RunResult& r) {
      std::int64_t n = 0;
      for (const Activity& a : r.activities)
        for (const Activity& b : r.activities)
          n += a.core == b.core && a.unit == CoreUnit::kFire && b.unit == CoreUnit::kIntegrate &&
               a.start < b.start + b.duration && b.start < a.start + a.duration;
      return n;
    };
    const RunResult two = run(*c, Fidelity::kCycle, images);
    c->problem.board.chip.core.memory_ports.value = 1;
    const RunResult one = run(*c, Fidelity::kCycle, images);
    SCOPED_TRACE(seed);
    EXPECT_EQ(overlapping(one), 0);
    overlaps_with_two_ports += overlapping(two);
    EXPECT_TRUE(one.images[0].exact);
    EXPECT_EQ(one.events, two.events);
    EXPECT_EQ(one.profile.tile_cycles, two.profile.tile_cycles);
    for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast}) {
      const RunResult turns = run(*c, fidelity, images);
      c->problem.board.chip.core.memory_ports.value = 2;
      EXPECT_GE(turns.total_time, run(*c, fidelity, images).total_time);
      c->problem.board.chip.core.memory_ports.value = 1;
    }
  }
  EXPECT_GT(overlaps_with_two_ports, 0);
}

}  // namespace
}  // namespace ranvier::sim
