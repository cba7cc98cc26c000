// SPDX-License-Identifier: Apache-2.0
// The lines that users read when a NIR file is not what it should be.
#include "workloads/nir/nir_errors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.h"

namespace ranvier::workloads {
namespace {

/// Names of a file may be long, many, or hold anything.
std::string shown(const std::string& text) {
  std::string clean;
  for (const char c : text.substr(0, 80)) clean += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return text.size() > 80 ? clean + "..." : clean;
}

std::string list(std::span<const std::string> names) {
  std::vector<std::string> some;
  for (const std::string& name : names.first(std::min<std::size_t>(names.size(), 24))) some.push_back(shown(name));
  return fmt::format("{}{}", fmt::join(some, ", "), names.size() > 24 ? ", ..." : "");
}

}  // namespace

NirError::NirError(const std::string& file_, const std::string& place_, const std::string& what_is_wrong)
    : Error(ExitCode::kBadInput, place_.empty() ? fmt::format("{}: {}", file_, what_is_wrong)
                                                : fmt::format("{}: {}: {}", file_, shown(place_), what_is_wrong)),
      file(file_),
      place(place_) {}

Hdf5Unreadable::Hdf5Unreadable(const std::string& file_, const std::string& place_, const std::string& detail_)
    : NirError(file_, place_,
               fmt::format("{}; the file is no HDF5 file, was cut short or is damaged: fetch it again", detail_)),
      detail(detail_) {}

Hdf5Unsupported::Hdf5Unsupported(const std::string& file_, const std::string& place_, const std::string& what_)
    : NirError(
          file_, place_,
          fmt::format("{} has no place in a NIR file; numbers, booleans and strings have: write it without", what_)),
      what_it_is(what_) {}

Hdf5TooLarge::Hdf5TooLarge(const std::string& file_, const std::string& place_, const std::string& quantity_,
                           std::uint64_t got_, std::uint64_t most_)
    : NirError(file_, place_,
               fmt::format("{} {}, a file of this kind and size has at most {}; it is damaged or not meant to be read",
                           got_, quantity_, most_)),
      quantity(quantity_),
      got(got_),
      most(most_) {}

NirMissing::NirMissing(const std::string& file_, const std::string& place_, const std::string& missing_,
                       std::span<const std::string> there)
    : NirError(file_, place_,
               fmt::format("'{}' is missing{}; there: {}; write it with nir.write", missing_,
                           did_you_mean(missing_, there), there.empty() ? "nothing" : list(there))),
      missing(missing_) {}

NirUnknownType::NirUnknownType(const std::string& file_, const std::string& place_, const std::string& type_,
                               std::span<const std::string> known)
    : NirError(file_, place_,
               fmt::format("node type '{}' is not known{}; known: {}", shown(type_), did_you_mean(type_, known),
                           fmt::join(known, ", "))),
      type(type_) {}

NirUnknownParameter::NirUnknownParameter(const std::string& file_, const std::string& place_, const std::string& type,
                                         const std::string& parameter_, std::span<const std::string> known)
    : NirError(file_, place_,
               fmt::format("a {} has no parameter '{}'{}; it has: {}", shown(type), shown(parameter_),
                           did_you_mean(parameter_, known), known.empty() ? "none" : list(known))),
      parameter(parameter_) {}

NirBadParameter::NirBadParameter(const std::string& file_, const std::string& place_, const std::string& expected_,
                                 const std::string& got_)
    : NirError(file_, place_, fmt::format("{}; expected {}", shown(got_), expected_)), expected(expected_), got(got_) {}

NirDanglingEdge::NirDanglingEdge(const std::string& file_, const std::string& place_, std::size_t edge_,
                                 const std::string& from, const std::string& to, const std::string& missing_,
                                 std::span<const std::string> nodes)
    : NirError(file_, place_,
               fmt::format("edge {} ({} -> {}): no node '{}'{}; nodes: {}", edge_, shown(from), shown(to),
                           shown(missing_), did_you_mean(missing_, nodes), list(nodes))),
      edge(edge_),
      missing(missing_) {}

NirShapeMismatch::NirShapeMismatch(const std::string& file_, const std::string& place_, const std::string& detail)
    : NirError(file_, place_, detail) {}

NirCannotSimulate::NirCannotSimulate(const std::string& file_, const std::string& place_, const std::string& why)
    : NirError(file_, place_, fmt::format("cannot be simulated: {}", why)) {}

NirCannotLower::NirCannotLower(const std::string& file_, const std::string& place_, const std::string& why)
    : NirError(file_, place_, fmt::format("has no form in integer compartments: {}", why)) {}

NirNoCanonicalGraph::NirNoCanonicalGraph(const std::string& file_, const std::string& place_, const std::string& why)
    : NirError(file_, place_, fmt::format("is no canonical graph: {}; write it with export_nir", why)) {}

NirInputDiffers::NirInputDiffers(const std::string& file_, const std::string& place_, std::uint64_t expected_,
                                 std::uint64_t got_)
    : NirError(file_, place_, fmt::format("{} values given, the input takes {}; give one a position", got_, expected_)),
      expected(expected_),
      got(got_) {}

UnknownNirPreset::UnknownNirPreset(const std::string& preset_, std::span<const std::string> known)
    : Error(ExitCode::kBadInput, fmt::format("'{}' is no platform's rule{}; known: {}", shown(preset_),
                                             did_you_mean(preset_, known), fmt::join(known, ", "))),
      preset(preset_) {}

}  // namespace ranvier::workloads
