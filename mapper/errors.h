// SPDX-License-Identifier: Apache-2.0
// What can go wrong while mapping: a program that does not fit, options that contradict the chip, a bad mapping file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "mapper/constraints.h"

namespace ranvier::mapper {

/// One resource that falls short. `where` is the limit's place in the chip file or "board"; of a core that was placed
/// the resource in words, and `stage_name` all stages on it that need it.
struct Shortfall {
  std::string resource;  // "fan_in_axons", "cores", ...; keys of the chip file
  StageId stage;         // invalid: the whole program
  std::string stage_name;
  CoreId core;  // invalid: any core of the chip
  std::int64_t needed = 0;
  std::int64_t available = 0;
  std::string where;
  std::string text() const;
};

/// The program does not fit this board. `nearest` is what would: a larger grid of the same chip, or why none can.
struct DoesNotFit : Error {
  DoesNotFit(std::vector<Shortfall> what_is_short, std::string nearest_option);
  std::vector<Shortfall> shortfalls;
  std::string nearest;
};

/// A token mode was asked for that the stage or the chip cannot have.
struct BadTokenMode : Error {
  BadTokenMode(std::string stage, std::string mode, std::string reason);
  std::string stage_name;
  std::string mode_name;
};

/// A per-stage option names a stage that the program has not.
struct UnknownStage : Error {
  UnknownStage(std::string stage, std::string nearest_name);
  std::string stage_name;
  std::string nearest;
};

/// A mapping file is not one, or contradicts itself. `place` is a JSON pointer, e.g. "/tiles/3/outputs".
struct MappingFileError : Error {
  MappingFileError(std::string file_name, std::string json_place, std::string reason);
  std::string file;
  std::string place;
};

/// A mapping file belongs to another program or board.
struct MappingMismatch : Error {
  MappingMismatch(std::string file_name, std::string what_differs, std::string in_file, std::string at_hand);
  std::string file;
  std::string differs;
};

/// A placement rule is not PATTERN=ENGINE.
struct BadPlaceRule : Error {
  BadPlaceRule(std::string rule_text, const std::string& problem);
  std::string rule;
};

/// No stage's name matches a placement rule.
struct NoStageMatches : Error {
  NoStageMatches(std::string the_pattern, const std::string& nearest);
  std::string pattern;
};

/// A stage was placed on an engine that the board or the schedule does not allow.
struct BadEngine : Error {
  BadEngine(std::string stage, const std::string& engine, const std::string& reason);
  std::string stage_name;
};

/// Constraints that leave some tile no core, or contradict each other.
struct ConstraintsConflict : Error {
  explicit ConstraintsConflict(const std::string& what_conflicts);
};

/// A constraints file, or an option that names cores, is not one.
struct ConstraintsFileError : Error {
  ConstraintsFileError(FilePlace where, const std::string& reason);
  FilePlace place;
};

/// A constraint names tiles that the problem has not.
struct ConstraintNamesNoTile : Error {
  ConstraintNamesNoTile(ConstraintName the_name, std::string reason);
  ConstraintName name;
  std::string why;  // what the name is not, and which names exist
};

/// The stage is of a kind that a dense device cannot execute.
struct NoDenseForm : Error {
  NoDenseForm(std::string stage, std::string reason);
  std::string stage_name;
};

}  // namespace ranvier::mapper
