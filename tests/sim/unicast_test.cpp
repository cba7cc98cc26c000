// SPDX-License-Identifier: Apache-2.0
// Chips without relays: the source sends a packet to each destination core, and pays for each.
#include <gtest/gtest.h>

#include "mapper/cost.h"
#include "mapper/mapper.h"
#include "mapper/remap.h"
#include "mapper/repeaters.h"
#include "sim/network_timing.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"
#include "workloads/reference.h"

namespace ranvier::sim {
namespace {

using testing::Case;

/// fc on core 1, the two outputs of the head on cores 2 and 3 of a 2 x 2 mesh.
std::unique_ptr<Case> split_head(chips::Multicast multicast) {
  auto c = testing::tiny_case();
  c->problem.board.chip.noc.multicast = multicast;
  c->problem.board.chip.core.emit_cycles.value = 5;
  c->problem.board.chip.energy.event_receive.value = Energy(163);
  c->problem.board.chip.energy.spike.value = Energy(167);
  c->problem.tiles[2].outputs = {0, 1};
  c->problem.tiles.push_back(c->problem.tiles[2]);
  c->problem.tiles[3].outputs = {1, 2};
  c->problem.flows[1].destinations = {TileId(2), TileId(3)};
  c->problem.flow_events = {1, 1};
  c->problem.tile_cycles = {0, 0, 0, 0};
  c->mapping.core_of = {CoreId(), CoreId(1), CoreId(2), CoreId(3)};
  c->mapping.level = {0, 1, 2, 2};
  c->mapping.routes = mapper::make_routes(c->problem, c->mapping.core_of);
  return c;
}

std::int64_t count_of(const RunResult& r, Component component) {
  std::int64_t n = 0;
  for (const LedgerEntry& e : r.ledger) n += e.component == component ? e.count : 0;
  return n;
}

RunResult run(const Case& c, Fidelity fidelity, const std::vector<std::vector<std::int32_t>>& images) {
  SimOptions options;
  options.fidelity = fidelity;
  return simulate(c.problem, c.mapping, images, options);
}

TEST(Unicast, ASourceSendsAPacketToEachCore) {
  const auto relay = split_head(chips::Multicast::kRelay);
  const auto unicast = split_head(chips::Multicast::kUnicast);
  EXPECT_EQ(relay->mapping.routes[1].chain, (std::vector<CoreId>{CoreId(3), CoreId(2)}));
  EXPECT_EQ(unicast->mapping.routes[1].chain, (std::vector<CoreId>{CoreId(2), CoreId(3)}));
  const std::vector<std::vector<std::int32_t>> images{{3, 0, 0, 0}};
  for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle}) {
    const RunResult a = run(*relay, fidelity, images);
    const RunResult b = run(*unicast, fidelity, images);
    EXPECT_TRUE(b.images[0].exact);
    EXPECT_EQ(a.images[0].logits, b.images[0].logits);
    const std::int64_t sent = b.layers[1].events;  // by fc, to two cores each
    ASSERT_GT(sent, 0);
    EXPECT_EQ(a.layers[1].packets, sent);
    EXPECT_EQ(b.layers[1].packets, 2 * sent);
    EXPECT_EQ(a.layers[1].flit_hops, sent * (1 + 1));
    EXPECT_EQ(b.layers[1].flit_hops, sent * (2 + 1));  // core 1 to 2 and to 3
    EXPECT_EQ(count_of(a, Component::kEventEmit), count_of(b, Component::kEventEmit));
    EXPECT_EQ(count_of(b, Component::kEventReceive), 2 * sent + b.layers[0].events);
    EXPECT_EQ(count_of(b, Component::kSpike), sent);
    // The way is 1 east or west and 2 south: 2 by the packets to core 2, 1 by those to core 3, host 1 to core 1.
    EXPECT_EQ(count_of(b, Component::kLinkHopSouth) + count_of(b, Component::kLinkHopNorth),
              2 * sent + 2 * 1 * (1 + 1));
    // A packet more an event, of 5 cycles.
    EXPECT_EQ(b.layers[1].busy - a.layers[1].busy, Cycles(5 * sent));
    Energy sum;
    for (const LedgerEntry& e : b.ledger) sum += e.energy;
    EXPECT_EQ(sum, b.total_energy);
  }
}

TEST(Unicast, ThePacketsOfAnEventLeaveOneAfterTheOther) {
  const auto c = split_head(chips::Multicast::kUnicast);
  const RunResult r = run(*c, Fidelity::kCycle, {{3, 0, 0, 0}});
  // Step 1: fc fires. 6 contexts in 2 groups of a cycle; the last packet is made when all have been, and goes to
  // core 3.
  const std::int64_t sent = r.layers[1].events;
  const MeshSpec mesh = mesh_of(c->problem.board);
  EXPECT_EQ(r.layers[1].packets, 2 * sent);
  EXPECT_GE(r.steps[1].network.count(), 2 * sent * 5 + zero_load_cycles(mesh, CoreId(1), CoreId(3)));
  EXPECT_LE(r.steps[1].network.count(), 2 * sent * 5 + 2 + zero_load_cycles(mesh, CoreId(1), CoreId(2)));
}

