// SPDX-License-Identifier: Apache-2.0
// simulate() on a chip small enough to follow by hand, and what it does when things go wrong.
#include "sim/simulate.h"

#include <gtest/gtest.h>

#include <thread>

#include "sim/errors.h"
#include "sim/network_timing.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"
#include "workloads/reference.h"

namespace ranvier::sim {
namespace {

using mapper::Schedule;
using testing::small_board;
using testing::tiny_case;

const std::vector<std::vector<std::int32_t>> kImage{{3, 0, 0, 0}};

std::int64_t cycles(Duration d) { return d.count() / 1'000'000; }  // 1 GHz

// fc, token 0: X = 3 * {1, 2, -3} + {0, 1, -2} = {3, 7, -11}: codes 1, 2, -3. Token 1 rests at its bias {0, 1, -2}: 0.
// head: {100, 0} + 1 * {5, -5} + 2 * {7, 1} - 3 * {-2, 3} = {125, -12}.
TEST(Simulate, ComputesTheLogitsOnTheCores) {
  const auto c = tiny_case();
  for (const Fidelity f : {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle}) {
    SimOptions options;
    options.fidelity = f;
    const RunResult r = simulate(c->problem, c->mapping, kImage, options);
    ASSERT_EQ(r.images.size(), 1u);
    EXPECT_EQ(r.images[0].logits, (std::vector<std::int32_t>{125, -12}));
    EXPECT_EQ(r.images[0].predicted, 0);
    EXPECT_TRUE(r.images[0].exact);
    EXPECT_EQ(r.images[0].steps, 3);
    EXPECT_EQ(r.events, 1 + 3);
    EXPECT_EQ(r.synops, 3 + 3 * 2);
    EXPECT_EQ(r.fidelity, f);
    EXPECT_FALSE(r.left_out.empty());
  }
}

TEST(Simulate, TimesEveryStepAsTheContractsSay) {
  const auto c = tiny_case();
  const RunResult r = simulate(c->problem, c->mapping, kImage);
  const MeshSpec mesh = mesh_of(c->problem.board);
  ASSERT_EQ(r.steps.size(), 4u);
  const std::int64_t barrier = 10, host_link = 20 + 2;
  // Step 0: one flit over the host link, one hop to core 1; decode 2 and one group of lanes.
  EXPECT_EQ(cycles(r.steps[0].duration), host_link + zero_load_cycles(mesh, CoreId(0), CoreId(1)) + 3 + barrier);
  // Step 1: fc fires in 5 cycles, the last of its three events leaves with it; core 3 takes 3 cycles an event.
  const std::int64_t hop = zero_load_cycles(mesh, CoreId(1), CoreId(3));
  EXPECT_EQ(cycles(r.steps[1].duration), 3 + hop - 1 + 3 * 3 + barrier);
  EXPECT_EQ(r.steps[1].packets, 3);
  // Step 2: the head looks at its two contexts.
  EXPECT_EQ(cycles(r.steps[2].duration), 1 + barrier);
  // Readout: two potentials, a cycle apart; 24 bits and the header take two flits each.
  const std::int64_t up = zero_load_cycles(mesh, CoreId(3), CoreId(0), 2);
  EXPECT_EQ(cycles(r.steps[3].duration), 1 + up + 2 * (2 * 2) + 20);
  EXPECT_EQ(r.total_time, r.steps[3].start + r.steps[3].duration);
}

TEST(Simulate, CountsTrafficPerFlowAndLink) {
  const auto c = tiny_case();
  const RunResult r = simulate(c->problem, c->mapping, kImage);
  EXPECT_EQ(r.profile.flow_events, (std::vector<double>{1, 3}));
  EXPECT_EQ(r.packets, 1 + 3 + 2);
  EXPECT_EQ(r.hops, 1 + 3 + 2 * 2);
  EXPECT_EQ(r.flit_hops, 1 + 3 + 2 * 2 * 2);
  std::int64_t flits = 0;
  for (const LinkResult& link : r.links) flits += link.flits;
  EXPECT_EQ(flits, r.flit_hops);
  EXPECT_EQ(r.profile.tile_cycles, (std::vector<double>{0, 3 + 5, 3 * 3 + 1}));
}

TEST(Simulate, RoundsToWholePhasesAndCountsOverruns) {
  const auto c = tiny_case();
  c->problem.board.chip.sync.policy = chips::SyncPolicy::kFixedPhase;
  c->problem.board.chip.sync.phase_cycles.value = 7;
  const RunResult r = simulate(c->problem, c->mapping, kImage);
  const RunResult barrier = simulate(tiny_case()->problem, c->mapping, kImage);
  for (std::size_t s = 0; s < 3; ++s) {
    const std::int64_t work = cycles(barrier.steps[s].duration) - 10;
    EXPECT_EQ(cycles(r.steps[s].duration), (work + 6) / 7 * 7);
    EXPECT_EQ(r.steps[s].overrun_phases, (work + 6) / 7 - 1);
  }
}

TEST(Simulate, UnaryLevelsFireUntilTheyRest) {
  const auto c = tiny_case(Schedule::kStagedUnary);
  const RunResult r = simulate(c->problem, c->mapping, kImage);
  EXPECT_TRUE(r.images[0].exact);
  EXPECT_EQ(r.images[0].steps, 3 + 3 + 1);  // three units of the input, three of fc's largest code, the head
  EXPECT_EQ(r.layers[1].events_by_step, (std::vector<std::int64_t>{0, 0, 0, 3, 2, 1, 0}));
}

TEST(Simulate, SmallFifoPushesBackButLosesNothing) {
  auto c = testing::random_case(workloads::random_program(3), small_board(4, 4), Schedule::kStagedGraded, 3);
  const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, 3)};
  c->problem.board.chip.core.receive_fifo_events.value = 1 << 20;
  const RunResult roomy = simulate(c->problem, c->mapping, images);
  c->problem.board.chip.core.receive_fifo_events.value = 2;
  const RunResult tight = simulate(c->problem, c->mapping, images);
  std::int64_t roomy_peak = 0, tight_peak = 0;
  for (const CoreResult& core : roomy.cores) roomy_peak = std::max(roomy_peak, core.peak_receive_fifo);
  for (const CoreResult& core : tight.cores) tight_peak = std::max(tight_peak, core.peak_receive_fifo);
  EXPECT_GT(roomy_peak, 2);
  EXPECT_EQ(tight_peak, 2);
  EXPECT_TRUE(tight.images[0].exact);
  EXPECT_EQ(tight.events, roomy.events);
}

