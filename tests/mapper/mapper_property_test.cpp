// SPDX-License-Identifier: Apache-2.0
// Whatever the program, the board and the options: the mapping is legal, and the same when made twice.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <ctime>

#include "fixtures.h"
#include "mapper/cost.h"
#include "mapper/errors.h"
#include "mapper/mapping_io.h"
#include "mapper/remap.h"
#include "workloads/random_program.h"

namespace ranvier::mapper {
namespace {

using testing::texts;
using testing::toy_board;

struct Scenario {
  workloads::Program program;
  chips::Board board;
  Schedule schedule{};
  TilingOptions tiling;
  MapOptions map;
};

Scenario draw_scenario() {
  Scenario s;
  s.program = workloads::random_program(*rc::gen::arbitrary<std::uint64_t>());
  const auto between = [](int low, int high) { return *rc::gen::inRange(low, high + 1); };
  s.board = toy_board(between(2, 6), between(2, 6), between(1, 3), between(1, 2));
  chips::CoreKind& core = s.board.chip.core;
  core.neurons.value = between(40, 256);
  core.fan_in_axons.value = between(40, 256);
  core.synapse_memory.value = Bytes(between(1000, 8000));
  core.state_memory.value = Bytes(between(2000, 20000));
  core.route_entries.value = 1000;
  if (between(0, 1) == 1) {
    core.bulk_memory.value = Bytes(1 << 20);
    core.bulk_bytes_per_cycle.value = 8;
  }
  s.board.chip.max_delay_steps.value = between(0, 1) * between(1, 40);
  s.schedule = static_cast<Schedule>(between(0, 2));
  static constexpr TokenChoice kChoices[] = {TokenChoice::kAuto, TokenChoice::kShared, TokenChoice::kReplicate,
                                             TokenChoice::kStream};
  s.tiling.token_mode = kChoices[between(0, core.bulk_memory.value.count() > 0 ? 3 : 2)];
  s.tiling.replicas = between(1, 4);
  s.tiling.preset = static_cast<Preset>(between(0, 1));
  s.map.preset = static_cast<Preset>(between(0, 1));
  s.map.seed = static_cast<std::uint64_t>(between(0, 1000));
  s.map.spread_chips = between(0, 1) == 1;
  s.map.place.moves = 300;
  return s;
}

/// Legal, or a typed answer that it does not fit.
TEST(MapperProperty, MapsLegallyOrSaysWhatDoesNotFit) {
  int mapped = 0;
  int refused = 0;
  EXPECT_TRUE(rc::check([&] {
    const Scenario s = draw_scenario();
    try {
      const MappingProblem problem = make_problem(s.program, s.board, s.schedule, s.tiling);
      const Mapping mapping = map_program(problem, s.map);
      const auto findings = verify(problem, mapping);
      if (!findings.empty()) RC_FAIL(texts(findings));

      MapOptions threaded = s.map;
      threaded.threads = 2;
      const Mapping again = map_program(problem, threaded);
      RC_ASSERT(mapping_to_json(problem, again, "") == mapping_to_json(problem, mapping, ""));

      const Profile profile{.flow_events = problem.flow_events, .tile_cycles = problem.tile_cycles, .link_flits = {}};
      const Mapping remapped =
          propose_remap(problem, mapping, profile, {.iteration = *rc::gen::inRange(0, 8), .tries = 300});
      const auto after = verify(problem, remapped);
      if (!after.empty()) RC_FAIL(texts(after));

      const Metrics metrics = estimate(problem, mapping);
      RC_ASSERT(metrics.connectivity >= 0 && metrics.latency.count() > 0);
      ++mapped;
    } catch (const DoesNotFit& e) {
      RC_ASSERT(!e.shortfalls.empty());
      RC_ASSERT(e.shortfalls[0].needed > e.shortfalls[0].available);
      RC_ASSERT(!e.nearest.empty());
      ++refused;
    }
  }));
  EXPECT_GT(mapped, 20) << refused << " did not fit";
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// The shape of the larger bundled transformer on nine Tianjic-like chips.
TEST(MapVit, IsLegalAndFast) {
  const workloads::Program program = workloads::random_vit_program(1, 50, 64, 4, 4, 256);
  const chips::Board board = chips::load_target("tianjic-like:3x3");
  for (const Preset preset : {Preset::kCompact, Preset::kLatency}) {
    const double start = cpu_seconds();
    const MappingProblem problem = make_problem(program, board, Schedule::kStagedGraded, {.preset = preset});
    const Mapping mapping = map_program(problem, {.preset = preset});
    const double taken = cpu_seconds() - start;
    const auto findings = verify(problem, mapping);
    EXPECT_TRUE(findings.empty()) << texts(findings);
    const Metrics m = estimate(problem, mapping);
    RecordProperty(std::string(name_of(preset)) + "_cores", static_cast<int>(m.cores));
    std::printf("%s: %ld tiles on %ld cores of %ld chips, %.0f tree hops, step %.0f ns, %.2f s\n", name_of(preset),
                static_cast<long>(m.tiles), static_cast<long>(m.cores), static_cast<long>(m.chips), m.tree_hops,
                m.step_time_ns_mean, taken);
    EXPECT_LT(taken, 20.0) << "ten times the target: leaves room for sanitizers";
  }
}

TEST(MapVit, LatencyBuysTimeWithCores) {
  const workloads::Program program = workloads::random_vit_program(1, 50, 64, 4, 2, 256);
  const chips::Board board = chips::load_target("tianjic-like:3x3");
  const auto metrics = [&](Preset preset) {
    const MappingProblem p = make_problem(program, board, Schedule::kStagedGraded, {.preset = preset});
    return estimate(p, map_program(p, {.preset = preset, .place = {.moves = 3000}}));
  };
  const Metrics compact = metrics(Preset::kCompact);
  const Metrics latency = metrics(Preset::kLatency);
  EXPECT_LT(latency.latency, compact.latency);
  EXPECT_GT(latency.cores, compact.cores);
}

}  // namespace
}  // namespace ranvier::mapper
