// SPDX-License-Identifier: Apache-2.0
// The chip simulation against a chip that is RTL as a whole: the same events of every tile in every step, the same
// potentials, every step as many cycles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "mapper/levels.h"
#include "mapper/routes.h"
#include "mapper/tiler.h"
#include "rtl/noc/errors.h"
#include "tests/rtl/noc/chip_fixture.h"
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

/// Every tile on a core of its own, drawn by seed; stages of more neurons than `neurons` are cut.
std::unique_ptr<Mapped> map_apart(workloads::Program program, std::int32_t neurons, Schedule schedule,
                                  std::uint64_t seed, std::int32_t side = 2,
                                  const mapper::TilingOptions& options = {}) {
  auto m = std::make_unique<Mapped>();
  m->program = std::move(program);
  chips::Board board = rtl_board(side);
  board.chip.core.neurons.value = neurons;
  m->problem = mapper::make_problem(m->program, board, schedule, options);
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

/// Puts tile t on `core`, what is there on t's.
void swap_cores(Mapped& m, std::size_t t, CoreId core) {
  for (std::size_t other = 1; other < m.problem.tiles.size(); ++other) {
    if (m.mapping.core_of[other] == core) m.mapping.core_of[other] = m.mapping.core_of[t];
  }
  m.mapping.core_of[t] = core;
  m.mapping.routes = mapper::make_routes(m.problem, m.mapping.core_of);
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
    tell(schedule, all);
    EXPECT_GT(all.events, 1000);
    EXPECT_GE(relayed, 2);
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

TEST(RtlChip, OneEventTakesAsLongBetweenAnyTwoCores) {
  for (const std::int32_t side : {2, 4}) {
    const auto m = map_apart(linear_chain(1, 1, {1, 1, 1}), 32, Schedule::kStagedUnary, 1, side);
    m->problem.board.chip.host_link.latency_cycles.value = 1;
    for (std::size_t from = 0; from < m->problem.board.cores(); ++from) {
      for (std::size_t to = 0; to < m->problem.board.cores(); ++to) {
        if (from == to) continue;
        SCOPED_TRACE(std::to_string(from) + " to " + std::to_string(to));
        m->mapping.core_of[1] = CoreId(from);
        m->mapping.core_of[2] = CoreId(to);
        m->mapping.routes = mapper::make_routes(m->problem, m->mapping.core_of);
        Compared all;
        compare(*m, {{7}}, all);
        EXPECT_GT(all.events, 7);
      }
    }
  }
}

TEST(RtlChip, SixteenCoresSendWhatTheChipSimulationSendsInTheSameTime) {
  for (const Schedule schedule : {Schedule::kAsynchronousUnary, Schedule::kStagedUnary, Schedule::kStagedGraded}) {
    Compared all;
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      SCOPED_TRACE(seed);
      const auto m = map_apart(linear_chain(seed, 3, {60, 150, 140, 130, 20}), 32, schedule, seed, 4);
      EXPECT_EQ(m->problem.tiles.size(), 17u);
      EXPECT_TRUE(relays(*m));
      compare(*m, inputs(m->program, seed, 1), all);
    }
    tell(schedule, all);
    EXPECT_GT(all.events, 1000);
    // Receive queues fill and close the way out of the network.
    EXPECT_EQ(all.most_waiting, rtl_board(4).chip.core.receive_fifo_events.value);
  }
}

TEST(RtlChip, TheHostSendsWhileItsCoreDoes) {
  Compared all;
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    SCOPED_TRACE(seed);
    const auto m = map_apart(linear_chain(seed, 4, {24, 40, 30, 10}), 32, Schedule::kAsynchronousUnary, seed);
    m->problem.board.chip.host_link.latency_cycles.value = 1;
    m->problem.board.chip.host_link.cycles_per_flit.value = 1;
    for (std::size_t t = 1; t < m->problem.tiles.size(); ++t) {  // the host's core sends too
      if (m->program.stage(m->problem.tiles[t].stage).name == "fc1") swap_cores(*m, t, CoreId(0));
    }
    compare(*m, inputs(m->program, seed, 2), all);
  }
  tell(Schedule::kAsynchronousUnary, all);
  EXPECT_GT(all.events, 1000);
}

