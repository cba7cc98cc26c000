// SPDX-License-Identifier: Apache-2.0
// The flit-level network: exact cycles in small scenes, capacities as equalities, conservation under random traffic.
#include "sim/cycle_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "sim/network_errors.h"
#include "tests/sim/mesh_fixture.h"

namespace ranvier::sim {
namespace {

Packet packet(std::uint32_t id, std::size_t from, std::size_t to, std::int32_t flits = 1) {
  return {id, CoreId(from), CoreId(to), flits};
}

void expect_zero_load(const MeshSpec& mesh, std::int32_t flits) {
  for (std::size_t from = 0; from < static_cast<std::size_t>(mesh.cores()); ++from) {
    for (std::size_t to = 0; to < static_cast<std::size_t>(mesh.cores()); ++to) {
      const auto network = make_cycle_network(mesh);
      const auto out = run_all(*network, {{packet(7, from, to, flits), 100}}, 10'000);
      ASSERT_EQ(out.size(), 1u);
      EXPECT_EQ(out[0].at - 100, zero_load_cycles(mesh, CoreId(from), CoreId(to), flits)) << from << " -> " << to;
      EXPECT_EQ(out[0].destination, CoreId(to));
      EXPECT_EQ(network->next_event(), Network::kNever);
    }
  }
}

TEST(CycleNetwork, P3ZeroLoadIsThreeCyclesAHopAndTwoToEnter) {
  const MeshSpec mesh = preset_mesh("p3", 4, 4, 1, 8);
  for (std::size_t from = 0; from < 16; ++from) {
    for (std::size_t to = 0; to < 16; ++to) {
      const std::int64_t hops = std::abs(static_cast<int>(from % 4) - static_cast<int>(to % 4)) +
                                std::abs(static_cast<int>(from / 4) - static_cast<int>(to / 4)) + 1;
      EXPECT_EQ(zero_load_cycles(mesh, CoreId(from), CoreId(to)), 3 * hops + 2);
    }
  }
  expect_zero_load(mesh, 1);
  expect_zero_load(mesh, 5);
  expect_zero_load(preset_mesh("p3", 4, 4, 4, 8), 3);
}

TEST(CycleNetwork, StagedRoutersHaveTheirZeroLoad) {
  EXPECT_EQ(zero_load_cycles(preset_mesh("s3", 4, 4, 1, 8), CoreId(0), CoreId(15)), 3 * 7 + 2);
  EXPECT_EQ(zero_load_cycles(preset_mesh("d5", 4, 4, 1, 8), CoreId(0), CoreId(15)), 5 * 7 + 2);
  for (const char* preset : {"s3", "d5"}) {
    for (const std::int32_t vcs : {1, 4}) {
      expect_zero_load(preset_mesh(preset, 4, 4, vcs, 8), 1);
      expect_zero_load(preset_mesh(preset, 4, 4, vcs, 8), 5);
    }
  }
}

/// Cycles that the last 300 of 400 one-flit packets take, all from their sources at once, to one core.
std::int64_t drain_cycles(const MeshSpec& mesh, const std::vector<std::size_t>& sources, std::size_t to) {
  const auto network = make_cycle_network(mesh);
  std::vector<TimedPacket> packets;
  for (std::uint32_t i = 0; i < 400; ++i) packets.push_back({packet(i, sources[i % sources.size()], to), 0});
  const auto out = run_all(*network, packets, 10'000);
  EXPECT_EQ(out.size(), 400u);
  return out.back().at - out[99].at;
}

TEST(CycleNetwork, CapacitiesOfThePresets) {
  EXPECT_EQ(drain_cycles(preset_mesh("p3", 3, 1, 1, 8), {0}, 2), 300);
  EXPECT_EQ(drain_cycles(preset_mesh("s3", 3, 1, 1, 8), {0}, 2), 300);
  EXPECT_EQ(drain_cycles(preset_mesh("d5", 3, 1, 1, 8), {0}, 2), 900);     // one VC serves a packet in 3 cycles
  EXPECT_EQ(drain_cycles(preset_mesh("d5", 3, 1, 1, 8), {0, 1}, 2), 900);  // they share the last router's one input VC
  EXPECT_EQ(drain_cycles(preset_mesh("d5", 3, 1, 1, 8), {0, 2}, 1), 600);  // an output VC, a packet in 2 cycles
  EXPECT_EQ(drain_cycles(preset_mesh("d5", 3, 1, 4, 8), {0, 2}, 1), 300);
  EXPECT_EQ(drain_cycles(preset_mesh("p3", 3, 1, 1, 4), {0}, 2), 375);  // buf / 5
  EXPECT_EQ(drain_cycles(preset_mesh("s3", 3, 1, 1, 4), {0}, 2), 375);
}

TEST(CycleNetwork, ZeroLoadFollowsTheBoardsDelays) {
  expect_zero_load(mesh_of(board_of({.router = 2, .link = 3, .credit = 2})), 1);
  expect_zero_load(mesh_of(board_of({.vcs = 2, .router = 1, .link = 1, .credit = 1})), 4);
}

TEST(CycleNetwork, ZeroLoadOverChipEdges) {
  const BoardShape shape{
      .columns = 2, .rows = 2, .width = 2, .height = 2, .edge_latency = 9, .edge_cycles_per_flit = 4};
  const MeshSpec mesh = mesh_of(board_of(shape));
  // Core 1 and core 2 are neighbours on two chips: in 2, edge 1 + 9, out 2, tail 2 flits of 4 cycles later.
  EXPECT_EQ(zero_load_cycles(mesh, CoreId(1), CoreId(2), 3), 2 + 10 + 2 + 8);
  expect_zero_load(mesh, 1);
  expect_zero_load(mesh, 6);
}

TEST(CycleNetwork, TwoHeadsForOneOutputTakeTurns) {
  // 3x1: cores 0 and 2 send to core 1 in cycle 0; hop 2, entry 2, so both heads bid in cycle 4 for core 1's ejection
  // port.
  const auto network = make_cycle_network(board_of({.width = 3, .height = 1}));
  const auto out = run_all(*network, {{packet(10, 0, 1), 0}, {packet(12, 2, 1), 0}}, 100);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].id, 12u);  // input from the +x neighbour comes first in the round
  EXPECT_EQ(out[0].at, 6);
  EXPECT_EQ(out[1].id, 10u);
  EXPECT_EQ(out[1].at, 7);
}

TEST(CycleNetwork, WormholeKeepsPacketsWholeOnOneVc) {
  const auto network = make_cycle_network(board_of({.width = 3, .height = 1}));
  const auto out = run_all(*network, {{packet(10, 0, 1, 4), 0}, {packet(12, 2, 1, 4), 0}}, 100);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].at, 9);
  EXPECT_EQ(out[1].at, 13);
}

