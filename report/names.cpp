// SPDX-License-Identifier: Apache-2.0
// Names of enumerations, and which energy component belongs to which group.
#include "report/names.h"

#include <stdexcept>

namespace ranvier::report {
namespace {

using sim::Component;

struct ComponentInfo {
  std::string_view name;
  Group group;
};

ComponentInfo info(Component c) {
  switch (c) {
    case Component::kSynapseRead:
      return {"synapse_read", Group::kSynapseMemory};
    case Component::kAccumulate:
      return {"accumulate", Group::kCompute};
    case Component::kMultiplyAdd:
      return {"multiply_add", Group::kCompute};
    case Component::kSomaUpdate:
      return {"soma_update", Group::kSoma};
    case Component::kMapValue:
      return {"map_value", Group::kSoma};
    case Component::kStateSwap:
      return {"state_swap", Group::kState};
    case Component::kEventEmit:
      return {"event_emit", Group::kNoc};
    case Component::kRouterHop:
      return {"router_hop", Group::kNoc};
    case Component::kLinkHop:
      return {"link_hop", Group::kNoc};
    case Component::kChipLinkHop:
      return {"chip_link_hop", Group::kNoc};
    case Component::kHostFlit:
      return {"host_flit", Group::kHost};
    case Component::kStepSync:
      return {"step_sync", Group::kSync};
    case Component::kStatic:
      return {"static", Group::kStatic};
    case Component::kSynapseConv:
      return {"synapse_conv", Group::kSynapseMemory};
    case Component::kSomaActive:
      return {"soma_active", Group::kSoma};
    case Component::kSpike:
      return {"spike", Group::kSoma};
    case Component::kEventReceive:
      return {"event_receive", Group::kNoc};
    case Component::kLinkHopVertical:
      return {"link_hop_vertical", Group::kNoc};
    case Component::kDenseMultiplyAdd:
      return {"dense_multiply_add", Group::kCompute};
    case Component::kDeviceCompute:
      return {"device_compute", Group::kDevice};
    case Component::kDeviceMemory:
      return {"device_memory", Group::kDevice};
    case Component::kDeviceLink:
      return {"device_link", Group::kDevice};
    case Component::kDeviceStatic:
      return {"device_static", Group::kDevice};
  }
  throw std::logic_error("unknown energy component");
}

}  // namespace

Group group_of(Component component) { return info(component).group; }
std::string_view component_name(Component component) { return info(component).name; }

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
