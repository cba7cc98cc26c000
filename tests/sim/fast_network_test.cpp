// SPDX-License-Identifier: Apache-2.0
// The link-reservation network: equal to the flit-level one where it must be, exact cycles where it queues.
#include "sim/fast_network.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/cycle_network.h"
#include "sim/network_calendar.h"
#include "sim/network_errors.h"
#include "tests/sim/mesh_fixture.h"

namespace ranvier::sim {
namespace {

Packet packet(std::uint32_t id, std::size_t from, std::size_t to, std::int32_t flits = 1) {
  return {id, CoreId(from), CoreId(to), flits};
}

const std::vector<BoardShape> kShapes = {
    {},
    {.width = 5, .height = 3, .vcs = 2, .router = 2, .link = 2, .credit = 1},
    {.columns = 2, .rows = 2, .width = 2, .height = 3, .edge_latency = 9, .edge_cycles_per_flit = 4}};

TEST(FastNetwork, ZeroLoadEqualsTheFlitLevelNetwork) {
  for (const BoardShape& shape : kShapes) {
    const chips::Board board = board_of(shape);
    for (std::size_t from = 0; from < board.cores(); ++from) {
      for (std::size_t to = 0; to < board.cores(); ++to) {
        for (const std::int32_t flits : {1, 5}) {
          const auto fast = make_fast_network(board);
          const auto cycle = make_cycle_network(board);
          const std::vector<TimedPacket> one{{packet(3, from, to, flits), 17}};
          ASSERT_EQ(run_all(*fast, one, 2000), run_all(*cycle, one, 2000)) << from << " -> " << to;
          EXPECT_EQ(fast->next_event(), Network::kNever);
        }
      }
    }
  }
}

TEST(FastNetwork, LinkFlitsEqualTheFlitLevelNetwork) {
  for (const BoardShape& shape : kShapes) {
    const chips::Board board = board_of(shape);
    const auto packets = random_packets(board, 4000, 6, 1000, 21);
    const auto fast = make_fast_network(board);
    const auto cycle = make_cycle_network(board);
    const auto out = run_all(*fast, packets);
    run_all(*cycle, packets);
    EXPECT_EQ(fast->link_flits(), cycle->link_flits());
    ASSERT_EQ(out.size(), packets.size());
    std::vector<int> seen(packets.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      ++seen[out[i].id];
      EXPECT_EQ(out[i].destination, packets[out[i].id].packet.destination);
      if (i > 0) {
        EXPECT_TRUE(out[i - 1].at < out[i].at ||
                    (out[i - 1].at == out[i].at && out[i - 1].destination < out[i].destination));
      }
    }
    EXPECT_EQ(seen, std::vector<int>(packets.size(), 1));
    fast->clear_counters();
    EXPECT_EQ(fast->link_flits(), std::vector<std::int64_t>(mapper::link_count(board)));
  }
}

TEST(FastNetwork, LatencyIsCloseToTheFlitLevelNetworkAtLowLoad) {
  const chips::Board board = board_of({.width = 8, .height = 8});
  const auto packets = random_packets(board, 20'000, 1, 3000, 4);  // 0.1 flits per core and cycle
  const auto mean = [&](const std::vector<Delivery>& out) {
    double sum = 0;
    for (const Delivery& d : out) sum += static_cast<double>(d.at - packets[d.id].at);
    return sum / static_cast<double>(out.size());
  };
  const double fast = mean(run_all(*make_fast_network(board), packets));
  const double cycle = mean(run_all(*make_cycle_network(board), packets));
  EXPECT_NEAR(fast, cycle, 0.03 * cycle);
}

TEST(FastNetwork, PacketsQueueForALinkUntilTheTailHasPassed) {
  const auto network = make_fast_network(board_of({.width = 3, .height = 1}));
  // Entry 2, hop 2: packet 1 has link 1 -> 2 in cycles 4 to 7. Packet 2 is there in 2 and needs three cycles: from 8
  // on.
  const auto out = run_all(*network, {{packet(1, 0, 2, 4), 0}, {packet(2, 1, 2, 3), 0}}, 100);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].id, 1u);
  EXPECT_EQ(out[0].at, 4 + 2 + 2 + 3);
  EXPECT_EQ(out[1].at, 8 + 2 + 2 + 2);
}

TEST(FastNetwork, AShortPacketFillsTheGapBeforeALongOne) {
  const auto network = make_fast_network(board_of({.width = 3, .height = 1}));
  const auto out = run_all(*network, {{packet(1, 0, 2, 4), 0}, {packet(2, 1, 2, 2), 0}}, 100);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].id, 2u);
  EXPECT_EQ(out[0].at, 2 + 2 + 2 + 1);  // link in 2 and 3
  EXPECT_EQ(out[1].at, 4 + 2 + 2 + 3);
}

