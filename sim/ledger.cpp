// SPDX-License-Identifier: Apache-2.0
#include "sim/ledger.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace ranvier::sim {

const chips::Param<Energy>* energy_param(const chips::EnergyTable& table, Component component) {
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
    case Component::kLinkHopEast:
    case Component::kLinkHopWest:
      return &table.link_hop;
    case Component::kChipLinkHop:
      return &table.chip_link_hop;
    case Component::kHostFlit:
      return &table.host_flit;
    case Component::kStepSync:
      return &table.step_sync;
    case Component::kSynapseConv:
      return &table.synapse_conv;
    case Component::kSynapseSparse:
      return &table.synapse_sparse;
    case Component::kSomaActive:
      return &table.soma_active;
    case Component::kSpike:
      return &table.spike;
    case Component::kEventReceive:
      return &table.event_receive;
    case Component::kLinkHopNorth:
    case Component::kLinkHopSouth:
      return &table.link_hop_vertical;
    case Component::kDenseMultiplyAdd:
      return &table.dense_multiply_add;
    case Component::kStatic:
    case Component::kDeviceCompute:
    case Component::kDeviceMemory:
    case Component::kDeviceLink:
    case Component::kDeviceStatic:
      return nullptr;
  }
  return nullptr;
}

Energy unit_energy(const chips::EnergyTable& table, Component component) {
  const chips::Param<Energy>* param = energy_param(table, component);
  return param == nullptr ? Energy(0) : param->value;
}

void EnergyLedger::add(Component component, StageId stage, CoreId core, std::int64_t count) {
  if (count == 0) return;
  Value& v = entries_[{component, stage, core}];
  v.count += count;
  v.energy += unit_energy(*table_, component) * count;
}

void EnergyLedger::add_energy(Component component, StageId stage, CoreId core, std::int64_t count, Energy energy) {
  if (count == 0 && energy == Energy(0)) return;
  Value& v = entries_[{component, stage, core}];
  v.count += count;
  v.energy += energy;
}

void EnergyLedger::add_static(StageId stage, CoreId core, std::int64_t cycles, Energy energy) {
  add_energy(Component::kStatic, stage, core, cycles, energy);
}

void EnergyLedger::add(const EnergyLedger& other) {
  for (const auto& [key, value] : other.entries_) {
    Value& v = entries_[key];
    v.count += value.count;
    v.energy += value.energy;
  }
}

std::vector<LedgerEntry> EnergyLedger::entries() const {
  std::vector<LedgerEntry> out;
  out.reserve(entries_.size());
  for (const auto& [key, value] : entries_) {
    const auto& [component, stage, core] = key;
    out.push_back({stage, core, component, value.count, value.energy});
  }
  return out;
}

Energy EnergyLedger::total() const {
  Energy sum;
  for (const auto& entry : entries_) sum += entry.second.energy;
  return sum;
}

void EnergyLedger::save(StateWriter& w) const {
  w(entries_.size());
  for (const auto& [key, value] : entries_) {
    const auto& [component, stage, core] = key;
    w.choice(component, Component{kComponents - 1});
    w(stage, core, value.count, value.energy);
  }
}

void EnergyLedger::restore(StateReader& r, std::size_t stages, std::size_t cores) {
  entries_.clear();
  std::size_t n = 0;
  for (r(n); n > 0; --n) {
    Component component{};
    StageId stage;
    CoreId core;
    Value value;
    r.choice(component, Component{kComponents - 1});
    r(stage, core, value.count, value.energy);
    if ((stage.valid() && stage.value() >= stages) || (core.valid() && core.value() >= cores))
      throw StateMismatch("an energy entry of no stage or core");
    entries_[{component, stage, core}] = value;
  }
}

std::vector<std::int64_t> split_exactly(std::int64_t whole, std::span<const std::int64_t> weights) {
  Wide sum = 0;
  for (const std::int64_t w : weights) sum += w;
  if (sum <= 0) throw std::logic_error("nothing to split by");
  std::vector<std::int64_t> parts(weights.size());
  std::vector<Wide> remainder(weights.size());
  std::int64_t left = whole;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Wide product = static_cast<Wide>(whole) * weights[i];
    parts[i] = static_cast<std::int64_t>(product / sum);
    remainder[i] = product % sum;
    left -= parts[i];
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  for (std::size_t i = 0; i < static_cast<std::size_t>(left); ++i) ++parts[order[i]];
  return parts;
}

}  // namespace ranvier::sim
