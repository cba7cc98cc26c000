// SPDX-License-Identifier: Apache-2.0
// Compartment stages: how they are cut, what they take of a core, what does not fit, and what the verifier catches.
#include <gtest/gtest.h>

#include <algorithm>

#include "mapper/delivery.h"
#include "mapper/demand.h"
#include "mapper/errors.h"
#include "mapper/hybrid.h"
#include "mapper/mapping_io.h"
#include "mapper/out_axons.h"
#include "mapper/synapse_storage.h"
#include "tests/chips/small_device.h"
#include "tests/mapper/fixtures.h"
#include "workloads/conv.h"

namespace ranvier::mapper {
namespace {

using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

/// An 8 x 8 camera of 2 polarities -> conv 3 x 3, padding 1, 4 channels -> dense with 5 outputs.
Program camera_program(std::int16_t weight = 2) {
  Program p;
  p.name = "camera";
  p.timesteps = 100;
  Stage input;
  input.name = "input";
  input.kind = StageKind::kInput;
  input.tokens = 64;
  input.channels = input.in_channels = 2;
  Stage conv;
  conv.name = "conv";
  conv.kind = StageKind::kLif;
  conv.inputs = {{StageId(0), 1}};
  conv.tokens = 64;
  conv.in_channels = 2;
  conv.channels = 4;
  conv.conv = {8, 8, 8, 8, 3, 3, 1, 1, false, std::vector<std::int16_t>(4 * 2 * 9, weight)};
  Stage dense = conv;
  dense.name = "dense";
  dense.inputs = {{StageId(1), 1}};
  dense.tokens = 1;
  dense.in_channels = 4;
  dense.channels = 5;
  dense.conv = {8, 8, 1, 1, 8, 8, 1, 0, false, std::vector<std::int16_t>(5 * 4 * 64, weight)};
  p.stages = {input, conv, dense};
  return p;
}

chips::Board board() {
  chips::Board b = testing::toy_board(8, 8);
  b.chip.core.neurons.value = 256;
  b.chip.core.fan_in_axons.value = 512;
  b.chip.core.weight_bits.value = 9;
  b.chip.core.synapse_memory.value = Bytes(16384);
  b.chip.core.synapse_word_bits.value = 64;
  b.chip.core.synapse_word_overhead_bits.value = 10;
  b.chip.core.synapse_index_bits.value = 6;
  return b;
}

Tile tile_of(std::size_t stage, Range outputs, Range inputs, Range tokens) {
  Tile tile;
  tile.stage = StageId(stage);
  tile.outputs = outputs;
  tile.inputs = inputs;
  tile.tokens = tokens;
  return tile;
}

std::vector<Tile> tiles_of_stage(const MappingProblem& problem, std::size_t stage) {
  std::vector<Tile> tiles;
  for (const Tile& tile : problem.tiles)
    if (tile.stage == StageId(stage)) tiles.push_back(tile);
  return tiles;
}

TEST(Lif, TakesWholeRowsThenChannelsThenPartsOfRows) {
  const Program p = camera_program();
  chips::Board b = board();
  // 256 compartments fit one core of 256.
  EXPECT_EQ(tiles_of_stage(make_problem(p, b, Schedule::kTimesteps), 1).size(), 1U);
  // 64: two rows of all channels each.
  b.chip.core.neurons.value = 64;
  auto tiles = tiles_of_stage(make_problem(p, b, Schedule::kTimesteps), 1);
  ASSERT_EQ(tiles.size(), 4U);
  EXPECT_EQ(tiles[1].tokens, (Range{16, 32}));
  EXPECT_EQ(tiles[1].outputs, (Range{0, 4}));
  // 12 of a row's 32: three positions of all channels.
  b.chip.core.neurons.value = 12;
  b.chip.noc.width = b.chip.noc.height = 16;
  tiles = tiles_of_stage(make_problem(p, b, Schedule::kTimesteps), 1);
  for (const Tile& tile : tiles) EXPECT_LE(tile.demand.neurons, 12);
  EXPECT_EQ(tiles.size(), 24U);
  EXPECT_EQ(tiles[0].tokens, (Range{0, 2}));
}

TEST(Lif, DemandOfAConvolutionTile) {
  const Program p = camera_program();
  const chips::Board b = board();
  Tile tile = tile_of(1, {0, 3}, {0, 2}, {16, 32});
  const Reach reach = reach_of(p, tile, 0);
  EXPECT_EQ(reach.tokens, (Range{8, 40}));  // rows 1 to 4
  EXPECT_EQ(reach.channels, (Range{0, 2}));
  const Demand d = demand_of(p, b.chip.core, tile);
  EXPECT_EQ(d.neurons, 48);
  EXPECT_EQ(d.axons, 64);
  EXPECT_EQ(d.receive_bytes, Bytes(8));
  // Two lists of 27 synapses, (64 - 10) / (9 + 6) = 3 in a word: 9 words each.
  EXPECT_EQ(d.synapse_bytes, Bytes(2 * 9 * 8));
  EXPECT_EQ(d.state_bytes, Bytes(480));
  EXPECT_EQ(d.tiles, 1);
  EXPECT_EQ(d.profiles, 1);
  EXPECT_EQ(d.formats, 1);
}

TEST(Lif, DemandOfADenseTileAndOfStrides) {
  Program p = camera_program();
  const chips::Board b = board();
  // 256 axons with dense runs of 5: 6 in a word.
  Demand d = demand_of(p, b.chip.core, tile_of(2, {0, 5}, {0, 4}, {0, 1}));
  EXPECT_EQ(d.axons, 256);
  EXPECT_EQ(d.synapse_bytes, Bytes(256 * 8));
  EXPECT_EQ(d.neurons, 5);
  // Stride 2: four phases with up to 2 x 2 taps for each of 2 input channels; 16 synapses are 6 words.
  Stage& conv = p.stages[1];
  conv.conv.stride = 2;
  conv.conv.out_height = conv.conv.out_width = 4;
  conv.tokens = 16;
  d = demand_of(p, b.chip.core, tile_of(1, {0, 4}, {0, 2}, {0, 16}));
  EXPECT_EQ(d.synapse_bytes, Bytes(2 * 4 * 6 * 8));
  // Depthwise: one synapse a tap, and only its own channels arrive.
  conv.conv.depthwise = true;
  d = demand_of(p, b.chip.core, tile_of(1, {1, 2}, {0, 2}, {0, 4}));
  EXPECT_EQ(d.axons, 16);  // two of 8 rows: the padding and rows 0 and 1
  EXPECT_EQ(d.synapse_bytes, Bytes(1 * 4 * 2 * 8));
}

TEST(Lif, LinearStagesFillWordsToo) {
  testing::ProgramBuilder builder(2, 12);
  builder.linear("fc", testing::kInput, 13);
  const Program p = builder.finish();
  chips::Board b = board();
  const Tile tile = tile_of(1, {0, 13}, {0, 12}, {0, 2});
  EXPECT_EQ(demand_of(p, b.chip.core, tile).synapse_bytes, Bytes(12 * 3 * 8));
  b.chip.core.synapse_word_bits.value = 0;
  EXPECT_EQ(demand_of(p, b.chip.core, tile).synapse_bytes, Bytes((12 * 13 * 9 + 7) / 8));
}

TEST(Lif, WeightBitsAreSignAndMantissa) {
  const auto bits = [](std::vector<std::int16_t> weights) {
    Stage s;
    s.kind = StageKind::kLif;
    s.conv.weight = std::move(weights);
    return weight_bits_needed(s);
  };
  EXPECT_EQ(bits({-256, 254}), 9);  // the grid of a mixed list of Loihi: even
  EXPECT_EQ(bits({-255, 254}), 10);
  EXPECT_EQ(bits({-128, 127}), 9);
  EXPECT_EQ(bits({255, 0}), 9);  // one sign: eight bits of magnitude
  EXPECT_EQ(bits({256, 0}), 2);
  EXPECT_EQ(bits({-257}), 10);
  EXPECT_EQ(bits({0}), 1);
}

void expect_short_of(const Program& p, const chips::Board& b, const std::string& resource, const std::string& stage,
                     std::int64_t needed, std::int64_t available) {
  try {
    make_problem(p, b, Schedule::kTimesteps);
    FAIL() << "fits";
  } catch (const DoesNotFit& e) {
    ASSERT_FALSE(e.shortfalls.empty());
    EXPECT_EQ(e.shortfalls[0].resource, resource);
    EXPECT_EQ(e.shortfalls[0].stage_name, stage);
    EXPECT_EQ(e.shortfalls[0].needed, needed);
    EXPECT_EQ(e.shortfalls[0].available, available);
  }
}

TEST(Lif, SaysWhatDoesNotFit) {
  chips::Board b = board();
  Program p = camera_program();
  p.stages[1].conv.weight[0] = -300;
  p.stages[1].conv.weight[1] = 301;
  expect_short_of(p, b, "weight_bits", "conv", 11, 9);
  p = camera_program();
  p.stages[1].cuba.axon_delay_steps = 5;
  expect_short_of(p, b, "max_delay_steps", "conv", 4, 0);
  p = camera_program();
  b.chip.core.fan_in_axons.value = 200;  // a dense compartment takes all 256
  expect_short_of(p, b, "fan_in_axons", "dense", 256, 200);
  b = board();
  b.chip.core.core_memory.value = Bytes(2000);  // dense: 256 words and a compartment
  expect_short_of(p, b, "core_memory", "dense", 2058, 2000);
  b = board();
  b.chip.core.receive_limit.value = Bytes(31);
  expect_short_of(p, b, "receive_limit", "dense", 32, 31);
}

TEST(Lif, LimitsOfCoresHoldWhatMayShareOne) {
  const Program p = camera_program();
  chips::Board b = board();
  b.chip.core.fan_in_axons.value = 1024;
  b.chip.core.synapse_memory.value = Bytes(1 << 20);
  b.chip.core.neurons.value = 1024;
  const auto cores = [&] {
    const MappingProblem problem = make_problem(p, b, Schedule::kTimesteps);
    const Mapping mapping = map_program(problem, {});
    EXPECT_TRUE(verify(problem, mapping).empty()) << verify(problem, mapping)[0].text;
    std::vector<CoreId> used(mapping.core_of.begin() + 1, mapping.core_of.end());
    std::sort(used.begin(), used.end());
    return std::unique(used.begin(), used.end()) - used.begin();
  };
  EXPECT_EQ(cores(), 1);
  b.chip.core.tiles.value = 1;
  EXPECT_EQ(cores(), 2);
  b.chip.core.tiles.value = 0;
  b.chip.core.compartment_profiles.value = 1;
  EXPECT_EQ(cores(), 2);
  b.chip.core.compartment_profiles.value = 0;
  b.chip.core.synapse_formats.value = 1;
  EXPECT_EQ(cores(), 2);
  b.chip.core.synapse_formats.value = 0;
  b.chip.core.core_memory.value = Bytes(5000);  // conv: 2760, dense: 2,098
  EXPECT_EQ(cores(), 1);
  b.chip.core.core_memory.value = Bytes(4800);
  EXPECT_EQ(cores(), 2);
}

TEST(Lif, UnicastChipsCutUntilOutAxonsFit) {
  const Program p = camera_program();
  chips::Board b = board();
  b.chip.noc.multicast = chips::Multicast::kUnicast;
  b.chip.core.neurons.value = 256;
  b.chip.core.route_entries.value = 256;
  MappingProblem problem = make_problem(p, b, Schedule::kTimesteps);
  EXPECT_EQ(tiles_of_stage(problem, 1).size(), 1U);
  EXPECT_EQ(tiles_of_stage(problem, 1)[0].demand.out_axons, 256);
  b.chip.core.route_entries.value = 100;  // one dense tile: 100 compartments a conv tile, three rows
  problem = make_problem(p, b, Schedule::kTimesteps);
  EXPECT_EQ(tiles_of_stage(problem, 1).size(), 3U);
  EXPECT_EQ(most_out_axons(p, problem.tiles, problem.flows)[1], 64);
  EXPECT_TRUE(verify(problem, map_program(problem, {})).empty());
}

struct Corrupted : ::testing::Test {
  Corrupted() {
    b.chip.core.neurons.value = 64;
    b.chip.max_delay_steps.value = 8;
    program.stages[1].cuba.axon_delay_steps = 3;
    problem = make_problem(program, b, Schedule::kTimesteps);
    mapping = map_program(problem, {});
    EXPECT_TRUE(verify(problem, mapping).empty());
  }
  bool finds(FindingKind kind) const {
    const auto findings = verify(problem, mapping);
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.kind == kind; });
  }
  chips::Board b = board();
  Program program = camera_program();
  MappingProblem problem;
  Mapping mapping;
};

