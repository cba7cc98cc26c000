// SPDX-License-Identifier: Apache-2.0
// RTL routers that fork packets in lock-step with those of the flit-level network: random trees and unicast packets at
// once, closed ways out, mapped chips; a router whose table is wrong is found.
#include <gmock/gmock.h>

#include <algorithm>
#include <bit>
#include <filesystem>

#include "base/random.h"
#include "mapper/mapper.h"
#include "rtl/noc/errors.h"
#include "rtl/noc/router_lockstep.h"
#include "sim/network.h"
#include "sim/network_timing.h"
#include "sim/simulate.h"
#include "tests/rtl/noc/lying_watch.h"
#include "tests/rtl/noc/mesh_fixture.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::rtl {
namespace {

using ::testing::HasSubstr;

std::vector<std::size_t> all_of(const chips::Board& board) { return select_routers(board, "routers"); }

chips::Board spinnaker_like(std::int32_t columns, std::int32_t rows) {
  chips::Board board = chips::load_target("spinnaker-like");
  board.columns = columns;
  board.rows = rows;
  return board;
}

/// Links between chips take a flit a cycle and credits come soon: buffers fill, branches hold one another up.
chips::Board quick_links(std::int32_t columns, std::int32_t rows) {
  chips::Board board = spinnaker_like(columns, rows);
  board.chip.chip_link.cycles_per_flit.value = 1;
  board.chip.chip_link.latency_cycles.value = 1;
  board.chip.noc.router_cycles.value = 1;
  board.chip.noc.link_cycles.value = 1;
  return board;
}

struct Load {
  std::uint32_t packets_a_core;
  std::uint32_t cycles;         // in which they come
  std::uint32_t destinations;   // of a tree, at most
  std::uint32_t others_in_ten;  // unicast packets
};

/// Flits that the routers sent: over links, and to the cores.
std::int64_t run(sim::Network& network, const chips::Board& board, const Load& load, std::uint64_t seed) {
  const auto cores = static_cast<std::uint32_t>(board.cores());
  const auto draw = [seed](std::uint32_t below, std::uint32_t id, std::uint32_t what) {
    return random_below(below, seed, id, what);
  };
  std::vector<std::int32_t> flits_of;
  std::size_t to_come = 0;
  for (std::uint32_t id = 0; id < load.packets_a_core * cores; ++id) {
    const CoreId from(id % cores);
    const auto flits = static_cast<std::int32_t>(1 + (draw(8, id, 0) == 0 ? draw(4, id, 1) : draw(2, id, 1)));
    flits_of.push_back(flits);
    const std::int64_t at = 1 + draw(load.cycles, id, 2);
    if (draw(10, id, 3) < load.others_in_ten) {
      network.inject({id, from, CoreId(draw(cores, id, 4)), flits}, at);
      ++to_come;
      continue;
    }
    // Sets are told apart by few numbers, so that trees are used again.
    const auto set = draw(12, id, 5) * cores + from.value();
    std::vector<CoreId> to;
    for (std::uint32_t d = 0; d <= random_below(load.destinations, seed, set, 6); ++d)
      to.emplace_back(random_below(cores, seed, set, 7 + d));
    std::sort(to.begin(), to.end());
    to.erase(std::unique(to.begin(), to.end()), to.end());
    network.inject_tree({id, from, {}, flits}, to, at);
    to_come += to.size();
  }
  std::vector<sim::Delivery> out;
  std::vector<bool> open(cores, true);
  for (std::int64_t now = 0; now < load.cycles; now += 9) {
    for (std::uint32_t c = 0; c < cores; ++c) {
      const bool next = random_below(3, seed + 1, static_cast<std::uint64_t>(now), c) != 0;
      if (next != open[c]) network.set_ejection(CoreId(c), next);
      open[c] = next;
    }
    network.advance(now, out);
  }
  for (std::uint32_t c = 0; c < cores; ++c) network.set_ejection(CoreId(c), true);
  network.advance(10'000'000, out);
  EXPECT_EQ(out.size(), to_come);
  std::int64_t sent = 0;
  for (const std::int64_t n : network.link_flits()) sent += n;
  for (const sim::Delivery& d : out) sent += flits_of[d.id];
  return sent;
}

void expect_no_difference(const chips::Board& board, const Load& load, std::uint64_t seed) {
  const auto network = sim::make_cycle_network(board);
  const auto routers = make_router_lockstep(board, all_of(board), {});
  network->watch(routers.get());
  const std::int64_t sent = run(*network, board, load, seed);
  routers->settle();
  EXPECT_EQ(routers->flits_compared(), sent);
  EXPECT_EQ(routers->names().size(), static_cast<std::size_t>(board.columns * board.rows));
}

TEST(ForkLockstep, NoRouterDiffersUnderRandomTreesAndUnicasts) {
  for (const std::uint64_t seed : {1, 2}) {
    expect_no_difference(spinnaker_like(2, 2), {12, 2000, 12, 3}, seed);
    expect_no_difference(quick_links(2, 2), {12, 300, 12, 3}, seed);
  }
  expect_no_difference(quick_links(4, 4), {4, 200, 20, 2}, 3);
  expect_no_difference(spinnaker_like(4, 4), {2, 1000, 6, 5}, 4);
}

TEST(ForkLockstep, NoRouterDiffersWithOneOfEitherKindOnly) {
  expect_no_difference(quick_links(2, 2), {12, 200, 40, 0}, 5);
  expect_no_difference(quick_links(2, 2), {12, 200, 1, 10}, 6);
  expect_no_difference(quick_links(1, 1), {30, 300, 17, 1}, 7);
}

TEST(ForkLockstep, ATreeThatComesLaterIsInTheTable) {
  const chips::Board board = quick_links(2, 2);
  const auto network = sim::make_cycle_network(board);
  const auto routers = make_router_lockstep(board, all_of(board), {});
  const std::vector<CoreId> first{CoreId(20), CoreId(3), CoreId(60)}, second{CoreId(0), CoreId(1), CoreId(50)};
  const sim::TreeId before = network->add_tree(CoreId(1), first);  // told when the watch comes
  network->watch(routers.get());
  std::vector<sim::Delivery> out;
  for (std::uint32_t id = 0; id < 40; ++id) network->inject_tree({id, CoreId(1), {}, 2}, before, 10 + id);
  network->advance(40, out);
  ASSERT_FALSE(network->idle());
  for (std::uint32_t id = 40; id < 50; ++id) network->inject_tree({id, CoreId(30), {}, 2}, second, 41);
  network->advance(10'000, out);
  routers->settle();
  EXPECT_EQ(out.size(), 150u);
  std::int64_t sent = 300;
  for (const std::int64_t n : network->link_flits()) sent += n;
  EXPECT_EQ(routers->flits_compared(), sent);
}

/// A chip of relays with the routers of one that forks: its programs, the other's trees.
chips::Board forking_chip() {
  chips::Board board = small_board(3);
  chips::Noc& noc = board.chip.noc;
  noc.multicast = chips::Multicast::kTree;
  noc.cores_per_router.value = 17;
  noc.virtual_channels.value = 1;
  noc.buffer_flits.value = 4;
  return board;
}

TEST(ForkLockstep, AMappedChipRunsBesideItsRouters) {
  for (const auto schedule : {mapper::Schedule::kStagedGraded, mapper::Schedule::kAsynchronousUnary}) {
    const auto c =
        sim::testing::random_case(workloads::random_vit_program(11, 5, 8, 2, 1, 12), forking_chip(), schedule, 11);
    const auto& routes = c->mapping.routes;
    ASSERT_TRUE(std::any_of(routes.begin(), routes.end(), [](const auto& r) { return r.tree.size() > 2; }));
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, 1)};
    sim::SimOptions options;
    const sim::RunResult plain = sim::simulate(c->problem, c->mapping, images, options);
    const auto routers = make_router_lockstep(c->problem.board, all_of(c->problem.board), {});
    options.routers = routers.get();
    const sim::RunResult watched = sim::simulate(c->problem, c->mapping, images, options);
    EXPECT_EQ(watched.total_time, plain.total_time);
    EXPECT_EQ(watched.verilated_routers.size(), 9u);
    EXPECT_GT(watched.router_flits_compared, plain.flit_hops);
    EXPECT_TRUE(watched.images[0].exact);
  }
}

