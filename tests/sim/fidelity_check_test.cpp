// SPDX-License-Identifier: Apache-2.0
// The fidelity check: its what-if networks, its ladder, what it compares, and what it says an error comes from.
#include "sim/fidelity_check.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "sim/fidelity_attribution.h"
#include "sim/ideal_network.h"
#include "sim/network_timing.h"
#include "sim/saturation.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

using testing::small_board;

std::vector<Delivery> run(Network& network, std::int64_t until = 10'000) {
  std::vector<Delivery> out;
  network.advance(until, out);
  EXPECT_TRUE(network.idle());
  return out;
}

TEST(IdealNetwork, CarriesAPacketAloneAsFastAsTheClosedFormForEveryPair) {
  const chips::Board board = small_board(3, 2, 2, 2);
  const MeshSpec mesh = mesh_of(board);
  for (std::size_t from = 0; from < board.cores(); ++from) {
    for (std::size_t to = 0; to < board.cores(); ++to) {
      for (const std::int32_t flits : {1, 3}) {
        const auto network = make_ideal_network(board, {});
        network->inject({7, CoreId(from), CoreId(to), flits, false}, 5);
        const auto out = run(*network);
        ASSERT_EQ(out.size(), 1u);
        EXPECT_EQ(out[0].at, 5 + zero_load_cycles(mesh, CoreId(from), CoreId(to), flits)) << from << " to " << to;
        EXPECT_EQ(out[0].destination, CoreId(to));
      }
    }
  }
}

TEST(IdealNetwork, QueuesAtPortsOnlyWhereItIsToldTo) {
  const chips::Board board = small_board(4, 1);
  const auto last = [&](const IdealNetworkOptions& options, CoreId second_source) {
    const auto network = make_ideal_network(board, options);
    network->inject({0, CoreId(0), CoreId(1), 4, false}, 0);
    network->inject({1, second_source, CoreId(1), 4, false}, 0);
    return run(*network).back().at;
  };
  const std::int64_t alone = zero_load_cycles(mesh_of(board), CoreId(0), CoreId(1), 4);
  EXPECT_EQ(last({.latency = true, .injection = false, .ejection = false}, CoreId(0)), alone);
  EXPECT_EQ(last({.latency = true, .injection = true, .ejection = false}, CoreId(0)), alone + 4);
  EXPECT_EQ(last({.latency = true, .injection = true, .ejection = false}, CoreId(2)), alone);
  EXPECT_EQ(last({.latency = true, .injection = true, .ejection = true}, CoreId(2)), alone + 4);
  EXPECT_EQ(last({.latency = false, .injection = false, .ejection = false}, CoreId(0)), 0);
  EXPECT_EQ(last({.latency = false, .injection = true, .ejection = false}, CoreId(0)), 4);
}

TEST(IdealNetwork, SendsRelaysFirstAndLogsEntries) {
  const auto network = make_ideal_network(small_board(2, 1), {});
  std::vector<Entry> entries;
  network->log_entries(&entries);
  network->inject({0, CoreId(0), CoreId(1), 2, false}, 3);
  network->inject({1, CoreId(0), CoreId(1), 1, false}, 3);
  network->inject({2, CoreId(0), CoreId(1), 1, true}, 4);
  run(*network);
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].id, 0u);
  EXPECT_EQ(entries[0].at, 3);
  EXPECT_EQ(entries[1].id, 2u);
  EXPECT_EQ(entries[1].at, 5);
  EXPECT_EQ(entries[2].id, 1u);
  EXPECT_EQ(entries[2].at, 6);
}

TEST(IdealNetwork, RefusesAClosedEjectionPort) {
  const auto network = make_ideal_network(small_board(2, 1), {});
  EXPECT_THROW(network->set_ejection(CoreId(0), false), std::logic_error);
}

TEST(Saturation, CannotExceedWhatOneBufferAndItsCreditLoopLetThrough) {
  chips::Board board = small_board(2, 2);
  board.chip.noc.virtual_channels.value = 1;
  board.chip.noc.buffer_flits.value = 1;
  const double shallow = saturation_share(board);  // a flit every hop + credit = 4 cycles
  EXPECT_GT(shallow, 0.1);
  EXPECT_LE(shallow, 0.25);
  board.chip.noc.buffer_flits.value = 16;
  const double deep = saturation_share(board);
  EXPECT_GT(deep, 2 * shallow);
  EXPECT_LE(deep, 1.0);
}

