// SPDX-License-Identifier: Apache-2.0
#include "sim/step_ledger.h"

#include <algorithm>

#include "sim/ledger.h"

namespace ranvier::sim {

StepLedger::StepLedger(const mapper::MappingProblem& problem, const FlowTable& flows,
                       const mapper::DeviceSchedule& device)
    : problem_(problem),
      device_(device),
      legs_(flows.legs()),
      hop_of_link_(mapper::link_count(problem.board), kNoHop),
      touched_(problem.tiles.size()),
      before_(problem.tiles.size()),
      packets_before_(problem.tiles.size()),
      device_charged_(problem.program->stages.size()) {
  for (std::size_t f = 0; f < flows.size(); ++f) {
    const FlowPath& path = flows[f];
    if (!path.local.empty()) local_flows_.push_back(f);
    for (std::size_t l = 0; l < path.legs.size(); ++l) {
      const Leg& leg = path.legs[l];
      LegCount& one = legs_[path.first_leg + l];
      const bool forked_off = path.forked && l > 0;  // of the packet of leg 0
      one.flits = forked_off ? 0 : path.flits;
      one.emitted = forked_off || by_host(path, leg) ? 0 : 1;
      one.received = flows.is_readout(f) || path.to_device ? 0 : 1;
    }
  }
}

void StepLedger::begin_image() {
  std::fill(before_.begin(), before_.end(), CoreCounters{});
  std::fill(packets_before_.begin(), packets_before_.end(), 0);
  std::fill(device_charged_.begin(), device_charged_.end(), std::uint8_t{0});
  std::fill(touched_.begin(), touched_.end(), std::uint8_t{0});
  local_before_ = host_before_ = flits_sent_ = flits_passed_ = 0;
  counts_ = {};
}

void StepLedger::collect(const CoreBank& cores, const ImageTally& tally) {
  const auto gain = [&](Component c, std::int64_t n) { counts_[static_cast<std::size_t>(c)] += n; };
  tiles_.clear();
  busy_.clear();
  for (std::size_t t = 1; t < touched_.size(); ++t) {
    if (touched_[t] == 0) continue;
    touched_[t] = 0;
    const CoreCounters& now = cores[TileId(t)].counters();
    CoreCounters& before = before_[t];
    for_each_count(before, [&](Component c, std::int64_t n) { gain(c, -n); });
    for_each_count(now, gain);
    tiles_.emplace_back(t);
    busy_.push_back(now.busy.count() - before.busy.count() + tally.packet_cycles[t] - packets_before_[t]);
    before = now;
    packets_before_[t] = tally.packet_cycles[t];
  }
  std::int64_t local = 0, host = 0;
  for (const std::size_t f : local_flows_) local += tally.local_events[f];
  for (const std::int64_t n : tally.host_flits) host += n;
  gain(Component::kEventEmit, local - local_before_);
  gain(Component::kHostFlit, host - host_before_);
  gain(Component::kRouterHop, flits_sent_ + flits_passed_);
  local_before_ = local;
  host_before_ = host;
  flits_sent_ = flits_passed_ = 0;
}

PartEnergies StepLedger::close(const StepCharges& charges) {
  PartEnergies parts{};
  counts_[static_cast<std::size_t>(Component::kStepSync)] += charges.chips_synchronised;
  for (std::size_t c = 0; c < kComponents; ++c) {
    const auto component = static_cast<Component>(c);
    parts[static_cast<std::size_t>(part_of(component))] +=
        unit_energy(problem_.board.chip.energy, component) * counts_[c];
  }
  counts_ = {};
  parts[static_cast<std::size_t>(EnergyPart::kStatic)] += charges.static_energy;
  if (device_.used) charge_device(charges, parts);
  return parts;
}

// A stage's operators are one lump of the step in which it first fires, with the values that it sends over the link.
void StepLedger::charge_device(const StepCharges& charges, PartEnergies& parts) {
  const chips::Device& device = *problem_.board.device;
  Energy& spent = parts[static_cast<std::size_t>(EnergyPart::kDevice)];
  const Power power = device.static_device.value;
  spent += energy_over(power, charges.end) - energy_over(power, charges.begin);
  const std::size_t head = device_charged_.size() - 1;
  for (std::size_t s = 0; s <= head; ++s) {
    if (device_charged_[s] != 0 || (charges.stage_fired[s] == 0 && !charges.last)) continue;
    device_charged_[s] = 1;
    const mapper::DenseCost& cost = device_.cost[s];
    const std::int64_t bytes = device_.link_bytes[s] - (s == head ? device_.readout_bytes : 0);
    spent += cost.energy() - cost.static_energy + mapper::link_energy(device, bytes);
  }
  if (charges.last) spent += mapper::link_energy(device, device_.readout_bytes);
}

}  // namespace ranvier::sim
