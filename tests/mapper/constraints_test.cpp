// SPDX-License-Identifier: Apache-2.0
// The user's rules: kept by the mapper and by remapping, missed by the verifier in no mapping, read from files, held by
// mapping files, refused in one line where they cannot be met.
#include "mapper/constraints_file.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "fixtures.h"
#include "mapper/errors.h"
#include "mapper/mapping_io.h"
#include "mapper/place_rules.h"
#include "mapper/remap.h"

namespace ranvier::mapper {
namespace {

using testing::attention_program;
using testing::kinds;
using testing::texts;
using testing::toy_board;

struct Constrained : ::testing::Test {
  workloads::Program program = attention_program(12, 32, 2);
  chips::Board board = toy_board(4, 4, 2, 2);
  MappingProblem problem = make_problem(program, board, Schedule::kStagedGraded);

  Mapping map(const MapConstraints& constraints, Preset preset = Preset::kCompact) {
    problem.constraints = constraints;
    return map_program(problem, {.preset = preset, .place = {.moves = 300}});
  }
  std::vector<CoreId> cores_of(const Mapping& m, const std::string& stage) const {
    std::vector<CoreId> cores;
    for (const TileId t : tiles_named(problem, {.text = stage})) cores.push_back(m.core_of[t.value()]);
    return cores;
  }
  void expect_legal(const Mapping& m) const {
    const auto findings = verify(problem, m);
    EXPECT_TRUE(findings.empty()) << texts(findings);
  }
};

TEST_F(Constrained, PinsHoldUnderBothPresets) {
  for (const Preset preset : {Preset::kCompact, Preset::kLatency}) {
    MapConstraints c;
    c.pins.push_back({"head", {CoreId(37)}, {}});
    c.pins.push_back({"fc1", {}, {ChipId(3)}});
    const Mapping m = map(c, preset);
    expect_legal(m);
    for (const CoreId core : cores_of(m, "head")) EXPECT_EQ(core, CoreId(37));
    for (const CoreId core : cores_of(m, "fc1")) EXPECT_EQ(board.chip_of(core), ChipId(3));
  }
}

TEST_F(Constrained, DeadAndForbiddenCoresStayEmpty) {
  MapConstraints c;
  for (std::size_t core = 0; core < board.cores(); core += 2) c.dead_cores.emplace_back(core);
  c.forbids.push_back({"*", {CoreId(1), CoreId(3)}, {ChipId(1)}});
  const Mapping m = map(c, Preset::kLatency);
  expect_legal(m);
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
    EXPECT_EQ(m.core_of[t].value() % 2, 1u);
    EXPECT_GT(m.core_of[t].value(), 3u);
    EXPECT_NE(board.chip_of(m.core_of[t]), ChipId(1));
  }
}

TEST_F(Constrained, TogetherAndApart) {
  MapConstraints c;
  c.together.push_back({"norm1", "embed"});
  c.apart.push_back({"q", "k", "v"});
  const Mapping m = map(c);
  expect_legal(m);
  const auto embed = cores_of(m, "embed");
  for (const char* stage : {"norm1", "embed"})
    for (const CoreId core : cores_of(m, stage)) EXPECT_EQ(core, embed.front());
  std::vector<CoreId> three;
  for (const char* stage : {"q", "k", "v"})
    for (const CoreId core : cores_of(m, stage)) three.push_back(core);
  std::sort(three.begin(), three.end());
  EXPECT_EQ(std::adjacent_find(three.begin(), three.end()), three.end());
}

TEST_F(Constrained, TheVerifierSeesEachRuleBroken) {
  const Mapping m = map({});
  const TileId head = tiles_named(problem, {.text = "head"}).front();
  const CoreId at = m.core_of[head.value()];
  const auto broken = [&](const MapConstraints& c) {
    problem.constraints = c;
    const auto findings = verify(problem, m);
    return !findings.empty() && std::all_of(findings.begin(), findings.end(),
                                            [](const Finding& f) { return f.kind == FindingKind::kConstraint; });
  };
  const CoreId elsewhere(at.value() == 0 ? 1 : 0);
  EXPECT_TRUE(broken({.pins = {{"head", {elsewhere}, {}}}}));
  EXPECT_FALSE(broken({.pins = {{"head", {elsewhere, at}, {}}}}));
  EXPECT_TRUE(broken({.forbids = {{"head", {}, {board.chip_of(at)}}}}));
  EXPECT_TRUE(broken({.dead_cores = {at}}));
  EXPECT_FALSE(broken({.dead_cores = {CoreId(board.cores() - 1)}}));
  TileId mate;
  TileId other;
  for (std::size_t t = 1; t < problem.tiles.size(); ++t)
    if (TileId(t) != head) (m.core_of[t] == at ? mate : other) = TileId(t);
  ASSERT_TRUE(other.valid());
  const auto named = [](TileId t) { return "tile:" + std::to_string(t.value()); };
  EXPECT_TRUE(broken({.together = {{named(head), named(other)}}}));
  EXPECT_FALSE(broken({.apart = {{named(head), named(other)}}}));
  if (mate.valid()) {
    EXPECT_TRUE(broken({.apart = {{named(head), named(mate)}}}));
  }
  EXPECT_TRUE(broken({.pins = {{"no.such.stage", {at}, {}}}}));
}

TEST_F(Constrained, RemappingKeepsToThem) {
  MapConstraints c;
  c.pins.push_back({"head", {CoreId(5)}, {}});
  c.apart.push_back({"q", "k"});
  c.dead_cores = {CoreId(0), CoreId(1)};
  Mapping m = map(c, Preset::kLatency);
  Profile profile{.flow_events = problem.flow_events, .tile_cycles = problem.tile_cycles, .link_flits = {}};
  for (std::size_t f = 0; f < profile.flow_events.size(); f += 3) profile.flow_events[f] *= 30;
  for (std::int32_t i = 0; i < 8; ++i) {
    m = propose_remap(problem, m, profile, {.iteration = i, .tries = 1000});
    expect_legal(m);
  }
}

TEST_F(Constrained, WhatCannotBeMetIsSaidInOneLine) {
  const auto refused = [&](const MapConstraints& c) -> std::string {
    try {
      map(c);
    } catch (const ConstraintsConflict& e) {
      EXPECT_EQ(e.exit_code, ExitCode::kDoesNotFit);
      EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
      return e.what();
    }
    return "";
  };
  EXPECT_NE(refused({.pins = {{"head", {CoreId(2)}, {}}}, .dead_cores = {CoreId(2)}}).find("head has no core"),
            std::string::npos);
  EXPECT_NE(refused({.together = {{"q", "k"}}, .apart = {{"q", "k"}}}).find("apart"), std::string::npos);
  EXPECT_NE(refused({.together = {{"*"}}}).find("a core has"), std::string::npos);
  EXPECT_NE(refused({.pins = {{"*", {CoreId(0)}, {}}}}).find("a core has"), std::string::npos);
  EXPECT_NE(refused({.pins = {{"q", {CoreId(0)}, {}}, {"q", {CoreId(1)}, {}}}}).find("has no core"), std::string::npos);
  EXPECT_THROW(map({.pins = {{"no.such.stage", {CoreId(0)}, {}}}}), ConstraintNamesNoTile);
  EXPECT_THROW(map({.pins = {{"tile:0", {CoreId(0)}, {}}}}), ConstraintNamesNoTile);
  MapConstraints most;
  for (std::size_t core = 3; core < board.cores(); ++core) most.dead_cores.emplace_back(core);
  EXPECT_THROW(map(most), DoesNotFit);
}

TEST_F(Constrained, NamesThatNoTileHasSayWhichRuleAndWhatThereIs) {
  const std::string text = R"(
pin: [{tiles: head, cores: [0]}]
forbid:
  - tiles: "f*"
    chips: [1]
  - {chips: [1], tiles: hed}
together: [[q, k], [v, "tile:99"]]
)";
  const auto refused = [&](const MapConstraints& c) -> ConstraintNamesNoTile {
    try {
      map(c);
    } catch (const ConstraintNamesNoTile& e) {
      return e;
    }
    throw std::logic_error("not refused");
  };
  MapConstraints c = read_constraints(text, "c.yaml", board);
  const ConstraintNamesNoTile forbid = refused(c);
  EXPECT_EQ(std::string(forbid.what()),
            "forbid rule 2 names \"hed\": no stage matches that, nor is it tile:1 to tile:" +
                std::to_string(problem.tiles.size() - 1) +
                "; did you mean 'head'?; stages are embed, norm1, q, k, v, scores, mix, sum, fc1, gelu, norm2, head");
  EXPECT_EQ(place_of(forbid.name, text, "c.yaml").text(), "c.yaml:6:25");
  c.forbids.pop_back();
  const ConstraintNamesNoTile together = refused(c);
  EXPECT_NE(std::string(together.what()).find("together rule 2 names \"tile:99\": "), std::string::npos);
  EXPECT_EQ(place_of(together.name, text, "c.yaml").text(), "c.yaml:7:24");
}

