// SPDX-License-Identifier: Apache-2.0
// RTL routers in lock-step with those of the flit-level network: nothing differs under random traffic and in a mapped
// chip; a router that is told something else than its twin is found, in its cycle, with a waveform.
#include <gmock/gmock.h>

#include <filesystem>

#include "mapper/mapper.h"
#include "rtl/noc/errors.h"
#include "rtl/noc/router_lockstep.h"
#include "rtl/noc/traffic.h"
#include "sim/network.h"
#include "sim/simulate.h"
#include "tests/rtl/noc/lying_watch.h"
#include "tests/rtl/noc/mesh_fixture.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::rtl {
namespace {

using ::testing::HasSubstr;

std::vector<std::size_t> all_of(const chips::Board& board) { return select_routers(board, "routers"); }

Script traffic(const chips::Board& board, double rate, std::int32_t most_flits, std::uint64_t seed) {
  RandomTraffic how;
  how.cycles = 400;
  how.rate = rate;
  how.most_flits = most_flits;
  how.most_copies = 1;
  return random_script(static_cast<std::int32_t>(board.cores()), how, seed);
}

TEST(RouterLockstep, NoRouterDiffersUnderRandomTraffic) {
  const chips::Board board = small_board(3);
  for (const double rate : {0.05, 0.4, 0.9}) {
    for (const std::int32_t flits : {1, 5}) {
      const Script script = traffic(board, rate, flits, 7);
      const auto network = sim::make_cycle_network(board);
      const auto routers = make_router_lockstep(board, all_of(board), {});
      network->watch(routers.get());
      run_on_model(*network, script);
      routers->settle();
      // Each flit passes its links and the way out to its core.
      std::int64_t sent = 0;
      for (const std::int64_t n : network->link_flits()) sent += n;
      for (const ScriptPacket& packet : script) sent += packet.flits;
      EXPECT_EQ(routers->flits_compared(), sent) << rate;
      EXPECT_EQ(routers->names().size(), 9u);
      EXPECT_GT(routers->clock_cycles(), 0);
    }
  }
}

/// Four chips of 3 x 3: every router has a link over an edge, which takes a flit in several cycles.
chips::Board chips_of_nine() {
  chips::Board board = small_board(3);
  board.columns = board.rows = 2;
  return board;
}

/// As Loihi's: four cores a router, 2 VCs of 16 flits, links that take a flit in 3 cycles, slower ones north and south.
chips::Board four_cores_a_router() {
  chips::Board board = small_board(3);
  chips::Noc& noc = board.chip.noc;
  noc.cores_per_router.value = 4;
  noc.virtual_channels.value = 2;
  noc.buffer_flits.value = 16;
  noc.router_cycles.value = 21;
  noc.link_cycles.value = 20;
  noc.link_cycles_vertical.value = 44;
  noc.link_cycles_per_flit.value = 3;
  noc.credit_cycles.value = 20;
  return board;
}

TEST(RouterLockstep, NoRouterDiffersAtChipEdgesOrWithSeveralCores) {
  for (const chips::Board& board : {chips_of_nine(), four_cores_a_router()}) {
    const std::size_t count = all_of(board).size();
    EXPECT_EQ(count, board.chip.noc.cores_per_router.value == 4 ? 9u : 36u);
    for (const double rate : {0.01, 0.3}) {
      for (const std::int32_t flits : {1, 5}) {
        const Script script = traffic(board, rate, flits, 3);
        const auto network = sim::make_cycle_network(board);
        const auto routers = make_router_lockstep(board, all_of(board), {});
        network->watch(routers.get());
        run_on_model(*network, script);
        routers->settle();
        std::int64_t sent = 0;
        for (const std::int64_t n : network->link_flits()) sent += n;
        for (const ScriptPacket& packet : script) sent += packet.flits;
        EXPECT_EQ(routers->flits_compared(), sent) << rate;
      }
    }
  }
}

TEST(RouterLockstep, ALinkThatIsBusyForLessIsFound) {
  // Routers of chips whose edges are quicker than the network's: the RTL sends too soon, or the twin does.
  const chips::Board board = chips_of_nine();
  chips::Board quicker = board;
  quicker.chip.chip_link.cycles_per_flit.value -= 1;
  const auto network = sim::make_cycle_network(board);
  const auto routers = make_router_lockstep(quicker, all_of(board), {});
  network->watch(routers.get());
  EXPECT_THROW(
      {
        run_on_model(*network, traffic(board, 0.3, 3, 3));
        routers->settle();
      },
      RouterMismatch);
}

TEST(RouterLockstep, RoutersSleepWhileEmpty) {
  const chips::Board board = small_board(3);
  const auto network = sim::make_cycle_network(board);
  const auto routers = make_router_lockstep(board, {4}, {});
  network->watch(routers.get());
  Script script;
  for (const std::int64_t at : {10, 100'000, 900'000}) script.push_back({CoreId(3), CoreId(5), 1, at});
  run_on_model(*network, script);
  routers->settle();
  EXPECT_EQ(routers->flits_compared(), 3);
  EXPECT_LT(routers->clock_cycles(), 50);
}

TEST(RouterLockstep, AMappedChipRunsBesideItsRouters) {
  for (const auto schedule : {mapper::Schedule::kStagedGraded, mapper::Schedule::kAsynchronousUnary}) {
    const auto c =
        sim::testing::random_case(workloads::random_vit_program(11, 5, 8, 2, 1, 12), small_board(7), schedule, 11);
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, 1),
                                                        workloads::random_input_codes(c->program, 2)};
    sim::SimOptions options;
    const sim::RunResult plain = sim::simulate(c->problem, c->mapping, images, options);
    const auto routers = make_router_lockstep(c->problem.board, all_of(c->problem.board), {});
    options.routers = routers.get();
    const sim::RunResult watched = sim::simulate(c->problem, c->mapping, images, options);
    EXPECT_EQ(watched.total_time, plain.total_time);
    EXPECT_EQ(watched.verilated_routers.size(), 49u);
    EXPECT_GT(watched.router_flits_compared, plain.flit_hops);
    EXPECT_TRUE(watched.images[0].exact);
  }
}

