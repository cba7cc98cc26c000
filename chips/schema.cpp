// SPDX-License-Identifier: Apache-2.0
// Words and tables of the chip schema.
#include "chips/schema.h"

#include <fmt/format.h>

namespace ranvier::chips {
namespace {

std::string unit_text(const Rule& rule) {
  if (rule.dimension == Dimension::kCount) return std::string(rule.noun);
  return std::string(shown_unit(rule.dimension).name);
}

}  // namespace

std::vector<Rule> chip_rules() {
  const Chip chip;
  std::vector<Rule> rules;
  for_each_number(chip, [&rules](const Rule& rule, const auto&) { rules.push_back(rule); });
  return rules;
}

std::string schema_text() {
  std::string text = fmt::format("{:<28} {:<9} {:>6}  {:<18} {}\n", "key", "unit", "least", "most", "meaning");
  for (const Rule& rule : chip_rules()) {
    const std::int64_t scale = shown_unit(rule.dimension).scale;
    text += fmt::format("{:<28} {:<9} {:>6}  {:<18} {}\n", rule.key, unit_text(rule), decimal_text(rule.least, scale),
                        decimal_text(rule.most, scale), rule.meaning);
  }
  return text;
}

const std::vector<std::string>& tag_names() {
  static const std::vector<std::string> names{"published", "derived", "assumed", "unverified"};
  return names;
}

const std::vector<std::string>& kind_names() {
  static const std::vector<std::string> names{"marginal", "all_in", "min"};
  return names;
}

const std::vector<std::string>& policy_names() {
  static const std::vector<std::string> names{"barrier", "fixed_phase"};
  return names;
}

std::string_view name_of(Tag tag) { return tag_names()[static_cast<std::size_t>(tag)]; }

std::string_view name_of(EnergyKind kind) {
  return kind == EnergyKind::kNone ? std::string_view("none") : kind_names()[static_cast<std::size_t>(kind) - 1];
}

std::string_view name_of(SyncPolicy policy) { return policy_names()[static_cast<std::size_t>(policy)]; }

}  // namespace ranvier::chips
