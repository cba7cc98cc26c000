// SPDX-License-Identifier: Apache-2.0
// The chip simulation against a chip that is RTL as a whole: the same events of every tile in every step, the same
// potentials, steps as long within 2 %.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "mapper/levels.h"
#include "mapper/routes.h"
#include "mapper/tiler.h"
#include "mapper/verifier.h"
#include "rtl/noc/errors.h"
#include "rtl/noc/rtl_chip.h"
#include "rtl/verilated_core.h"
#include "sim/probe.h"
#include "sim/simulate.h"
#include "tests/rtl/noc/mesh_fixture.h"
#include "workloads/random_program.h"
#include "workloads/reference.h"

namespace ranvier::rtl {
namespace {

using mapper::Schedule;

/// Linear stages of these widths, the first the input's, with random weights, thresholds and biases.
workloads::Program linear_chain(std::uint64_t seed, std::int32_t tokens, const std::vector<std::int32_t>& widths) {
  using workloads::Stage;
  workloads::Program program;
  program.name = "chain";
  program.input_code_max = 7;
  const auto draw = [seed](std::size_t stage, std::size_t i, std::uint32_t kind, std::int32_t least,
                           std::int32_t most) {
    return least +
           static_cast<std::int32_t>(random_below(static_cast<std::uint32_t>(most - least + 1), seed, stage, i, kind));
  };
  for (std::size_t s = 0; s < widths.size(); ++s) {
    Stage stage;
    stage.name = s == 0 ? "input" : s + 1 == widths.size() ? "head" : "fc" + std::to_string(s);
    stage.tokens = tokens;
    stage.channels = widths[s];
    stage.in_channels = widths[s == 0 ? 0 : s - 1];
    if (s > 0) {
      stage.kind = workloads::StageKind::kLinear;
      stage.inputs = {{StageId(s - 1), 1}};
      if (s + 1 == widths.size()) stage.tokens = 1;
      const auto cells = static_cast<std::size_t>(stage.channels) * static_cast<std::size_t>(stage.in_channels);
      for (std::size_t i = 0; i < cells; ++i)
        stage.linear.weight.push_back(static_cast<std::int8_t>(draw(s, i, 0, -9, 12)));
      for (std::size_t i = 0; i < static_cast<std::size_t>(stage.channels); ++i) {
        stage.linear.bias.push_back(draw(s, i, 1, -20, 30));
        if (s + 1 < widths.size()) stage.encoder.threshold.push_back(draw(s, i, 2, 20, 60));
      }
      stage.encoder.present = s + 1 < widths.size();
      if (stage.encoder.present) {
        stage.encoder.lo = -7;
        stage.encoder.hi = 7;
      }
    } else {
      stage.kind = workloads::StageKind::kInput;
    }
    program.stages.push_back(stage);
  }
  return program;
}

struct Mapped {
  workloads::Program program;
  mapper::MappingProblem problem;
  mapper::Mapping mapping;
};

/// Costs of a core as rv_spike_core and the queues around it have them; nothing but the work itself in a step's time.
chips::Board rtl_board(std::int32_t side) {
  chips::Board board = small_board(side);
  board.chip.core.memory_ports.value = 1;
  board.chip.core.emit_cycles.value = 1;
  board.chip.sync.policy = chips::SyncPolicy::kBarrier;
  board.chip.sync.barrier_cycles.value = 0;
  return board;
}

/// Every tile on a core of its own, drawn by seed; stages of more neurons than `neurons` are cut.
std::unique_ptr<Mapped> map_apart(workloads::Program program, std::int32_t neurons, Schedule schedule,
                                  std::uint64_t seed) {
  auto m = std::make_unique<Mapped>();
  m->program = std::move(program);
  chips::Board board = rtl_board(2);
  board.chip.core.neurons.value = neurons;
  m->problem = mapper::make_problem(m->program, board, schedule);
  std::vector<std::size_t> cores(board.cores());
  std::iota(cores.begin(), cores.end(), 0);
  for (std::size_t i = cores.size(); i > 1; --i)
    std::swap(cores[i - 1], cores[random_below(static_cast<std::uint32_t>(i), seed, i, 7)]);
  m->mapping.core_of.emplace_back();
  for (std::size_t t = 1; t < m->problem.tiles.size(); ++t) m->mapping.core_of.emplace_back(cores.at(t - 1));
  m->mapping.level = mapper::compute_levels(m->problem);
  m->mapping.delay = mapper::balance_delays(m->problem, m->mapping.level).delay;
  m->mapping.routes = mapper::make_routes(m->problem, m->mapping.core_of);
  return m;
}

/// What every tile sent in every step.
class Watch final : public sim::Probe {
 public:
  explicit Watch(std::size_t tiles) : tiles_(tiles) {}
  void begin_image(std::int32_t) override { images.emplace_back(); }
  void begin_step(std::int32_t, std::int32_t) override { images.back().emplace_back().sent.resize(tiles_); }
  void fired(TileId tile, std::span<const sim::Emission> emissions) override {
    for (const sim::Emission& e : emissions)
      images.back().back().sent[tile.value()].push_back({e.token, e.channel, e.value, 0});
  }
  void end_step(const sim::ProbedStep& step) override {
    if (!step.readout) images.back().back().cycles = step.cycles;
  }
  std::vector<std::vector<ChipStep>> images;

