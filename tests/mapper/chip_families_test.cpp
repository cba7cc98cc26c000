// SPDX-License-Identifier: Apache-2.0
// What unicast chips with several cores a router ask of routes, tables, placement and the work estimate.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fixtures.h"
#include "mapper/curves.h"
#include "mapper/errors.h"
#include "mapper/mesh.h"
#include "mapper/peaks.h"
#include "mapper/placement_state.h"
#include "mapper/routes.h"
#include "mapper/step_work.h"
#include "mapper/work.h"

namespace ranvier::mapper {
namespace {

using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

chips::Board tile_board(std::int32_t width, std::int32_t height, std::int64_t cores, std::int32_t columns = 1) {
  chips::Board board = toy_board(width, height, columns);
  board.chip.noc.cores_per_router.value = cores;
  board.chip.noc.multicast = chips::Multicast::kUnicast;
  return board;
}

TEST(ManyCoresARouter, CurvesVisitAllOfThem) {
  const chips::Board board = tile_board(3, 2, 4, 2);
  for (const Curve curve : {Curve::kRowMajor, Curve::kSnake, Curve::kHilbert}) {
    std::set<CoreId> seen;
    for (std::size_t chip = 0; chip < 2; ++chip) {
      const auto cores = cores_along(board, ChipId(chip), curve);
      EXPECT_EQ(cores.size(), 24u);
      for (const CoreId c : cores) EXPECT_EQ(board.chip_of(c), ChipId(chip));
      for (std::size_t i = 0; i < cores.size(); i += 4) {
        EXPECT_EQ(board.router_of(cores[i]), board.router_of(cores[i + 3]));
      }
      seen.insert(cores.begin(), cores.end());
    }
    EXPECT_EQ(seen.size(), board.cores());
  }
}

TEST(ManyCoresARouter, WaysCountLinksByKind) {
  const chips::Board board = tile_board(2, 2, 4, 2);  // routers 0 1 | 2 3 / 4 5 | 6 7
  const WayLinks same = way_links(board, CoreId(0), CoreId(3));
  EXPECT_EQ(same.links, 0);
  const WayLinks way = way_links(board, CoreId(1), board.core_at(3, 1));
  EXPECT_EQ(way.links, 4);
  EXPECT_EQ(way.edges, 1);
  EXPECT_EQ(way.vertical, 1);
  EXPECT_EQ(way.horizontal(), 2);
  std::vector<LinkId> links;
  for_each_xy_link(board, CoreId(1), board.core_at(3, 1), [&](LinkId l) { links.push_back(l); });
  EXPECT_EQ(links, (std::vector<LinkId>{LinkId(0), LinkId(4), LinkId(8), LinkId(3 * 4 + 2)}));
}

TEST(ManyCoresARouter, PlacementUsesEveryCoreAndKeepsItsCost) {
  const workloads::Program program = testing::attention_program();
  const chips::Board board = tile_board(2, 2, 4);
  const MappingProblem problem = make_problem(program, board, Schedule::kStagedGraded, {.preset = Preset::kLatency});
  const Mapping mapping = map_program(problem, {.preset = Preset::kLatency});
  EXPECT_TRUE(verify(problem, mapping).empty()) << testing::texts(verify(problem, mapping));
  std::set<std::size_t> locals;
  for (const CoreId c : mapping.core_of)
    if (c.valid()) locals.insert(c.value() % 4);
  EXPECT_EQ(locals.size(), 4u);
  const PlaceWeights weights;
  PlacementState state(problem, mapping.level, weights, mapping.core_of);
  std::vector<CoreId> cores = mapping.core_of;
  for (std::uint32_t n = 0; n < 50; ++n) {
    const TileId tile(1 + n % (problem.tiles.size() - 1));
    const std::vector<Relocation> moves{{tile, CoreId(n * 7 % board.cores())}};
    state.move(moves);
    if (n % 3 == 0) {
      state.revert();
    } else {
      cores[tile.value()] = moves[0].to;
    }
  }
  EXPECT_EQ(state.core_of(), cores);
  EXPECT_NEAR(PlacementState(problem, mapping.level, weights, cores).cost(), state.cost(), 1e-6 * state.cost());
}

struct Unicast : ::testing::Test {
  static workloads::Program make() {
    ProgramBuilder b(3, 4);
    const StageId a = b.linear("a", kInput, 6);
    b.sum("sum", b.linear("b", a, 4), b.linear("c", a, 4));
    return b.finish();
  }
  workloads::Program program = make();
  chips::Board board = tile_board(2, 2, 2);
  MappingProblem problem = make_problem(program, board, Schedule::kStagedGraded);
  std::vector<CoreId> core_of{CoreId(), CoreId(1), CoreId(5), CoreId(2), CoreId(5)};

