// SPDX-License-Identifier: Apache-2.0
// What probes record, number by number: events against the layers' counts, potentials against the integer units
// evaluated on what was emitted, links against the run's; and that watching changes nothing.
#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <tuple>

#include "sim/core_bank.h"
#include "sim/lockstep_core.h"
#include "tests/sim/chip_fixture.h"
#include "tests/sim/probe_fixture.h"
#include "tests/sim/temporal_fixture.h"
#include "workloads/convert.h"
#include "workloads/dataset.h"
#include "workloads/model.h"
#include "workloads/random_program.h"
#include "workloads/reference.h"
#include "workloads/temporal_reference.h"

namespace ranvier::sim {
namespace {

using mapper::Schedule;
using testing::Probed;

using Images = std::vector<std::vector<std::int32_t>>;

constexpr Fidelity kFidelities[] = {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle};
constexpr Schedule kSchedules[] = {Schedule::kStagedGraded, Schedule::kStagedUnary, Schedule::kAsynchronousUnary};

RunResult run_with(const testing::Case& c, const Images& images, std::vector<Probe*> probes,
                   Fidelity fidelity = Fidelity::kFast) {
  SimOptions options;
  options.fidelity = fidelity;
  options.probes = std::move(probes);
  return simulate(c.problem, c.mapping, images, options);
}

// fc, token 0: X = 3 * {1, 2, -3} + {0, 1, -2} = {3, 7, -11}; theta 4, half of it 2; codes 1, 2, -3 (bounded).
TEST(MembraneProbe, FollowsATinyNetworkStepByStep) {
  const auto c = testing::tiny_case();
  for (const Fidelity fidelity : kFidelities) {
    Probed membrane("membrane:fc[tokens=0,neurons=0..2]"), head("membrane:head");
    run_with(*c, {{3, 0, 0, 0}}, {membrane.probe.get(), head.probe.get()}, fidelity);
    ASSERT_TRUE(membrane.table.finished);
    // After step 0 all input is in and nothing has fired; from step 1 on V = 2 + X - 4 S.
    const std::vector<std::int64_t> potentials{5, 9, -9, 1, 1, 3, 1, 1, 3}, codes{0, 0, 0, 1, 2, -3, 1, 2, -3};
    ASSERT_EQ(membrane.table.rows(), potentials.size());
    for (std::size_t row = 0; row < potentials.size(); ++row) {
      EXPECT_EQ(membrane.table.at(row, "step"), static_cast<std::int64_t>(row / 3));
      EXPECT_EQ(membrane.table.at(row, "layer"), 1);
      EXPECT_EQ(membrane.table.at(row, "token"), 0);
      EXPECT_EQ(membrane.table.at(row, "neuron"), static_cast<std::int64_t>(row % 3));
      EXPECT_EQ(membrane.table.at(row, "potential"), potentials[row]) << row;
      EXPECT_EQ(membrane.table.at(row, "threshold"), 4);
      EXPECT_EQ(membrane.table.at(row, "code"), codes[row]) << row;
    }
    ASSERT_EQ(head.table.rows(), 6U);
    EXPECT_EQ(head.table.at(0, "potential"), 100);
    EXPECT_EQ(head.table.at(4, "potential"), 125);
    EXPECT_EQ(head.table.at(5, "potential"), -12);
    EXPECT_EQ(head.table.at(5, "threshold"), 0);
  }
}

TEST(SpikeProbe, RecordsEveryEventOfATinyNetwork) {
  const auto c = testing::tiny_case();
  Probed spikes("spikes");
  const RunResult r = run_with(*c, {{3, 0, 0, 0}}, {spikes.probe.get()}, Fidelity::kCycle);
  const testing::MemoryTable& t = spikes.table;
  ASSERT_EQ(t.rows(), 4U);
  const std::int64_t expected[4][5] = {{0, 0, 0, 0, 3}, {1, 1, 0, 0, 1}, {1, 1, 0, 1, 2}, {1, 1, 0, 2, -3}};
  for (std::size_t row = 0; row < 4; ++row) {
    EXPECT_EQ(t.at(row, "step"), expected[row][0]);
    EXPECT_EQ(t.at(row, "layer"), expected[row][1]);
    EXPECT_EQ(t.at(row, "token"), expected[row][2]);
    EXPECT_EQ(t.at(row, "neuron"), expected[row][3]);
    EXPECT_EQ(t.at(row, "value"), expected[row][4]);
  }
  EXPECT_EQ(t.at(0, "start_cycle"), 0);
  EXPECT_EQ(t.at(1, "start_cycle"), r.steps[1].start.count() / 1'000'000);  // 1 GHz
}

/// Codes that the events of a spike table add up to, step by step; of the input and of `add` as of any other stage.
class Emitted {
 public:
  Emitted(const workloads::Program& program, const testing::MemoryTable& spikes) : spikes_(spikes), program_(program) {
    for (const workloads::Stage& s : program.stages)
      codes.emplace_back(static_cast<std::size_t>(s.tokens) * static_cast<std::size_t>(s.channels));
  }
  void through(std::int64_t step) {
    for (; next_ < spikes_.rows() && spikes_.at(next_, "step") <= step; ++next_) {
      const auto layer = static_cast<std::size_t>(spikes_.at(next_, "layer"));
      const std::int64_t at =
          spikes_.at(next_, "token") * program_.stages[layer].channels + spikes_.at(next_, "neuron");
      codes[layer][static_cast<std::size_t>(at)] += static_cast<std::int32_t>(spikes_.at(next_, "value"));
    }
  }
  std::vector<std::vector<std::int32_t>> codes;  // by stage

