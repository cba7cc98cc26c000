// SPDX-License-Identifier: Apache-2.0
// A host's broadcast over a slow chip edge: by the shortest chain relays lose events, by the mapper's they do not.
#include "mapper/routing/relay_room.h"

#include <gtest/gtest.h>

#include "mapper/routing/route.h"
#include "mapper/verifier.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

/// Two chips of two cores, 40 cycles a flit between them. The host's codes go to core 1 of one and core 2 of the other.
std::unique_ptr<testing::Case> broadcast() {
  auto c = testing::tiny_case();
  workloads::Stage& input = c->program.stages[0];
  workloads::Stage& fc = c->program.stages[1];
  input.tokens = 200;
  fc.tokens = 200;
  c->problem.board = testing::small_board(2, 1, 2, 1);
  c->problem.board.chip.chip_link.cycles_per_flit.value = 40;
  c->problem.board.chip.core.relay_buffer_events.value = 64;
  c->problem.tiles[0].tokens = {0, 200};
  c->problem.tiles[1].tokens = {0, 200};
  c->problem.tiles[1].outputs = {0, 2};
  c->problem.tiles.push_back(c->problem.tiles[1]);
  c->problem.tiles[3].outputs = {2, 3};
  c->problem.flows = {{TileId(0), {0, 200}, {0, 2}, {TileId(1), TileId(3)}, 2},
                      {TileId(1), {0, 1}, {0, 2}, {TileId(2)}, 3},
                      {TileId(3), {0, 1}, {2, 3}, {TileId(2)}, 3}};
  c->problem.flow_events = {400, 2, 1};
  c->problem.tile_cycles = {0, 0, 0, 0};
  c->mapping.core_of = {CoreId(), CoreId(1), CoreId(2), CoreId(2)};
  c->mapping.level = {0, 1, 2, 1};
  c->mapping.delay = {0, 0, 0};
  c->mapping.routes = mapper::make_routes(c->problem, c->mapping.core_of);
  return c;
}

std::int64_t lost(const testing::Case& c, Fidelity fidelity) {
  SimOptions options;
  options.fidelity = fidelity;
  options.allow_loss = true;
  const std::vector<std::vector<std::int32_t>> images{std::vector<std::int32_t>(400, 3)};
  return simulate(c.problem, c.mapping, images, options).lost.total;
}

std::size_t make_sources_wait(testing::Case& c) {
  return mapper::routing::make_sources_wait(c.problem, c.mapping.level, c.mapping.core_of, c.mapping.routes);
}

/// Cores whose relay buffer the verifier finds too small.
std::vector<CoreId> refused(const testing::Case& c) {
  std::vector<CoreId> cores;
  for (const mapper::Finding& f : mapper::verify(c.problem, c.mapping, 1000))
    if (f.kind == mapper::FindingKind::kRelayRoom) cores.push_back(f.core);
  return cores;
}

TEST(RelayRoom, TheSourceWaitsInPlaceOfTheRelay) {
  const auto c = broadcast();
  ASSERT_EQ(c->mapping.routes[0].chain, (std::vector<CoreId>{CoreId(1), CoreId(2)}));
  EXPECT_GT(lost(*c, Fidelity::kCycle), 100);
  EXPECT_EQ(make_sources_wait(*c), 1u);
  EXPECT_EQ(c->mapping.routes[0].chain, (std::vector<CoreId>{CoreId(1), CoreId(2)}));
  EXPECT_EQ(c->mapping.routes[0].starts, (std::vector<std::size_t>{1}));
  EXPECT_EQ(lost(*c, Fidelity::kCycle), 0);
  EXPECT_EQ(lost(*c, Fidelity::kFast), 0);
}

