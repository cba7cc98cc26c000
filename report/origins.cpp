// SPDX-License-Identifier: Apache-2.0
// Energy by entry of the chip and device files, and by tag.
#include "report/origins.h"

#include <fmt/format.h>

#include <set>
#include <stdexcept>

#include "report/format.h"
#include "sim/ledger.h"

namespace ranvier::report {
namespace {

using sim::Component;

bool unsure(chips::Tag tag) { return tag == chips::Tag::kAssumed || tag == chips::Tag::kUnverified; }

bool of_device(Component component) { return component >= Component::kDeviceCompute; }  // the last ones

std::string power_text(Power power, const char* of_what) {
  return fmt::format("{} a {}", engineering(static_cast<double>(power.count()) * 1e-6, "W"), of_what);
}

/// Entries of the device file that a component's energy comes from; none for static power.
std::vector<const chips::Param<Energy>*> device_entries(const chips::Device& device, Component component) {
  switch (component) {
    case Component::kDeviceCompute:
      return {&device.multiply_add_int8, &device.vector_operation};
    case Component::kDeviceMemory:
      return {&device.memory_byte, &device.buffer_byte, &device.shared_byte};
    case Component::kDeviceLink:
      return {&device.link_byte};
    default:
      return {};
  }
}

chips::Origin joined(const std::vector<const chips::Param<Energy>*>& entries) {
  chips::Origin origin = entries.front()->origin;
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const chips::Origin& next = entries[i]->origin;
    origin.key += ", " + next.key;
    origin.source += "; " + next.source;
    if (next.tag <= origin.tag) continue;  // tags stand in the order of their doubt
    origin.tag = next.tag;
    origin.kind = next.kind;
  }
  if (entries.size() > 1) origin.source = "several entries: " + origin.source;
  return origin;
}

std::string value_of(const chips::Board& board, Component component) {
  if (const chips::Param<Energy>* entry = sim::energy_param(board.chip.energy, component)) {
    return energy_text(entry->value);
  }
  if (component == Component::kStatic) return power_text(board.chip.energy.static_chip.value, "chip");
  if (component == Component::kDeviceStatic) return power_text(board.device->static_device.value, "device");
  const auto entries = device_entries(*board.device, component);
  std::string text;
  for (const chips::Param<Energy>* entry : entries) text += (text.empty() ? "" : ", ") + energy_text(entry->value);
  return (entries.size() > 1 ? "several entries: " : "") + text;
}

}  // namespace

chips::Origin origin_of(const chips::Board& board, Component component) {
  if (const chips::Param<Energy>* entry = sim::energy_param(board.chip.energy, component)) return entry->origin;
  if (component == Component::kStatic) return board.chip.energy.static_chip.origin;
  if (!board.device) throw std::logic_error("energy of a device on a board that has none");
  if (component == Component::kDeviceStatic) return board.device->static_device.origin;
  return joined(device_entries(*board.device, component));
}

Origins energy_origins(const RunRecord& record) {
  const chips::Board& board = record.problem->board;
  Origins origins;
  for (const Component component : all_components()) {
    if (of_device(component) && !board.device) break;
    OriginRow row;
    row.component = component;
    row.file = of_device(component) ? board.device->file : board.chip.file;
    row.origin = origin_of(board, component);
    row.value = value_of(board, component);
    origins.rows.push_back(row);
  }
  for (const sim::LedgerEntry& item : record.result.ledger) {
    OriginRow& row = origins.rows[static_cast<std::size_t>(item.component)];
    row.energy += item.energy;
    if (item.component != Component::kStatic) row.count += item.count;
  }
  Energy total;
  Energy assumed;
  std::set<chips::EnergyKind> kinds;
  for (const OriginRow& row : origins.rows) {
    total += row.energy;
    origins.by_tag[static_cast<std::size_t>(row.origin.tag)] += row.energy;
    if (unsure(row.origin.tag)) assumed += row.energy;
    if (row.energy != Energy()) kinds.insert(row.origin.kind);
    origins.by_kind[static_cast<std::size_t>(row.origin.kind)] += row.energy;
  }
  origins.assumed_share = share(assumed, total);
  origins.kinds.assign(kinds.begin(), kinds.end());
  return origins;
}

bool mixes_kinds(const std::array<Energy, kKinds>& by_kind) {
  std::size_t kinds = 0;
  for (std::size_t k = 1; k < kKinds; ++k) kinds += by_kind[k] != Energy() ? 1 : 0;
  return kinds > 1;
}

std::string kinds_text(const std::array<Energy, kKinds>& by_kind) {
  Energy whole;
  for (std::size_t k = 1; k < kKinds; ++k) whole += by_kind[k];
  std::string text;
  for (std::size_t k = 1; k < kKinds; ++k) {
    if (by_kind[k] == Energy()) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kind_name(static_cast<chips::EnergyKind>(k)),
                        percent_text(share(by_kind[k], whole)));
  }
  return text.empty() ? "none" : text;
}

std::string kinds_remark(const std::array<Energy, kKinds>& by_kind) {
  const auto spent = [&](chips::EnergyKind kind) { return by_kind[static_cast<std::size_t>(kind)] != Energy(); };
  std::string text;
  if (mixes_kinds(by_kind)) {
    text = fmt::format("The total mixes kinds of energy ({} of what is not static): ", kinds_text(by_kind));
    if (spent(chips::EnergyKind::kMin)) text += "a min is the least that an event can cost, ";
    if (spent(chips::EnergyKind::kMarginal)) text += "a marginal energy is that of one more event, ";
    if (spent(chips::EnergyKind::kAllIn))
      text += "an all_in energy has its share of overheads and static power in it, ";
    text += "so the total is none of these and takes no rank among other chips.";
  }
  if (spent(chips::EnergyKind::kAllIn) && spent(chips::EnergyKind::kNone)) {
    text += text.empty() ? "" : " ";
    text += "The all_in energies have static power in them already: the static entry counts it again.";
  }
  return text;
}

}  // namespace ranvier::report
