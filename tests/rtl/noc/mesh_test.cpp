// SPDX-License-Identifier: Apache-2.0
// The RTL meshes against the network of fidelity `cycle`: every packet enters and leaves in the same cycle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rtl/noc/errors.h"
#include "rtl/noc/traffic.h"
#include "sim/network_timing.h"
#include "tests/rtl/noc/mesh_fixture.h"

namespace ranvier::rtl {
namespace {

void expect_same(const NetworkRun& rtl, const NetworkRun& model) {
  ASSERT_EQ(rtl.entries.size(), model.entries.size());
  for (std::size_t i = 0; i < rtl.entries.size(); ++i) {
    ASSERT_EQ(rtl.entries[i].id, model.entries[i].id) << "entry " << i << " at " << model.entries[i].at;
    ASSERT_EQ(rtl.entries[i].at, model.entries[i].at) << "packet " << rtl.entries[i].id;
  }
  ASSERT_EQ(rtl.deliveries.size(), model.deliveries.size());
  for (std::size_t i = 0; i < rtl.deliveries.size(); ++i) {
    ASSERT_EQ(rtl.deliveries[i].id, model.deliveries[i].id) << "delivery " << i << " at " << model.deliveries[i].at;
    ASSERT_EQ(rtl.deliveries[i].at, model.deliveries[i].at) << "packet " << rtl.deliveries[i].id;
    ASSERT_EQ(rtl.deliveries[i].destination, model.deliveries[i].destination);
  }
}

struct Load {
  std::int32_t side;
  RandomTraffic traffic;
  ModelBuild build = ModelBuild::kFast;
};

class MeshUnderLoad : public testing::TestWithParam<Load> {};

TEST_P(MeshUnderLoad, MovesEveryPacketInTheCyclesOfTheModel) {
  const chips::Board board = small_board(GetParam().side);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    const Script script = random_script(GetParam().side * GetParam().side, GetParam().traffic, seed);
    ASSERT_GT(script.size(), 20U);
    const auto mesh = make_mesh_port(board, GetParam().build, static_cast<std::uint32_t>(seed));
    const auto network = sim::make_cycle_network(board);
    const NetworkRun rtl = run_on_mesh(*mesh, script);
    expect_same(rtl, run_on_model(*network, script));
    EXPECT_EQ(rtl.deliveries.size(), script.size());
    EXPECT_FALSE(mesh->overflow);
    EXPECT_FALSE(mesh->take_assertion_failure());
  }
}

INSTANTIATE_TEST_SUITE_P(Rates, MeshUnderLoad,
                         testing::Values(Load{4, {0.02, 1500}}, Load{4, {0.3, 600}}, Load{4, {0.6, 300}},
                                         Load{4, {0.95, 200}}, Load{4, {0.1, 600, 4}}, Load{4, {0.3, 200, 15}},
                                         Load{4, {0.1, 800, 1, 3}}, Load{4, {0.2, 300, 3, 5}}, Load{2, {0.3, 1000}},
                                         Load{2, {0.95, 500, 3, 2}}, Load{2, {0.5, 200, 4, 2}, ModelBuild::kCheck}));

TEST(RtlMesh, IsAsFastAsTheModelSaysForEveryPairAlone) {
  for (const std::int32_t side : {2, 4}) {
    const chips::Board board = small_board(side);
    const sim::MeshSpec spec = sim::mesh_of(board);
    const auto mesh = make_mesh_port(board, ModelBuild::kFast);
    const auto cores = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
    for (const std::int32_t flits : {1, 5}) {
      for (std::size_t from = 0; from < cores; ++from) {
        for (std::size_t to = 0; to < cores; ++to) {
          const Script script{{CoreId(from), CoreId(to), flits, 3}};
          const NetworkRun run = run_on_mesh(*mesh, script);
          ASSERT_EQ(run.deliveries.size(), 1U);
          EXPECT_EQ(run.deliveries[0].at - 3, sim::zero_load_cycles(spec, CoreId(from), CoreId(to), flits))
              << from << " to " << to << ", " << flits << " flits";
          EXPECT_EQ(run.deliveries[0].destination, CoreId(to));
        }
      }
    }
  }
}

TEST(RtlMesh, KeepsFlitsInsideWhileTheWayOutIsClosed) {
  const auto mesh = make_mesh_port(small_board(2), ModelBuild::kCheck);
  mesh->in[3].eject_open = false;
  constexpr std::int64_t kRoom = 4 * 4 * 8, kPackets = kRoom + 10;
  std::int64_t taken = 0, out = 0;
  const auto cycle = [&] {
    mesh->in[0].own = {taken < kPackets, 1, 1, 1, static_cast<std::uint64_t>(taken)};
    mesh->cycle();
    taken += mesh->out[0].own_ready;
    out += mesh->out[3].eject_valid;
  };
  for (int i = 0; i < 400; ++i) cycle();
  EXPECT_EQ(out, 0);
  // Four channels of eight flits: at the source's router, at (1, 0), at (1, 1), and behind it.
  EXPECT_EQ(taken, kRoom);
  mesh->in[3].eject_open = true;
  for (int i = 0; i < 400; ++i) cycle();
  EXPECT_EQ(out, kPackets);
  EXPECT_FALSE(mesh->overflow);
  EXPECT_FALSE(mesh->take_assertion_failure());
}

TEST(RtlMesh, WaysOutThatCloseAndOpenHoldPacketsUpAsInTheModel) {
  for (const std::int32_t side : {2, 4}) {
    const chips::Board board = small_board(side);
    const Script script = random_script(side * side, {0.3, 400, 3, 2}, 5);
    const std::vector<WayOut> ways = random_ways_out(side * side, 400, 5);
    ASSERT_GT(ways.size(), 10U);
    const auto mesh = make_mesh_port(board, ModelBuild::kFast);
    const auto network = sim::make_cycle_network(board), open = sim::make_cycle_network(board);
    const NetworkRun rtl = run_on_mesh(*mesh, script, ways);
    expect_same(rtl, run_on_model(*network, script, ways));
    EXPECT_GT(mean_latency(rtl), 1.05 * mean_latency(run_on_model(*open, script)));
  }
}

TEST(RtlMesh, HasTheNumbersOfTheChipFile) {
  const chips::Board board = small_board(4);
  const auto mesh = make_mesh_port(board, ModelBuild::kFast);
  EXPECT_EQ(mesh->parameters(), mesh_parameters(board));
  EXPECT_EQ(mesh->parameters().vcs, board.chip.noc.virtual_channels.value);
  EXPECT_EQ(mesh->parameters().data_bits, board.chip.noc.flit_bits.value);
}

std::string refusal(const chips::Board& board) {
  try {
    make_mesh_port(board, ModelBuild::kFast);
  } catch (const MeshNotVerilated& e) {
    return e.reason;
  }
  return {};
}

TEST(RtlMesh, RefusesBoardsThatItIsNot) {
  EXPECT_EQ(refusal(small_board(4)), "");
  EXPECT_THROW(make_mesh_port(small_board(4), ModelBuild::kCheck), MeshNotVerilated);
  EXPECT_THAT(refusal(small_board(3)), testing::HasSubstr("no model of 3x3 routers with 4 VCs of 8 flits"));
  chips::Board board = small_board(4);
  board.columns = 2;
  EXPECT_EQ(refusal(board), "it has several chips");
  board = small_board(4);
  board.chip.noc.cores_per_router.value = 2;
  EXPECT_EQ(refusal(board), "its routers have several cores");
  board = small_board(4);
  board.chip.noc.link_cycles_vertical.value = 5;
  EXPECT_EQ(refusal(board), "its vertical links are slower");
  board = small_board(4);
  board.chip.noc.link_cycles_per_flit.value = 2;
  EXPECT_EQ(refusal(board), "its links take a flit in several cycles");
  board = small_board(4);
  board.chip.noc.multicast = chips::Multicast::kTree;
  EXPECT_EQ(refusal(board), "its routers fork packets");
  board = small_board(4);
  board.chip.noc.credit_cycles.value = 3;
  EXPECT_THAT(refusal(board), testing::HasSubstr("3 for a credit"));
}

TEST(RtlMesh, SaysWhenNothingComesOut) {
  const auto mesh = make_mesh_port(small_board(2), ModelBuild::kFast);
  mesh->in[1].eject_open = false;
  EXPECT_THROW(run_on_mesh(*mesh, Script{{CoreId(0), CoreId(1), 1, 0}}), MeshHangs);
}

TEST(CompareRuns, TellsOrderAndCycles) {
  const Script script{{CoreId(0), CoreId(1), 1, 0}, {CoreId(0), CoreId(1), 1, 1}, {CoreId(2), CoreId(1), 1, 1}};
  const NetworkRun a{
      {{0, CoreId(1), 8}, {1, CoreId(1), 9}, {2, CoreId(1), 11}}, {{0, 0}, {1, 1}, {2, 1}}, {0, 1, 1}, 12};
  NetworkRun b = a;
  Comparison same = compare(script, a, b);
  EXPECT_EQ(same.flows, 2);
  EXPECT_EQ(same.flows_reordered, 0);
  EXPECT_EQ(same.other_cycles, 0);
  EXPECT_DOUBLE_EQ(same.latency, 26.0 / 3);
  std::swap(b.deliveries[0].id, b.deliveries[1].id);
  b.entries[2].at = 5;
  const Comparison other = compare(script, a, b);
  EXPECT_EQ(other.flows_reordered, 1);
  EXPECT_EQ(other.other_cycles, 3);
  EXPECT_DOUBLE_EQ(other.other_latency, 26.0 / 3);
}

TEST(RandomScript, IsAFunctionOfItsSeed) {
  const RandomTraffic traffic{0.25, 2000, 3, 2};
  const Script a = random_script(16, traffic, 7), b = random_script(16, traffic, 7), c = random_script(16, traffic, 8);
  ASSERT_EQ(a.size(), b.size());
  EXPECT_NE(a.size(), c.size());
  std::int64_t own = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].destination, b[i].destination);
    EXPECT_NE(a[i].source, a[i].destination);
    own += !a[i].relay;
    if (a[i].next != ScriptPacket::kNone) {
      EXPECT_EQ(a[static_cast<std::size_t>(a[i].next)].source, a[i].destination);
    }
  }
  EXPECT_NEAR(static_cast<double>(own), 0.25 * 2000 * 16, 300);
  EXPECT_NEAR(static_cast<double>(a.size()) / static_cast<double>(own), 2.0, 0.1);
}

}  // namespace
}  // namespace ranvier::rtl