/// fc relays nothing; the host's chain visits two halves of fc, so that the first core relays to the second.
std::unique_ptr<testing::Case> relay_case(std::int64_t buffer) {
  auto c = tiny_case();
  c->problem.board.chip.core.relay_buffer_events.value = buffer;
  c->problem.board.chip.core.relay_cycles.value = 50;  // far slower than events come in
  c->problem.tiles = {c->problem.tiles[0],
                      {StageId(1), {0, 2}, {0, 2}, {0, 2}, {}, {}, {}},
                      {StageId(1), {2, 3}, {0, 2}, {0, 2}, {}, {}, {}},
                      c->problem.tiles[2]};
  c->problem.flows = {{TileId(0), {0, 2}, {0, 2}, {TileId(1), TileId(2)}, 2},
                      {TileId(1), {0, 1}, {0, 2}, {TileId(3)}, 3},
                      {TileId(2), {0, 1}, {2, 3}, {TileId(3)}, 3}};
  c->mapping = {{CoreId(), CoreId(1), CoreId(2), CoreId(3)},
                {{{CoreId(1), CoreId(2)}}, {{CoreId(3)}}, {{CoreId(3)}}},
                {0, 1, 1, 2},
                {0, 0, 0}};
  return c;
}

TEST(Simulate, RelaysPassEveryEventOn) {
  const auto c = relay_case(4);
  const RunResult r = simulate(c->problem, c->mapping, std::vector<std::vector<std::int32_t>>{{3, 2, 1, 3}});
  EXPECT_TRUE(r.images[0].exact);
  EXPECT_EQ(r.lost.total, 0);
  EXPECT_EQ(r.layers[0].packets, 4);  // relays not counted
  for (const CoreResult& core : r.cores) {
    if (core.core == CoreId(1)) {
      EXPECT_EQ(core.peak_relay_buffer, 4);
    }
  }
}

TEST(Simulate, LostEventsStopTheRun) {
  const auto c = relay_case(1);
  const std::vector<std::vector<std::int32_t>> images{{3, 2, 1, 3}};
  for (const Fidelity f : {Fidelity::kFast, Fidelity::kCycle}) {
    SimOptions options;
    options.fidelity = f;
    try {
      simulate(c->problem, c->mapping, images, options);
      FAIL() << "no error";
    } catch (const EventsLost& e) {
      EXPECT_EQ(e.exit_code, ExitCode::kFunctionalMismatch);
      EXPECT_EQ(e.core, CoreId(1));
      EXPECT_EQ(e.image, 0);
      EXPECT_EQ(e.step, 0);
      EXPECT_EQ(e.count, 3);
    }
    options.allow_loss = true;
    const RunResult r = simulate(c->problem, c->mapping, images, options);
    EXPECT_EQ(r.lost.total, 3);
    ASSERT_EQ(r.lost.places.size(), 1u);
    EXPECT_EQ(r.lost.places[0].core, CoreId(1));
    EXPECT_EQ(r.lost.places[0].count, 3);
    // What `fast` counts is an estimate: its cores are told of every event.
    EXPECT_EQ(r.images[0].exact, f == Fidelity::kFast);
  }
}

