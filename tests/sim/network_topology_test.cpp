// SPDX-License-Identifier: Apache-2.0
// Meshes and tori: ways are as short as a search finds them, zero load is the closed form for every pair, and traffic
// far above saturation gets through rings.
#include "sim/network_topology.h"

#include <gtest/gtest.h>

#include <deque>
#include <numeric>
#include <ostream>

#include "sim/cycle_network.h"
#include "sim/network_errors.h"
#include "tests/sim/mesh_fixture.h"

namespace ranvier::sim {
namespace {

struct Plan {
  Topology topology;
  std::int32_t width, height;
  std::int32_t cores = 1;
};

void PrintTo(const Plan& p, std::ostream* out) {
  *out << static_cast<int>(p.topology) << " " << p.width << "x" << p.height << " cores " << p.cores;
}

MeshSpec mesh_of(const Plan& plan, const char* preset = "p3", std::int32_t vcs = 2, std::int32_t depth = 8) {
  MeshSpec mesh = preset_mesh(preset, plan.width, plan.height, vcs, depth);
  mesh.topology = plan.topology;
  mesh.cores_per_router = plan.cores;
  check(mesh);
  return mesh;
}

/// Links of the shortest way to every router, by search.
std::vector<std::int32_t> distances(const MeshSpec& mesh, std::int32_t from) {
  std::vector<std::int32_t> links(static_cast<std::size_t>(mesh.routers()), -1);
  links[static_cast<std::size_t>(from)] = 0;
  std::deque<std::int32_t> todo{from};
  for (; !todo.empty(); todo.pop_front()) {
    for (std::uint32_t d = 0; d < static_cast<std::uint32_t>(mesh.links()); ++d) {
      const std::int32_t next = router_next_to(mesh, todo.front(), d);
      if (next < 0 || links[static_cast<std::size_t>(next)] >= 0) continue;
      links[static_cast<std::size_t>(next)] = links[static_cast<std::size_t>(todo.front())] + 1;
      todo.push_back(next);
    }
  }
  return links;
}

class Topologies : public testing::TestWithParam<Plan> {};

TEST_P(Topologies, LinksHaveTwoEnds) {
  const MeshSpec mesh = mesh_of(GetParam());
  for (std::int32_t r = 0; r < mesh.routers(); ++r) {
    for (std::uint32_t d = 0; d < static_cast<std::uint32_t>(mesh.links()); ++d) {
      const std::int32_t next = router_next_to(mesh, r, d);
      if (next >= 0) {
        EXPECT_EQ(router_next_to(mesh, next, d ^ 1u), r);
      }
    }
  }
}

TEST_P(Topologies, WaysAreShortestAndTheRestOfAWayIsTheWayFromThere) {
  const MeshSpec mesh = mesh_of(GetParam());
  for (std::int32_t from = 0; from < mesh.routers(); ++from) {
    const std::vector<std::int32_t> search = distances(mesh, from);
    for (std::int32_t to = 0; to < mesh.routers(); ++to) {
      Way way = way_between(mesh, from, to);
      ASSERT_EQ(way.links(), search[static_cast<std::size_t>(to)]) << from << " -> " << to;
      std::int32_t at = from;
      while (way.links() > 0) {
        const FirstLink link = first_link(mesh, at % mesh.width, at / mesh.width, way);
        at = router_next_to(mesh, at, link.direction);
        ASSERT_GE(at, 0);
        std::int32_t& steps = way.diagonal != 0 ? way.diagonal : way.x != 0 ? way.x : way.y;
        steps -= steps > 0 ? 1 : -1;
        const Way rest = way_between(mesh, at, to);
        ASSERT_EQ(rest.diagonal, way.diagonal) << from << " -> " << to << " at " << at;
        ASSERT_EQ(rest.x, way.x);
        ASSERT_EQ(rest.y, way.y);
      }
      ASSERT_EQ(at, to);
    }
  }
}

TEST_P(Topologies, ZeroLoadIsTheClosedFormForEveryPair) {
  for (const char* preset : {"p3", "s3", "d5"}) {
    const MeshSpec mesh = mesh_of(GetParam(), preset);
    const std::int64_t per_router = preset[0] == 'd' ? 5 : 3;
    const auto network = make_cycle_network(mesh);
    std::int64_t now = 0;
    for (std::uint32_t from = 0; from < static_cast<std::uint32_t>(mesh.cores()); ++from) {
      const std::vector<std::int32_t> search = distances(mesh, mesh.router_of(CoreId(from)));
      for (std::uint32_t to = 0; to < static_cast<std::uint32_t>(mesh.cores()); ++to, now += 1000) {
        const std::int64_t links = search[static_cast<std::size_t>(mesh.router_of(CoreId(to)))];
        network->clear_counters();
        network->inject({from, CoreId(from), CoreId(to), 3}, now);
        std::vector<Delivery> out;
        network->advance(now + 999, out);
        ASSERT_EQ(out.size(), 1u) << from << " -> " << to;
        ASSERT_EQ(out[0].destination, CoreId(to));
        ASSERT_EQ(out[0].at - now, per_router * (links + 1) + 2 + 2) << from << " -> " << to;
        ASSERT_EQ(out[0].at - now, zero_load_cycles(mesh, CoreId(from), CoreId(to), 3));
        const auto& flits = network->link_flits();
        ASSERT_EQ(flits.size(), static_cast<std::size_t>(mesh.routers() * mesh.links()));
        ASSERT_EQ(std::accumulate(flits.begin(), flits.end(), std::int64_t{0}), 3 * links);
      }
    }
  }
}

/// Every core sends as fast as it can to everywhere, long packets, buffers of one flit: rings without classes of VCs
/// stop for ever.
TEST_P(Topologies, SaturatedRingsNeverStop) {
  for (const char* preset : {"p3", "s3", "d5"}) {
    for (const std::int32_t vcs : {2, 3, 5}) {
      for (const std::int32_t depth : {1, 3}) {
        const MeshSpec mesh = mesh_of(GetParam(), preset, vcs, depth);
        const auto network = make_cycle_network(mesh);
        const auto cores = static_cast<std::uint32_t>(mesh.cores());
        std::vector<TimedPacket> packets;
        std::vector<std::int64_t> flits(network->link_flits().size());
        for (std::uint32_t id = 0; id < 40 * cores; ++id) {
          const CoreId from(id % cores);
          const CoreId to(random_below(cores, 3, id, 0));
          const auto length = static_cast<std::int32_t>(1 + random_below(9, 3, id, 1));
          packets.push_back({{id, from, to, length}, 0});
          for (std::int32_t at = mesh.router_of(from); at != mesh.router_of(to);) {
            const FirstLink link =
                first_link(mesh, at % mesh.width, at / mesh.width, way_between(mesh, at, mesh.router_of(to)));
            flits[static_cast<std::size_t>(at * mesh.links()) + link.direction] += length;
            at = router_next_to(mesh, at, link.direction);
          }
        }
        const auto out = run_all(*network, packets, 1'000'000);
        ASSERT_EQ(out.size(), packets.size()) << preset << ", " << vcs << " VCs of " << depth;
        EXPECT_EQ(network->link_flits(), flits);
        EXPECT_TRUE(network->idle());
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Plans, Topologies,
                         testing::Values(Plan{Topology::kMesh, 4, 3}, Plan{Topology::kMesh, 3, 2, 4},
                                         Plan{Topology::kTorus, 4, 4}, Plan{Topology::kTorus, 8, 8},
                                         Plan{Topology::kTriangularTorus, 8, 8}, Plan{Topology::kTorus, 5, 3},
                                         Plan{Topology::kTorus, 6, 2}, Plan{Topology::kTorus, 7, 1},
                                         Plan{Topology::kTorus, 4, 3, 3}, Plan{Topology::kTriangularTorus, 4, 4},
                                         Plan{Topology::kTriangularTorus, 5, 3}, Plan{Topology::kTriangularTorus, 2, 7},
                                         Plan{Topology::kTriangularTorus, 6, 4},
                                         Plan{Topology::kTriangularTorus, 3, 3, 2}));

/// Between opposite routers half of the destinations are reached one way round, half the other.
TEST(NetworkTopology, TiesAreSharedOut) {
  const MeshSpec mesh = mesh_of({Topology::kTorus, 8, 8});
  std::vector<int> by_direction(4);
  for (std::int32_t to = 0; to < 64; ++to) {
    for (std::int32_t from = 0; from < 64; ++from) {
      const Way way = way_between(mesh, from, to);
      if (std::abs(way.x) == 4) ++by_direction[way.x > 0 ? kEast : kWest];
      if (std::abs(way.y) == 4) ++by_direction[way.y > 0 ? kSouth : kNorth];
    }
  }
  EXPECT_EQ(by_direction, std::vector<int>(4, 256));
}

TEST(NetworkTopology, TheDiagonalServesBothDirections) {
  const MeshSpec mesh = mesh_of({Topology::kTriangularTorus, 8, 8});
  const Way way = way_between(mesh, 3 * 8 + 2, 1 * 8 + 5);  // three east, two north
  EXPECT_EQ(way.diagonal, 2);
  EXPECT_EQ(way.x, 1);
  EXPECT_EQ(way.y, 0);
  EXPECT_EQ(way_between(mesh, 0, 7 * 8 + 1).diagonal, 1);  // round the northern edge
  EXPECT_EQ(way_between(mesh, 0, 1 * 8 + 1).links(), 2);   // against the diagonal
  EXPECT_EQ(mesh.links(), 6);
  EXPECT_EQ(mesh.ports(), 7);
}

TEST(NetworkTopology, Names) {
  EXPECT_EQ(topology_named("cmesh"), Topology::kMesh);
  EXPECT_EQ(topology_named("triangular-torus"), Topology::kTriangularTorus);
  EXPECT_EQ(topology_text(mesh_of({Topology::kMesh, 2, 2, 4})), "concentrated mesh");
  EXPECT_EQ(topology_text(mesh_of({Topology::kTorus, 2, 2})), "torus");
  EXPECT_EQ(topology_text(mesh_of({Topology::kTriangularTorus, 2, 2})), "triangular torus");
  try {
    topology_named("ring");
    FAIL();
  } catch (const UnknownTopology& e) {
    EXPECT_EQ(e.topology, "ring");
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
    EXPECT_STREQ(e.what(), "network: no topology 'ring'; there are mesh, torus, cmesh, triangular-torus");
  }
}

TEST(NetworkTopology, ToriNeedTwoVcsAndNoChipEdges) {
  MeshSpec mesh = preset_mesh("p3", 4, 4, 1, 8);
  mesh.topology = Topology::kTorus;
  try {
    check(mesh);
    FAIL();
  } catch (const NetworkParameterError& e) {
    EXPECT_EQ(e.parameter, "virtual_channels of a torus");
    EXPECT_EQ(e.value, 1);
    EXPECT_EQ(e.least, 2);
  }
  mesh.virtual_channels = 2;
  EXPECT_NO_THROW(check(mesh));
  mesh.chip_width = 2;
  EXPECT_THROW(check(mesh), NetworkParameterError);
  mesh.chip_width = 4;
  mesh.topology = Topology::kTriangularTorus;
  mesh.cores_per_router = 26;
  EXPECT_THROW(check(mesh), NetworkParameterError);
}

}  // namespace
}  // namespace ranvier::sim
