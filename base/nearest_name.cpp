// SPDX-License-Identifier: Apache-2.0
// Edit distance by rows, three of them kept.
#include "base/nearest_name.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>
#include <vector>

namespace ranvier {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  };
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = above[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::string nearest_name(std::string_view given, std::span<const std::string> names) {
  const std::size_t allowed = std::max<std::size_t>(1, given.size() / 3);
  const auto nearest_by = [&](auto distance_to) {
    std::size_t best = allowed + 1;
    std::string nearest;
    for (const std::string& name : names) {
      const std::size_t distance = distance_to(std::string_view(name));
      if (distance < best) {
        best = distance;
        nearest = name;
      }
    }
    return nearest;
  };
  std::string nearest = nearest_by([given](std::string_view name) { return edit_distance(given, name); });
  constexpr std::size_t kShortestStem = 3;
  if (nearest.empty() && given.size() >= kShortestStem) {
    nearest = nearest_by([given](std::string_view name) { return edit_distance(given, name.substr(0, given.size())); });
  }
  return nearest;
}

std::string did_you_mean(std::string_view given, std::span<const std::string> names) {
  const std::string name = nearest_name(given, names);
  return name.empty() ? std::string() : "; did you mean '" + name + "'?";
}

}  // namespace ranvier
