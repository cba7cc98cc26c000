// SPDX-License-Identifier: Apache-2.0
// Writer of resolved boards. Numbers are decimals made by integer arithmetic, so nothing is rounded.
#include "chips/writer.h"

#include <fmt/format.h>

#include <string_view>

#include "chips/device_schema.h"
#include "chips/schema.h"

namespace ranvier::chips {
namespace {

// A YAML double-quoted scalar; control characters as \xNN.
std::string yaml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string number_text(const Rule& rule, std::int64_t value, const Origin& origin) {
  const Unit& unit = shown_unit(rule.dimension);
  const std::string_view unit_name = rule.dimension == Dimension::kCount ? rule.noun : unit.name;
  const std::string kind = rule.dimension == Dimension::kEnergy ? fmt::format("kind: {}, ", name_of(origin.kind)) : "";
  return fmt::format("{}: {{value: {}, unit: {}, {}tag: {}, source: {}}}\n", rule.name(),
                     decimal_text(value, unit.scale), unit_name, kind, name_of(origin.tag), yaml_text(origin.source));
}

std::string sync_text(const Sync& sync) {
  std::string out = fmt::format("      policy: {}\n", name_of(sync.policy));
  if (sync.policy == SyncPolicy::kFixedTick) out += fmt::format("      on_overrun: {}\n", name_of(sync.on_overrun));
  if (sync.barrier_table.empty()) return out;
  out += fmt::format("      barrier_table: {{tag: {}, source: {}", name_of(sync.barrier_table_origin.tag),
                     yaml_text(sync.barrier_table_origin.source));
  for (const BarrierRow& row : sync.barrier_table) out += fmt::format(", {}: {}", row.routers, row.cycles);
  return out + "}\n";
}

std::string mechanisms_text(const Chip& chip) {
  std::string out = "    mechanisms:\n";
  for (std::size_t m = 0; m < kMechanisms; ++m)
    out += fmt::format("      {}: {{support: {}{}}}\n", mechanism_names()[m], name_of(chip.mechanisms[m].support),
                       chip.mechanisms[m].note.empty() ? "" : ", note: " + yaml_text(chip.mechanisms[m].note));
  return out;
}

std::string device_text(const Device& device, const std::string& indent) {
  std::string out = fmt::format("{0}kind: device\n{0}name: {1}\n", indent, yaml_text(device.name));
  if (!device.description.empty()) out += fmt::format("{}description: {}\n", indent, yaml_text(device.description));
  std::string_view section;
  for_each_device_number(device, [&](const Rule& rule, const auto& param) {
    if (rule.section() != section) {
      section = rule.section();
      if (!section.empty()) out += fmt::format("{}{}:\n", indent, section);
    }
    out += section.empty() ? indent : indent + "  ";
    out += number_text(rule, raw(param.value), param.origin);
  });
  return out;
}

}  // namespace

std::string resolved_yaml(const Board& board) {
  const Chip& chip = board.chip;
  std::string out = fmt::format("board:\n  name: {}\n  columns: {}\n  rows: {}\n  chip:\n    name: {}\n",
                                yaml_text(board.name), board.columns, board.rows, yaml_text(chip.name));
  if (!chip.description.empty()) out += fmt::format("    description: {}\n", yaml_text(chip.description));
  if (!chip.rtl_module.empty()) out += fmt::format("    rtl:\n      module: {}\n", yaml_text(chip.rtl_module));
  out += mechanisms_text(chip);
  std::string_view section;
  for_each_number(chip, [&](const Rule& rule, const auto& param) {
    if (rule.section() != section) {
      section = rule.section();
      if (!section.empty()) out += fmt::format("    {}:\n", section);
      if (section == "core") out += fmt::format("      name: {}\n", yaml_text(chip.core.name));
      if (section == "noc") out += fmt::format("      multicast: {}\n", name_of(chip.noc.multicast));
      if (section == "sync") out += sync_text(chip.sync);
    }
    out += section.empty() ? "    " : "      ";
    out += number_text(rule, raw(param.value), param.origin);
  });
  if (board.device) out += "  device:\n" + device_text(*board.device, "    ");
  return out;
}

std::string resolved_yaml(const Device& device) { return device_text(device, ""); }

}  // namespace ranvier::chips