TEST_F(Constrained, NamesThatNoMappingFileCanHoldAreRefused) {
  try {
    read_constraints("pin:\n  - {tiles: \"[h\xff]ead\", cores: [0]}\n", "c.yaml", board);
    FAIL() << "accepted";
  } catch (const ConstraintsFileError& e) {
    EXPECT_EQ(e.place.text(), "c.yaml:2:13");
    EXPECT_NE(std::string(e.what()).find("not UTF-8"), std::string::npos) << e.what();
  }
}

TEST_F(Constrained, NamesOfTilesOnNoCoreAreIdle) {
  problem.constraints.pins = {{"q", {CoreId(0)}, {}}, {"head", {CoreId(1)}, {}}};
  problem.constraints.apart = {{"q", "h*"}};
  EXPECT_TRUE(idle_names(problem).empty());
  for (Tile& tile : problem.tiles)
    if (program.stage(tile.stage).name == "head") tile.engine = Engine::kOffload;
  const auto idle = idle_names(problem);
  ASSERT_EQ(idle.size(), 2u);
  EXPECT_EQ(text_of(idle[0]), "pin rule 2 names \"head\"");
  EXPECT_EQ(text_of(idle[1]), "apart rule 1 names \"h*\"");
}

TEST_F(Constrained, FilesSayTheSameAsStructs) {
  const MapConstraints c = read_constraints(R"(
dead_cores: [[3, 1], 17]
pin:
  - {tiles: head, cores: [[0, 0], 5]}
  - {tiles: "tile:3", chips: [2]}
forbid: [{tiles: "f*", cores: [[1, 1, 0]]}]
together: [[q, k], ["tile:1", v]]
apart: [[embed]]
)",
                                            "c.yaml", board);
  MapConstraints same;
  same.dead_cores = {CoreId(11), CoreId(17)};
  same.pins = {{"head", {CoreId(0), CoreId(5)}, {}}, {"tile:3", {}, {ChipId(2)}}};
  same.forbids = {{"f*", {CoreId(9)}, {}}};
  same.together = {{"q", "k"}, {"tile:1", "v"}};
  same.apart = {{"embed"}};
  EXPECT_EQ(c, same);
  EXPECT_EQ(read_constraints(to_json(same).dump(), "c.json", board), same);
  EXPECT_TRUE(read_constraints("", "c.yaml", board).empty());
}

