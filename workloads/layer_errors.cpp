// SPDX-License-Identifier: Apache-2.0
// Messages of the layer table errors.
#include "workloads/layer_errors.h"

#include <fmt/format.h>

#include <vector>

#include "base/nearest_name.h"

namespace ranvier::workloads {
namespace {

// Cells of the file may be quoted in a message; a message is one line of printable text.
std::string printable(const std::string& text) {
  constexpr std::size_t kLongest = 60;
  std::string shown;
  for (const char c : text.substr(0, kLongest))
    shown += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f ? '?' : c;
  return text.size() > kLongest ? shown + "..." : shown;
}

}  // namespace

LayerTableError::LayerTableError(const FilePlace& place_, const std::string& what_is_wrong)
    : Error(ExitCode::kBadInput,
            fmt::format("{}: {}; see docs/reference/layer-tables.md", place_.text(), what_is_wrong)),
      place(place_) {}

BadLayerHeader::BadLayerHeader(const FilePlace& place_, const std::string& got, const std::string& expected)
    : LayerTableError(place_, fmt::format("the first line is '{}'; write {}", printable(got), expected)) {}

NoLayers::NoLayers(const FilePlace& place_) : LayerTableError(place_, "no layer; add a line for each") {}

WrongCellCount::WrongCellCount(const FilePlace& place_, std::size_t got_, std::size_t expected_)
    : LayerTableError(place_, fmt::format("{} cells; write {}, empty ones too", got_, expected_)),
      got(got_),
      expected(expected_) {}

BadLayerValue::BadLayerValue(const FilePlace& place_, const std::string& column_, const std::string& got,
                             const std::string& expected)
    : LayerTableError(place_, fmt::format("{} is '{}'; write {}", column_, printable(got), expected)),
      column(column_) {}

BadLayerName::BadLayerName(const FilePlace& place_, const std::string& name_, const std::string& problem)
    : LayerTableError(place_, fmt::format("layer '{}' {}", printable(name_), problem)), name(name_) {}

LayerShapeMismatch::LayerShapeMismatch(const FilePlace& place_, const std::string& layer_, const std::string& says,
                                       const std::string& input_, const std::string& has)
    : LayerTableError(place_, fmt::format("{} reads {} but {} is {}; correct one of them", printable(layer_), says,
                                          printable(input_), has)),
      layer(layer_),
      input(input_) {}

UnknownLayerTable::UnknownLayerTable(const std::string& name_, std::span<const std::string> bundled)
    : Error(ExitCode::kBadInput,
            fmt::format("unknown network '{}'{}; bundled: {}; or give a path to a .csv", printable(name_),
                        did_you_mean(name_, {bundled.begin(), bundled.end()}), fmt::join(bundled, ", "))),
      name(name_) {}

}  // namespace ranvier::workloads