TEST(Simulate, HoldsEventsForTheirDelay) {
  const auto c = tiny_case(Schedule::kAsynchronousUnary);
  c->mapping.delay = {0, 2};
  const RunResult late = simulate(c->problem, c->mapping, kImage);
  c->mapping.delay = {0, 0};
  const RunResult soon = simulate(c->problem, c->mapping, kImage);
  EXPECT_TRUE(late.images[0].exact);
  EXPECT_EQ(late.events, soon.events);
  EXPECT_EQ(late.images[0].steps, soon.images[0].steps + 1);  // the silent step at the end is one of the two
}

TEST(Simulate, AnInterruptKeepsFinishedImages) {
  const auto c = tiny_case();
  const std::vector<std::vector<std::int32_t>> images(3, kImage[0]);
  for (const Fidelity f : {Fidelity::kAnalytic, Fidelity::kCycle}) {
    std::atomic<bool> stop{false};
    SimOptions options;
    options.fidelity = f;
    options.interrupted = &stop;
    options.progress = [&](std::int32_t image, std::int32_t step) {
      if (image == 1 && step == 1) stop = true;
    };
    const RunResult r = simulate(c->problem, c->mapping, images, options);
    EXPECT_TRUE(r.interrupted);
    ASSERT_EQ(r.images.size(), 1u);
    EXPECT_EQ(r.steps.size(), 4u);
    EXPECT_EQ(r.events, 4);
    options.interrupted = nullptr;
    options.progress = nullptr;
    const RunResult one = simulate(c->problem, c->mapping, kImage, options);
    EXPECT_FALSE(one.interrupted);
    EXPECT_EQ(r.total_energy, one.total_energy);
  }
}

TEST(Simulate, EveryImageStartsFresh) {
  const auto c = testing::random_case(workloads::random_program(5), small_board(4, 4), Schedule::kStagedGraded, 5);
  const std::vector<std::int32_t> a = workloads::random_input_codes(c->program, 1);
  const std::vector<std::int32_t> b = workloads::random_input_codes(c->program, 2);
  const RunResult both = simulate(c->problem, c->mapping, std::vector<std::vector<std::int32_t>>{a, b});
  const RunResult alone = simulate(c->problem, c->mapping, std::vector<std::vector<std::int32_t>>{b});
  EXPECT_EQ(both.images[1].logits, alone.images[0].logits);
  EXPECT_EQ(both.images[1].latency, alone.images[0].latency);
}

TEST(Simulate, ActivitiesOfAUnitDoNotOverlap) {
  const auto c = testing::random_case(workloads::random_program(6), small_board(4, 4), Schedule::kStagedUnary, 6);
  const std::vector<std::vector<std::int32_t>> images(2, workloads::random_input_codes(c->program, 6));
  const RunResult r = simulate(c->problem, c->mapping, images);
  ASSERT_FALSE(r.activities.empty());
  std::map<std::pair<CoreId, CoreUnit>, Duration> end;
  for (const Activity& a : r.activities) {
    EXPECT_EQ(a.image, 0);
    Duration& last = end[{a.core, a.unit}];
    EXPECT_GE(a.start, last);
    last = a.start + a.duration;
  }
  SimOptions options;
  options.record_activities = false;
  EXPECT_TRUE(simulate(c->problem, c->mapping, images, options).activities.empty());
}

TEST(Simulate, RefusesCodesThatTheProgramDoesNotTake) {
  const auto c = tiny_case();
  EXPECT_THROW(simulate(c->problem, c->mapping, std::vector<std::vector<std::int32_t>>{{1, 2, 3}}), BadInputCodes);
  try {
    simulate(c->problem, c->mapping, std::vector<std::vector<std::int32_t>>{{1, 2, 3, 0}, {1, 4, 0, 0}});
    FAIL() << "no error";
  } catch (const BadInputCodes& e) {
    EXPECT_EQ(e.image, 1);
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_NE(std::string(e.what()).find("input code 4 at position 1"), std::string::npos);
  }
}

TEST(Simulate, CallsFromTwoThreadsTakeTurns) {
  const auto c = tiny_case();
  std::vector<std::int64_t> energy(2);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < energy.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 5; ++k) energy[i] = simulate(c->problem, c->mapping, kImage).total_energy.count();
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(energy[0], energy[1]);
}

}  // namespace
}  // namespace ranvier::sim