 private:
  const testing::MemoryTable& spikes_;
  const workloads::Program& program_;
  std::size_t next_ = 0;
};

/// Compares every row of `membrane` with what the events until then make of its neuron; returns the rows.
std::size_t expect_potentials(const workloads::Program& program, const testing::MemoryTable& spikes,
                              const testing::MemoryTable& membrane) {
  Emitted emitted(program, spikes);
  std::int64_t step = -1;
  std::map<std::int64_t, std::vector<std::int64_t>> totals;  // by layer, of this step
  for (std::size_t row = 0; row < membrane.rows(); ++row) {
    if (membrane.at(row, "step") != step) {
      step = membrane.at(row, "step");
      emitted.through(step);
      totals.clear();
    }
    const std::int64_t layer = membrane.at(row, "layer");
    const StageId stage(static_cast<std::size_t>(layer));
    if (!totals.contains(layer)) totals[layer] = testing::encoder_totals(program, stage, emitted.codes);
    const auto neuron = static_cast<std::int32_t>(membrane.at(row, "neuron"));
    const auto at = static_cast<std::size_t>(membrane.at(row, "token") * program.stage(stage).channels + neuron);
    // A stage without encoder, the residual sums apart, emits nothing: its code is its potential.
    const bool silent = !program.stage(stage).encoder.present;
    const std::int32_t code = silent ? static_cast<std::int32_t>(totals[layer][at]) : emitted.codes[stage.value()][at];
    EXPECT_EQ(membrane.at(row, "potential"),
              testing::potential_of(program.stage(stage), neuron, totals[layer][at], code))
        << program.stage(stage).name << " step " << step << " token " << membrane.at(row, "token") << " neuron "
        << neuron;
    EXPECT_EQ(membrane.at(row, "code"), code);
    if (::testing::Test::HasFailure()) break;
  }
  return membrane.rows();
}

TEST(MembraneProbe, EveryPotentialOfEveryStepIsWhatTheEventsSoFarMakeOfIt) {
  std::size_t rows = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    for (const Schedule schedule : kSchedules) {
      auto program =
          seed % 2 == 0 ? workloads::random_program(seed) : workloads::random_vit_program(seed, 5, 8, 2, 1, 12);
      const auto c = testing::random_case(std::move(program), testing::small_board(6, 6), schedule, seed);
      for (const Fidelity fidelity : kFidelities) {
        Probed spikes("spikes"), membrane("membrane");
        const RunResult r = run_with(*c, {workloads::random_input_codes(c->program, seed)},
                                     {membrane.probe.get(), spikes.probe.get()}, fidelity);
        ASSERT_TRUE(r.images.at(0).exact);
        rows += expect_potentials(c->program, spikes.table, membrane.table);
        ASSERT_FALSE(HasFailure()) << "seed " << seed;
      }
    }
  }
  EXPECT_GT(rows, 50'000U);
}

/// The trained network of the source tree, mapped.
std::unique_ptr<testing::Case> vit_case(Schedule schedule) {
  static const workloads::VitModel model = workloads::load_model("fashion-vit-small");
  return testing::random_case(workloads::convert(model), chips::load_target("tianjic-like"), schedule, 1);
}

TEST(MembraneProbe, TrainedTransformerEndsAtThePotentialsOfTheIntegerReference) {
  const auto c = vit_case(Schedule::kStagedGraded);
  const workloads::VitModel model = workloads::load_model("fashion-vit-small");
  const Images images = workloads::input_code_batch(model, workloads::test_images(model), 2);
  Probed membrane("membrane:block0.q,block0.attn,block1.*,head[tokens=0..4,neurons=0..7]");
  const RunResult r = run_with(*c, images, {membrane.probe.get()});
  const testing::MemoryTable& t = membrane.table;
  std::size_t compared = 0;
  for (std::size_t image = 0; image < images.size(); ++image) {
    const workloads::Activations reference = workloads::run_reference(c->program, images[image]);
    std::map<std::int64_t, std::vector<std::int64_t>> totals;
    for (std::size_t row = 0; row < t.rows(); ++row) {
      if (t.at(row, "image") != static_cast<std::int64_t>(image) || t.at(row, "step") != r.images[image].steps - 1)
        continue;
      const StageId stage(static_cast<std::size_t>(t.at(row, "layer")));
      if (!totals.contains(t.at(row, "layer")))
        totals[t.at(row, "layer")] = testing::encoder_totals(c->program, stage, reference.codes);
      const auto neuron = static_cast<std::int32_t>(t.at(row, "neuron"));
      const auto at = static_cast<std::size_t>(t.at(row, "token") * c->program.stage(stage).channels + neuron);
      EXPECT_EQ(t.at(row, "code"), reference.codes[stage.value()][at]);
      EXPECT_EQ(t.at(row, "potential"),
                testing::potential_of(c->program.stage(stage), neuron, totals[t.at(row, "layer")][at],
                                      reference.codes[stage.value()][at]))
          << c->program.stage(stage).name << " token " << t.at(row, "token") << " neuron " << neuron;
      ++compared;
    }
  }
  // q, scores, the stages of block 1 and the head; 5 tokens of 8 neurons where a stage has that many.
  EXPECT_GT(compared, 2U * 10U * 40U);
}

TEST(SpikeProbe, CountsAreTheEventsOfTheLayers) {
  for (const Schedule schedule : kSchedules) {
    const auto c = testing::random_case(workloads::random_program(3), testing::small_board(6, 6), schedule, 3);
    const Images images{workloads::random_input_codes(c->program, 1), workloads::random_input_codes(c->program, 2)};
    std::vector<std::int64_t> first;
    for (const Fidelity fidelity : kFidelities) {
      Probed spikes("spikes");
      const RunResult r = run_with(*c, images, {spikes.probe.get()}, fidelity);
      const testing::MemoryTable& t = spikes.table;
      std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> events;  // by layer and step
      std::vector<std::int64_t> timeless;
      for (std::size_t row = 0; row < t.rows(); ++row) {
        ++events[{t.at(row, "layer"), t.at(row, "step")}];
        for (const char* column : {"image", "step", "layer", "tile", "token", "neuron", "value", "emit_cycle"})
          timeless.push_back(t.at(row, column));
      }
      std::int64_t total = 0;
      for (const LayerResult& layer : r.layers) {
        for (std::size_t step = 0; step < layer.events_by_step.size(); ++step) {
          EXPECT_EQ((events[{layer.stage.value(), static_cast<std::int64_t>(step)}]), layer.events_by_step[step]);
          total += layer.events_by_step[step];
        }
      }
      EXPECT_EQ(static_cast<std::int64_t>(t.rows()), total);
      EXPECT_EQ(r.events, total);
      // Same rows in the same order at every fidelity; when a step begins is another matter.
      if (first.empty()) first = timeless;
      EXPECT_EQ(timeless, first);
    }
  }
}

TEST(LinkProbe, FlitsAddUpToTheLinksOfTheRun) {
  for (const Fidelity fidelity : kFidelities) {
    const auto c = testing::random_case(workloads::random_program(5), testing::small_board(4, 3, 2, 1),
                                        Schedule::kStagedGraded, 5);
    Probed links("links");
    const RunResult r =
        run_with(*c, {workloads::random_input_codes(c->program, 1), workloads::random_input_codes(c->program, 2)},
                 {links.probe.get()}, fidelity);
    const testing::MemoryTable& t = links.table;
    std::map<std::pair<std::int64_t, std::int64_t>, std::pair<std::int64_t, std::int64_t>> flits;  // sum and peak
    std::int64_t readout = 0;
    double fullest = 0;
    for (std::size_t row = 0; row < t.rows(); ++row) {
      auto& [sum, peak] = flits[{t.at(row, "from_core"), t.at(row, "to_core")}];
      sum += t.at(row, "flits");
      peak = std::max(peak, t.at(row, "flits"));
      readout += t.at(row, "phase") == 1 ? t.at(row, "flits") : 0;
      fullest = std::max(fullest,
                         static_cast<double>(t.at(row, "flits")) / static_cast<double>(t.at(row, "duration_cycles")));
      const std::int64_t each = t.at(row, "chip_edge") == 1 ? 3 : 1;
      EXPECT_EQ(t.at(row, "busy_cycles"), each * t.at(row, "flits"));
    }
    ASSERT_EQ(flits.size(), r.links.size());
    for (const LinkResult& link : r.links) {
      const auto& [sum, peak] = flits.at({link.from.value(), link.to.value()});
      EXPECT_EQ(sum, link.flits);
      EXPECT_EQ(peak, link.peak_flits_in_step);
    }
    EXPECT_GT(readout, 0);
    EXPECT_DOUBLE_EQ(fullest, r.max_link_load);
  }
}

TEST(LinkProbe, TakesTheLinksThatLeaveTheRoutersAskedFor) {
  const auto c =
      testing::random_case(workloads::random_program(5), testing::small_board(4, 3), Schedule::kStagedGraded, 5);
  Probed all("links"), some("links:routers=1..2"), one("links:core=1");
  run_with(*c, {workloads::random_input_codes(c->program, 1)}, {all.probe.get(), some.probe.get(), one.probe.get()});
  const auto sum = [](const testing::MemoryTable& t, std::int64_t first, std::int64_t last) {
    std::int64_t flits = 0;
    for (std::size_t row = 0; row < t.rows(); ++row)
      if (t.at(row, "from_core") >= first && t.at(row, "from_core") <= last) flits += t.at(row, "flits");
    return flits;
  };
  EXPECT_EQ(sum(some.table, 0, 100), sum(all.table, 1, 2));
  EXPECT_EQ(sum(one.table, 0, 100), sum(all.table, 1, 1));
  EXPECT_GT(sum(one.table, 0, 100), 0);
}

TEST(TemporalProbes, VoltagesAndSpikesAreThoseOfTheReference) {
  const auto c =
      testing::random_case(testing::random_temporal_program(7), testing::loihi_board(), Schedule::kTimesteps, 7);
  const Images samples{testing::random_spikes(c->program, 7, 3)};
  const workloads::TemporalRun reference = workloads::run_temporal_reference(c->program, samples[0]);
  for (const Fidelity fidelity : kFidelities) {
    Probed membrane("membrane"), spikes("spikes");
    run_with(*c, samples, {membrane.probe.get(), spikes.probe.get()}, fidelity);
    std::map<std::int64_t, std::vector<std::vector<std::int32_t>>> voltages;
    for (std::size_t s = 1; s < c->program.stages.size(); ++s)
      voltages[static_cast<std::int64_t>(s)] = workloads::trace_voltages(c->program, samples[0], StageId(s));
    const testing::MemoryTable& m = membrane.table;
    std::size_t compared = 0;
    for (std::size_t row = 0; row < m.rows(); ++row) {
      if (m.at(row, "step") == 0) continue;  // model step t is chip step t + 1
      const auto& stage = c->program.stages[static_cast<std::size_t>(m.at(row, "layer"))];
      const std::int64_t unit = m.at(row, "token") * stage.channels + m.at(row, "neuron");
      ASSERT_EQ(m.at(row, "potential"), voltages[m.at(row, "layer")][static_cast<std::size_t>(m.at(row, "step") - 1)]
                                                [static_cast<std::size_t>(unit)]);
      EXPECT_EQ(m.at(row, "threshold"), 64 * stage.cuba.threshold_mantissa);
      ++compared;
    }
    EXPECT_GT(compared, 1000U);
    std::vector<std::vector<workloads::Spike>> fired(c->program.stages.size());
    const testing::MemoryTable& t = spikes.table;
    for (std::size_t row = 0; row < t.rows(); ++row) {
      const auto layer = static_cast<std::size_t>(t.at(row, "layer"));
      fired[layer].push_back(
          {static_cast<std::int32_t>(t.at(row, "step")) - (layer > 0 ? 1 : 0),
           static_cast<std::int32_t>(t.at(row, "token") * c->program.stages[layer].channels + t.at(row, "neuron"))});
    }
    for (auto& of_layer : fired) std::sort(of_layer.begin(), of_layer.end());
    for (std::size_t s = 1; s < fired.size(); ++s) EXPECT_EQ(fired[s], reference.spikes[s]) << s;
  }
}

TEST(Probes, RecordOnlyTheImagesStepsAndNeuronsAskedFor) {
  const auto c = testing::random_case(workloads::random_vit_program(2, 5, 8, 2, 1, 12), testing::small_board(6, 6),
                                      Schedule::kAsynchronousUnary, 2);
  const Images images{workloads::random_input_codes(c->program, 1), workloads::random_input_codes(c->program, 2),
                      workloads::random_input_codes(c->program, 3)};
  const std::string stage = c->program.stages[2].name;
  Probed all("spikes:" + stage), some("spikes:" + stage + "[tokens=1..2,neurons=3]:every=3:image=1..2:steps=2..20");
  run_with(*c, images, {all.probe.get(), some.probe.get()});
  std::size_t kept = 0;
  const testing::MemoryTable &a = all.table, &s = some.table;
  for (std::size_t row = 0; row < a.rows(); ++row) {
    const bool wanted = a.at(row, "token") >= 1 && a.at(row, "token") <= 2 && a.at(row, "neuron") == 3 &&
                        a.at(row, "image") >= 1 && a.at(row, "step") % 3 == 0 && a.at(row, "step") >= 2 &&
                        a.at(row, "step") <= 20;
    if (!wanted) continue;
    ASSERT_LT(kept, s.rows());
    for (const Column& column : a.info.columns) EXPECT_EQ(s.at(kept, column.name), a.at(row, column.name));
    ++kept;
  }
  EXPECT_EQ(s.rows(), kept);
  EXPECT_GT(kept, 0U);
}

TEST(Probes, WatchingChangesNothing) {
  for (const Fidelity fidelity : kFidelities) {
    const auto c =
        testing::random_case(workloads::random_program(9), testing::small_board(5, 5), Schedule::kStagedUnary, 9);
    const Images images{workloads::random_input_codes(c->program, 4)};
    Probed spikes("spikes"), membrane("membrane"), links("links");
    const RunResult with =
        run_with(*c, images, {spikes.probe.get(), membrane.probe.get(), links.probe.get()}, fidelity);
    const RunResult without = run_with(*c, images, {}, fidelity);
    EXPECT_EQ(with.images[0].logits, without.images[0].logits);
    EXPECT_EQ(with.total_time, without.total_time);
    EXPECT_EQ(with.total_energy, without.total_energy);
    EXPECT_EQ(with.events, without.events);
    EXPECT_EQ(with.flit_hops, without.flit_hops);
    EXPECT_EQ(with.steps.size(), without.steps.size());
  }
}

/// Computes, but shows nothing.
class SilentCore final : public CoreModel {
 public:
  explicit SilentCore(const TileSpec& spec) : core_(make_behavioural_core(spec)) {}
  void begin_image() override { core_->begin_image(); }
  Cycles receive(const Event& event, Cycles time) override { return core_->receive(event, time); }
  Cycles fire(std::vector<Emission>& out) override { return core_->fire(out); }
  bool restless() const override { return core_->restless(); }
  std::vector<std::int32_t> codes() const override { return core_->codes(); }
  const CoreCounters& counters() const override { return core_->counters(); }
  std::vector<std::uint8_t> save() const override { return core_->save(); }
  void restore(const std::vector<std::uint8_t>& state) override { core_->restore(state); }

 private:
  std::unique_ptr<CoreModel> core_;
};

TEST(MembraneProbe, SaysWhichCoreShowsNoPotentials) {
  const auto c = testing::tiny_case();
  for (const bool lockstep : {false, true}) {
    Probed membrane("membrane:fc");
    SimOptions options;
    options.core_of_tile = {
        nullptr, [](const TileSpec& s) -> std::unique_ptr<CoreModel> { return std::make_unique<SilentCore>(s); },
        nullptr};
    options.lockstep = lockstep;
    options.probes = {membrane.probe.get()};
    try {
      simulate(c->problem, c->mapping, Images{{3, 0, 0, 0}}, options);
      FAIL() << "no error";
    } catch (const PotentialsNotReadable& e) {
      EXPECT_EQ(e.tile, "fc (tile 1)");
      EXPECT_EQ(e.exit_code, ExitCode::kUsage);
    }
    EXPECT_FALSE(membrane.table.finished);
  }
}

}  // namespace
}  // namespace ranvier::sim