TEST_F(Corrupted, ReachTooSmall) {
  Flow& flow =
      *std::find_if(problem.flows.begin(), problem.flows.end(), [](const Flow& f) { return f.source == TileId(0); });
  --flow.tokens.end;
  EXPECT_TRUE(finds(FindingKind::kFlowMissing));
}

TEST_F(Corrupted, ReachTooLarge) {
  Flow& flow = *std::find_if(problem.flows.begin(), problem.flows.end(),
                             [](const Flow& f) { return f.source == TileId(0) && f.tokens.end < 64; });
  ++flow.tokens.end;
  EXPECT_TRUE(finds(FindingKind::kFlowStray) || finds(FindingKind::kFlowDuplicate));
}

TEST_F(Corrupted, PositionsComputedTwiceOrNever) {
  --problem.tiles[1].tokens.end;
  EXPECT_TRUE(finds(FindingKind::kCoverage));
  problem.tiles[1].tokens.end += 2;
  EXPECT_TRUE(finds(FindingKind::kCoverage));
}

TEST_F(Corrupted, DemandDelayModeAndWeights) {
  problem.tiles[1].demand.axons -= 1;
  EXPECT_TRUE(finds(FindingKind::kDemand));
  problem.tiles[1].demand.axons += 1;
  problem.tiles[1].demand.formats = 0;
  EXPECT_TRUE(finds(FindingKind::kDemand));
  problem.tiles[1].demand.formats = 1;
  const auto delayed = std::find_if(mapping.delay.begin(), mapping.delay.end(), [](std::int32_t d) { return d == 2; });
  ASSERT_NE(delayed, mapping.delay.end());
  *delayed = 1;
  EXPECT_TRUE(finds(FindingKind::kDelay));
  *delayed = 2;
  problem.board.chip.max_delay_steps.value = 1;
  EXPECT_TRUE(finds(FindingKind::kDelay));
  problem.board.chip.max_delay_steps.value = 8;
  problem.tiles[1].mode = TokenMode::kReplicate;
  EXPECT_TRUE(finds(FindingKind::kTileRange));
  problem.tiles[1].mode = TokenMode::kShared;
  EXPECT_FALSE(finds(FindingKind::kTileRange));
  program.stages[1].conv.weight[0] = 513;
  EXPECT_TRUE(finds(FindingKind::kCapacity));
}

