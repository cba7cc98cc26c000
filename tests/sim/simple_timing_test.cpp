// SPDX-License-Identifier: Apache-2.0
// The rule `simple` on the conformance network, against counts, times and energies that an independent program computed
// from the definitions; and the same counts and energy from the chip simulation at every fidelity.
#include "sim/simple_timing.h"

#include <gtest/gtest.h>

#include <map>

#include "mapper/column_mapping.h"
#include "mapper/errors.h"
#include "mapper/tiler.h"
#include "mapper/verifier.h"
#include "sim/errors.h"
#include "sim/simulate.h"
#include "workloads/layered_lif.h"

namespace ranvier::sim {
namespace {

struct Net {
  std::int32_t neurons;
  double density, rate;
  bool spread;
  std::int32_t steps;
};

struct Mapped {
  explicit Mapped(const Net& net, const std::string& target = "loihi-fitted")
      : program(workloads::layered_lif_program({net.neurons, net.density, net.rate, net.steps, 12345}, 1)),
        problem(mapper::make_cut_problem(
            program, chips::load_target(target), workloads::Schedule::kTimesteps,
            std::vector<std::int32_t>(program.stages.size(), net.spread ? 32 : net.neurons / 256))),
        mapping(mapper::map_by_column(problem)) {}
  workloads::Program program;
  mapper::MappingProblem problem;
  mapper::Mapping mapping;
};

struct Expected {
  Net net;
  std::int64_t spikes, synaptic_events, messages, hops;
  std::int64_t tenths_of_ns;
  std::int64_t attojoules;
};

// The first four are the rows whose times the other simulator's study prints: 183.8, 180.5, 59.6 and 51.0 us.
constexpr Expected kExpected[] = {
    {{1024, 0.1, 0.1, false, 11}, 4494, 345825, 13544, 13544, 1837914, 16771499800000},
    {{2048, 0.1, 0.1, false, 6}, 4831, 735725, 28776, 67068, 1804599, 32097648300000},
    {{1024, 0.1, 0.1, true, 11}, 4494, 345825, 104598, 339866, 595944, 27998315800000},
    {{1024, 0.1, 0.2, true, 6}, 4906, 375984, 113777, 369791, 510276, 28671507000000},
    {{1024, 0.1, 0.1, true, 100}, 40958, 3143074, 950060, 3089183, 5375618, 254415770000000},
    {{1024, 0.1, 0.1, false, 100}, 40958, 3143074, 122996, 122996, 16670487, 152433695000000},
    {{1024, 0.1, 0.2, false, 50}, 40940, 3142114, 122956, 122956, 15373025, 137486143600000},
    {{1024, 1.0, 0.1, false, 20}, 8440, 6472704, 25284, 25284, 22992736, 239242376800000},
    {{1024, 1.0, 0.2, true, 8}, 6677, 5124096, 160128, 520128, 2587776, 204328456900000},
    {{2048, 0.05, 0.15, true, 12}, 14686, 1124480, 338741, 1101000, 1422985, 87367886400000},
    {{4096, 0.1, 0.1, false, 10}, 16382, 4994261, 195120, 438992, 5968551, 204137936600000},
    {{2048, 0.1, 0.3, false, 10}, 24455, 3753530, 146648, 342180, 8762445, 151433265100000},
    {{256, 0.25, 0.5, false, 40}, 20520, 983582, 15398, 0, 17348155, 39161457200000},
    {{512, 0.02, 0.07, true, 60}, 8586, 65866, 57096, 185297, 1366429, 18732916800000}};

TEST(SimpleTiming, CountsTimesAndEnergiesToTheLastDigit) {
  for (const Expected& e : kExpected) {
    const Mapped m(e.net);
    const SimpleRun run = run_simple(m.problem, m.mapping);
    SCOPED_TRACE(e.net.neurons);
    EXPECT_EQ(run.spikes, e.spikes);
    EXPECT_EQ(run.synaptic_events, e.synaptic_events);
    EXPECT_EQ(run.messages, e.messages);
    EXPECT_EQ(run.hops, e.hops);
    EXPECT_EQ(run.result.total_time, Duration(e.tenths_of_ns * 100'000));
    EXPECT_EQ(run.result.total_energy, Energy(e.attojoules));
    EXPECT_TRUE(run.result.images.at(0).exact);
    EXPECT_EQ(run.result.steps.size(), static_cast<std::size_t>(e.net.steps));
  }
}

TEST(SimpleTiming, EverySumOverLayersCoresAndStepsIsTheTotal) {
  const Mapped m({1024, 0.1, 0.1, true, 5});
  const RunResult r = run_simple(m.problem, m.mapping).result;
  Energy layers, cores, ledger, parts, links;
  for (const LayerResult& layer : r.layers)
    for (const Energy e : layer.energy) layers += e;
  for (const CoreResult& core : r.cores) cores += core.energy;
  for (const LedgerEntry& entry : r.ledger) ledger += entry.energy;
  for (const Energy e : r.step_energy_rest) parts += e;
  EXPECT_EQ(layers, r.total_energy);
  EXPECT_EQ(cores, r.total_energy);
  EXPECT_EQ(ledger, r.total_energy);
  EXPECT_EQ(parts, r.total_energy);
  std::int64_t flits = 0, events = 0, packets = 0;
  for (const LinkResult& link : r.links) flits += link.flits;
  for (const StepResult& step : r.steps) {
    events += step.events;
    packets += step.packets;
  }
  EXPECT_EQ(flits, r.flit_hops);
  EXPECT_EQ(events, r.events);
  EXPECT_EQ(packets, r.packets);
}

TEST(SimpleTiming, BarrierIsTheRowBelow) {
  chips::Sync sync;
  sync.barrier_cycles.value = 7;
  EXPECT_EQ(simple_barrier_cycles(sync, 3), 7);
  sync.barrier_table = {{2, 10}, {4, 14}, {29, 18}};
  EXPECT_EQ(simple_barrier_cycles(sync, 1), 10);
  EXPECT_EQ(simple_barrier_cycles(sync, 3), 10);
  EXPECT_EQ(simple_barrier_cycles(sync, 8), 14);
  EXPECT_EQ(simple_barrier_cycles(sync, 29), 18);
  EXPECT_EQ(simple_barrier_cycles(sync, 500), 18);
}

TEST(SimpleTiming, ThreadsChangeNothing) {
  const Mapped m({2048, 0.1, 0.2, true, 6});
  const SimpleRun one = run_simple(m.problem, m.mapping);
  SimpleOptions how;
  how.threads = 2;
  const SimpleRun two = run_simple(m.problem, m.mapping, how);
  EXPECT_EQ(one.result.total_time, two.result.total_time);
  EXPECT_EQ(one.result.total_energy, two.result.total_energy);
  EXPECT_EQ(one.result.images.at(0).logits, two.result.images.at(0).logits);
}

TEST(SimpleTiming, AStoppedRunReportsTheStepsThatItDid) {
  const Mapped m({1024, 0.1, 0.1, false, 11});
  std::atomic<bool> stop{false};
  SimpleOptions how;
  how.interrupted = &stop;
  how.progress = [&stop](std::int32_t step) { stop = step == 3; };
  const RunResult r = run_simple(m.problem, m.mapping, how).result;
  EXPECT_TRUE(r.interrupted);
  EXPECT_EQ(r.images.at(0).steps, 4);
  EXPECT_TRUE(r.images.at(0).exact);
}

TEST(SimpleTiming, SaysWhereItDoesNotApply) {
  Mapped relay({1024, 0.1, 0.1, false, 2});
  relay.problem.board.chip.noc.multicast = chips::Multicast::kRelay;
  EXPECT_THROW(run_simple(relay.problem, relay.mapping), NoSimpleTiming);
  Mapped shared({1024, 0.1, 0.1, false, 2});
  shared.mapping.core_of[2] = shared.mapping.core_of[1];
  EXPECT_THROW(run_simple(shared.problem, shared.mapping), NoSimpleTiming);
  Mapped unbiased({1024, 0.1, 0.1, false, 2});
  unbiased.program.stages[2].integrate->bias = 0;
  EXPECT_THROW(run_simple(unbiased.problem, unbiased.mapping), NoSimpleTiming);
  Mapped open({1024, 0.1, 0.1, false, 2});
  open.program.closed = false;
  EXPECT_THROW(run_simple(open.problem, open.mapping), NoSimpleTiming);
  Mapped lanes({1024, 0.1, 0.1, false, 2});
  lanes.problem.board.chip.core.lanes.value = 4;
  EXPECT_THROW(run_simple(lanes.problem, lanes.mapping), NoSimpleTiming);
}

using Counts = std::map<std::tuple<Component, StageId, CoreId>, std::int64_t>;

/// What happened, without static power, which is of the time.
Counts counts_of(const RunResult& r) {
  Counts counts;
  for (const LedgerEntry& e : r.ledger)
    if (e.component != Component::kStatic && e.count != 0) counts[{e.component, e.stage, e.core}] = e.count;
  return counts;
}

TEST(SimpleTiming, TheChipAtEveryFidelityDoesTheSame) {
  for (const Net& net : {Net{1024, 0.1, 0.1, true, 3}, Net{1024, 0.1, 0.2, false, 4}, Net{512, 1, 0.2, true, 3}}) {
    const Mapped m(net);
    const RunResult simple = run_simple(m.problem, m.mapping).result;
    for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle}) {
      SimOptions how;
      how.fidelity = fidelity;
      const RunResult r = simulate(m.problem, m.mapping, std::vector<std::vector<std::int32_t>>{{}}, how);
      SCOPED_TRACE(static_cast<int>(fidelity));
      EXPECT_EQ(counts_of(r), counts_of(simple));
      EXPECT_EQ(r.events, simple.events);
      EXPECT_EQ(r.synops, simple.synops);
      EXPECT_EQ(r.packets, simple.packets);
      EXPECT_EQ(r.hops, simple.hops);
      EXPECT_TRUE(r.images.at(0).exact);
      EXPECT_EQ(r.images.at(0).steps, net.steps);
      EXPECT_GE(r.total_time, simple.total_time);
    }
  }
}

}  // namespace
}  // namespace ranvier::sim