TEST_F(Constrained, MappingFilesHoldThem) {
  MapConstraints c;
  c.pins.push_back({"head", {CoreId(9)}, {}});
  c.forbids.push_back({"q", {}, {ChipId(2)}});
  c.dead_cores = {CoreId(4)};
  c.together = {{"q", "k"}};
  c.apart = {{"embed", "fc1"}};
  const Mapping m = map(c);
  MappingFile file = mapping_from_json(mapping_to_json(problem, m, "toy"), "m.json");
  EXPECT_EQ(file.problem.constraints, c);
  attach(file, program, board);
  EXPECT_TRUE(verify(file.problem, file.mapping).empty());
  file.problem.constraints.dead_cores.push_back(m.core_of[1]);
  EXPECT_EQ(kinds(verify(file.problem, file.mapping)).front(), FindingKind::kConstraint);
}

struct BadFile {
  const char* text;
  const char* says;
};

TEST_F(Constrained, BadFilesAreNamedByLineAndColumn) {
  for (const BadFile& bad :
       {BadFile{"pins: []", "c.yaml:1:1: unknown key \"pins\"; did you mean 'pin'?"},
        BadFile{"pin:\n  - {tiles: head}", "c.yaml:2:5: a pin needs cores or chips"},
        BadFile{"pin:\n  - {cores: [1]}", "c.yaml:2:5: \"tiles\" is missing"},
        BadFile{"dead_cores: [64]", "c.yaml:1:14: 64 is not in 0 to 63"},
        BadFile{"dead_cores: [[1]]", "c.yaml:1:14: a core is a number, [x, y]"},
        BadFile{"dead_cores: [[1, x]]", "c.yaml:1:18: a whole number is expected"},
        BadFile{"dead_cores: [\"1,2\"]", "c.yaml:1:14: a core is a number, [x, y]"},
        BadFile{"pin: []\nforbid: []\npin: []", "c.yaml:3:1: \"pin\" is there twice; join the two"},
        BadFile{"apart: [[]]", "c.yaml:1:9: a group of one or more patterns"},
        BadFile{"together: 3", "c.yaml:1:11: a list is expected"}, BadFile{"[1", "c.yaml:1:1: not YAML"},
        BadFile{"3", "c.yaml:1:1: a map is expected"}}) {
    try {
      read_constraints(bad.text, "c.yaml", board);
      ADD_FAILURE() << bad.text;
    } catch (const ConstraintsFileError& e) {
      EXPECT_EQ(std::string(e.what()).rfind(bad.says, 0), 0u) << e.what();
      EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    }
  }
}