TEST(CycleNetwork, TwoVcsInterleavePackets) {
  const auto network = make_cycle_network(board_of({.width = 3, .height = 1, .vcs = 2}));
  const auto out = run_all(*network, {{packet(10, 0, 1, 4), 0}, {packet(12, 2, 1, 4), 0}}, 100);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].at, 12);
  EXPECT_EQ(out[1].at, 13);
}

TEST(CycleNetwork, CreditLoopLimitsAShallowBuffer) {
  // p3's loop is 5 cycles: with 2 slots a link carries 2 flits in 5 cycles.
  const auto network = make_cycle_network(preset_mesh("p3", 2, 1, 1, 2));
  std::vector<TimedPacket> packets;
  for (std::uint32_t i = 0; i < 100; ++i) packets.push_back({packet(i, 0, 1), 0});
  const auto out = run_all(*network, packets, 10'000);
  ASSERT_EQ(out.size(), 100u);
  EXPECT_EQ(out[99].at - out[49].at, 125);
}

TEST(CycleNetwork, LinkCarriesAFlitACycleAndAnEdgeOneInItsCycles) {
  for (const std::int64_t cycles_per_flit : {1, 3, 7}) {
    const auto network = make_cycle_network(board_of({.columns = 2,
                                                      .width = 2,
                                                      .height = 1,
                                                      .buffer = 4,
                                                      .edge_latency = 20,
                                                      .edge_cycles_per_flit = cycles_per_flit}));
    std::vector<TimedPacket> packets;
    for (std::uint32_t i = 0; i < 200; ++i) packets.push_back({packet(i, 1, 2, 5), 0});
    const auto out = run_all(*network, packets, 100'000);
    ASSERT_EQ(out.size(), 200u);
    EXPECT_EQ(out[199].at - out[99].at, 500 * cycles_per_flit);
  }
  const auto network = make_cycle_network(board_of({.width = 2, .height = 1, .buffer = 4}));
  std::vector<TimedPacket> packets;
  for (std::uint32_t i = 0; i < 200; ++i) packets.push_back({packet(i, 0, 1, 5), 0});
  const auto out = run_all(*network, packets, 100'000);
  EXPECT_EQ(out[199].at - out[99].at, 500);
}

TEST(CycleNetwork, ClosedEjectionHoldsTheMeshAndLosesNothing) {
  const chips::Board board = board_of({.width = 3, .height = 1, .buffer = 4});
  const auto network = make_cycle_network(board);
  std::vector<TimedPacket> packets;
  for (std::uint32_t i = 0; i < 100; ++i) packets.push_back({packet(i, 0, 2), 0});
  network->set_ejection(CoreId(2), false);
  std::vector<Delivery> out = run_all(*network, packets, 500);
  EXPECT_TRUE(out.empty());
  // Sink, and input buffers of routers 2, 1, 0 are full: 16 flits are in, of which 12 and 8 crossed the links.
  EXPECT_EQ(network->link_flits()[0], 12);
  EXPECT_EQ(network->link_flits()[4], 8);
  EXPECT_EQ(network->next_event(), Network::kNever);  // until the port opens
  EXPECT_FALSE(network->idle());
  network->set_ejection(CoreId(2), true);
  network->advance(501, out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].at, 501);
  network->advance(2000, out);
  ASSERT_EQ(out.size(), 100u);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(out[i].id, i);
  EXPECT_EQ(network->link_flits(), path_flits(board, packets));
  EXPECT_EQ(network->next_event(), Network::kNever);
}

TEST(CycleNetwork, CloseTakesEffectInTheNextCycle) {
  const auto network = make_cycle_network(board_of({.width = 2, .height = 1}));
  for (std::uint32_t i = 0; i < 10; ++i) network->inject(packet(i, 0, 1), 0);
  std::vector<Delivery> out;
  network->advance(8, out);  // zero load is 6: deliveries in 6, 7, 8
  EXPECT_EQ(out.size(), 3u);
  network->set_ejection(CoreId(1), false);
  network->advance(50, out);
  EXPECT_EQ(out.size(), 3u);
  network->set_ejection(CoreId(1), true);
  network->advance(57, out);
  EXPECT_EQ(out.size(), 10u);
}

TEST(CycleNetwork, OpenCoresGetTheirPacketsBesideAClosedOne) {
  const auto network = make_cycle_network(board_of({.width = 3, .height = 2}));
  network->set_ejection(CoreId(2), false);
  const auto out = run_all(*network, {{packet(1, 0, 2), 0}, {packet(2, 3, 5), 0}}, 100);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].id, 2u);
}

