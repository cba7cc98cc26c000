// SPDX-License-Identifier: Apache-2.0
// Colour tables.
#include "report/palette.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace ranvier::report {
namespace {

using Rgb = std::array<int, 3>;
using Stops = std::array<Rgb, 6>;

// ColorBrewer Blues and Oranges without their palest classes, which vanish on white; viridis of matplotlib, reversed.
constexpr Stops kBlueStops = {
    {{222, 235, 247}, {158, 202, 225}, {107, 174, 214}, {49, 130, 189}, {8, 81, 156}, {8, 38, 92}}};
constexpr Stops kOrangeStops = {
    {{254, 224, 182}, {253, 190, 110}, {253, 141, 60}, {230, 85, 13}, {166, 54, 3}, {94, 28, 2}}};
constexpr Stops kViridisStops = {
    {{253, 231, 37}, {122, 209, 81}, {34, 168, 132}, {42, 120, 142}, {65, 68, 135}, {68, 1, 84}}};

constexpr std::array<const char*, kGroups> kOkabeIto = {"#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9",
                                                        "#5e3c99", "#d55e00", "#999999", "#f0e442", "#000000"};

const Stops& stops_of(Ramp ramp) {
  switch (ramp) {
    case Ramp::kBlues:
      return kBlueStops;
    case Ramp::kOranges:
      return kOrangeStops;
    case Ramp::kViridis:
      break;
  }
  return kViridisStops;
}

}  // namespace

std::string ramp_colour(Ramp ramp, double t) {
  const Stops& stops = stops_of(ramp);
  const double at = std::clamp(t, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(at), stops.size() - 2);
  const double part = at - static_cast<double>(low);
  Rgb mixed{};
  for (std::size_t i = 0; i < 3; ++i) {
    mixed[i] = static_cast<int>(std::lround((1 - part) * stops[low][i] + part * stops[low + 1][i]));
  }
  return fmt::format("#{:02x}{:02x}{:02x}", mixed[0], mixed[1], mixed[2]);
}

std::string group_colour(Group group) { return kOkabeIto[static_cast<std::size_t>(group)]; }

std::string tag_colour(chips::Tag tag) {
  static constexpr std::array<const char*, kTags> kColours = {"#0072b2", "#56b4e9", "#e69f00", "#d55e00"};
  return kColours[static_cast<std::size_t>(tag)];
}

// Without the grey, which reads as "nothing there" on the mesh.
std::string category_colour(std::size_t index) {
  static constexpr std::array<std::size_t, 7> kOrder = {0, 1, 2, 3, 4, 6, 8};
  return kOkabeIto[kOrder[index % kOrder.size()]];
}

}  // namespace ranvier::report