RouterMismatch found(const LyingWatch::Change& change, const LyingWatch::Growth& growth,
                     const std::filesystem::path& wave = {}) {
  const chips::Board board = quick_links(2, 2);
  const auto network = sim::make_cycle_network(board);
  LyingWatch liar(make_router_lockstep(board, all_of(board), wave), change, growth);
  network->watch(&liar);
  try {
    run(*network, board, {6, 200, 8, 3}, 9);
    liar.settle();
  } catch (const RouterMismatch& e) {
    return e;
  }
  ADD_FAILURE() << "the difference was not found";
  return {0, 0, "", "", "", ""};
}

TEST(ForkLockstep, AWrongEntryOfATableIsFound) {
  const auto as_it_is = [](std::size_t, std::uint32_t&, sim::WatchedFlit&, std::int64_t&) { return true; };
  bool once = false;
  const std::filesystem::path wave = std::filesystem::path(::testing::TempDir()) / "fork_lockstep";
  const RouterMismatch missing = found(
      as_it_is,
      [&](std::size_t router, sim::WatchedNode& node) {
        if (router == 2 && std::popcount(node.outputs) > 2 && !once) node.outputs &= node.outputs - 1, once = true;
      },
      wave);
  EXPECT_EQ(missing.router, 2u);
  EXPECT_EQ(missing.got, "none");
  EXPECT_EQ(missing.wave_file, wave.string() + "-router2.fst");
  ASSERT_TRUE(std::filesystem::exists(missing.wave_file));
  EXPECT_GT(std::filesystem::file_size(missing.wave_file), 1000u);
  std::filesystem::remove(missing.wave_file);
  const RouterMismatch more = found(as_it_is, [](std::size_t router, sim::WatchedNode& node) {
    if (router == 1) node.outputs |= 1u << 6;
  });
  EXPECT_EQ(more.router, 1u);
}