struct Scene {
  BoardShape shape;
  std::uint32_t longest;
  std::int32_t random_delay;
  RouterKind kind = RouterKind::kSingleStage;

  MeshSpec mesh() const {
    MeshSpec mesh = mesh_of(board_of(shape));
    mesh.kind = kind;
    if (kind == RouterKind::kStaged) mesh.timing.route = mesh.timing.vc_allocation = 1;
    return mesh;
  }
};

void PrintTo(const Scene& scene, std::ostream* out) {
  *out << scene.shape.columns << "x" << scene.shape.rows << " chips, " << scene.shape.vcs << " VCs, kind "
       << static_cast<int>(scene.kind);
}

class CycleNetworkProperty : public testing::TestWithParam<Scene> {};

TEST_P(CycleNetworkProperty, EveryPacketArrivesOnceOverItsPath) {
  const Scene& scene = GetParam();
  const chips::Board board = board_of(scene.shape);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto packets = random_packets(board, 3000, scene.longest, 400, seed);
    const auto network = make_cycle_network(scene.mesh(), {.seed = seed, .random_delay_cycles = scene.random_delay});
    const auto out = run_all(*network, packets);
    ASSERT_EQ(out.size(), packets.size());
    std::vector<int> seen(packets.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      const TimedPacket& sent = packets[out[i].id];
      ++seen[out[i].id];
      EXPECT_EQ(out[i].destination, sent.packet.destination);
      EXPECT_GE(out[i].at - sent.at,
                zero_load_cycles(scene.mesh(), sent.packet.source, sent.packet.destination, sent.packet.flits));
      if (i > 0) {
        EXPECT_TRUE(out[i - 1].at < out[i].at ||
                    (out[i - 1].at == out[i].at && out[i - 1].destination < out[i].destination));
      }
    }
    EXPECT_EQ(seen, std::vector<int>(packets.size(), 1));
    EXPECT_EQ(network->link_flits(), path_flits(board, packets));
    network->clear_counters();
    EXPECT_EQ(network->link_flits(), std::vector<std::int64_t>(mapper::link_count(board)));
    if (scene.shape.vcs != 1 || scene.random_delay != 0) continue;
    std::map<std::pair<CoreId, CoreId>, std::pair<std::int64_t, std::uint32_t>> last;  // by flow: injection time and id
    for (const Delivery& d : out) {
      const TimedPacket& sent = packets[d.id];
      auto& previous = last[{sent.packet.source, sent.packet.destination}];
      EXPECT_LE(previous, std::pair(sent.at, d.id));
      previous = {sent.at, d.id};
    }
  }
}

