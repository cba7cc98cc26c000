// SPDX-License-Identifier: Apache-2.0
// A host's broadcast over a slow chip edge: in one wave by the shortest chain relays lose events, in the mapper's waves
// or by its chains they do not.
#include "mapper/routing/relay_room.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

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

std::size_t give_room(testing::Case& c) { return mapper::routing::give_relays_room(c.problem, c.mapping); }

/// The host takes as long to send a packet as the chip edge: another one of each costs twice the time.
std::size_t give_room_to_slow_host(testing::Case& c) {
  std::int64_t& cycles = c.problem.board.chip.host_link.cycles_per_flit.value;
  const std::int64_t before = std::exchange(cycles, 40);
  const std::size_t cuts = give_room(c);
  cycles = before;
  return cuts;
}

/// Cores whose relay buffer the verifier finds too small.
std::vector<CoreId> refused(const testing::Case& c) {
  std::vector<CoreId> cores;
  for (const mapper::Finding& f : mapper::verify(c.problem, c.mapping, 1000))
    if (f.kind == mapper::FindingKind::kRelayRoom) cores.push_back(f.core);
  return cores;
}

TEST(RelayRoom, WavesLeaveChainsWhole) {
  const auto c = broadcast();  // 200 tokens of 2 channels by core 1 to core 2; the buffer holds 64
  ASSERT_EQ(c->mapping.routes[0].chain, (std::vector<CoreId>{CoreId(1), CoreId(2)}));
  EXPECT_GT(lost(*c, Fidelity::kCycle), 100);
  EXPECT_EQ(refused(*c), (std::vector<CoreId>{CoreId(1)}));
  EXPECT_EQ(give_room_to_slow_host(*c), 0u);
  EXPECT_TRUE(c->mapping.routes[0].starts.empty());
  EXPECT_EQ(c->mapping.waves, (std::vector<std::int32_t>{8}));  // of 50 events; 6 would have 67 in one
  EXPECT_TRUE(refused(*c).empty());
  EXPECT_EQ(lost(*c, Fidelity::kCycle), 0);
  EXPECT_EQ(lost(*c, Fidelity::kFast), 0);
}

TEST(RelayRoom, TheSourceSendsAgainWhereATokenIsTooMuch) {
  const auto c = broadcast();
  c->problem.board.chip.core.relay_buffer_events.value = 1;
  EXPECT_EQ(give_room(*c), 1u);
  EXPECT_EQ(c->mapping.routes[0].chain, (std::vector<CoreId>{CoreId(1), CoreId(2)}));
  EXPECT_EQ(c->mapping.routes[0].starts, (std::vector<std::size_t>{1}));
  EXPECT_TRUE(c->mapping.waves.empty());
  EXPECT_TRUE(refused(*c).empty());
  EXPECT_EQ(lost(*c, Fidelity::kCycle), 0);
  EXPECT_EQ(lost(*c, Fidelity::kFast), 0);
}

TEST(RelayRoom, TheSourceSendsAgainWhereWavesCostMore) {
  const auto c = broadcast();
  c->problem.board.chip.sync.barrier_cycles.value = 100'000;
  EXPECT_EQ(give_room(*c), 1u);
  EXPECT_EQ(c->mapping.routes[0].starts, (std::vector<std::size_t>{1}));
  EXPECT_TRUE(c->mapping.waves.empty());
  EXPECT_TRUE(refused(*c).empty());
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
  EXPECT_EQ(give_room_to_slow_host(*c), 0u);
  EXPECT_EQ(c->mapping.waves, (std::vector<std::int32_t>{2}));
  EXPECT_TRUE(refused(*c).empty());
  EXPECT_EQ(lost(*c, Fidelity::kCycle), 0);
  EXPECT_EQ(lost(*c, Fidelity::kFast), 0);
}

TEST(RelayRoom, TheVerifierCountsEveryEventWhateverTheTiming) {
  const auto c = broadcast();
  c->problem.board.chip.chip_link.cycles_per_flit.value = 1;   // nothing waits long
  c->problem.board.chip.core.relay_buffer_events.value = 399;  // 200 tokens of 2 channels less one
  EXPECT_EQ(refused(*c), (std::vector<CoreId>{CoreId(1)}));
  c->problem.board.chip.core.relay_buffer_events.value = 400;
  EXPECT_TRUE(refused(*c).empty());
  EXPECT_EQ(give_room(*c), 0u);
  EXPECT_TRUE(c->mapping.waves.empty());
  c->problem.board.chip.core.relay_buffer_events.value = 134;  // of three waves one has so many
  c->mapping.waves = {3};
  EXPECT_TRUE(refused(*c).empty());
  c->problem.board.chip.core.relay_buffer_events.value = 133;
  EXPECT_EQ(refused(*c), (std::vector<CoreId>{CoreId(1)}));
  c->mapping.waves = {4};
  EXPECT_TRUE(refused(*c).empty());
}