TEST_F(Corrupted, OptionalLimitsOfACore) {
  const auto held = [&](chips::Count chips::CoreKind::*limit) {
    (problem.board.chip.core.*limit).value = 1;
    const bool found = finds(FindingKind::kCapacity);
    (problem.board.chip.core.*limit).value = 0;
    return found;
  };
  for (std::size_t t = 1; t < mapping.core_of.size(); ++t) mapping.core_of[t] = CoreId(0);
  problem.board.chip.core.neurons.value = 1000;
  problem.board.chip.core.fan_in_axons.value = 4000;
  EXPECT_FALSE(finds(FindingKind::kCapacity));
  EXPECT_TRUE(held(&chips::CoreKind::tiles));
  EXPECT_TRUE(held(&chips::CoreKind::compartment_profiles));
  EXPECT_TRUE(held(&chips::CoreKind::synapse_formats));
  // Tiles of one stage share profile and format: two stages need two.
  problem.board.chip.core.compartment_profiles.value = 2;
  problem.board.chip.core.synapse_formats.value = 2;
  EXPECT_FALSE(finds(FindingKind::kCapacity));
  problem.board.chip.core.core_memory.value = Bytes(1000);
  EXPECT_TRUE(finds(FindingKind::kCapacity));
  problem.board.chip.core.core_memory.value = Bytes(0);
  problem.board.chip.core.receive_limit.value = Bytes(31);
  EXPECT_TRUE(finds(FindingKind::kCapacity));
}