TEST(Ladder, TakesATinyStepApartToTheCycle) {
  const auto c = testing::tiny_case();
  const std::vector<std::vector<std::int32_t>> images{{1, 0, 0, 0}};
  SimOptions options;
  const RunResult truth = simulate(c->problem, c->mapping, images, options);
  const std::vector<Rung> rungs = climb(c->problem, c->mapping, images, options);
  ASSERT_EQ(rungs.size(), kMechanisms - 1);
  ASSERT_EQ(rungs[0].work.size(), truth.steps.size());
  // Step 0, one input code: decode 2 + synapses 1.
  EXPECT_EQ(rungs[0].work[0], Cycles(3));
  // Host link: 2 cycles a flit, 20 of latency.
  EXPECT_EQ(rungs[1].work[0], Cycles(3 + 22));
  EXPECT_EQ(rungs[2].work[0], Cycles(3 + 22));  // no relay
  // inject 2 and 2 routers of 2.
  const std::int64_t way = zero_load_cycles(mesh_of(c->problem.board), CoreId(0), CoreId(1));
  EXPECT_EQ(rungs[3].work[0], Cycles(3 + 22 + way));
  for (std::size_t r = 4; r < rungs.size(); ++r) EXPECT_EQ(rungs[r].work[0], Cycles(3 + 22 + way)) << r;
  EXPECT_EQ(truth.steps[0].work, Cycles(3 + 22 + way));
  EXPECT_EQ(truth.steps[0].duration, Duration((3 + 22 + way + 10) * 1'000'000));  // barrier
  EXPECT_EQ(truth.steps[0].events, 1);
  EXPECT_EQ(truth.steps[0].fullest_link_cycles, 1);
}

/// A check of one step in which `model` took `cycles` and cycle 150, and a ladder for it.
FidelityCheck one_step(std::int64_t model) {
  FidelityCheck check;
  StepComparison step;
  step.work = {Cycles(model), Cycles(model), Cycles(150)};
  step.duration = {Duration(model), Duration(model), Duration(150)};
  const double error = static_cast<double>(model - 150) / 150;
  step.error = step.work_error = {error, error, 0};
  check.steps = {step};
  return check;
}
std::vector<Rung> ladder(const std::vector<std::int64_t>& work) {
  std::vector<Rung> rungs;
  for (std::size_t m = 0; m < work.size(); ++m) rungs.push_back({static_cast<Mechanism>(m), {Cycles(work[m])}, 0});
  return rungs;
}

TEST(Attribution, NamesTheMechanismWithoutWhichTheErrorFalls) {
  const Attribution a =
      attribute(one_step(100), Fidelity::kAnalytic, ladder({60, 60, 60, 90, 95, 95, 145, 145, 150}), Duration(1));
  EXPECT_EQ(a.assumption, "link contention: without it the error is +5.3 % instead of -31.0 %");
  ASSERT_EQ(a.lines.size(), kMechanisms);
  EXPECT_EQ(a.lines[6].added, Cycles(50));
  EXPECT_EQ(a.lines.back().work, Cycles(150));
  EXPECT_EQ(a.lines.back().added, Cycles(0));
  std::int64_t sum = 0;
  for (const auto& line : a.lines) sum += line.added.count();
  EXPECT_EQ(sum, 150);
}

TEST(Attribution, NamesBackPressureWhereThatIsWhatTheModelLacks) {
  const Attribution a =
      attribute(one_step(101), Fidelity::kFast, ladder({60, 60, 60, 90, 95, 95, 100, 100, 100}), Duration(1));
  EXPECT_EQ(a.assumption, "receive FIFO back-pressure: without it the error is +1.0 % instead of -32.7 %");
}

TEST(Attribution, BlamesTheFormItselfWhereNoMechanismHelps) {
  const Attribution a =
      attribute(one_step(250), Fidelity::kAnalytic, ladder({60, 60, 60, 100, 100, 100, 149, 149, 149}), Duration(1));
  EXPECT_NE(a.assumption.find("put together"), std::string::npos) << a.assumption;
  EXPECT_NE(a.assumption.find("+150.0 %"), std::string::npos) << a.assumption;
}

