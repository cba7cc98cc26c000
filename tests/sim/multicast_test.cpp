// SPDX-License-Identifier: Apache-2.0
// Packets forked in the routers: there is no reference to compare with, so the invariants of tree multicast.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <set>

#include "sim/cycle_network.h"
#include "sim/network_errors.h"
#include "sim/network_topology.h"
#include "tests/sim/mesh_fixture.h"

namespace ranvier::sim {
namespace {

struct Plan {
  const char* preset;
  Topology topology;
  std::int32_t width, height, cores, vcs, depth;
  Allocator allocator = Allocator::kIslip;
};

void PrintTo(const Plan& p, std::ostream* out) {
  *out << p.preset << " topology " << static_cast<int>(p.topology) << " " << p.width << "x" << p.height << " x "
       << p.cores << ", " << p.vcs << " VCs of " << p.depth << ", allocator " << static_cast<int>(p.allocator);
}

MeshSpec mesh_of(const Plan& plan) {
  MeshSpec mesh = preset_mesh(plan.preset, plan.width, plan.height, plan.vcs, plan.depth);
  mesh.topology = plan.topology;
  mesh.cores_per_router = plan.cores;
  mesh.allocator = plan.allocator;
  check(mesh);
  return mesh;
}

using Cores = std::vector<CoreId>;

/// Each core is a destination with probability share / 64; at least one is.
Cores random_cores(const MeshSpec& mesh, std::uint32_t share, std::uint64_t seed, std::uint64_t draw) {
  const auto cores = static_cast<std::uint32_t>(mesh.cores());
  Cores to;
  for (std::uint32_t c = 0; c < cores; ++c) {
    if (random_below(64, seed, draw, c) < share) to.push_back(CoreId(c));
  }
  if (to.empty()) to.push_back(CoreId(random_below(cores, seed, draw, cores)));
  return to;
}

/// Flits by link of the union of the ways to all destinations. A set of several keeps to its source's order where both
/// ways round a ring are as short.
void add_union(const MeshSpec& mesh, CoreId from, const Cores& to, std::int64_t flits, std::vector<std::int64_t>& sum) {
  const std::int32_t source = mesh.router_of(from);
  std::set<std::size_t> links;
  for (const CoreId core : to) {
    const std::int32_t there = mesh.router_of(core);
    const bool order = up_first(mesh, to.size() == 1 ? there : source);
    for (std::int32_t at = source; at != there;) {
      const auto d = first_link(mesh, at % mesh.width, at / mesh.width, way_between(mesh, at, there, order)).direction;
      links.insert(static_cast<std::size_t>(at * mesh.links()) + d);
      at = router_next_to(mesh, at, d);
    }
  }
  std::set<std::int32_t> entered;  // a tree: no router but the source has more than one way in
  for (const std::size_t link : links) {
    sum[link] += flits;
    const auto n = static_cast<std::size_t>(mesh.links());
    const std::int32_t next =
        router_next_to(mesh, static_cast<std::int32_t>(link / n), static_cast<std::uint32_t>(link % n));
    EXPECT_TRUE(next != source && entered.insert(next).second);
  }
}

class Multicast : public testing::TestWithParam<Plan> {};

TEST_P(Multicast, OneDestinationIsUnicastBitForBit) {
  const MeshSpec mesh = mesh_of(GetParam());
  const auto cores = static_cast<std::uint32_t>(mesh.cores());
  const auto trees = make_cycle_network(mesh);
  const auto unicasts = make_cycle_network(mesh);
  std::vector<Entry> tree_entries, unicast_entries;
  trees->log_entries(&tree_entries);
  unicasts->log_entries(&unicast_entries);
  for (std::uint32_t id = 0; id < 100 * cores; ++id) {
    const Packet packet{
        id, CoreId(random_below(cores, 1, id, 0)), CoreId(random_below(cores, 1, id, 1)),
        static_cast<std::int32_t>(1 + random_below(2 * static_cast<std::uint32_t>(GetParam().depth), 1, id, 2)),
        random_below(4, 1, id, 4) == 0};
    const std::int64_t at = random_below(300, 1, id, 3);
    const CoreId to[] = {packet.destination};
    unicasts->inject(packet, at);
    if (id % 3 == 0) {
      trees->inject(packet, at);
    } else {
      trees->inject_tree(packet, to, at);
    }
  }
  std::vector<Delivery> tree_out, unicast_out;
  trees->advance(1'000'000, tree_out);
  unicasts->advance(1'000'000, unicast_out);
  ASSERT_EQ(unicast_out.size(), 100 * cores);
  EXPECT_EQ(tree_out, unicast_out);
  EXPECT_EQ(trees->link_flits(), unicasts->link_flits());
  ASSERT_EQ(tree_entries.size(), unicast_entries.size());
  for (std::size_t i = 0; i < tree_entries.size(); ++i) {
    EXPECT_EQ(tree_entries[i].id, unicast_entries[i].id);
    EXPECT_EQ(tree_entries[i].at, unicast_entries[i].at);
  }
}

TEST_P(Multicast, ALonePacketReachesEveryDestinationAsAUnicastWould) {
  MeshSpec mesh = mesh_of(GetParam());
  mesh.buffer_flits = std::max(mesh.buffer_flits, 7);  // the closed form holds where buffers cover the credit loop
  const auto cores = static_cast<std::uint32_t>(mesh.cores());
  const auto network = make_cycle_network(mesh);
  std::int64_t now = 0;
  for (std::uint32_t trial = 0; trial < 200; ++trial, now += 500) {
    const CoreId from(random_below(cores, 7, trial, 0));
    const auto flits = static_cast<std::int32_t>(1 + trial % 7);
    const Cores to = random_cores(mesh, 1 + trial % 64, 8, trial);
    network->clear_counters();
    network->inject_tree({trial, from, {}, flits}, to, now);
    std::vector<Delivery> out;
    network->advance(now + 499, out);
    ASSERT_EQ(out.size(), to.size());
    Cores reached;
    for (const Delivery& d : out) {
      EXPECT_EQ(d.id, trial);
      EXPECT_EQ(d.at - now, zero_load_cycles(mesh, from, d.destination, flits));
      reached.push_back(d.destination);
    }
    std::sort(reached.begin(), reached.end());
    EXPECT_EQ(reached, to);
    std::vector<std::int64_t> links(network->link_flits().size());
    add_union(mesh, from, to, flits, links);
    EXPECT_EQ(network->link_flits(), links);
    EXPECT_TRUE(network->idle());
  }
}

/// Trees and unicasts, all at once, ejection ports closing and opening: nothing is lost, nothing stops for ever.
TEST_P(Multicast, UnderLoadEveryDestinationIsReachedOnce) {
  const MeshSpec mesh = mesh_of(GetParam());
  const auto cores = static_cast<std::uint32_t>(mesh.cores());
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto network = make_cycle_network(mesh, {.seed = seed, .random_delay_cycles = 5});
    std::vector<std::pair<std::uint32_t, CoreId>> expected, seen;
    std::vector<std::int64_t> links(network->link_flits().size());
    for (std::uint32_t id = 0; id < 30 * cores; ++id) {
      const CoreId from(id % cores);
      const bool tree = random_below(3, seed, id, 0) != 0;
      const auto flits =
          static_cast<std::int32_t>(1 + random_below(static_cast<std::uint32_t>(GetParam().depth), seed, id, 1));
      const Cores to = tree ? random_cores(mesh, 1 + random_below(20, seed, id, 2), seed, id)
                            : Cores{CoreId(random_below(cores, seed, id, 3))};
      const std::int64_t at = random_below(200, seed, id, 5);
      const bool relay = random_below(8, seed, id, 6) == 0;
      if (tree) {
        network->inject_tree({id, from, {}, flits, relay}, to, at);
      } else {
        network->inject({id, from, to[0], flits, relay}, at);
      }
      for (const CoreId core : to) expected.emplace_back(id, core);
      add_union(mesh, from, to, flits, links);
    }
    std::vector<Delivery> out;
    std::vector<bool> open(cores, true);
    for (std::int64_t now = 0; now < 250; now += 7) {
      for (std::uint32_t c = 0; c < cores; ++c) {
        const bool next = random_below(3, seed, static_cast<std::uint64_t>(now), c) == 0;
        if (next != open[c]) network->set_ejection(CoreId(c), next);
        open[c] = next;
      }
      const std::size_t before = out.size();
      network->advance(now, out);
      for (std::size_t i = before; i < out.size(); ++i) ASSERT_LE(out[i].at, now);
    }
    EXPECT_FALSE(network->idle());
    for (std::uint32_t c = 0; c < cores; ++c) network->set_ejection(CoreId(c), true);
    network->advance(2'000'000, out);
    for (const Delivery& d : out) seen.emplace_back(d.id, d.destination);
    std::sort(seen.begin(), seen.end());
    std::sort(expected.begin(), expected.end());
    ASSERT_EQ(seen.size(), expected.size());
    EXPECT_EQ(seen, expected);
    EXPECT_EQ(network->link_flits(), links);
    EXPECT_TRUE(network->idle());
    EXPECT_EQ(network->next_event(), Network::kNever);
  }
}

TEST_P(Multicast, CallPatternDoesNotMatter) {
  const MeshSpec mesh = mesh_of(GetParam());
  const auto cores = static_cast<std::uint32_t>(mesh.cores());
  const auto whole = make_cycle_network(mesh);
  const auto pieces = make_cycle_network(mesh);
  for (Network* network : {static_cast<Network*>(whole.get()), static_cast<Network*>(pieces.get())}) {
    for (std::uint32_t id = 0; id < 10 * cores; ++id) {
      network->inject_tree({id, CoreId(id % cores), {}, 1}, random_cores(mesh, 8, 5, id), random_below(50, 5, id, 1));
    }
  }
  std::vector<Delivery> expected, out;
  whole->advance(1'000'000, expected);
  for (std::int64_t at = pieces->next_event(); at != Network::kNever; at = pieces->next_event())
    pieces->advance(at, out);
  EXPECT_EQ(out, expected);
  EXPECT_GE(out.size(), 10 * cores);
}

INSTANTIATE_TEST_SUITE_P(
    Plans, Multicast,
    testing::Values(Plan{"p3", Topology::kMesh, 4, 4, 1, 1, 8}, Plan{"p3", Topology::kMesh, 5, 3, 1, 4, 8},
                    Plan{"p3", Topology::kMesh, 4, 4, 1, 3, 2}, Plan{"p3", Topology::kMesh, 3, 3, 1, 1, 1},
                    Plan{"s3", Topology::kMesh, 4, 4, 1, 4, 8}, Plan{"s3", Topology::kMesh, 4, 3, 1, 1, 7},
                    Plan{"d5", Topology::kMesh, 4, 4, 1, 4, 8}, Plan{"d5", Topology::kMesh, 4, 4, 1, 2, 3},
                    Plan{"p3", Topology::kMesh, 3, 3, 3, 2, 8}, Plan{"d5", Topology::kMesh, 2, 2, 9, 2, 8},
                    Plan{"p3", Topology::kTorus, 5, 4, 1, 2, 8}, Plan{"s3", Topology::kTorus, 4, 4, 1, 3, 8},
                    Plan{"d5", Topology::kTorus, 6, 3, 1, 2, 2}, Plan{"p3", Topology::kTriangularTorus, 5, 4, 1, 2, 8},
                    Plan{"s3", Topology::kTriangularTorus, 4, 4, 1, 2, 3},
                    Plan{"p3", Topology::kTriangularTorus, 3, 4, 2, 4, 7},
                    Plan{"p3", Topology::kMesh, 4, 4, 1, 2, 8, Allocator::kInputFirst},
                    Plan{"s3", Topology::kTorus, 4, 4, 1, 2, 8, Allocator::kInputFirst},
                    Plan{"d5", Topology::kMesh, 4, 4, 1, 3, 8, Allocator::kInputFirst}));

/// Cycles a packet over the last 300 of 400, from the last delivery of the one to that of the other.
double cycles_per_packet(const MeshSpec& mesh, const std::vector<std::pair<CoreId, Cores>>& flows, std::int32_t flits) {
  const auto network = make_cycle_network(mesh);
  for (std::uint32_t id = 0; id < 400; ++id) {
    for (const auto& [from, to] : flows) network->inject_tree({id, from, {}, flits}, to, 0);
  }
  std::vector<Delivery> out;
  network->advance(1'000'000, out);
  EXPECT_TRUE(network->idle());
  std::vector<std::int64_t> last(400);
  for (const Delivery& d : out) last[d.id] = std::max(last[d.id], d.at);
  return static_cast<double>(last[399] - last[99]) / 300;
}

Cores all_cores(const MeshSpec& mesh) {
  Cores to;
  for (std::uint32_t c = 0; c < static_cast<std::uint32_t>(mesh.cores()); ++c) to.push_back(CoreId(c));
  return to;
}

TEST(MulticastCapacity, IsThatOfTheFullestLinkOverItsTreeLoad) {
  for (const char* preset : {"p3", "s3"}) {
    const MeshSpec mesh = preset_mesh(preset, 4, 4, 4, 8);
    // A broadcast loads each link of its tree once: a flit a cycle, whatever its fan-out.
    EXPECT_EQ(cycles_per_packet(mesh, {{CoreId(5), all_cores(mesh)}}, 1), 1) << preset;
    EXPECT_EQ(cycles_per_packet(mesh, {{CoreId(0), {CoreId(3), CoreId(12), CoreId(15)}}}, 4), 4) << preset;
  }
  // Rows 0 and 1 send to core 15: two trees share its ejection port and the column above it.
  const MeshSpec mesh = preset_mesh("p3", 4, 4, 4, 8);
  EXPECT_NEAR(cycles_per_packet(mesh, {{CoreId(0), {CoreId(3), CoreId(15)}}, {CoreId(4), {CoreId(7), CoreId(15)}}}, 1),
              2, 0.02);
}

/// Broadcasts of all 16 cores: each ejection port takes every packet, and is never without one for long.
TEST(MulticastCapacity, BroadcastsFillTheEjectionPorts) {
  const MeshSpec mesh = preset_mesh("p3", 4, 4, 4, 8);
  const auto network = make_cycle_network(mesh);
  for (std::uint32_t id = 0; id < 400 * 16; ++id)
    network->inject_tree({id, CoreId(id % 16), {}, 1}, all_cores(mesh), 0);
  std::vector<Delivery> out;
  network->advance(100'000, out);
  ASSERT_EQ(out.size(), 400u * 16 * 16);
  EXPECT_GE(out.back().at, 6400);
  EXPECT_LE(out.back().at, 6400 * 1.1);
}

TEST(Multicast, APacketThatForksFitsABuffer) {
  const auto network = make_cycle_network(preset_mesh("p3", 3, 1, 1, 4));
  const CoreId to[] = {CoreId(1), CoreId(2)};
  EXPECT_THROW(network->inject_tree({1, CoreId(0), {}, 5}, to, 0), NetworkParameterError);
  EXPECT_TRUE(network->idle());
  try {
    network->inject_tree({1, CoreId(0), {}, 5}, to, 0);
    FAIL();
  } catch (const NetworkParameterError& e) {
    EXPECT_EQ(e.parameter, "flits of a packet that forks");
    EXPECT_EQ(e.value, 5);
    EXPECT_EQ(e.most, 4);
  }
  const CoreId one[] = {CoreId(2)};
  network->inject_tree({1, CoreId(0), {}, 9}, one, 0);  // no fork: any length
  std::vector<Delivery> out;
  network->advance(1000, out);
  EXPECT_EQ(out.size(), 1u);
}

TEST(Multicast, TheSameSetIsTheSameTree) {
  const auto network = make_cycle_network(preset_mesh("p3", 3, 3, 1, 4));
  const CoreId a[] = {CoreId(1), CoreId(2), CoreId(8)};
  const CoreId b[] = {CoreId(8), CoreId(2), CoreId(1), CoreId(2)};
  EXPECT_EQ(network->add_tree(CoreId(0), a), network->add_tree(CoreId(0), b));
  EXPECT_NE(network->add_tree(CoreId(0), a), network->add_tree(CoreId(1), a));
}

/// 3x1, core 0 to cores 1 and 2, core 1's port closed: its branch waits, the other goes on.
TEST(Multicast, BranchesGoOnForThemselves) {
  const auto network = make_cycle_network(preset_mesh("p3", 3, 1, 1, 8));
  network->set_ejection(CoreId(1), false);
  const CoreId to[] = {CoreId(1), CoreId(2)};
  for (std::uint32_t id = 0; id < 4; ++id) network->inject_tree({id, CoreId(0), {}, 4}, to, 0);
  std::vector<Delivery> out;
  network->advance(500, out);
  // Two packets fit behind core 1's port. The third's branch to it waits in router 1, the one to core 2 does not; the
  // fourth is behind it.
  ASSERT_EQ(out.size(), 3u);
  for (std::uint32_t id = 0; id < 3; ++id) EXPECT_EQ(out[id].destination, CoreId(2));
  network->set_ejection(CoreId(1), true);
  network->advance(1000, out);
  EXPECT_EQ(out.size(), 8u);
}

}  // namespace
}  // namespace ranvier::sim
