// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a chip or board file, or with the name of a target. All are bad input (exit code 5).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace ranvier::chips {

/// Of all errors in a chip or board file. `key` is the path in the file, e.g. "energy.synapse_read".
struct ChipFileError : Error {
  ChipFileError(const FilePlace& place, const std::string& key, const std::string& text);
  FilePlace place;
  std::string key;
};

/// Not YAML, not one document, or not text at all.
struct YamlSyntaxError : ChipFileError {
  YamlSyntaxError(const FilePlace& place, const std::string& complaint);
};

struct UnknownKey : ChipFileError {
  UnknownKey(const FilePlace& place, const std::string& key, const std::string& nearest);
  std::string nearest;  // empty: nothing alike
};

struct MissingKey : ChipFileError {
  MissingKey(const FilePlace& section, const std::string& key, const std::string& example);
};

struct DuplicateKey : ChipFileError {
  DuplicateKey(const FilePlace& place, const std::string& key, int first_line);
  int first_line;
};

struct WrongType : ChipFileError {
  WrongType(const FilePlace& place, const std::string& key, const std::string& expected, const std::string& found);
  std::string expected;
  std::string found;
};

struct WrongUnit : ChipFileError {
  WrongUnit(const FilePlace& place, const std::string& key, const std::string& unit,
            const std::vector<std::string>& allowed);
  std::string unit;  // empty: none given
  std::vector<std::string> allowed;
};

/// Capacities below 1, costs below 0, sizes beyond what a simulation can hold. In the unit of the strong type.
struct OutOfRange : ChipFileError {
  OutOfRange(const FilePlace& place, const std::string& key, const std::string& given, std::int64_t least,
             std::int64_t most, const std::string& unit);
  std::string given;
  std::int64_t least;
  std::int64_t most;
};

/// A number with digits below the unit that quantities are counted in: 0.0000001 pJ is not a whole number of
/// attojoules.
struct NotExact : ChipFileError {
  NotExact(const FilePlace& place, const std::string& key, const std::string& given, const std::string& unit);
  std::string given;
};

/// A word that is not one of the few allowed: tag, kind, synchronisation policy.
struct UnknownWord : ChipFileError {
  UnknownWord(const FilePlace& place, const std::string& key, const std::string& given,
              const std::vector<std::string>& allowed);
  std::string given;
  std::vector<std::string> allowed;
};
struct UnknownTag : UnknownWord {
  using UnknownWord::UnknownWord;
};
struct UnknownKind : UnknownWord {
  using UnknownWord::UnknownWord;
};
struct UnknownPolicy : UnknownWord {
  using UnknownWord::UnknownWord;
};

struct MissingTag : ChipFileError {
  MissingTag(const FilePlace& place, const std::string& key);
};
/// An energy that does not say whether it is marginal, all_in or min.
struct MissingKind : ChipFileError {
  MissingKind(const FilePlace& place, const std::string& key);
};
struct MissingSource : ChipFileError {
  MissingSource(const FilePlace& place, const std::string& key);
};

/// A mechanism that is no native one of the chip and does not say what was assumed instead.
struct MissingNote : ChipFileError {
  MissingNote(const FilePlace& place, const std::string& key);
};

/// Two keys that are fine alone but not together.
struct Contradiction : ChipFileError {
  Contradiction(const FilePlace& place, const std::string& key, const std::string& other_key,
                const std::string& reason);
  std::string other_key;
};

/// A board file whose chip is itself a board.
struct BoardOfBoards : ChipFileError {
  BoardOfBoards(const FilePlace& place, const std::string& chip);
};

/// A board's chip is a device, or its device a chip or board.
struct WrongPart : ChipFileError {
  WrongPart(const FilePlace& place, const std::string& key, const std::string& name, const std::string& is,
            const std::string& fix);
  std::string name;
  std::string is;  // "a device", "a chip", "a board"
};

struct UnknownTarget : Error {
  UnknownTarget(const std::string& target, const std::string& nearest, const std::vector<std::string>& known);
  std::string target;
  std::string nearest;
  std::vector<std::string> known;
};

/// The part after the colon in name:CxR.
struct BadGrid : Error {
  BadGrid(const std::string& target, const std::string& grid, const std::string& reason);
  std::string target;
  std::string grid;
};

/// A device where a chip or board belongs, or a chip where the device of chip+device belongs.
struct DeviceMisplaced : Error {
  DeviceMisplaced(const std::string& target, const std::string& name, bool is_device);
  std::string target;
  std::string name;
};

}  // namespace ranvier::chips
