// SPDX-License-Identifier: Apache-2.0
// How chips keep step: barriers by routers and chips in use, buffer swaps, none; and how soon the next image may start.
#include <gtest/gtest.h>

#include "mapper/cost.h"
#include "mapper/remap.h"
#include "mapper/step_work.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

using testing::Case;

constexpr Fidelity kAll[] = {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle};

RunResult run(const Case& c, Fidelity fidelity, std::size_t images = 1) {
  SimOptions options;
  options.fidelity = fidelity;
  return simulate(c.problem, c.mapping, std::vector<std::vector<std::int32_t>>(images, {1, 0, 0, 0}), options);
}

std::int64_t cycles(Duration d) { return d.count() / 1'000'000; }  // the small board runs at 1 GHz

/// Cycles that a step of the tiny case takes without any synchronisation.
std::int64_t bare_cycles(Fidelity fidelity) {
  const auto c = testing::tiny_case();
  c->problem.board.chip.sync = {};
  c->problem.board.chip.sync.policy = chips::SyncPolicy::kDataflow;
  return cycles(run(*c, fidelity).steps[1].duration);
}

TEST(SyncPolicy, ABarrierCostsByTheRoutersInUse) {
  for (const Fidelity fidelity : kAll) {
    const auto c = testing::tiny_case();  // tiles on two routers
    c->problem.board.chip.sync.barrier_table = {{1, 6}, {2, 17}, {4, 25}};
    EXPECT_EQ(cycles(run(*c, fidelity).steps[1].duration), bare_cycles(fidelity) + 17);
    c->problem.board.chip.sync.barrier_table = {{1, 6}, {32, 25}};
    EXPECT_EQ(cycles(run(*c, fidelity).steps[1].duration), bare_cycles(fidelity) + 25);
    c->problem.board.chip.sync.multichip_barrier_cycles.value = 400;  // one chip: of no account
    EXPECT_EQ(cycles(run(*c, fidelity).steps[1].duration), bare_cycles(fidelity) + 25);
  }
}

TEST(SyncPolicy, CoresOfOneRouterAreOneInTheTable) {
  const auto c = testing::tiny_case();
  c->problem.board.chip.noc.cores_per_router.value = 4;  // cores 1 and 3 at router 0
  c->problem.board.chip.sync.barrier_table = {{1, 6}, {2, 17}};
  EXPECT_EQ(mapper::in_use(c->problem.board, c->mapping.core_of).routers, 1);
  const RunResult r = run(*c, Fidelity::kAnalytic);
  c->problem.board.chip.sync.policy = chips::SyncPolicy::kDataflow;
  EXPECT_EQ(cycles(r.steps[1].duration) - cycles(run(*c, Fidelity::kAnalytic).steps[1].duration), 6);
  EXPECT_EQ(r.flit_hops, 0);
  EXPECT_TRUE(r.links.empty());
}

TEST(SyncPolicy, ABarrierOverChipsTakesLonger) {
  for (const Fidelity fidelity : kAll) {
    const auto c = testing::tiny_case();
    c->problem.board = testing::small_board(1, 2, 2, 1);
    c->mapping.core_of = {CoreId(), CoreId(0), CoreId(1)};
    c->mapping.routes = {{{CoreId(0)}}, {{CoreId(1)}}};
    const std::int64_t ten = cycles(run(*c, fidelity).steps[1].duration);
    c->problem.board.chip.sync.multichip_barrier_cycles.value = 400;
    EXPECT_EQ(cycles(run(*c, fidelity).steps[1].duration), ten + 390);
  }
}

TEST(SyncPolicy, PipelinesSwapBuffersAndDataflowPaysNothing) {
  for (const Fidelity fidelity : kAll) {
    const auto c = testing::tiny_case();
    c->problem.board.chip.sync.policy = chips::SyncPolicy::kLayerPipeline;
    EXPECT_EQ(cycles(run(*c, fidelity).steps[1].duration), bare_cycles(fidelity) + 10);
  }
}

TEST(SyncPolicy, TheNextImageWaitsForTheBusiestPart) {
  for (const Fidelity fidelity : kAll) {
    const auto c = testing::tiny_case();
    const RunResult barrier = run(*c, fidelity, 2);
    EXPECT_EQ(barrier.initiation_interval, barrier.images[0].latency);
    c->problem.board.chip.sync.policy = chips::SyncPolicy::kLayerPipeline;
    // One input event of a flit at 2 cycles, two potentials of 2 flits back: 10 cycles of the host link. fc: one event
    // at 2 + 1; beside it, its firing unit: 6 contexts at 2, its events at 1 each; the head: those at 2 + 1, 2 contexts
    // at 1.
    const RunResult r = run(*c, fidelity, 2);
    const std::int64_t sent = r.layers[1].events / 2;
    EXPECT_EQ(cycles(r.initiation_interval), std::max<std::int64_t>({10, 2 + sent, 3 * sent}));
    EXPECT_LT(r.initiation_interval, r.images[0].latency);
    const mapper::Metrics m = mapper::estimate(mapper::with_profile(c->problem, r.profile), c->mapping);
    EXPECT_EQ(m.initiation_interval, r.initiation_interval);
    c->problem.board.chip.core.soma_cycles.value = 100;
    const RunResult slow = run(*c, fidelity, 2);
    EXPECT_EQ(cycles(slow.initiation_interval), 200 + sent);
    c->problem.board.chip.host_link.cycles_per_flit.value = 70;
    EXPECT_EQ(cycles(run(*c, fidelity, 2).initiation_interval), 5 * 70);
    EXPECT_NE(std::find_if(r.left_out.begin(), r.left_out.end(),
                           [](const std::string& s) { return s.find("do not overlap") != s.npos; }),
              r.left_out.end());
  }
}

TEST(SyncPolicy, NoPipelineIsSlowerThanOneImageAfterTheOther) {
  // All tiles on one core or two, so that both units of a core work in the same steps.
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    chips::Board board = testing::small_board(2, 1);
    board.chip.core.fan_in_axons.value = board.chip.core.route_entries.value = 1 << 20;
    board.chip.sync.policy = chips::SyncPolicy::kDataflow;
    const auto schedule = static_cast<mapper::Schedule>(seed % 3);
    const auto c = testing::random_case(workloads::random_program(seed), board, schedule, seed);
    for (const Fidelity fidelity : kAll) {
      SCOPED_TRACE(seed);
      SimOptions options;
      options.fidelity = fidelity;
      const RunResult r =
          simulate(c->problem, c->mapping, {{workloads::random_input_codes(c->program, seed)}}, options);
      EXPECT_GT(r.initiation_interval, Duration());
      EXPECT_LE(r.initiation_interval, r.images[0].latency);
      const mapper::Metrics m = mapper::estimate(mapper::with_profile(c->problem, r.profile), c->mapping);
      EXPECT_LE(m.initiation_interval, m.latency);
    }
  }
}

TEST(SyncPolicy, ASlowLinkHoldsThePipeline) {
  const auto c = testing::tiny_case();
  c->problem.board.chip.sync.policy = chips::SyncPolicy::kDataflow;
  c->problem.board.chip.noc.link_cycles_per_flit.value = 500;
  const RunResult r = run(*c, Fidelity::kFast, 2);
  std::int64_t fullest = 0;
  for (const LinkResult& link : r.links) fullest = std::max(fullest, link.flits);
  EXPECT_EQ(cycles(r.initiation_interval), fullest / 2 * 500);
}

}  // namespace
}  // namespace ranvier::sim