 private:
  std::size_t tiles_;
};

/// Queues on the way of a step's last event: into the network, out of it, to the core, and the look at its end.
constexpr std::int64_t kQueueCycles = 5;

struct Compared {
  std::int64_t rtl_cycles = 0, model_cycles = 0, events = 0, steps = 0, longest_behind = 0;
};

void compare(const Mapped& m, const std::vector<std::vector<std::int32_t>>& images, Compared& all) {
  ASSERT_TRUE(mapper::verify(m.problem, m.mapping).empty());
  sim::SimOptions options;
  options.core_of_tile.resize(m.problem.tiles.size());
  for (std::size_t t = 1; t < m.problem.tiles.size(); ++t)
    options.core_of_tile[t] = [](const sim::TileSpec& spec) { return make_verilated_core(spec); };
  Watch watch(m.problem.tiles.size());
  options.probes = {&watch};
  const sim::RunResult model = sim::simulate(m.problem, m.mapping, images, options);
  RtlChip chip(m.problem, m.mapping);
  for (std::size_t i = 0; i < images.size(); ++i) {
    SCOPED_TRACE(i);
    const ChipImage rtl = chip.run(images[i]);
    EXPECT_TRUE(model.images[i].exact);
    EXPECT_EQ(rtl.logits, model.images[i].logits);
    ASSERT_EQ(rtl.steps.size(), watch.images[i].size());
    for (std::size_t s = 0; s < rtl.steps.size(); ++s) {
      const ChipStep& got = rtl.steps[s];
      const ChipStep& expected = watch.images[i][s];
      EXPECT_EQ(got.sent, expected.sent) << "step " << s;
      EXPECT_GE(got.cycles, expected.cycles) << "step " << s;
      EXPECT_LE(got.cycles, expected.cycles + kQueueCycles) << "step " << s;
      for (const auto& sent : got.sent) all.events += static_cast<std::int64_t>(sent.size());
      all.rtl_cycles += got.cycles;
      all.model_cycles += expected.cycles;
      all.longest_behind = std::max(all.longest_behind, got.cycles - expected.cycles);
      ++all.steps;
    }
  }
}

std::vector<std::vector<std::int32_t>> inputs(const workloads::Program& program, std::uint64_t seed,
                                              std::uint64_t count) {
  std::vector<std::vector<std::int32_t>> images;
  for (std::uint64_t i = 0; i < count; ++i) images.push_back(workloads::random_input_codes(program, 100 * seed + i));
  return images;
}

bool relays(const Mapped& m) {
  return std::any_of(m.mapping.routes.begin(), m.mapping.routes.end(),
                     [](const mapper::Route& route) { return route.chain.size() > 1 && route.passes_on(0); });
}

struct Shape {
  std::vector<std::int32_t> widths;
  std::int32_t tokens;
  std::int32_t neurons;  // of a core: wider stages are cut, and their inputs relayed
};

TEST(RtlChip, SendsWhatTheChipSimulationSendsInTheSameTime) {
  const std::vector<Shape> shapes{{{24, 40, 30, 10}, 4, 32}, {{30, 20, 40, 10}, 3, 32}, {{200, 256, 120, 10}, 1, 256}};
  for (const Schedule schedule : {Schedule::kAsynchronousUnary, Schedule::kStagedUnary, Schedule::kStagedGraded}) {
    Compared all;
    int relayed = 0;
    for (std::uint64_t seed = 1; seed <= shapes.size(); ++seed) {
      SCOPED_TRACE(seed);
      const Shape& shape = shapes[seed - 1];
      const auto m = map_apart(linear_chain(seed, shape.tokens, shape.widths), shape.neurons, schedule, seed);
      relayed += relays(*m);
      compare(*m, inputs(m->program, seed, 3), all);
    }
    std::printf("schedule %d: %ld events, %ld steps, RTL %ld cycles, model %ld (%+.2f %%), a step at most %ld behind\n",
                static_cast<int>(schedule), all.events, all.steps, all.rtl_cycles, all.model_cycles,
                100.0 * static_cast<double>(all.rtl_cycles - all.model_cycles) / static_cast<double>(all.model_cycles),
                all.longest_behind);
    EXPECT_GT(all.events, 1000);
    EXPECT_GE(relayed, 2);
    EXPECT_NEAR(static_cast<double>(all.rtl_cycles) / static_cast<double>(all.model_cycles), 1.0, 0.02);
  }
}

TEST(RtlChip, SendsWhatTheChipSimulationSendsForRandomNetworks) {
  Compared all;
  for (std::uint64_t seed = 201; seed <= 216; ++seed) {
    SCOPED_TRACE(seed);
    const auto draw = [seed](std::uint32_t below, std::uint64_t what) {
      return static_cast<std::int32_t>(random_below(below, seed, what, 11));
    };
    constexpr Schedule kSchedules[] = {Schedule::kAsynchronousUnary, Schedule::kStagedUnary, Schedule::kStagedGraded};
    std::vector<std::int32_t> widths{1 + draw(40, 0)};
    const std::int32_t hidden = 1 + draw(2, 1);
    for (std::int32_t h = 0; h < hidden; ++h)
      widths.push_back(1 + draw(hidden == 1 ? 60 : 30, 2 + static_cast<std::uint64_t>(h)));
    widths.push_back(2 + draw(20, 9));
    const auto m = map_apart(linear_chain(seed, 1 + draw(6, 10), widths), 30, kSchedules[seed % 3], seed);
    compare(*m, inputs(m->program, seed, 2), all);
  }
  EXPECT_GT(all.events, 1000);
}

std::string refusal(const Mapped& m) {
  try {
    RtlChip chip(m.problem, m.mapping);
  } catch (const ChipNotInRtl& e) {
    return e.reason;
  }
  return {};
}

TEST(RtlChip, RefusesWhatItDoesNotDo) {
  const auto m = map_apart(linear_chain(1, 2, {10, 12, 6}), 32, Schedule::kStagedUnary, 1);
  EXPECT_EQ(refusal(*m), "");
  m->mapping.core_of[2] = m->mapping.core_of[1];
  EXPECT_THAT(refusal(*m), testing::HasSubstr("core"));
  const auto waves = map_apart(linear_chain(1, 2, {10, 12, 6}), 32, Schedule::kStagedUnary, 1);
  waves->mapping.waves = {1, 2};
  EXPECT_EQ(refusal(*waves), "its levels send in waves");
  waves->mapping.waves.clear();
  waves->problem.board.chip.core.relay_cycles.value = 7;
  EXPECT_EQ(refusal(*waves), "its relays take 7 cycles");
  waves->problem.board.chip.core.lanes.value = 8;
  EXPECT_EQ(refusal(*waves), "its cores have 8 lanes");
  waves->problem.board = rtl_board(4);
  EXPECT_THROW(RtlChip(waves->problem, waves->mapping), MeshNotVerilated);
}

TEST(RtlChip, StopsWhenAPotentialLeavesItsBits) {
  auto program = linear_chain(1, 1, {4, 4, 2});
  program.stages[2].linear.bias = {(1 << 23) - 1, 0};
  program.stages[2].linear.weight.assign(8, 100);
  program.stages[1].linear.weight.assign(16, 50);
  const auto m = map_apart(program, 32, Schedule::kAsynchronousUnary, 1);
  RtlChip chip(m->problem, m->mapping);
  EXPECT_THROW(chip.run({7, 7, 7, 7}), ChipFault);
}

}  // namespace
}  // namespace ranvier::rtl
