// SPDX-License-Identifier: Apache-2.0
// Energy by chip-file entry and by tag.
#include "report/origins.h"

#include <set>
#include <stdexcept>

#include "report/format.h"
#include "sim/ledger.h"

namespace ranvier::report {
namespace {

using sim::Component;

bool unsure(chips::Tag tag) { return tag == chips::Tag::kAssumed || tag == chips::Tag::kUnverified; }

}  // namespace

const chips::Origin& origin_of(const chips::Board& board, Component component) {
  if (const chips::Param<Energy>* entry = sim::energy_param(board.chip.energy, component)) return entry->origin;
  if (component == Component::kStatic) return board.chip.energy.static_chip.origin;
  if (!board.device) throw std::logic_error("energy of a device on a board that has none");
  switch (component) {
    case Component::kDeviceMemory:
      return board.device->memory_byte.origin;
    case Component::kDeviceLink:
      return board.device->link_byte.origin;
    case Component::kDeviceStatic:
      return board.device->static_device.origin;
    default:
      return board.device->multiply_add_int8.origin;
  }
}

Origins energy_origins(const RunRecord& record) {
  const chips::Board& board = record.problem->board;
  const chips::EnergyTable& table = board.chip.energy;
  Origins origins;
  for (const Component component : all_components()) {
    if (component >= Component::kDeviceCompute && !board.device) break;  // the last ones
    OriginRow row;
    row.component = component;
    row.origin = origin_of(board, component);
    const chips::Param<Energy>* entry = sim::energy_param(table, component);
    row.value = entry != nullptr
                    ? energy_text(entry->value)
                    : engineering(static_cast<double>(table.static_chip.value.count()) * 1e-6, "W") + " a chip";
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
    if (row.energy.count() != 0) kinds.insert(row.origin.kind);
  }
  origins.assumed_share = share(static_cast<double>(assumed.count()), static_cast<double>(total.count()));
  origins.kinds.assign(kinds.begin(), kinds.end());
  return origins;
}

}  // namespace ranvier::report
