// SPDX-License-Identifier: Apache-2.0
// The names in constraints, one by one.
#include "mapper/constraints.h"

#include <fmt/format.h>

namespace ranvier::mapper {

std::vector<ConstraintName> names_of(const MapConstraints& c) {
  std::vector<ConstraintName> names;
  for (std::size_t i = 0; i < c.pins.size(); ++i) names.push_back({kPin, i, 0, c.pins[i].tiles});
  for (std::size_t i = 0; i < c.forbids.size(); ++i) names.push_back({kForbid, i, 0, c.forbids[i].tiles});
  const auto add_groups = [&](const char* list, const std::vector<std::vector<std::string>>& groups) {
    for (std::size_t g = 0; g < groups.size(); ++g)
      for (std::size_t n = 0; n < groups[g].size(); ++n) names.push_back({list, g, n, groups[g][n]});
  };
  add_groups(kTogether, c.together);
  add_groups(kApart, c.apart);
  return names;
}

std::string text_of(const ConstraintName& name) {
  return fmt::format("{} rule {} names \"{}\"", name.list, name.rule + 1, name.text);
}

}  // namespace ranvier::mapper