RouterMismatch found(const LyingWatch::Change& change, const std::filesystem::path& wave = {}) {
  const chips::Board board = small_board(3);
  const auto network = sim::make_cycle_network(board);
  LyingWatch liar(make_router_lockstep(board, all_of(board), wave), change);
  network->watch(&liar);
  try {
    run_on_model(*network, traffic(board, 0.3, 3, 9));
    liar.settle();
  } catch (const RouterMismatch& e) {
    return e;
  }
  ADD_FAILURE() << "the difference was not found";
  return {0, 0, "", "", "", ""};
}

TEST(RouterLockstep, AFlitThatGoesElsewhereIsFoundWithAWaveform) {
  const std::filesystem::path wave = std::filesystem::path(::testing::TempDir()) / "router_lockstep";
  std::int64_t arrived = 0;
  const RouterMismatch e = found(
      [&](std::size_t router, std::uint32_t&, sim::WatchedFlit& flit, std::int64_t& at) {
        if (router == 4 && flit.head && arrived == 0 && at > 300) flit.x = flit.x == 0 ? 2 : 0, arrived = at;
        return true;
      },
      wave);
  EXPECT_EQ(e.exit_code, ExitCode::kFunctionalMismatch);
  EXPECT_EQ(e.router, 4u);
  EXPECT_GE(e.cycle, arrived);
  EXPECT_LT(e.cycle, arrived + 50);
  EXPECT_THAT(e.difference, HasSubstr("a flit out of port"));
  EXPECT_NE(e.expected, e.got);
  EXPECT_EQ(e.wave_file, wave.string() + "-router4.fst");
  ASSERT_TRUE(std::filesystem::exists(e.wave_file));
  EXPECT_GT(std::filesystem::file_size(e.wave_file), 1000u);
  std::filesystem::remove(e.wave_file);
}

TEST(RouterLockstep, ALostOrLateFlitIsFound) {
  const RouterMismatch lost = found(
      [](std::size_t router, std::uint32_t&, sim::WatchedFlit&, std::int64_t& at) { return router != 1 || at < 200; });
  EXPECT_EQ(lost.router, 1u);
  EXPECT_EQ(lost.got, "none");
  EXPECT_TRUE(lost.wave_file.empty());
  bool once = false;
  const RouterMismatch late = found([&](std::size_t router, std::uint32_t&, sim::WatchedFlit&, std::int64_t& at) {
    if (router == 1 && at >= 200 && !once) ++at, once = true;
    return true;
  });
  EXPECT_EQ(late.router, 1u);
}

TEST(SelectRouters, NamesThoseInRtl) {
  chips::Board board = small_board(3);
  EXPECT_TRUE(names_routers("routers") && names_routers("router:4"));
  EXPECT_FALSE(names_routers("router4") || names_routers("core:4") || names_routers("block0.*"));
  EXPECT_EQ(all_of(board).size(), 9u);
  EXPECT_EQ(select_routers(board, "router:4"), std::vector<std::size_t>{4});
  for (const char* wrong : {"router:", "router:x", "router:-1", "router:9", "router:4x"})
    EXPECT_THROW(select_routers(board, wrong), RouterNotInRtl) << wrong;
  // Two chips of 3 x 3: a column of routers at each side of the edge. Slow credits make buffers deeper there.
  board.columns = 2;
  EXPECT_EQ(all_of(board).size(), 18u);
  board.chip.chip_link.latency_cycles.value = 1000;
  EXPECT_EQ(all_of(board).size(), 12u);
  EXPECT_THAT(why_no_rtl_router(board, 2), HasSubstr("leaves the chip"));
  EXPECT_EQ(why_no_rtl_router(board, 4), "");
  try {
    select_routers(board, "router:3");
    FAIL() << "no error";
  } catch (const RouterNotInRtl& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
    EXPECT_THAT(e.what(), HasSubstr("router:3"));
  }
  board.chip.noc.virtual_channels.value = 2;
  EXPECT_THAT(why_no_rtl_router(board, 4), HasSubstr("2, 8"));
  EXPECT_THROW(select_routers(board, "routers"), RouterNotInRtl);
}

}  // namespace
}  // namespace ranvier::rtl