/// Whatever the rules: a mapping that the verifier finds nothing wrong with, or a refusal.
TEST_F(Constrained, AnyRulesAreKeptOrRefused) {
  int kept = 0;
  EXPECT_TRUE(rc::check([&] {
    const auto below = [](std::size_t n) {
      return static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(n)));
    };
    const auto tile = [&] { return "tile:" + std::to_string(1 + below(problem.tiles.size() - 1)); };
    const auto cores = [&](std::size_t most) {
      std::vector<CoreId> list;
      for (std::size_t n = 1 + below(most); n > 0; --n) list.emplace_back(below(board.cores()));
      return list;
    };
    MapConstraints c;
    for (std::size_t n = below(4); n > 0; --n) c.pins.push_back({tile(), cores(3), {}});
    if (below(2) == 0) c.pins.push_back({"m*", {}, {ChipId(below(4)), ChipId(below(4))}});
    for (std::size_t n = below(3); n > 0; --n) c.forbids.push_back({tile(), cores(20), {ChipId(below(4))}});
    for (std::size_t n = below(3); n > 0; --n) c.together.push_back({tile(), tile()});
    for (std::size_t n = below(3); n > 0; --n) c.apart.push_back({tile(), tile(), tile()});
    if (below(2) == 0) c.dead_cores = cores(30);
    try {
      const Mapping m = map(c, below(2) == 0 ? Preset::kCompact : Preset::kLatency);
      const auto findings = verify(problem, m);
      if (!findings.empty()) RC_FAIL(texts(findings));
      ++kept;
    } catch (const ConstraintsConflict&) {
    } catch (const DoesNotFit&) {
    }
  }));
  EXPECT_GT(kept, 30);
}

}  // namespace
}  // namespace ranvier::mapper
