// SPDX-License-Identifier: Apache-2.0
// Names of enumerations, and which energy component belongs to which group.
#include "report/names.h"

#include <stdexcept>

namespace ranvier::report {
namespace {

using sim::Component;
using sim::EnergyPart;

}  // namespace

std::string_view component_name(Component component) {
  switch (component) {
    case Component::kSynapseRead:
      return "synapse_read";
    case Component::kAccumulate:
      return "accumulate";
    case Component::kMultiplyAdd:
      return "multiply_add";
    case Component::kSomaUpdate:
      return "soma_update";
    case Component::kMapValue:
      return "map_value";
    case Component::kStateSwap:
      return "state_swap";
    case Component::kEventEmit:
      return "event_emit";
    case Component::kRouterHop:
      return "router_hop";
    case Component::kLinkHopEast:
      return "link_hop_east";
    case Component::kLinkHopWest:
      return "link_hop_west";
    case Component::kLinkHopNorth:
      return "link_hop_north";
    case Component::kLinkHopSouth:
      return "link_hop_south";
    case Component::kChipLinkHop:
      return "chip_link_hop";
    case Component::kHostFlit:
      return "host_flit";
    case Component::kStepSync:
      return "step_sync";
    case Component::kStatic:
      return "static";
    case Component::kSynapseConv:
      return "synapse_conv";
    case Component::kSynapseSparse:
      return "synapse_sparse";
    case Component::kSomaActive:
      return "soma_active";
    case Component::kSpike:
      return "spike";
    case Component::kEventReceive:
      return "event_receive";
    case Component::kDenseMultiplyAdd:
      return "dense_multiply_add";
    case Component::kDeviceCompute:
      return "device_compute";
    case Component::kDeviceMemory:
      return "device_memory";
    case Component::kDeviceLink:
      return "device_link";
    case Component::kDeviceStatic:
      return "device_static";
  }
  throw std::logic_error("unknown energy component");
}

Group group_of(EnergyPart part) {
  switch (part) {
    case EnergyPart::kCompute:
      return Group::kCompute;
    case EnergyPart::kSynapseMemory:
      return Group::kSynapseMemory;
    case EnergyPart::kSoma:
      return Group::kSoma;
    case EnergyPart::kState:
      return Group::kState;
    case EnergyPart::kPorts:
    case EnergyPart::kRouters:
    case EnergyPart::kEast:
    case EnergyPart::kWest:
    case EnergyPart::kNorth:
    case EnergyPart::kSouth:
      return Group::kNoc;
    case EnergyPart::kInterChip:
      return Group::kInterChip;
    case EnergyPart::kHost:
      return Group::kHost;
    case EnergyPart::kStatic:
      return Group::kStatic;
    case EnergyPart::kSync:
      return Group::kSync;
    case EnergyPart::kDevice:
      return Group::kDevice;
  }
  throw std::logic_error("unknown part of the energy");
}

Group group_of(Component component) { return group_of(sim::part_of(component)); }

std::string_view part_name(EnergyPart part) {
  switch (part) {
    case EnergyPart::kPorts:
      return "network ports";
    case EnergyPart::kRouters:
      return "network routers";
    case EnergyPart::kEast:
      return "network east";
    case EnergyPart::kWest:
      return "network west";
    case EnergyPart::kNorth:
      return "network north";
    case EnergyPart::kSouth:
      return "network south";
    default:
      return group_name(group_of(part));
  }
}

std::string_view group_name(Group group) {
  switch (group) {
    case Group::kCompute:
      return "compute";
    case Group::kSynapseMemory:
      return "synapse memory";
    case Group::kSoma:
      return "soma and maps";
    case Group::kState:
      return "state memory";
    case Group::kNoc:
      return "network";
    case Group::kInterChip:
      return "inter-chip link";
    case Group::kHost:
      return "host link";
    case Group::kStatic:
      return "static";
    case Group::kSync:
      return "synchronisation";
    case Group::kDevice:
      return "device";
  }
  throw std::logic_error("unknown energy group");
}

std::string_view direction_name(mapper::Direction direction) {
  switch (direction) {
    case mapper::Direction::kEast:
      return "east";
    case mapper::Direction::kWest:
      return "west";
    case mapper::Direction::kSouth:
      return "south";
    case mapper::Direction::kNorth:
      return "north";
  }
  throw std::logic_error("unknown direction");
}

std::string_view tag_name(chips::Tag tag) {
  switch (tag) {
    case chips::Tag::kPublished:
      return "published";
    case chips::Tag::kDerived:
      return "derived";
    case chips::Tag::kAssumed:
      return "assumed";
    case chips::Tag::kUnverified:
      return "unverified";
  }
  throw std::logic_error("unknown tag");
}

std::string_view kind_name(chips::EnergyKind kind) {
  switch (kind) {
    case chips::EnergyKind::kNone:
      return "";
    case chips::EnergyKind::kMarginal:
      return "marginal";
    case chips::EnergyKind::kAllIn:
      return "all_in";
    case chips::EnergyKind::kMin:
      return "min";
  }
  throw std::logic_error("unknown energy kind");
}

std::string_view fidelity_name(sim::Fidelity fidelity) {
  switch (fidelity) {
    case sim::Fidelity::kAnalytic:
      return "analytic";
    case sim::Fidelity::kFast:
      return "fast";
    case sim::Fidelity::kCycle:
      return "cycle";
    case sim::Fidelity::kSimple:
      return "simple";
  }
  throw std::logic_error("unknown fidelity");
}

std::string_view schedule_name(mapper::Schedule schedule) {
  switch (schedule) {
    case mapper::Schedule::kStagedGraded:
      return "staged-graded";
    case mapper::Schedule::kStagedUnary:
      return "staged-unary";
    case mapper::Schedule::kAsynchronousUnary:
      return "asynchronous-unary";
    case mapper::Schedule::kTimesteps:
      return "timesteps";
  }
  throw std::logic_error("unknown schedule");
}

std::array<EnergyPart, sim::kEnergyParts> all_parts() {
  std::array<EnergyPart, sim::kEnergyParts> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<EnergyPart>(i);
  return all;
}

std::array<Component, sim::kComponents> all_components() {
  std::array<Component, sim::kComponents> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Component>(i);
  return all;
}

std::array<Energy, kGroups> by_group(const std::array<Energy, sim::kComponents>& by_component) {
  std::array<Energy, kGroups> groups{};
  for (const Component c : all_components()) {
    groups[static_cast<std::size_t>(group_of(c))] += by_component[static_cast<std::size_t>(c)];
  }
  return groups;
}

Energy sum(const std::array<Energy, sim::kComponents>& by_component) {
  Energy total;
  for (const Energy e : by_component) total += e;
  return total;
}

}  // namespace ranvier::report
