// SPDX-License-Identifier: Apache-2.0
// Placement rules, what they do to tiles and flows, and what the verifier says of mappings that break the rules.
#include "mapper/engines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mapper/cost.h"
#include "mapper/device_schedule.h"
#include "mapper/engine_work.h"
#include "mapper/errors.h"
#include "mapper/hybrid.h"
#include "mapper/mapping_io.h"
#include "tests/chips/small_device.h"
#include "tests/mapper/fixtures.h"

namespace ranvier::mapper {
namespace {

using testing::attention_program;
using testing::kinds;
using testing::texts;
using testing::toy_board;

chips::Board hybrid_board() {
  chips::Board board = toy_board(4, 4);
  board.chip.core.dense_lanes.value = 8;
  board.chip.energy.dense_multiply_add.value = Energy(40);
  board.device = chips::testing::small_device();
  return board;
}

TilingOptions placed(std::initializer_list<const char*> rules) {
  TilingOptions options;
  for (const char* rule : rules) options.place.push_back(parse_place_rule(rule));
  return options;
}

TEST(PlaceRules, TheLastThatMatchesHolds) {
  const auto program = attention_program();
  const auto engines =
      engines_of(program, Engine::kSpiking,
                 {parse_place_rule("*=offload"), parse_place_rule("norm?=dense"), parse_place_rule("head=spiking")});
  EXPECT_EQ(engines[0], Engine::kSpiking);  // the host's
  for (std::size_t s = 1; s < engines.size(); ++s) {
    const std::string& name = program.stages[s].name;
    EXPECT_EQ(engines[s], name == "head"             ? Engine::kSpiking
                          : name.starts_with("norm") ? Engine::kDense
                                                     : Engine::kOffload);
  }
}

TEST(PlaceRules, AreRefusedInOneLine) {
  EXPECT_THROW(parse_place_rule("block0.*"), BadPlaceRule);
  EXPECT_THROW(parse_place_rule("=dense"), BadPlaceRule);
  try {
    parse_place_rule("a=ofload");
    FAIL();
  } catch (const BadPlaceRule& e) {
    EXPECT_STREQ(
        e.what(),
        "--place 'a=ofload': names no engine (spiking, dense or offload); did you mean 'offload'?; write it like "
        "'block0.*=offload'");
  }
  try {
    engines_of(attention_program(), Engine::kSpiking, {{"score", Engine::kDense}});
    FAIL();
  } catch (const NoStageMatches& e) {
    EXPECT_STREQ(e.what(), "--place: no stage matches 'score'; did you mean scores?");
  }
  EXPECT_THROW(stages_matching(attention_program(), "input"), NoStageMatches);
}

TEST(Engines, AreRefusedWhereBoardOrScheduleHasNoneOfThem) {
  const auto program = attention_program();
  chips::Board plain = toy_board(4, 4);
  EXPECT_THROW(make_problem(program, plain, Schedule::kStagedGraded, placed({"q=offload"})), BadEngine);
  EXPECT_THROW(make_problem(program, plain, Schedule::kStagedGraded, placed({"q=dense"})), BadEngine);
  EXPECT_THROW(make_problem(program, hybrid_board(), Schedule::kStagedUnary, placed({"q=offload"})), BadEngine);
  plain.chip.core.dense_lanes.value = 8;
  plain.chip.mechanisms[static_cast<std::size_t>(chips::Mechanism::kDenseMode)].support = chips::Support::kAbsent;
  try {
    make_problem(program, plain, Schedule::kStagedGraded, placed({"q=dense"}));
    FAIL();
  } catch (const BadEngine& e) {
    EXPECT_STREQ(e.what(),
                 "stage q cannot run on engine dense: cores of toy have no dense mode; place it on spiking, or take a "
                 "chip with core.dense_lanes");
  }
}

TEST(Engines, FlowsToTheDeviceEndAtCoreZeroAndAreApart) {
  const auto program = attention_program();
  const auto problem =
      make_problem(program, hybrid_board(), Schedule::kStagedGraded, placed({"q=offload", "scores=offload"}));
  const Mapping mapping = map_program(problem);
  EXPECT_EQ(texts(verify(problem, mapping)), "");
  std::int64_t offloaded = 0;
  for (std::size_t t = 0; t < problem.tiles.size(); ++t)
    if (problem.tiles[t].engine == Engine::kOffload) {
      ++offloaded;
      EXPECT_FALSE(mapping.core_of[t].valid());
    }
  EXPECT_EQ(offloaded, 2);
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const bool in = to_device(problem.tiles, problem.flows[f]);
    const bool from = problem.tiles[problem.flows[f].source.value()].engine == Engine::kOffload;
    if (in && from) {
      EXPECT_TRUE(mapping.routes[f].chain.empty());
    }
    if (in && !from) {
      EXPECT_THAT(mapping.routes[f].chain, ::testing::ElementsAre(CoreId(0)));
    }
    if (!in && from) {
      EXPECT_FALSE(mapping.routes[f].chain.empty());
    }
  }
  // norm1 to q: 6 tokens x 16 codes of a byte; k to scores the same; scores to mix: 6 x 2 x 6.
  const DeviceSchedule device = device_schedule(problem, mapping.level);
  const auto bytes = [&](const char* name) {
    for (std::size_t s = 0; s < program.stages.size(); ++s)
      if (program.stages[s].name == name) return device.link_bytes[s];
    return std::int64_t{-1};
  };
  EXPECT_EQ(bytes("norm1"), 96);
  EXPECT_EQ(bytes("k"), 96);
  EXPECT_EQ(bytes("q"), 0);
  EXPECT_EQ(bytes("scores"), 72);
  EXPECT_EQ(bytes("v"), 0);
}

TEST(Engines, DenseTilesTakeEveryValueOfEachOtherOnly) {
  const auto program = attention_program();
  const auto problem =
      make_problem(program, hybrid_board(), Schedule::kStagedGraded, placed({"fc1=dense", "gelu=dense"}));
  const auto zeros = sends_zeros(problem);
  for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
    const std::string& name = program.stage(problem.tiles[t].stage).name;
    EXPECT_EQ(zeros[t], name == "fc1") << name;
    // 6 tokens x 16 inputs x 32 outputs, less what other tiles of the stage have.
    if (name == "fc1") {
      EXPECT_EQ(dense_products_of(program, problem.tiles[t]), 6 * 16 * problem.tiles[t].outputs.size());
    }
    if (name == "gelu") {
      EXPECT_EQ(dense_products_of(program, problem.tiles[t]), 0);
    }
  }
  for (std::size_t f = 0; f < problem.flows.size(); ++f)
    if (carries_zeros(problem.tiles, problem.flows[f])) {
      EXPECT_EQ(problem.flow_events[f],
                static_cast<double>(problem.flows[f].tokens.size()) * problem.flows[f].channels.size());
    }
}