TEST(ForkLockstep, AFlitOnAnotherTreeOrALateOneIsFound) {
  const LyingWatch::Growth as_it_is = [](std::size_t, sim::WatchedNode&) {};
  std::uint32_t other = 0;
  const RouterMismatch elsewhere = found(
      [&](std::size_t router, std::uint32_t&, sim::WatchedFlit& flit, std::int64_t& at) {
        if (router == 0 && flit.on_tree && at > 100) flit.node = other;
        return true;
      },
      [&](std::size_t router, sim::WatchedNode& node) {
        if (router == 0) other = node.node;
      });
  EXPECT_EQ(elsewhere.router, 0u);
  EXPECT_THAT(elsewhere.what(), HasSubstr("on label"));
  bool once = false;
  const RouterMismatch late = found(
      [&](std::size_t router, std::uint32_t&, sim::WatchedFlit& flit, std::int64_t& at) {
        if (router == 3 && flit.on_tree && at > 100 && !once) ++at, once = true;
        return true;
      },
      as_it_is);
  EXPECT_EQ(late.router, 3u);
}

TEST(ForkLockstep, MoreWaysThanATableHoldsAreRefused) {
  const chips::Board board = spinnaker_like(1, 1);
  const auto network = sim::make_cycle_network(board);
  const auto routers = make_router_lockstep(board, {0}, {});
  network->watch(routers.get());
  const auto add = [&](CoreId from, std::uint32_t set) {
    std::vector<CoreId> to;
    for (std::uint32_t c = 0; c < 11; ++c)
      if ((set >> c & 1) != 0) to.emplace_back(c);
    network->add_tree(from, to);
  };
  for (int twice = 0; twice < 2; ++twice)
    for (std::uint32_t set = 1; set <= 1024; ++set) add(CoreId(15 + twice), set);
  try {
    add(CoreId(15), 1025);
    FAIL() << "no error";
  } catch (const RouterNotInRtl& e) {
    EXPECT_THAT(e.what(), HasSubstr("router 0 sends packets on in more than 1024 ways"));
  }
}

TEST(ForkLockstep, OtherBuffersAreRefusedByName) {
  chips::Board board = spinnaker_like(2, 2);
  EXPECT_EQ(all_of(board).size(), 4u);
  board.chip.noc.buffer_flits.value = 8;
  EXPECT_THAT(why_no_rtl_router(board, 0), HasSubstr("router that forks packets has 1 VCs of 4 flits and 17 cores"));
  board.chip.noc.buffer_flits.value = 4;
  board.chip.noc.virtual_channels.value = 2;
  EXPECT_THAT(why_no_rtl_router(board, 0), HasSubstr("2, 4, 17"));
}

}  // namespace
}  // namespace ranvier::rtl