TEST(Unicast, TheHostSendsAPacketToEachCoreToo) {
  auto c = testing::tiny_case();
  c->problem.board.chip.noc.multicast = chips::Multicast::kUnicast;
  c->problem.tiles[1].outputs = {0, 1};
  c->problem.tiles.push_back(c->problem.tiles[1]);
  c->problem.tiles[3].outputs = {1, 3};
  c->problem.flows[0].destinations = {TileId(1), TileId(3)};
  c->problem.flows[1].channels = {0, 1};
  c->problem.flows.push_back({TileId(3), {0, 1}, {1, 3}, {TileId(2)}, 3});
  c->problem.flow_events = {1, 1, 1};
  c->problem.tile_cycles = {0, 0, 0, 0};
  c->mapping.core_of = {CoreId(), CoreId(1), CoreId(3), CoreId(2)};
  c->mapping.level = {0, 1, 2, 1};
  c->mapping.delay = {0, 0, 0};
  c->mapping.routes = mapper::make_routes(c->problem, c->mapping.core_of);
  for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle}) {
    const RunResult r = run(*c, fidelity, {{3, 1, 0, 2}});
    EXPECT_TRUE(r.images[0].exact);
    EXPECT_EQ(r.layers[0].packets, 2 * r.layers[0].events);
    std::int64_t host = 0;
    for (const LedgerEntry& e : r.ledger)
      if (e.component == Component::kHostFlit && e.stage == StageId(0)) host += e.count;
    EXPECT_EQ(host, 2 * r.layers[0].events);
  }
}

TEST(Unicast, AnyMappingGivesTheReferencesIntegersAtEveryFidelity) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    chips::Board board = testing::small_board(3, 2, 2, 1);
    board.chip.noc.multicast = chips::Multicast::kUnicast;
    board.chip.noc.cores_per_router.value = 3;
    board.chip.noc.link_cycles_vertical.value = 2;
    board.chip.noc.link_cycles_per_flit.value = 2;
    board.chip.core.route_entries.value = 1 << 20;
    board.chip.sync.policy = seed % 2 == 0 ? chips::SyncPolicy::kLayerPipeline : chips::SyncPolicy::kDataflow;
    const auto schedule = static_cast<mapper::Schedule>(seed % 3);
    const auto c = testing::random_case(workloads::random_program(seed), board, schedule, seed);
    EXPECT_TRUE(mapper::verify(c->problem, c->mapping).empty());
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, 1)};
    const RunResult first = run(*c, Fidelity::kAnalytic, images);
    for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle}) {
      SCOPED_TRACE(seed);
      const RunResult r = run(*c, fidelity, images);
      EXPECT_TRUE(r.images[0].exact);
      if (schedule == mapper::Schedule::kAsynchronousUnary) continue;
      EXPECT_EQ(r.packets, first.packets);
      EXPECT_EQ(r.initiation_interval, first.initiation_interval);
      EXPECT_EQ(r.total_energy - first.total_energy,
                energy_over(board.chip.energy.static_chip.value * 2, r.total_time) -
                    energy_over(board.chip.energy.static_chip.value * 2, first.total_time));
    }
  }
}

// The estimate knows no order within a step: it puts the farthest way in front of the busiest part.
TEST(Unicast, TheEstimateIsNearTheAnalyticSimulation) {
  for (const chips::Multicast multicast : {chips::Multicast::kRelay, chips::Multicast::kUnicast}) {
    const auto c = split_head(multicast);
    const RunResult r = run(*c, Fidelity::kAnalytic, {{3, 0, 0, 0}});
    const mapper::Metrics m = mapper::estimate(mapper::with_profile(c->problem, r.profile), c->mapping);
    const auto ratio = [](auto a, auto b) { return static_cast<double>(a.count()) / static_cast<double>(b.count()); };
    const Duration period = chips::clock_period(c->problem.board.chip);
    for (std::size_t l = 0; l < m.levels.size(); ++l)
      EXPECT_NEAR(ratio(period * m.levels[l].cycles.count(), r.steps[l].duration), 1, 0.1) << l;
    EXPECT_NEAR(ratio(m.latency, r.total_time), 1, 0.1);
    const Power power = c->problem.board.chip.energy.static_chip.value;
    EXPECT_EQ(r.total_energy - energy_over(power, r.total_time), m.energy - energy_over(power, m.latency));
  }
}

TEST(Unicast, RepeatersGiveTheReferencesIntegersAtEveryFidelity) {
  chips::Board board = testing::small_board(12, 12);
  board.chip.noc.multicast = chips::Multicast::kUnicast;
  board.chip.core.neurons.value = 8;
  board.chip.core.route_entries.value =
      16;  // a LayerNorm of 8 channels reaches 2 cores, q, k and v take 3, fc1 takes 4
  const workloads::Program program = workloads::random_vit_program(11, 3, 8, 1, 2, 32);
  for (const auto schedule :
       {mapper::Schedule::kStagedGraded, mapper::Schedule::kStagedUnary, mapper::Schedule::kAsynchronousUnary}) {
    const auto with = mapper::with_repeaters(program, board, schedule, {});
    EXPECT_GE(mapper::repeaters_of(with).size(), 4u);
    auto c = std::make_unique<Case>();
    c->program = with;
    c->problem = mapper::make_problem(c->program, board, schedule);
    c->mapping = mapper::map_program(c->problem, {.place = {.moves = 200}});
    EXPECT_TRUE(mapper::verify(c->problem, c->mapping).empty());
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(program, 1)};
    const auto logits = workloads::run_reference(program, images[0]).logits;
    for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle}) {
      const RunResult r = run(*c, fidelity, images);
      EXPECT_TRUE(r.images[0].exact);
      EXPECT_EQ(r.images[0].logits, logits);
    }
  }
}

}  // namespace
}  // namespace ranvier::sim