/// fc's cores pass on to each other, and the host's codes too: in a pipeline both levels may do so at once.
TEST(RelayRoom, LevelsOfAPipelineShareTheBuffer) {
  const auto c = broadcast();
  c->problem.flows[1] = {TileId(1), {0, 200}, {0, 2}, {TileId(2), TileId(3)}, 3};
  c->problem.flow_events = {400, 400, 1};
  c->mapping.core_of = {CoreId(), CoreId(0), CoreId(2), CoreId(1)};
  c->mapping.routes = mapper::make_routes(c->problem, c->mapping.core_of);
  ASSERT_EQ(c->mapping.routes[0].chain, (std::vector<CoreId>{CoreId(0), CoreId(1)}));
  ASSERT_EQ(c->mapping.routes[1].chain, (std::vector<CoreId>{CoreId(1), CoreId(2)}));
  c->problem.flows[0].destinations = {TileId(1), TileId(2), TileId(3)};
  c->mapping.routes[0].chain = {CoreId(0), CoreId(1), CoreId(2)};
  c->problem.board.chip.core.relay_buffer_events.value = 400;  // of core 1, which gets 400 in each of two levels
  EXPECT_TRUE(refused(*c).empty());
  c->problem.board.chip.sync.policy = chips::SyncPolicy::kLayerPipeline;
  EXPECT_EQ(refused(*c), (std::vector<CoreId>{CoreId(1)}));
  c->mapping.waves = {2, 2};
  EXPECT_TRUE(refused(*c).empty());
  c->mapping.waves = {1, 2};
  EXPECT_EQ(refused(*c), (std::vector<CoreId>{CoreId(1)}));
  give_room(*c);
  EXPECT_TRUE(refused(*c).empty());
}

TEST(RelayRoom, TheVerifierRefusesWavesThatThereAreNot) {
  const auto waves_refused = [](const testing::Case& c) {
    const auto findings = mapper::verify(c.problem, c.mapping, 1000);
    return std::any_of(findings.begin(), findings.end(),
                       [](const mapper::Finding& f) { return f.kind == mapper::FindingKind::kWaves; });
  };
  const auto c = broadcast();
  for (const std::vector<std::int32_t>& good : {std::vector<std::int32_t>{}, {1}, {400}, {1, 400, 1}}) {
    c->mapping.waves = good;
    EXPECT_FALSE(waves_refused(*c));
  }
  for (const std::vector<std::int32_t>& bad : {std::vector<std::int32_t>{0}, {-3}, {401}, {1, 1, 99}, {1, 1, 1, 2}}) {
    c->mapping.waves = bad;
    EXPECT_TRUE(waves_refused(*c));
  }
}

/// Random programs, placements and schedules with buffers that many a mapping of them overflows.
TEST(RelayRoom, NothingIsLost) {
  std::int64_t lost_before = 0;
  std::size_t changed = 0, waves = 0, found = 0;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    constexpr mapper::Schedule kSchedules[] = {mapper::Schedule::kStagedGraded, mapper::Schedule::kStagedUnary,
                                               mapper::Schedule::kAsynchronousUnary};
    const auto c = testing::random_case(workloads::random_program(seed), testing::small_board(2, 2, 2, 1),
                                        kSchedules[seed % 3], seed);
    c->problem.board.chip.chip_link.cycles_per_flit.value = 40;
    c->problem.board.chip.core.relay_buffer_events.value = 4;
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, seed)};
    SimOptions options;
    options.allow_loss = true;
    options.fidelity = Fidelity::kCycle;
    lost_before += simulate(c->problem, c->mapping, images, options).lost.total;
    changed += give_room(*c);
    ASSERT_TRUE(refused(*c).empty()) << seed;
    for (const Fidelity fidelity : {Fidelity::kCycle, Fidelity::kFast}) {
      options.fidelity = fidelity;
      const RunResult r = simulate(c->problem, c->mapping, images, options);
      EXPECT_EQ(r.lost.total, 0) << seed;
      EXPECT_TRUE(r.images[0].exact) << seed;
    }
    // A wave less than there are is found, where the solver took the fewest that leave chains whole.
    for (std::size_t l = 0; l < c->mapping.waves.size(); ++l) {
      if (c->mapping.waves[l] == 1) continue;
      ++waves;
      const std::int32_t before = std::exchange(c->mapping.waves[l], 1);
      found += refused(*c).empty() ? 0 : 1;
      c->mapping.waves[l] = before;
    }
  }
  EXPECT_GT(lost_before, 0);
  EXPECT_GT(changed, 10u);
  EXPECT_GT(waves, 5u);
  EXPECT_EQ(found, waves);
}

TEST(RelayRoom, APacketMoreTakesTheHostLinkAgain) {
  const auto c = broadcast();
  c->problem.board.chip.core.relay_buffer_events.value = 1;
  const auto host_flits = [&] {
    SimOptions options;
    options.fidelity = Fidelity::kFast;
    options.allow_loss = true;
    const std::vector<std::vector<std::int32_t>> images{std::vector<std::int32_t>(400, 3)};
    return simulate(c->problem, c->mapping, images, options).layers[0].packets;
  };
  const std::int64_t before = host_flits();
  give_room(*c);
  EXPECT_EQ(host_flits(), 2 * before);
}

}  // namespace
}  // namespace ranvier::sim
