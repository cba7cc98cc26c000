// SPDX-License-Identifier: Apache-2.0
// rv_routing_table against what its contents say, with random tables, traffic and back-pressure, cycles included; and
// the table of a mapping against its flows.
#include <gmock/gmock.h>

#include <deque>

#include "rtl/routing_table.h"
#include "rtl/stimulus.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::rtl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void reset(RoutingTablePort& port) {
  port.in = {};
  port.in.reset = true;
  port.cycle();
  port.cycle();
  port.in.reset = false;
}

/// Sends one event, takes every packet at once; cycles from its transfer to the next `ready`.
std::vector<RoutedPacket> send(RoutingTablePort& port, const CoreSpike& spike, std::int64_t& cycles) {
  std::vector<RoutedPacket> packets;
  port.in.spike_valid = true;
  port.in.spike = spike;
  port.in.packet_ready = true;
  port.cycle();
  EXPECT_TRUE(port.out.spike_ready);
  port.in.spike_valid = false;
  for (cycles = 1; cycles < 1000; ++cycles) {
    port.cycle();
    if (port.out.spike_ready) break;
    if (port.out.packet_valid) packets.push_back(port.out.packet);
  }
  return packets;
}

TEST(RoutingTable, EntriesInOrderForTheirTokens) {
  const auto port = make_routing_table_port(1);
  reset(*port);
  RoutingTable table;
  table.entries = {{7, true, 100, 5, 0, 63}, {255, false, -3, 0, 2, 3}, {1, false, 0, 60, 0, 3}};
  table.neurons = {{0, 0}, {0, 1}, {0, 3}};
  port->load(table);
  std::int64_t cycles = 0;
  EXPECT_THAT(send(*port, {4, 0, 1}, cycles), IsEmpty());
  EXPECT_EQ(cycles, 2);
  EXPECT_THAT(send(*port, {4, 1, -256}, cycles), ElementsAre(RoutedPacket{7, 9, 101, -256, true}));
  EXPECT_EQ(cycles, 3);
  EXPECT_THAT(send(*port, {3, 2, 9}, cycles),
              ElementsAre(RoutedPacket{7, 8, 102, 9, true}, RoutedPacket{255, 3, 4095, 9, false},
                          RoutedPacket{1, 63, 2, 9, false}));
  EXPECT_EQ(cycles, 5);
  EXPECT_THAT(send(*port, {4, 2, 9}, cycles), ElementsAre(RoutedPacket{7, 9, 102, 9, true}));
  EXPECT_EQ(cycles, 5);  // entries for other tokens are looked at
  EXPECT_FALSE(port->take_assertion_failure());
}

TEST(RoutingTable, RandomTablesUnderBackPressureLoseNothing) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Draws draws(seed, 40);
    const auto port = make_routing_table_port(static_cast<std::uint32_t>(seed));
    reset(*port);
    RoutingTable table;
    for (int e = 0; e < 256; ++e) {
      const std::int32_t from = draws.between(0, 63);
      table.entries.push_back({draws.between(0, 255), draws.chance(128), draws.between(-2048, 2047),
                               draws.between(0, 63), draws.chance(128) ? 0 : from, draws.between(from, 63)});
    }
    for (int n = 0; n < 256; ++n) {
      const std::int32_t first = draws.between(0, 255);
      table.neurons.push_back({first, draws.between(0, std::min(9, 256 - first))});
    }
    port->load(table);
    std::deque<RoutedPacket> expected;
    std::int64_t busy = 0, expected_busy = 0, stalls = 0;
    const std::int32_t ready = draws.chance(128) ? 256 : 90;
    for (int cycle = 0; cycle < 4000 || !expected.empty(); ++cycle) {
      ASSERT_LT(cycle, 20000) << "hangs, seed " << seed;
      if (!port->in.spike_valid && cycle < 4000 && draws.chance(120)) {
        port->in.spike_valid = true;
        port->in.spike = {draws.between(0, 63), draws.between(0, 255), draws.between(-256, 255)};
      }
      port->in.packet_ready = draws.chance(ready);
      port->cycle();
      busy += !port->out.spike_ready;
      if (port->in.spike_valid && port->out.spike_ready) {
        for (const RoutedPacket& p : routed(table, port->in.spike)) expected.push_back(p);
        expected_busy += routing_cycles(table, port->in.spike) - 1;
        port->in.spike_valid = false;
      }
      if (!port->out.packet_valid) continue;
      ASSERT_FALSE(expected.empty()) << "seed " << seed;
      EXPECT_EQ(port->out.packet, expected.front()) << "seed " << seed;
      if (port->in.packet_ready) {
        expected.pop_front();
      } else {
        ++stalls;
      }
    }
    port->in.spike_valid = false;
    port->in.packet_ready = true;
    for (int i = 0; i < 20; ++i) {
      port->cycle();
      busy += !port->out.spike_ready;
      EXPECT_FALSE(port->out.packet_valid);
    }
    EXPECT_EQ(busy, expected_busy + stalls) << "seed " << seed;
    EXPECT_EQ(stalls > 0, ready < 256);
    EXPECT_FALSE(port->take_assertion_failure());
  }
}

TEST(RoutingTable, OfAMappingSendsWhatItsFlowsSay) {
  std::int64_t packets = 0, relays = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const auto c = sim::testing::random_case(workloads::random_vit_program(seed, 5, 8, 2, 1, 12),
                                             sim::testing::small_board(6, 6), mapper::Schedule::kStagedGraded, seed);
    for (std::size_t t = 1; t < c->problem.tiles.size(); ++t) {
      const mapper::Tile& tile = c->problem.tiles[t];
      const RoutingTable table = routing_table(c->problem, c->mapping, TileId(t));
      for (std::int32_t token = 0; token < tile.tokens.size(); ++token) {
        for (std::int32_t n = 0; n < tile.outputs.size(); ++n) {
          std::vector<RoutedPacket> expected;
          for (std::size_t f = 0; f < c->problem.flows.size(); ++f) {
            const mapper::Flow& flow = c->problem.flows[f];
            const std::int32_t at = tile.tokens.begin + token, channel = tile.outputs.begin + n;
            if (flow.source != TileId(t) || !flow.tokens.contains(at) || !flow.channels.contains(channel)) continue;
            const mapper::Route& route = c->mapping.routes[f];
            for (std::size_t place = 0; place < route.chain.size(); ++place) {
              if (place > 0 && route.passes_on(place - 1)) continue;
              expected.push_back({static_cast<std::int32_t>(route.chain[place].value()), at & 63, channel & 4095, 1,
                                  route.passes_on(place)});
            }
          }
          ASSERT_EQ(routed(table, {token, n, 1}), expected) << "seed " << seed << " tile " << t;
          for (const RoutedPacket& p : expected) relays += p.relay;
          packets += static_cast<std::int64_t>(expected.size());
        }
      }
    }
  }
  EXPECT_GT(packets, 1000);
  EXPECT_GT(relays, 0);
}

}  // namespace
}  // namespace ranvier::rtl
