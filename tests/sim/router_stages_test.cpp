// SPDX-License-Identifier: Apache-2.0
// Delays by stage: any combination has the closed form's latency, and the rates that follow from its loops.
#include <gtest/gtest.h>

#include "sim/cycle_network.h"
#include "sim/network_errors.h"
#include "tests/sim/mesh_fixture.h"

namespace ranvier::sim {
namespace {

MeshSpec mesh_with(RouterKind kind, const RouterTiming& timing, std::int32_t vcs, std::int32_t depth) {
  MeshSpec mesh = preset_mesh("p3", 3, 3, vcs, depth);
  mesh.kind = kind;
  mesh.timing = timing;
  check(mesh);
  return mesh;
}

TEST(RouterStages, ZeroLoadIsTheSumOfTheStages) {
  int tried = 0;
  for (const RouterKind kind : {RouterKind::kSingleStage, RouterKind::kSpeculative, RouterKind::kStaged}) {
    for (std::uint32_t draw = 0; draw < 40; ++draw) {
      const auto any = [draw](std::uint32_t below, std::uint32_t what) {
        return static_cast<std::int32_t>(random_below(below, 2, draw, what));
      };
      const RouterTiming timing{.route = any(4, 0),
                                .vc_allocation = kind == RouterKind::kStaged ? 1 + any(3, 1) : 0,
                                .switch_allocation = 1 + any(3, 2),
                                .crossbar = any(4, 3),
                                .link = 1 + any(4, 4),
                                .link_vertical = 1 + any(4, 5),
                                .credit = 1 + any(5, 6),
                                .inject = 1 + any(4, 7)};
      const MeshSpec mesh = mesh_with(kind, timing, 1 + any(4, 8), 32);
      const std::int64_t router = timing.route + timing.vc_allocation + timing.switch_allocation + timing.crossbar;
      const auto network = make_cycle_network(mesh);
      std::int64_t now = 0;
      for (std::uint32_t from = 0; from < 9; ++from) {
        for (std::uint32_t to = 0; to < 9; ++to, now += 1000, ++tried) {
          const std::int64_t x = std::abs(static_cast<int>(from % 3) - static_cast<int>(to % 3));
          const std::int64_t y = std::abs(static_cast<int>(from / 3) - static_cast<int>(to / 3));
          network->inject({0, CoreId(from), CoreId(to), 4}, now);
          std::vector<Delivery> out;
          network->advance(now + 999, out);
          ASSERT_EQ(out.size(), 1u);
          ASSERT_EQ(out[0].at - now, timing.inject + x * (router + timing.link) + y * (router + timing.link_vertical) +
                                         router + timing.link + 3)
              << from << " -> " << to << ", draw " << draw;
          ASSERT_EQ(out[0].at - now, zero_load_cycles(mesh, CoreId(from), CoreId(to), 4));
        }
      }
    }
  }
  EXPECT_EQ(tried, 3 * 40 * 81);
}

/// Cycles of each of the last 300 of 400 packets that wait at one core.
double cycles_per_packet(const MeshSpec& mesh, const std::vector<std::uint32_t>& sources, std::int32_t flits = 1) {
  const auto network = make_cycle_network(mesh);
  std::vector<TimedPacket> packets;
  for (std::uint32_t id = 0; id < 400; ++id) {
    packets.push_back({{id, CoreId(sources[id % sources.size()]), CoreId(1), flits}, 0});
  }
  const auto out = run_all(*network, packets, 100'000);
  EXPECT_EQ(out.size(), 400u);
  return static_cast<double>(out.back().at - out[99].at) / 300;
}

TEST(RouterStages, OneVcServesAPacketInItsHeadsStages) {
  for (const std::int32_t route : {0, 1, 3}) {
    for (const std::int32_t vc : {1, 2, 3}) {
      RouterTiming timing{.route = route, .vc_allocation = vc, .crossbar = 1, .credit = 2};
      const MeshSpec mesh = mesh_with(RouterKind::kStaged, timing, 1, 16);
      EXPECT_EQ(cycles_per_packet(mesh, {0}), route + vc + 1);
      // Two inputs share an output VC, which is asked for and used.
      EXPECT_EQ(cycles_per_packet(mesh, {0, 2}), std::max((route + vc + 1) / 2.0, vc + 1.0));
      EXPECT_EQ(cycles_per_packet(mesh, {0}, 6), route + vc + 6);
    }
  }
  const MeshSpec routed = mesh_with(RouterKind::kSingleStage, {.route = 2, .credit = 2}, 1, 16);
  EXPECT_EQ(cycles_per_packet(routed, {0}), 3);
}

TEST(RouterStages, ALinkCarriesItsBufferInACreditLoop) {
  for (const std::int32_t allocation : {1, 2}) {
    for (const std::int32_t crossbar : {0, 2}) {
      for (const std::int32_t credit : {1, 4}) {
        const RouterTiming timing{.switch_allocation = allocation, .crossbar = crossbar, .credit = credit};
        const MeshSpec mesh = mesh_with(RouterKind::kSingleStage, timing, 1, 3);
        const double loop = timing.hop() + credit;
        EXPECT_EQ(cycles_per_packet(mesh, {0}), std::max(1.0, loop / 3)) << loop;
      }
    }
  }
}

/// d5 put together by hand is d5, to the cycle.
TEST(RouterStages, APresetIsItsStages) {
  const RouterTiming d5{.route = 1, .vc_allocation = 1, .switch_allocation = 1, .crossbar = 1, .link = 1, .credit = 2};
  const RouterTiming s3{.crossbar = 1, .credit = 2};
  const auto deliveries = [](const MeshSpec& mesh) {
    std::vector<TimedPacket> packets;
    for (std::uint32_t id = 0; id < 2000; ++id) {
      packets.push_back({{id, CoreId(random_below(9, 4, id, 0)), CoreId(random_below(9, 4, id, 1)),
                          static_cast<std::int32_t>(1 + random_below(4, 4, id, 2))},
                         random_below(900, 4, id, 3)});
    }
    return run_all(*make_cycle_network(mesh), packets);
  };
  const auto hand_made = deliveries(mesh_with(RouterKind::kStaged, d5, 3, 6));
  EXPECT_EQ(hand_made, deliveries(preset_mesh("d5", 3, 3, 3, 6)));
  EXPECT_EQ(deliveries(mesh_with(RouterKind::kSpeculative, s3, 3, 6)), deliveries(preset_mesh("s3", 3, 3, 3, 6)));
  EXPECT_FALSE(hand_made == deliveries(preset_mesh("s3", 3, 3, 3, 6)));
}

/// The allocators differ where one input has packets for two outputs: two cores of router 0 fight for its outputs.
TEST(RouterStages, TheAllocatorsAreNotTheSame) {
  MeshSpec mesh = preset_mesh("s3", 4, 4, 4, 4);
  std::vector<TimedPacket> packets;
  for (std::uint32_t id = 0; id < 3000; ++id) {
    packets.push_back(
        {{id, CoreId(random_below(16, 4, id, 0)), CoreId(random_below(16, 4, id, 1))}, random_below(400, 4, id, 3)});
  }
  const auto islip = run_all(*make_cycle_network(mesh), packets);
  mesh.allocator = Allocator::kInputFirst;
  const auto input_first = run_all(*make_cycle_network(mesh), packets);
  ASSERT_EQ(islip.size(), 3000u);
  ASSERT_EQ(input_first.size(), 3000u);
  EXPECT_FALSE(islip == input_first);
}

TEST(RouterStages, RefusesStagesThatAreNoRouter) {
  const auto refused = [](RouterKind kind, const RouterTiming& timing) {
    try {
      mesh_with(kind, timing, 1, 8);
    } catch (const NetworkParameterError& e) {
      return e.parameter;
    }
    return std::string();
  };
  EXPECT_EQ(refused(RouterKind::kStaged, {.vc_allocation = 0}), "vc_allocation_cycles");
  EXPECT_EQ(refused(RouterKind::kSpeculative, {.vc_allocation = 1}), "vc_allocation_cycles");
  EXPECT_EQ(refused(RouterKind::kSingleStage, {.route = -1}), "route_cycles");
  EXPECT_EQ(refused(RouterKind::kSingleStage, {.switch_allocation = 0}), "switch_allocation_cycles");
  EXPECT_EQ(refused(RouterKind::kSingleStage, {.crossbar = -1}), "crossbar_cycles");
}

}  // namespace
}  // namespace ranvier::sim
