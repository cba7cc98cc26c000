// SPDX-License-Identifier: Apache-2.0
// Messages of the chip errors: file:line:column, key, what is wrong, what to write instead.
#include "chips/errors.h"

#include <fmt/format.h>

#include "base/nearest_name.h"

namespace ranvier::chips {
namespace {

// Bytes of the file may be quoted in a message; a message is one line of printable text.
std::string printable(const std::string& text) {
  constexpr std::size_t kLongest = 60;
  std::string shown;
  for (const char c : text.substr(0, kLongest)) {
    shown += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f ? '?' : c;
  }
  return text.size() > kLongest ? shown + "..." : shown;
}

std::string meant(const std::string& nearest) {
  return nearest.empty() ? std::string() : fmt::format("; did you mean '{}'?", nearest);
}

}  // namespace

ChipFileError::ChipFileError(const FilePlace& place_, const std::string& key_, const std::string& text)
    : Error(ExitCode::kBadInput, key_.empty() ? fmt::format("{}: {}", place_.text(), text)
                                              : fmt::format("{}: {}: {}", place_.text(), printable(key_), text)),
      place(place_),
      key(key_) {}

YamlSyntaxError::YamlSyntaxError(const FilePlace& place_, const std::string& complaint)
    : ChipFileError(place_, "",
                    fmt::format("not a YAML map: {}; see docs/reference/chip-file.md", printable(complaint))) {}

UnknownKey::UnknownKey(const FilePlace& place_, const std::string& key_, const std::string& nearest_)
    : ChipFileError(
          place_, key_,
          fmt::format("unknown key{}",
                      nearest_.empty() ? "; remove it, or prefix it with x- to keep it as a note" : meant(nearest_))),
      nearest(nearest_) {}

MissingKey::MissingKey(const FilePlace& section, const std::string& key_, const std::string& example)
    : ChipFileError(section, key_, fmt::format("missing; add for example `{}`", example)) {}

DuplicateKey::DuplicateKey(const FilePlace& place_, const std::string& key_, int first_line_)
    : ChipFileError(place_, key_, fmt::format("given twice, first in line {}; keep one", first_line_)),
      first_line(first_line_) {}

WrongType::WrongType(const FilePlace& place_, const std::string& key_, const std::string& expected_,
                     const std::string& found_)
    : ChipFileError(place_, key_, fmt::format("is {}; write {}", printable(found_), expected_)),
      expected(expected_),
      found(found_) {}

WrongUnit::WrongUnit(const FilePlace& place_, const std::string& key_, const std::string& unit_,
                     const std::vector<std::string>& allowed_)
    : ChipFileError(place_, key_,
                    unit_.empty() ? fmt::format("has no unit; add one of {}", fmt::join(allowed_, ", "))
                                  : fmt::format("unit '{}' does not fit; use one of {}", printable(unit_),
                                                fmt::join(allowed_, ", "))),
      unit(unit_),
      allowed(allowed_) {}

OutOfRange::OutOfRange(const FilePlace& place_, const std::string& key_, const std::string& given_, std::int64_t least_,
                       std::int64_t most_, const std::string& unit)
    : ChipFileError(place_, key_,
                    fmt::format("{} is out of range; choose from {} to {} {}", printable(given_), least_, most_, unit)),
      given(given_),
      least(least_),
      most(most_) {}

NotExact::NotExact(const FilePlace& place_, const std::string& key_, const std::string& given_, const std::string& unit)
    : ChipFileError(place_, key_, fmt::format("{} is not a whole number of {}; round it", printable(given_), unit)),
      given(given_) {}

UnknownWord::UnknownWord(const FilePlace& place_, const std::string& key_, const std::string& given_,
                         const std::vector<std::string>& allowed_)
    : ChipFileError(place_, key_,
                    fmt::format("'{}' is not one of {}{}", printable(given_), fmt::join(allowed_, ", "),
                                did_you_mean(given_, allowed_))),
      given(given_),
      allowed(allowed_) {}

MissingTag::MissingTag(const FilePlace& place_, const std::string& key_)
    : ChipFileError(place_, key_,
                    "has no tag; add `tag: published|derived|assumed|unverified` here or in the section's provenance") {
}

MissingKind::MissingKind(const FilePlace& place_, const std::string& key_)
    : ChipFileError(place_, key_,
                    "energy has no kind; add `kind: marginal|all_in|min` here or in the section's provenance") {}

MissingSource::MissingSource(const FilePlace& place_, const std::string& key_)
    : ChipFileError(place_, key_,
                    "has no source; say where the number comes from, here or in the section's provenance") {}

MissingNote::MissingNote(const FilePlace& place_, const std::string& key_)
    : ChipFileError(place_, key_,
                    "extension without a note; write `{support: extension, note: what was assumed and at what cost}`") {
}

Contradiction::Contradiction(const FilePlace& place_, const std::string& key_, const std::string& other,
                             const std::string& reason)
    : ChipFileError(place_, key_, fmt::format("does not go with {}: {}", other, reason)), other_key(other) {}

BoardOfBoards::BoardOfBoards(const FilePlace& place_, const std::string& chip)
    : ChipFileError(place_, "board.chip", fmt::format("'{}' is a board; name a chip", printable(chip))) {}

WrongPart::WrongPart(const FilePlace& place_, const std::string& key_, const std::string& name_, const std::string& is_,
                     const std::string& fix)
    : ChipFileError(
          place_, key_,
          fmt::format("'{}' is {}, not a {}; {}", printable(name_), is_, key_.substr(key_.rfind('.') + 1), fix)),
      name(name_),
      is(is_) {}

UnknownTarget::UnknownTarget(const std::string& target_, const std::string& nearest_,
                             const std::vector<std::string>& known_)
    : Error(ExitCode::kBadInput,
            fmt::format("unknown target '{}'{}; bundled: {}; or give a path to a chip or board file",
                        printable(target_), meant(nearest_), fmt::join(known_, ", "))),
      target(target_),
      nearest(nearest_),
      known(known_) {}

BadGrid::BadGrid(const std::string& target_, const std::string& grid_, const std::string& reason)
    : Error(ExitCode::kBadInput, fmt::format("target '{}': grid '{}' {}; write columns x rows, as in tianjic-like:3x3",
                                             printable(target_), printable(grid_), reason)),
      target(target_),
      grid(grid_) {}

DeviceMisplaced::DeviceMisplaced(const std::string& target_, const std::string& name_, bool is_device)
    : Error(ExitCode::kBadInput,
            is_device
                ? fmt::format(
                      "target '{}': '{}' is an offload device, which runs beside a chip; write chip+device, as in "
                      "tianjic-like+{}",
                      printable(target_), printable(name_), printable(name_))
                : fmt::format(
                      "target '{}': '{}' after the '+' is a chip or board, not a device; write chip+device, as in "
                      "tianjic-like+ascend-310",
                      printable(target_), printable(name_))),
      target(target_),
      name(name_) {}

}  // namespace ranvier::chips