TEST(Verifier, FindsEnginesOutOfPlace) {
  const auto program = attention_program();
  const auto problem =
      make_problem(program, hybrid_board(), Schedule::kStagedGraded, placed({"q=offload", "fc1=dense"}));
  const Mapping mapping = map_program(problem);
  ASSERT_EQ(texts(verify(problem, mapping)), "");
  std::size_t q = 0;
  for (std::size_t t = 0; t < problem.tiles.size(); ++t)
    if (problem.tiles[t].engine == Engine::kOffload) q = t;
  const auto has = [&](const MappingProblem& p, const Mapping& m) {
    const auto found = kinds(verify(p, m));
    return std::find(found.begin(), found.end(), FindingKind::kEngine) != found.end();
  };
  MappingProblem broken = problem;
  broken.board.device.reset();
  EXPECT_TRUE(has(broken, mapping));
  broken = problem;
  broken.board.chip.core.dense_lanes.value = 0;
  EXPECT_TRUE(has(broken, mapping));
  broken = problem;
  broken.tiles[q].tokens.end -= 1;
  EXPECT_TRUE(has(broken, mapping));
  broken = problem;
  broken.tiles[q].demand.neurons = 1;
  EXPECT_TRUE(has(broken, mapping));
  broken = problem;
  broken.schedule = Schedule::kStagedUnary;
  EXPECT_TRUE(has(broken, mapping));
  Mapping moved = mapping;
  moved.core_of[q] = CoreId(3);
  EXPECT_TRUE(has(problem, moved));
  broken = problem;
  for (Flow& flow : broken.flows)
    if (to_device(broken.tiles, flow)) flow.destinations.push_back(TileId(q + 1));
  EXPECT_TRUE(has(broken, mapping));
}

