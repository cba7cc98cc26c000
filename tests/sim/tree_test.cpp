// SPDX-License-Identifier: Apache-2.0
// Chips whose routers fork packets along the mapping's trees: exact counts, the three fidelities, the network alone.
#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "mapper/cost.h"
#include "mapper/remap.h"
#include "mapper/routing/route.h"
#include "mapper/routing/tree.h"
#include "mapper/verifier.h"
#include "sim/fidelity_check.h"
#include "sim/network_timing.h"
#include "tests/sim/chip_fixture.h"
#include "tests/sim/temporal_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

using testing::Case;

constexpr Fidelity kFidelities[] = {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle};

/// fc on core 0 of a 3 x 2 mesh, the two outputs of the head on cores 4 and 5: the way goes down once.
std::unique_ptr<Case> split_head(chips::Multicast multicast) {
  auto c = testing::tiny_case();
  c->problem.board = testing::small_board(3, 2);
  c->problem.board.chip.noc.multicast = multicast;
  c->problem.tiles[2].outputs = {0, 1};
  c->problem.tiles.push_back(c->problem.tiles[2]);
  c->problem.tiles[3].outputs = {1, 2};
  c->problem.flows[1].destinations = {TileId(2), TileId(3)};
  c->problem.flow_events = {1, 1};
  c->problem.tile_cycles = {0, 0, 0, 0};
  c->mapping.core_of = {CoreId(), CoreId(0), CoreId(4), CoreId(5)};
  c->mapping.level = {0, 1, 2, 2};
  mapper::routing::route(c->problem, c->mapping);
  return c;
}

std::int64_t count_of(const RunResult& r, Component component, StageId stage) {
  std::int64_t n = 0;
  for (const LedgerEntry& e : r.ledger) n += e.component == component && e.stage == stage ? e.count : 0;
  return n;
}

TEST(TreeChip, AnEventIsOnePacketOverEachLinkOnce) {
  const auto c = split_head(chips::Multicast::kTree);
  ASSERT_EQ(c->mapping.routes[1].tree.size(), 3u);
  const std::vector<std::vector<std::int32_t>> images{{3, 0, 0, 0}};
  for (const Fidelity fidelity : kFidelities) {
    SimOptions options;
    options.fidelity = fidelity;
    const RunResult r = simulate(c->problem, c->mapping, images, options);
    EXPECT_TRUE(r.images[0].exact);
    const StageId fc(1);
    const std::int64_t events = r.layers[1].events;
    const std::int64_t flits = chips::flits_of(c->problem.board.chip.noc, 3);
    ASSERT_GT(events, 0);
    EXPECT_EQ(r.layers[1].packets, events);
    EXPECT_EQ(r.layers[1].flit_hops, 3 * events * flits);
    EXPECT_EQ(count_of(r, Component::kEventEmit, fc), events);
    EXPECT_EQ(count_of(r, Component::kEventReceive, fc), 2 * events);
    EXPECT_EQ(count_of(r, Component::kRouterHop, fc), 4 * events * flits);  // three links, four routers
  }
}

TEST(TreeChip, TheEstimatesEnergyIsThatOfTheSimulation) {
  const auto c = split_head(chips::Multicast::kTree);
  for (const Fidelity fidelity : kFidelities) {
    SimOptions options;
    options.fidelity = fidelity;
    const RunResult r = simulate(c->problem, c->mapping, {{{3, 1, 0, 2}}}, options);
    const mapper::Metrics m = mapper::estimate(mapper::with_profile(c->problem, r.profile), c->mapping);
    const Power power = c->problem.board.chip.energy.static_chip.value;
    EXPECT_EQ(r.total_energy - energy_over(power, r.total_time), m.energy - energy_over(power, m.latency));
    EXPECT_NEAR(static_cast<double>(m.latency.count()) / static_cast<double>(r.total_time.count()), 1, 0.1);
  }
}

// Random programs and placements: verified, the reference's integers, and the same counts at every fidelity.
TEST(TreeChip, AnyMappingCountsTheSameAtEveryFidelity) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    chips::Board board = seed % 2 == 0 ? testing::small_board(6, 5) : testing::small_board(3, 3, 2, 2);
    board.chip.noc.multicast = chips::Multicast::kTree;
    board.chip.noc.buffer_flits.value = 8;
    board.chip.noc.cores_per_router.value = 1 + static_cast<std::int64_t>(seed % 3);
    board.chip.noc.link_cycles_vertical.value = 2;
    board.chip.core.receive_fifo_events.value = 1 + static_cast<std::int64_t>(seed % 5);
    const auto schedule = static_cast<mapper::Schedule>(seed % 3);
    const auto c = testing::random_case(workloads::random_program(seed), board, schedule, seed);
    mapper::routing::route(c->problem, c->mapping);
    for (const auto& finding : mapper::verify(c->problem, c->mapping)) ADD_FAILURE() << finding.text;
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, seed)};
    const FidelityCheck check = check_fidelity(c->problem, c->mapping, images, {}, false);
    for (const RunResult& run : check.runs) EXPECT_TRUE(run.images[0].exact);
    for (const CountComparison& count : check.counts)
      EXPECT_TRUE(count.equal) << count.name << ": " << count.first_difference;
  }
}

