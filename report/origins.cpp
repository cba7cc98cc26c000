// SPDX-License-Identifier: Apache-2.0
// Energy by chip-file entry and by tag.
#include "report/origins.h"

#include <set>
#include <stdexcept>

#include "report/format.h"

namespace ranvier::report {
namespace {

using sim::Component;

/// The table entry of a component; null for static power, which is not an energy.
const chips::Param<Energy>* energy_entry(const chips::EnergyTable& table, Component component) {
  switch (component) {
    case Component::kSynapseRead:
      return &table.synapse_read;
    case Component::kAccumulate:
      return &table.accumulate;
    case Component::kMultiplyAdd:
      return &table.multiply_add;
    case Component::kSomaUpdate:
      return &table.soma_update;
    case Component::kMapValue:
      return &table.map_value;
    case Component::kStateSwap:
      return &table.state_swap_byte;
    case Component::kEventEmit:
      return &table.event_emit;
    case Component::kRouterHop:
      return &table.router_hop;
    case Component::kLinkHop:
      return &table.link_hop;
    case Component::kChipLinkHop:
      return &table.chip_link_hop;
    case Component::kHostFlit:
      return &table.host_flit;
    case Component::kStepSync:
      return &table.step_sync;
    case Component::kStatic:
      return nullptr;
  }
  throw std::logic_error("unknown energy component");
}

bool unsure(chips::Tag tag) { return tag == chips::Tag::kAssumed || tag == chips::Tag::kUnverified; }

}  // namespace

const chips::Origin& origin_of(const chips::EnergyTable& table, Component component) {
  const chips::Param<Energy>* entry = energy_entry(table, component);
  return entry != nullptr ? entry->origin : table.static_chip.origin;
}

Origins energy_origins(const RunRecord& record) {
  const chips::EnergyTable& table = record.problem->board.chip.energy;
  Origins origins;
  for (const Component component : all_components()) {
    OriginRow row;
    row.component = component;
    row.origin = origin_of(table, component);
    const chips::Param<Energy>* entry = energy_entry(table, component);
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
