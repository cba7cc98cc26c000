// SPDX-License-Identifier: Apache-2.0
// Several cores a router, links north and south that are slower, links that a flit keeps busy for longer: exact cycles.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "mapper/step_work.h"
#include "sim/cycle_network.h"
#include "sim/network_errors.h"
#include "tests/sim/mesh_fixture.h"

namespace ranvier::sim {
namespace {

chips::Board tile_board(const BoardShape& shape, std::int64_t cores, std::int64_t vertical = 0,
                        std::int64_t per_flit = 1) {
  chips::Board board = board_of(shape);
  board.chip.noc.cores_per_router.value = cores;
  board.chip.noc.link_cycles_vertical.value = vertical;
  board.chip.noc.link_cycles_per_flit.value = per_flit;
  return board;
}

Packet packet(std::uint32_t id, std::size_t from, std::size_t to, std::int32_t flits = 1) {
  return {id, CoreId(from), CoreId(to), flits};
}

TEST(CoresPerRouter, NumbersOfARouterAreAdjacent) {
  const chips::Board board = tile_board({.width = 2, .height = 2}, 4);
  EXPECT_EQ(board.cores(), 16u);
  EXPECT_EQ(board.core_at(1, 1), CoreId(12));
  EXPECT_EQ(board.router_of(CoreId(7)), 1u);
  EXPECT_EQ(mapper::link_count(board), 16u);
  EXPECT_EQ(mapper::link_of(board, CoreId(7), mapper::Direction::kSouth), LinkId(1 * 4 + 2));
  EXPECT_EQ(mapper::hops(board, CoreId(4), CoreId(7)), 0);
}

TEST(CoresPerRouter, ZeroLoadByHand) {
  // Links 1 across and 3 along, routers 1: in 2, a router and a link across 2, along 4, into the sink 2.
  const chips::Board board = tile_board({.width = 2, .height = 2}, 4, 3);
  const MeshSpec mesh = mesh_of(board);
  EXPECT_EQ(zero_load_cycles(mesh, CoreId(0), CoreId(1)), 2 + 2);
  EXPECT_EQ(zero_load_cycles(mesh, CoreId(0), CoreId(5)), 2 + 2 + 2);
  EXPECT_EQ(zero_load_cycles(mesh, CoreId(0), CoreId(9)), 2 + 4 + 2);
  EXPECT_EQ(zero_load_cycles(mesh, CoreId(3), CoreId(15)), 2 + 2 + 4 + 2);
}

TEST(CoresPerRouter, ZeroLoadIsTheClosedFormForEveryPair) {
  for (const chips::Board& board :
       {tile_board({.width = 3, .height = 2, .vcs = 2}, 4, 3), tile_board({.width = 2, .height = 2}, 1, 2, 3),
        tile_board({.columns = 2, .width = 2, .height = 2, .edge_latency = 9, .edge_cycles_per_flit = 2}, 2, 4, 3),
        tile_board({.width = 2, .height = 1}, 20, 0, 2)}) {
    const MeshSpec mesh = mesh_of(board);
    for (std::size_t from = 0; from < board.cores(); ++from) {
      for (std::size_t to = 0; to < board.cores(); ++to) {
        const auto network = make_cycle_network(board);
        const auto out = run_all(*network, {{packet(7, from, to, 3), 50}}, 5000);
        ASSERT_EQ(out.size(), 1u);
        EXPECT_EQ(out[0].destination, CoreId(to));
        EXPECT_EQ(out[0].at - 50, zero_load_cycles(mesh, CoreId(from), CoreId(to), 3)) << from << " -> " << to;
        EXPECT_EQ(mapper::leg_cycles(board, CoreId(from), CoreId(to), 3),
                  static_cast<double>(zero_load_cycles(mesh, CoreId(from), CoreId(to), 3)));
      }
    }
  }
}

TEST(CoresPerRouter, EveryCoreHasPortsOfItsOwn) {
  const chips::Board board = tile_board({.width = 2, .height = 1}, 4);
  const auto network = make_cycle_network(board);
  std::vector<TimedPacket> packets;
  for (std::uint32_t i = 0; i < 400; ++i) packets.push_back({packet(i, i % 4, (i + 1) % 4), 0});
  const auto out = run_all(*network, packets, 5000);
  ASSERT_EQ(out.size(), 400u);
  EXPECT_EQ(out.back().at, 4 + 99);  // a packet a cycle from each, none waits for another core's
}

TEST(CoresPerRouter, CoresShareALinkFairly) {
  const chips::Board board = tile_board({.width = 2, .height = 1, .buffer = 8}, 4);
  const auto network = make_cycle_network(board);
  std::vector<TimedPacket> packets;
  for (std::uint32_t i = 0; i < 400; ++i) packets.push_back({packet(i, i % 4, 4 + i % 4), 0});
  const auto out = run_all(*network, packets, 5000);
  ASSERT_EQ(out.size(), 400u);
  EXPECT_EQ(out.back().at - out.front().at, 399);  // the link carries a flit a cycle
  std::map<std::uint32_t, int> from;
  for (std::size_t i = 0; i < 40; ++i) ++from[out[i].id % 4];
  for (std::uint32_t core = 0; core < 4; ++core) EXPECT_EQ(from[core], 10) << core;
  EXPECT_EQ(network->link_flits()[0], 400);
}

TEST(CoresPerRouter, AFlitKeepsItsLinkBusy) {
  for (const std::int64_t per_flit : {1, 2, 5}) {
    const chips::Board board = tile_board({.width = 3, .height = 1, .buffer = 16}, 2, 0, per_flit);
    const auto network = make_cycle_network(board);
    std::vector<TimedPacket> packets;
    for (std::uint32_t i = 0; i < 200; ++i) packets.push_back({packet(i, i % 2, 4), 0});
    const auto out = run_all(*network, packets, 5000);
    ASSERT_EQ(out.size(), 200u);
    EXPECT_EQ(out.back().at - out.front().at, 199 * per_flit);
  }
}

TEST(CoresPerRouter, EveryPacketArrivesOnceOverItsPath) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const std::int64_t cores = seed % 2 == 0 ? 4 : 9;
    const chips::Board board = tile_board({.columns = 2,
                                           .width = 2,
                                           .height = 3,
                                           .vcs = 1 + static_cast<std::int64_t>(seed % 3),
                                           .buffer = 4,
                                           .edge_latency = 6,
                                           .edge_cycles_per_flit = 2},
                                          cores, 2, 1 + static_cast<std::int64_t>(seed % 2));
    const auto packets = random_packets(board, 2000, 3, 2000, seed);
    const auto network = make_cycle_network(board);
    const auto out = run_all(*network, packets, 100'000);
    ASSERT_EQ(out.size(), packets.size());
    std::vector<int> seen(packets.size());
    for (const Delivery& d : out) {
      ++seen[d.id];
      EXPECT_EQ(d.destination, packets[d.id].packet.destination);
    }
    EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), static_cast<std::ptrdiff_t>(seen.size()));
    EXPECT_EQ(network->link_flits(), path_flits(board, packets));
    EXPECT_EQ(network->next_event(), Network::kNever);
  }
}