// Spikes with axonal delays, ticks, 17 cores a router, every link a chip edge.
TEST(TreeChip, NetworksOverTimeOnASpinnakerLikeBoard) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    chips::Board board = chips::load_target("spinnaker-like:3x2");
    board.chip.core.neurons.value = 24;  // more tiles
    workloads::Program program = testing::random_temporal_program(seed);
    const auto spikes = testing::random_spikes(program, seed);
    const auto c = testing::random_case(std::move(program), board, mapper::Schedule::kTimesteps, seed);
    mapper::routing::route(c->problem, c->mapping);
    for (const auto& finding : mapper::verify(c->problem, c->mapping)) ADD_FAILURE() << finding.text;
    const FidelityCheck check = check_fidelity(c->problem, c->mapping, {{spikes}}, {}, false);
    for (const RunResult& run : check.runs) EXPECT_TRUE(run.images[0].exact);
    for (const CountComparison& count : check.counts)
      EXPECT_TRUE(count.equal) << count.name << ": " << count.first_difference;
    EXPECT_GT(check.runs[2].flit_hops, 0);
  }
}

TEST(TreeNetwork, APacketAloneGoesAlongTheLinksItIsGiven) {
  chips::Board board = testing::small_board(4, 3, 2, 2);
  board.chip.noc.buffer_flits.value = 4;
  const MeshSpec mesh = mesh_of(board);
  mapper::routing::TreeSearch search(board);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    const auto cores = static_cast<std::uint32_t>(board.cores());
    const CoreId from(random_below(cores, seed, 0, 0));
    std::set<CoreId> wanted;
    for (std::uint32_t i = 0; i <= seed % 9; ++i) wanted.insert(CoreId(random_below(cores, seed, 1, i)));
    wanted.erase(from);
    if (wanted.empty()) continue;
    const std::vector<CoreId> to(wanted.begin(), wanted.end());
    std::vector<std::int64_t> price;
    for (std::uint32_t l = 0; l < mapper::link_count(board); ++l) price.push_back(1 + random_below(9, seed, 2, l));
    const auto tree = search.grow(from, to, price);
    const auto network = make_cycle_network(board);
    const auto flits = static_cast<std::int32_t>(1 + seed % 3);
    network->inject_tree({7, from, from, flits}, network->add_tree(from, to, tree), 5);
    std::vector<Delivery> out;
    network->advance(5000, out);
    ASSERT_EQ(out.size(), to.size());
    EXPECT_TRUE(network->idle());
    for (const Delivery& d : out) {
      EXPECT_TRUE(wanted.erase(d.destination) == 1);
      mapper::WayLinks way;
      for (const LinkId link : mapper::routing::way_to(board, from, d.destination, tree))
        mapper::count_link(board, link, way);
      EXPECT_EQ(d.at, 5 + zero_load_cycles(mesh, way, flits));
    }
    std::vector<std::int64_t> expected(mapper::link_count(board), 0);
    for (const LinkId link : tree) expected[link.value()] = flits;
    EXPECT_EQ(network->link_flits(), expected);
  }
}

TEST(TreeNetwork, LinksThatAreNoTreeAreRefused) {
  const chips::Board board = testing::small_board(3, 1);
  const auto network = make_cycle_network(board);
  const std::vector<CoreId> to{CoreId(2)};
  const auto link = [&](std::size_t core, mapper::Direction d) { return mapper::link_of(board, CoreId(core), d); };
  const auto add = [&](std::vector<LinkId> links) { return network->add_tree(CoreId(0), to, links); };
  using enum mapper::Direction;
  EXPECT_THROW(add({link(0, kEast)}), std::logic_error);                                  // does not come to 2
  EXPECT_THROW(add({link(1, kEast), link(0, kEast)}), std::logic_error);                  // out of order
  EXPECT_THROW(add({link(0, kEast), link(1, kWest), link(1, kEast)}), std::logic_error);  // back to the source
  EXPECT_THROW(add({link(0, kNorth)}), std::logic_error);                                 // off the mesh
  EXPECT_NO_THROW(add({link(0, kEast), link(1, kEast)}));
}

}  // namespace
}  // namespace ranvier::sim