TEST(Lif, ChoosingEnginesLeavesThemSpiking) {
  const Program p = camera_program();
  chips::Board b = board();
  b.device = chips::testing::small_device();
  for (const Objective objective : {Objective::kLatency, Objective::kEnergy, Objective::kEdp}) {
    const EngineChoice choice = choose_engines(p, b, Schedule::kTimesteps, {}, {}, objective);
    EXPECT_EQ(choice.engines, std::vector<Engine>(p.stages.size(), Engine::kSpiking));
    EXPECT_EQ(choice.alternatives[2].reason,
              "conv: a network over time has no whole values to hand over; place it on spiking");
  }
}

TEST(Lif, MappingFilesKeepThem) {
  const Program p = camera_program();
  const chips::Board b = board();
  const MappingProblem problem = make_problem(p, b, Schedule::kTimesteps);
  const Mapping mapping = map_program(problem, {});
  MappingFile file = mapping_from_json(mapping_to_json(problem, mapping, "toy"), "m.json");
  EXPECT_EQ(file.problem.schedule, Schedule::kTimesteps);
  EXPECT_EQ(file.problem.tiles[1].demand.receive_bytes, problem.tiles[1].demand.receive_bytes);
  attach(file, p, b);
  EXPECT_TRUE(verify(file.problem, file.mapping).empty());
  Program other = p;
  other.stages[1].cuba.threshold_mantissa = 7;
  EXPECT_NE(program_digest(p), program_digest(other));
  other = p;
  other.stages[2].conv.weight[3] = 5;
  EXPECT_NE(program_digest(p), program_digest(other));
}

}  // namespace
}  // namespace ranvier::mapper