TEST(RtlChip, ACoreSendsACopyToEveryPlace) {
  for (const Schedule schedule : {Schedule::kAsynchronousUnary, Schedule::kStagedGraded}) {
    Compared all;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      SCOPED_TRACE(seed);
      const auto m = map_apart(linear_chain(seed, 4, {30, 20, 40, 10}), 32, schedule, seed);
      m->problem.board.chip.noc.multicast = chips::Multicast::kUnicast;
      m->mapping.routes = mapper::make_routes(m->problem, m->mapping.core_of);
      EXPECT_TRUE(relays(*m));  // where one event goes to several places, other chips' cores pass it on
      compare(*m, inputs(m->program, seed, 2), all);
    }
    tell(schedule, all);
    EXPECT_GT(all.events, 1000);
  }
}

TEST(RtlChip, TokensAndChannelsCountFromTheTileThatTakesThem) {
  for (const char* cut : {"fc1", "fc2"}) {
    SCOPED_TRACE(cut);
    mapper::TilingOptions options;
    options.token_mode = mapper::TokenChoice::kShared;
    options.stage_token_mode = {{cut, mapper::TokenChoice::kReplicate}};
    const auto m = map_apart(linear_chain(5, 64, {2, 4, 6, 4}), 256, Schedule::kStagedGraded, 5, 2, options);
    ASSERT_EQ(m->problem.tiles.size(), 5u);
    Compared all;
    compare(*m, inputs(m->program, 5, 1), all);
    EXPECT_GT(all.events, 300);
  }
}

TEST(RtlChip, TokensBeyondTheBitsOfAPacketAreOfOtherTiles) {
  mapper::TilingOptions options;
  options.stage_token_mode = {{"fc1", mapper::TokenChoice::kReplicate}, {"fc2", mapper::TokenChoice::kReplicate}};
  options.replicas = 5;
  const auto m = map_apart(linear_chain(6, 300, {2, 3, 3, 4}), 256, Schedule::kStagedGraded, 6, 4, options);
  ASSERT_EQ(m->problem.tiles.size(), 1 + 5 + 5 + 1u);
  EXPECT_EQ(m->problem.tiles[5].tokens, (mapper::Range{240, 300}));
  Compared all;
  compare(*m, inputs(m->program, 6, 1), all);
  EXPECT_GT(all.events, 1000);
}

TEST(RtlChip, TablesAnswerReadsAndWaitForPacketsInside) {
  const auto chip = make_chip_port(rtl_board(2), ModelBuild::kCheck);
  ChipPort::Inputs& in = chip->in;
  const auto access = [&](bool write, std::uint8_t select, std::uint32_t address, std::uint32_t word) {
    in.config_valid = true;
    in.config_write = write;
    in.config_select = select;
    in.config_address = address;
    in.config_data = {word};
    chip->cycle();
    in.config_valid = in.config_write = false;
    return chip->out.config_ready;
  };
  const auto read = [&](std::uint8_t select, std::uint32_t address) -> std::int64_t {
    if (!access(false, select, address, 0)) return -2;
    for (int wait = 0; wait < 4; ++wait) {
      if (chip->out.config_read_valid) return chip->out.config_read_data[0];
      chip->cycle();
    }
    return -1;
  };
  in.config_core = 0;
  for (std::uint32_t i = 0; i < 16; ++i) {
    ASSERT_TRUE(access(true, kSendTable, i, 100 + i));
    ASSERT_TRUE(access(true, kReceiveTable, 3 * i, 200 + i));
  }
  for (std::uint32_t i = 0; i < 16; ++i) {
    EXPECT_EQ(read(kSendTable, i), 100 + i);
    EXPECT_EQ(read(kReceiveTable, 3 * i), 200 + i);
    EXPECT_EQ(read(kSendTable, i), 100 + i);  // a read leaves what it reads
    EXPECT_EQ(read(kReceiveTable, 3 * i), 200 + i);
  }
  in.host_valid = true;
  in.host_x = 1;
  chip->cycle();
  in.host_valid = false;
  EXPECT_FALSE(access(true, kSendTable, 0, 1));
  for (int wait = 0; wait < 200; ++wait) chip->cycle();
  EXPECT_EQ(read(kSendTable, 0), 100);
  EXPECT_FALSE(chip->take_assertion_failure());
}

TEST(RtlChip, NoAssertionFails) {
  for (const Schedule schedule : {Schedule::kStagedUnary, Schedule::kStagedGraded}) {
    const auto m = map_apart(linear_chain(2, 3, {30, 20, 40, 10}), 32, schedule, 2);
    Compared all;
    compare(*m, inputs(m->program, 2, 1), all, ModelBuild::kCheck);
    EXPECT_GT(all.events, 100);
  }
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
  waves->problem.board = rtl_board(3);
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