  Mapping mapping_of() const {
    Mapping m;
    m.core_of = core_of;
    m.routes = make_routes(problem, core_of);
    m.level = {0, 1, 2, 2, 3};
    m.delay.assign(problem.flows.size(), 0);
    return m;
  }
};

TEST_F(Unicast, ARouteIsTheSetOfDestinations) {
  const Mapping m = mapping_of();
  ASSERT_EQ(problem.flows[1].source, TileId(1));
  EXPECT_EQ(m.routes[1].chain, (std::vector<CoreId>{CoreId(2), CoreId(5)}));
  EXPECT_EQ(packets_of(board.chip.noc, m.routes[1]), 2);
  EXPECT_EQ(packets_of(toy_board(2, 2).chip.noc, m.routes[1]), 1);
  EXPECT_TRUE(verify(problem, m).empty()) << testing::texts(verify(problem, m));
}

TEST_F(Unicast, OutAxonsAreNeuronsTimesCores) {
  // Core 1: a's 6 channels to two cores, whatever the number of tokens.
  problem.board.chip.core.route_entries.value = 12;
  EXPECT_NO_THROW(mapping_of());
  EXPECT_TRUE(verify(problem, mapping_of()).empty());
  const Mapping m = mapping_of();
  problem.board.chip.core.route_entries.value = 11;
  try {
    mapping_of();
    FAIL() << "12 out axons fit into 11";
  } catch (const DoesNotFit& e) {
    ASSERT_EQ(e.shortfalls.size(), 1u);
    EXPECT_EQ(e.shortfalls[0].resource, "route_entries");
    EXPECT_EQ(e.shortfalls[0].core, CoreId(1));
    EXPECT_EQ(e.shortfalls[0].needed, 12);
    EXPECT_EQ(e.shortfalls[0].available, 11);
    EXPECT_EQ(e.shortfalls[0].text(),
              "core 1 needs 12 out axons for stage a, the chip's cores have 11 (route_entries)");
  }
  EXPECT_EQ(testing::kinds(verify(problem, m)), (std::vector<FindingKind>{FindingKind::kRouteEntries}));
}

TEST_F(Unicast, AnAxonServesAllTokensButOfKLif) {
  // The flow of a cut by tokens: the same channels to the same cores are the same axons.
  std::vector<Flow> flows = problem.flows;
  Flow rest = flows[1];
  flows[1].tokens = {0, 1};
  rest.tokens = {1, 3};
  rest.channels = {2, 6};
  Flow low = rest;
  low.channels = {0, 2};
  flows.push_back(rest);
  flows.push_back(low);
  problem.flows = flows;
  problem.flow_events.assign(flows.size(), 1);
  problem.board.chip.core.route_entries.value = 12;
  EXPECT_TRUE(verify(problem, mapping_of()).empty()) << testing::texts(verify(problem, mapping_of()));
  const Mapping m = mapping_of();
  problem.board.chip.core.route_entries.value = 11;
  EXPECT_THROW(mapping_of(), DoesNotFit);
  EXPECT_EQ(testing::kinds(verify(problem, m)), (std::vector<FindingKind>{FindingKind::kRouteEntries}));
}

TEST(StepEnds, ByPolicyRoutersAndChips) {
  chips::Sync sync;
  sync.barrier_cycles.value = 9;
  sync.barrier_table = {{1, 6}, {4, 14}, {29, 18}};
  sync.multichip_barrier_cycles.value = 160;
  EXPECT_EQ(end_of_step_cycles(sync, 1, 1), 6);
  EXPECT_EQ(end_of_step_cycles(sync, 2, 1), 14);
  EXPECT_EQ(end_of_step_cycles(sync, 40, 1), 18);
  EXPECT_EQ(end_of_step_cycles(sync, 2, 2), 160);
  EXPECT_DOUBLE_EQ(synchronised(sync, 100, 4, 14), 4 * (25 + 14));
  sync.policy = chips::SyncPolicy::kLayerPipeline;
  EXPECT_EQ(end_of_step_cycles(sync, 2, 2), 9);
  sync.policy = chips::SyncPolicy::kDataflow;
  EXPECT_EQ(end_of_step_cycles(sync, 2, 2), 0);
  sync.policy = chips::SyncPolicy::kFixedPhase;
  sync.phase_cycles.value = 20;
  EXPECT_EQ(end_of_step_cycles(sync, 2, 2), 0);
  EXPECT_DOUBLE_EQ(synchronised(sync, 100, 4, 0), 4 * 40);
}

TEST(CoreWork, SynapsesSomataAndSpikesTakeTheirCycles) {
  ProgramBuilder b(3, 4);
  const StageId a = b.linear("a", kInput, 6);
  const workloads::Program program = b.finish();
  chips::CoreKind core = toy_board(1, 1).chip.core;  // 4 lanes, decode 1, soma 1, emit 1
  const Tile tile = make_problem(program, toy_board(4, 4), Schedule::kStagedGraded).tiles[1];
  EXPECT_EQ(receive_cycles_of(program, core, a, 6), 1 + 2);
  const double before = busy_cycles(program, core, Schedule::kStagedGraded, tile);
  core.synapse_cycles.value = 38;
  core.synapse_conv_cycles.value = 31;
  EXPECT_EQ(receive_cycles_of(program, core, a, 6), 1 + 2 * 38);
  const double events = 12 * events_per_value(program, kInput, Schedule::kStagedGraded);
  EXPECT_DOUBLE_EQ(busy_cycles(program, core, Schedule::kStagedGraded, tile), before + events * 2 * 37);
  core.synapse_cycles.value = 1;
  core.soma_active_cycles.value = 7;
  EXPECT_DOUBLE_EQ(busy_cycles(program, core, Schedule::kStagedGraded, tile), before + 7 * 5);  // 18 contexts, 5 groups
  core.soma_active_cycles.value = 0;
  core.spike_cycles.value = 30;
  const double sent = 18 * events_per_value(program, a, Schedule::kStagedGraded);
  EXPECT_DOUBLE_EQ(busy_cycles(program, core, Schedule::kStagedGraded, tile), before + 30 * sent);
}

TEST(CoreWork, KernelsAreSharedByPositionsOnly) {
  workloads::Stage stage;
  stage.kind = workloads::StageKind::kLif;
  stage.tokens = 9;
  EXPECT_TRUE(has_shared_kernels(stage));
  stage.tokens = 1;
  EXPECT_FALSE(has_shared_kernels(stage));
  stage.kind = workloads::StageKind::kLinear;
  stage.tokens = 9;
  EXPECT_FALSE(has_shared_kernels(stage));
}

TEST(Peaks, OfALargeIdleBoardTakeNoRoomAndStayExact) {
  Peaks peaks(1'000'000);
  EXPECT_EQ(peaks.highest(), 0);
  peaks.add(999'999, 5);
  peaks.add(3, 7);
  EXPECT_EQ(peaks.highest(), 7);
  peaks.add(3, -6);
  EXPECT_EQ(peaks.highest(), 5);
  EXPECT_EQ(peaks[3], 1);
  EXPECT_EQ(peaks[500'000], 0);
}

}  // namespace
}  // namespace ranvier::mapper
