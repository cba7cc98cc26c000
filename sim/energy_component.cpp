// SPDX-License-Identifier: Apache-2.0
#include "sim/energy_component.h"

#include <stdexcept>

namespace ranvier::sim {

EnergyPart part_of(Component component) {
  switch (component) {
    case Component::kAccumulate:
    case Component::kMultiplyAdd:
    case Component::kDenseMultiplyAdd:
      return EnergyPart::kCompute;
    case Component::kSynapseRead:
    case Component::kSynapseConv:
    case Component::kSynapseSparse:
      return EnergyPart::kSynapseMemory;
    case Component::kSomaUpdate:
    case Component::kSomaActive:
    case Component::kSpike:
    case Component::kMapValue:
      return EnergyPart::kSoma;
    case Component::kStateSwap:
      return EnergyPart::kState;
    case Component::kEventEmit:
    case Component::kEventReceive:
      return EnergyPart::kPorts;
    case Component::kRouterHop:
      return EnergyPart::kRouters;
    case Component::kLinkHopEast:
      return EnergyPart::kEast;
    case Component::kLinkHopWest:
      return EnergyPart::kWest;
    case Component::kLinkHopNorth:
      return EnergyPart::kNorth;
    case Component::kLinkHopSouth:
      return EnergyPart::kSouth;
    case Component::kChipLinkHop:
      return EnergyPart::kInterChip;
    case Component::kHostFlit:
      return EnergyPart::kHost;
    case Component::kStatic:
      return EnergyPart::kStatic;
    case Component::kStepSync:
      return EnergyPart::kSync;
    case Component::kDeviceCompute:
    case Component::kDeviceMemory:
    case Component::kDeviceLink:
    case Component::kDeviceStatic:
      return EnergyPart::kDevice;
  }
  throw std::logic_error("unknown energy component");
}

Component hop_component(const chips::Board& board, LinkId link) {
  if (mapper::crosses_chip(board, link)) return Component::kChipLinkHop;
  switch (mapper::link_direction(link)) {
    case mapper::Direction::kEast:
      return Component::kLinkHopEast;
    case mapper::Direction::kWest:
      return Component::kLinkHopWest;
    case mapper::Direction::kNorth:
      return Component::kLinkHopNorth;
    case mapper::Direction::kSouth:
      return Component::kLinkHopSouth;
  }
  throw std::logic_error("unknown direction of a link");
}

}  // namespace ranvier::sim