TEST(MappingFile, KeepsEngines) {
  const auto program = attention_program();
  const auto problem =
      make_problem(program, hybrid_board(), Schedule::kStagedGraded, placed({"q=offload", "fc1=dense"}));
  const Mapping mapping = map_program(problem);
  const MappingFile file = mapping_from_json(mapping_to_json(problem, mapping, "toy"), "m.json");
  ASSERT_EQ(file.problem.tiles.size(), problem.tiles.size());
  for (std::size_t t = 0; t < problem.tiles.size(); ++t)
    EXPECT_EQ(file.problem.tiles[t].engine, problem.tiles[t].engine);
  std::string text = mapping_to_json(problem, mapping, "toy");
  text.replace(text.find("\"offload\""), 9, "\"gpu\"");
  EXPECT_THROW(mapping_from_json(text, "m.json"), MappingFileError);
}

TEST(ChooseEngines, IsNoWorseThanAnyPureChoice) {
  const auto program = attention_program();
  for (const Objective objective : {Objective::kLatency, Objective::kEnergy, Objective::kEdp}) {
    MapOptions how;
    how.place.moves = 200;
    const EngineChoice choice = choose_engines(program, hybrid_board(), Schedule::kStagedGraded, {}, how, objective);
    ASSERT_EQ(choice.alternatives.size(), 4u);
    const Alternative& chosen = choice.alternatives.back();
    EXPECT_EQ(chosen.name, "chosen");
    for (const Alternative& a : choice.alternatives) {
      EXPECT_TRUE(a.fits) << a.reason;
      EXPECT_LE(chosen.value(objective), a.value(objective)) << name_of(objective) << " " << a.name;
    }
    EXPECT_EQ(texts(verify(choice.problem, choice.mapping)), "");
    EXPECT_EQ(engines_of(choice.problem), choice.engines);
    const Metrics again = estimate(choice.problem, choice.mapping);
    EXPECT_EQ(again.latency, chosen.latency);
    EXPECT_EQ(again.energy, chosen.energy);
  }
}

TEST(ChooseEngines, KeepsWhatIsFixedAndSaysWhatIsNotPossible) {
  const auto program = attention_program();
  chips::Board board = hybrid_board();
  board.chip.core.dense_lanes.value = 0;
  MapOptions how;
  how.place.moves = 200;
  const EngineChoice choice = choose_engines(program, board, Schedule::kStagedGraded,
                                             placed({"fc1=spiking", "head=offload"}), how, Objective::kEdp);
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    if (program.stages[s].name == "fc1") {
      EXPECT_EQ(choice.engines[s], Engine::kSpiking);
    }
    if (program.stages[s].name == "head") {
      EXPECT_EQ(choice.engines[s], Engine::kOffload);
    }
  }
  EXPECT_FALSE(choice.alternatives[1].fits);
  EXPECT_EQ(choice.alternatives[1].reason,
            "embed: cores of toy have no dense mode; place it on spiking, or take a chip with core.dense_lanes");
  EXPECT_THROW(choose_engines(program, board, Schedule::kStagedGraded, placed({"fc1=dense"}), how, Objective::kEdp),
               BadEngine);
}

TEST(ChooseEngines, LeavesUnarySchedulesSpiking) {
  const auto program = attention_program();
  MapOptions how;
  how.place.moves = 50;
  for (const Schedule schedule : {Schedule::kStagedUnary, Schedule::kAsynchronousUnary}) {
    const EngineChoice choice = choose_engines(program, hybrid_board(), schedule, {}, how, Objective::kLatency);
    EXPECT_EQ(choice.engines, std::vector<Engine>(program.stages.size(), Engine::kSpiking));
    EXPECT_TRUE(choice.alternatives.back().fits);
    EXPECT_EQ(choice.alternatives[1].reason,
              "embed: only the staged-graded schedule has whole values to hand over; place it on spiking, or use "
              "--schedule staged-graded");
  }
}

TEST(ChooseEngines, OffersTheDeviceToWhatDoesNotFitTheChip) {
  const auto program = attention_program();
  chips::Board board = hybrid_board();
  board.chip.noc.width = board.chip.noc.height = 1;
  MapOptions how;
  how.place.moves = 50;
  const EngineChoice choice = choose_engines(program, board, Schedule::kStagedGraded, {}, how, Objective::kEnergy);
  EXPECT_FALSE(choice.alternatives[0].fits);
  EXPECT_NE(choice.alternatives[0].reason.find("does not fit"), std::string::npos);
  EXPECT_TRUE(choice.alternatives[2].fits);
  EXPECT_TRUE(choice.alternatives.back().fits);
}

}  // namespace
}  // namespace ranvier::mapper