TEST_P(CycleNetworkProperty, CallPatternDoesNotMatter) {
  const Scene& scene = GetParam();
  const chips::Board board = board_of(scene.shape);
  const NetworkOptions options{.seed = 3, .random_delay_cycles = scene.random_delay};
  auto packets = random_packets(board, 2000, scene.longest, 3000, 11);
  std::stable_sort(packets.begin(), packets.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  const auto whole = make_cycle_network(scene.mesh(), options);
  const auto expected = run_all(*whole, packets);

  const auto pieces = make_cycle_network(scene.mesh(), options);
  std::vector<Delivery> out;
  std::int64_t now = -1;
  std::size_t next = 0;
  for (std::uint32_t call = 0; out.size() < packets.size() && call < 1'000'000; ++call) {
    const std::int64_t until = now + random_below(30, 5, call, 0);
    while (next < packets.size() && packets[next].at <= until)
      pieces->inject(packets[next].packet, packets[next].at), ++next;
    pieces->advance(until, out);
    now = until;
  }
  EXPECT_EQ(out, expected);

  const auto by_event = make_cycle_network(scene.mesh(), options);
  out.clear();
  for (const TimedPacket& p : packets) by_event->inject(p.packet, p.at);
  for (std::int64_t at = by_event->next_event(); at != Network::kNever; at = by_event->next_event())
    by_event->advance(at, out);
  EXPECT_EQ(out, expected);
}

INSTANTIATE_TEST_SUITE_P(
    Scenes, CycleNetworkProperty,
    testing::Values(
        Scene{{}, 1, 0}, Scene{{.buffer = 1}, 6, 0}, Scene{{.vcs = 3, .buffer = 2}, 4, 0},
        Scene{{.width = 5, .height = 3, .vcs = 4, .router = 2, .link = 2, .credit = 3}, 7, 25},
        Scene{{.columns = 2, .rows = 2, .width = 3, .height = 2, .edge_latency = 17, .edge_cycles_per_flit = 3}, 5, 0},
        Scene{
            {.columns = 3, .rows = 1, .width = 2, .height = 4, .vcs = 2, .edge_latency = 5, .edge_cycles_per_flit = 2},
            3,
            2000},
        Scene{{.width = 1, .height = 1}, 3, 0}, Scene{{}, 3, 0, RouterKind::kStaged},
        Scene{{.vcs = 3, .buffer = 2}, 5, 9, RouterKind::kStaged},
        Scene{{.vcs = 4, .buffer = 3}, 4, 0, RouterKind::kSpeculative},
        Scene{{.columns = 2, .width = 3, .height = 3, .edge_latency = 6, .edge_cycles_per_flit = 2},
              4,
              0,
              RouterKind::kSpeculative}));

TEST(CycleNetwork, RandomDelayIsDrawnByIdAndWithinItsBound) {
  const chips::Board board = board_of({});
  std::vector<std::int64_t> delays;
  for (std::uint32_t id = 0; id < 64; ++id) {
    const auto network = make_cycle_network(board, {.seed = 9, .random_delay_cycles = 10});
    const auto out = run_all(*network, {{packet(id, 0, 5), 0}}, 1000);
    delays.push_back(out.at(0).at - zero_load_cycles(mesh_of(board), CoreId(0), CoreId(5)));
    EXPECT_EQ(delays.back(), random_below(11, 9, id, 0));
  }
  EXPECT_EQ(*std::min_element(delays.begin(), delays.end()), 0);
  EXPECT_EQ(*std::max_element(delays.begin(), delays.end()), 10);
}

TEST(CycleNetwork, RefusesWhatItCannotHold) {
  try {
    make_cycle_network(board_of({.vcs = 13}));
    FAIL();
  } catch (const NetworkParameterError& e) {
    EXPECT_EQ(e.parameter, "virtual_channels");
    EXPECT_EQ(e.value, 13);
    EXPECT_EQ(e.most, 12);
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
  }
  EXPECT_THROW(make_cycle_network(board_of({.link = 0})), NetworkParameterError);
  EXPECT_THROW(preset_mesh("p4", 8, 8, 1, 8), UnknownPreset);
  EXPECT_THROW(preset_mesh("p3", 8, 8, 1, 0), NetworkParameterError);
}

}  // namespace
}  // namespace ranvier::sim