TEST(Attribution, SaysNothingOfAnExactModelAndFlagsLoss) {
  std::vector<Rung> rungs = ladder({60, 60, 60, 90, 95, 95, 145, 145, 150});
  EXPECT_EQ(attribute(one_step(150), Fidelity::kFast, rungs, Duration(1)).assumption, "");
  EXPECT_FALSE(attribute(one_step(150), Fidelity::kFast, rungs, Duration(1)).events_were_lost);
  rungs[4].lost = 1;
  EXPECT_TRUE(attribute(one_step(150), Fidelity::kFast, rungs, Duration(1)).events_were_lost);
}

const CountComparison& named(const FidelityCheck& check, const std::string& name) {
  for (const CountComparison& c : check.counts) {
    if (c.name == name) return c;
  }
  throw std::out_of_range(name);
}

TEST(FidelityCheckOf, FindsTheFirstDifferenceOfEachCount) {
  const auto c = testing::tiny_case();
  const std::vector<std::vector<std::int32_t>> images{{1, 2, 3, 0}};
  const FidelityCheck good = check_fidelity(c->problem, c->mapping, images, {}, false);
  EXPECT_TRUE(good.counts_equal());
  EXPECT_TRUE(good.attributions.empty());
  ByFidelity<RunResult> runs = good.runs;
  runs[1].links.at(0).flits += 1;
  LedgerEntry& entry = runs[0].ledger.front();
  entry.energy += Energy(1);
  const FidelityCheck bad = compare_fidelities(runs, 0.5);
  EXPECT_FALSE(bad.counts_equal());
  EXPECT_TRUE(named(bad, "packets").equal);
  EXPECT_FALSE(named(bad, "flits by link").equal);
  EXPECT_NE(named(bad, "flits by link").first_difference.find("analytic 3, fast 4, cycle 3"), std::string::npos)
      << named(bad, "flits by link").first_difference;
  EXPECT_FALSE(named(bad, "dynamic energy in aJ").equal);
  EXPECT_TRUE(named(bad, "ledger counts").equal);
}

TEST(FidelityCheckOf, CallsAStepSaturatedAboveTheShareOnly) {
  const auto c = testing::tiny_case();
  const std::vector<std::vector<std::int32_t>> images{{1, 2, 3, 0}};
  const FidelityCheck check = check_fidelity(c->problem, c->mapping, images, {}, false);
  const double used = check.steps[0].utilisation;
  ASSERT_GT(used, 0);
  EXPECT_TRUE(compare_fidelities(check.runs, used * 0.99).steps[0].saturated);
  EXPECT_FALSE(compare_fidelities(check.runs, used).steps[0].saturated);
  EXPECT_TRUE(check.steps.back().readout);
}

// Counts and dynamic energy do not depend on fidelity: random programs, mappings no mapper would make.
TEST(FidelityCheckOf, FindsCountsAndDynamicEnergyEqualOverRandomPrograms) {
  constexpr mapper::Schedule kSchedules[] = {mapper::Schedule::kStagedGraded, mapper::Schedule::kStagedUnary,
                                             mapper::Schedule::kAsynchronousUnary};
  for (std::uint64_t seed = 101; seed <= 112; ++seed) {
    SCOPED_TRACE(seed);
    chips::Board board = seed % 2 == 0 ? small_board(8, 8) : small_board(4, 5, 3, 2);
    board.chip.core.receive_fifo_events.value = 1 + static_cast<std::int64_t>(seed % 5);
    if (seed % 3 == 0) board.chip.noc.multicast = chips::Multicast::kUnicast;
    const auto c = testing::random_case(workloads::random_program(seed), board, kSchedules[seed % 3], seed);
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, seed),
                                                        workloads::random_input_codes(c->program, seed + 1)};
    const FidelityCheck check = check_fidelity(c->problem, c->mapping, images, {}, false);
    for (const CountComparison& count : check.counts) {
      EXPECT_TRUE(count.equal) << count.name << ": " << count.first_difference;
    }
    EXPECT_EQ(check.steps.size(), of(check.runs, Fidelity::kCycle).steps.size());
    EXPECT_GT(named(check, "dynamic energy in aJ").total[2], 0);
  }
}

}  // namespace
}  // namespace ranvier::sim