TEST(CoresPerRouter, AClosedCoreDoesNotStopItsNeighbour) {
  const chips::Board board = tile_board({.width = 2, .height = 1, .vcs = 2}, 2);
  const auto network = make_cycle_network(board);
  network->set_ejection(CoreId(2), false);
  std::vector<Delivery> out;
  network->inject(packet(0, 0, 2), 0);
  network->inject(packet(1, 1, 3), 0);
  network->advance(200, out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].destination, CoreId(3));
  network->set_ejection(CoreId(2), true);
  network->advance(400, out);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].destination, CoreId(2));
}

TEST(CoresPerRouter, RefusesWhatTheModelsCannotHold) {
  EXPECT_THROW(mesh_of(tile_board({.width = 2, .height = 2}, 28)), NetworkParameterError);
  EXPECT_THROW(mesh_of(tile_board({.width = 2, .height = 2, .vcs = 9}, 4)), NetworkParameterError);  // 8 ports
  EXPECT_NO_THROW(mesh_of(tile_board({.width = 2, .height = 2, .vcs = 8}, 4)));
  EXPECT_THROW(mesh_of(tile_board({.width = 2, .height = 2}, 1, 1 << 17)), NetworkParameterError);
  EXPECT_THROW(mesh_of(tile_board({.width = 2, .height = 2}, 1, 1, 0)), NetworkParameterError);
}

}  // namespace
}  // namespace ranvier::sim