TEST(LinkCalendar, GivesTheFirstGapAndNeverTheSameCycleTwice) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    LinkCalendar calendar;
    std::vector<bool> taken(100'000);
    std::int64_t now = 0;
    for (std::uint64_t i = 0; i < 300; ++i) {
      now += random_below(i % 50 == 0 ? 400 : 8, seed, i, 0);
      const std::int64_t from = now + random_below(150, seed, i, 1);
      const std::int64_t cycles = 1 + random_below(seed % 3 == 0 ? 1 : 90, seed, i, 2);
      const std::int64_t start = calendar.reserve(now, from, cycles);
      EXPECT_GE(start, from);
      // A single cycle inside the window is the first free one.
      if (cycles == 1 && start < now / 64 * 64 + 256 && seed % 3 == 0) {
        for (std::int64_t at = from; at < start; ++at) EXPECT_TRUE(taken[static_cast<std::size_t>(at)]) << at;
      }
      for (std::int64_t at = start; at < start + cycles; ++at) {
        ASSERT_FALSE(taken[static_cast<std::size_t>(at)]);
        taken[static_cast<std::size_t>(at)] = true;
      }
    }
  }
}

TEST(FastNetwork, EdgeCapacityIsItsSerialisation) {
  const auto network = make_fast_network(
      board_of({.columns = 2, .width = 2, .height = 1, .edge_latency = 20, .edge_cycles_per_flit = 3}));
  std::vector<TimedPacket> packets;
  for (std::uint32_t i = 0; i < 200; ++i) packets.push_back({packet(i, 1, 2, 5), 0});
  const auto out = run_all(*network, packets, 100'000);
  ASSERT_EQ(out.size(), 200u);
  EXPECT_EQ(out[199].at - out[99].at, 1500);
}

TEST(FastNetwork, ClosedEjectionHoldsDeliveriesInOrder) {
  const auto network = make_fast_network(board_of({.width = 2, .height = 1}));
  network->set_ejection(CoreId(1), false);
  for (std::uint32_t i = 0; i < 10; ++i) network->inject(packet(i, 0, 1), 0);
  std::vector<Delivery> out;
  network->advance(100, out);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(network->next_event(), Network::kNever);  // until the port opens
  EXPECT_FALSE(network->idle());
  network->set_ejection(CoreId(1), true);
  network->advance(200, out);
  ASSERT_EQ(out.size(), 10u);
  for (std::uint32_t i = 0; i < 10; ++i) {
    EXPECT_EQ(out[i].id, i);
    EXPECT_EQ(out[i].at, 101 + i);
  }
  EXPECT_EQ(network->next_event(), Network::kNever);
}

TEST(FastNetwork, CallPatternDoesNotMatter) {
  const chips::Board board = board_of(kShapes[2]);
  const NetworkOptions options{.seed = 8, .random_delay_cycles = 2000};
  const auto packets = random_packets(board, 2000, 4, 500, 2);
  const auto expected = run_all(*make_fast_network(board, options), packets);
  const auto by_event = make_fast_network(board, options);
  std::vector<Delivery> out;
  for (const TimedPacket& p : packets) by_event->inject(p.packet, p.at);
  for (std::int64_t at = by_event->next_event(); at != Network::kNever; at = by_event->next_event())
    by_event->advance(at, out);
  EXPECT_EQ(out, expected);
  const auto pieces = make_fast_network(board, options);
  out.clear();
  for (const TimedPacket& p : packets) pieces->inject(p.packet, p.at);
  for (std::int64_t at = 0; out.size() < packets.size() && at < 1'000'000; at += 7) pieces->advance(at, out);
  EXPECT_EQ(out, expected);
}

TEST(FastNetwork, SaysWhatItLeavesOut) { EXPECT_EQ(fast_network_left_out().size(), 4u); }

TEST(FastNetwork, RefusesWhatTheFlitLevelNetworkRefuses) {
  EXPECT_THROW(make_fast_network(board_of({.vcs = 0})), NetworkParameterError);
}

}  // namespace
}  // namespace ranvier::sim
