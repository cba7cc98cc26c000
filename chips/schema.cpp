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
  std::string text = fmt::format("{:<32} {:<9} {:>6}  {:<18} {}\n", "key", "unit", "least", "most", "meaning");
  for (const Rule& rule : chip_rules()) {
    const std::int64_t scale = shown_unit(rule.dimension).scale;
    text += fmt::format("{:<32} {:<9} {:>6}  {:<18} {}{}\n", rule.key, unit_text(rule), decimal_text(rule.least, scale),
                        decimal_text(rule.most, scale), rule.meaning,
                        rule.absent.empty() ? "" : fmt::format(" (optional; absent: {})", rule.absent));
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
  static const std::vector<std::string> names{"barrier", "fixed_phase", "layer_pipeline", "dataflow", "fixed_tick"};
  return names;
}

const std::vector<std::string>& tick_overrun_names() {
  static const std::vector<std::string> names{"skip", "late"};
  return names;
}

const std::vector<std::string>& multicast_names() {
  static const std::vector<std::string> names{"relay", "unicast", "tree"};
  return names;
}

const std::vector<std::string>& support_names() {
  static const std::vector<std::string> names{"native", "extension", "absent"};
  return names;
}

const std::vector<std::string>& mechanism_names() {
  static const std::vector<std::string> names{"cuba_compartment", "shared_kernels", "spike_tracer",   "graded_payload",
                                              "token_contexts",   "value_maps",     "stream_product", "dense_mode"};
  return names;
}

std::string_view name_of(Tag tag) { return tag_names()[static_cast<std::size_t>(tag)]; }

std::string_view name_of(EnergyKind kind) {
  return kind == EnergyKind::kNone ? std::string_view("none") : kind_names()[static_cast<std::size_t>(kind) - 1];
}

std::string_view name_of(SyncPolicy policy) { return policy_names()[static_cast<std::size_t>(policy)]; }
std::string_view name_of(TickOverrun on_overrun) { return tick_overrun_names()[static_cast<std::size_t>(on_overrun)]; }
std::string_view name_of(Multicast multicast) { return multicast_names()[static_cast<std::size_t>(multicast)]; }
std::string_view name_of(Support support) { return support_names()[static_cast<std::size_t>(support)]; }
std::string_view name_of(Mechanism mechanism) { return mechanism_names()[static_cast<std::size_t>(mechanism)]; }

}  // namespace ranvier::chips