TEST(RelayRoom, FlowsThatFitOneByOneAreCountedTogether) {
  const auto c = broadcast();
  c->problem.board.chip.core.relay_buffer_events.value = 210;
  c->problem.flows.insert(c->problem.flows.begin() + 1, c->problem.flows[0]);
  c->problem.flows[0].channels = {0, 1};
  c->problem.flows[1].channels = {1, 2};
  c->problem.flow_events = {200, 200, 2, 1};
  c->mapping.delay = {0, 0, 0, 0};
  c->mapping.routes = mapper::make_routes(c->problem, c->mapping.core_of);
  EXPECT_GT(lost(*c, Fidelity::kCycle), 0);
  EXPECT_EQ(refused(*c), (std::vector<CoreId>{CoreId(1)}));
  EXPECT_GT(make_sources_wait(*c), 0u);
  EXPECT_TRUE(refused(*c).empty());
  EXPECT_EQ(lost(*c, Fidelity::kCycle), 0);
  EXPECT_EQ(lost(*c, Fidelity::kFast), 0);
}

TEST(RelayRoom, AChainWhoseRelaysHaveRoomStays) {
  const auto c = broadcast();
  c->problem.board.chip.core.relay_buffer_events.value = 800;  // twice all of them
  EXPECT_EQ(make_sources_wait(*c), 0u);
  EXPECT_TRUE(refused(*c).empty());
  EXPECT_EQ(lost(*c, Fidelity::kCycle), 0);
}

TEST(RelayRoom, AProofCountsEveryEventWhateverTheTiming) {
  const auto c = broadcast();
  c->problem.board.chip.chip_link.cycles_per_flit.value = 1;   // nothing waits long
  c->problem.board.chip.core.relay_buffer_events.value = 399;  // 200 tokens of 2 channels less one
  EXPECT_EQ(make_sources_wait(*c), 0u);
  EXPECT_TRUE(refused(*c).empty());
  c->problem.constraints.proved_relays = true;
  EXPECT_EQ(refused(*c), (std::vector<CoreId>{CoreId(1)}));
  c->problem.board.chip.core.relay_buffer_events.value = 400;
  EXPECT_TRUE(refused(*c).empty());
  EXPECT_EQ(make_sources_wait(*c), 0u);
  c->problem.board.chip.core.relay_buffer_events.value = 399;
  EXPECT_EQ(make_sources_wait(*c), 1u);
  EXPECT_EQ(c->mapping.routes[0].starts, (std::vector<std::size_t>{1}));
  EXPECT_TRUE(refused(*c).empty());
}

/// Random programs, placements and schedules with buffers that many a mapping of them overflows.
TEST(RelayRoom, WhatIsProvedLosesNothing) {
  std::int64_t lost_before = 0;
  std::size_t changed = 0;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    constexpr mapper::Schedule kSchedules[] = {mapper::Schedule::kStagedGraded, mapper::Schedule::kStagedUnary,
                                               mapper::Schedule::kAsynchronousUnary};
    const auto c = testing::random_case(workloads::random_program(seed), testing::small_board(2, 2, 2, 1),
                                        kSchedules[seed % 3], seed);
    c->problem.board.chip.chip_link.cycles_per_flit.value = 40;
    c->problem.board.chip.core.relay_buffer_events.value = 2;
    c->problem.constraints.proved_relays = true;
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, seed)};
    SimOptions options;
    options.allow_loss = true;
    options.fidelity = Fidelity::kCycle;
    lost_before += simulate(c->problem, c->mapping, images, options).lost.total;
    changed += make_sources_wait(*c);
    ASSERT_TRUE(refused(*c).empty()) << seed;
    for (const Fidelity fidelity : {Fidelity::kCycle, Fidelity::kFast}) {
      options.fidelity = fidelity;
      const RunResult r = simulate(c->problem, c->mapping, images, options);
      EXPECT_EQ(r.lost.total, 0) << seed;
      EXPECT_TRUE(r.images[0].exact) << seed;
    }
  }
  EXPECT_GT(lost_before, 0);
  EXPECT_GT(changed, 10u);
}

TEST(RelayRoom, APacketMoreTakesTheHostLinkAgain) {
  const auto c = broadcast();
  const auto host_flits = [&] {
    SimOptions options;
    options.fidelity = Fidelity::kFast;
    options.allow_loss = true;
    const std::vector<std::vector<std::int32_t>> images{std::vector<std::int32_t>(400, 3)};
    return simulate(c->problem, c->mapping, images, options).layers[0].packets;
  };
  const std::int64_t before = host_flits();
  make_sources_wait(*c);
  EXPECT_EQ(host_flits(), 2 * before);
}

}  // namespace
}  // namespace ranvier::sim
