// SPDX-License-Identifier: Apache-2.0
// What the energy ledger tells apart, and the coarser parts that a step's energy is kept by.
#pragma once

#include <array>
#include <cstdint>

#include "base/quantities.h"
#include "mapper/mesh.h"

namespace ranvier::sim {

/// Each is a count times one entry of the chip file (ledger.h), but static power and what a device spends. A device's
/// are the last ones.
enum class Component : std::uint8_t {
  kSynapseRead,
  kAccumulate,
  kMultiplyAdd,
  kSomaUpdate,
  kMapValue,
  kStateSwap,
  kEventEmit,
  kRouterHop,
  kLinkHopEast,
  kChipLinkHop,
  kHostFlit,
  kStepSync,
  kStatic,
  kSynapseConv,
  kSomaActive,
  kSpike,
  kEventReceive,
  kLinkHopNorth,
  kDenseMultiplyAdd,
  kLinkHopWest,
  kLinkHopSouth,
  kSynapseSparse,
  kDeviceCompute,
  kDeviceMemory,
  kDeviceLink,
  kDeviceStatic,
};
inline constexpr std::size_t kComponents = 26;

/// What a step's energy is kept by: every component belongs to one part, those of the network to where the flit went.
enum class EnergyPart : std::uint8_t {
  kCompute,
  kSynapseMemory,
  kSoma,
  kState,
  kPorts,  // packets made and taken
  kRouters,
  kEast,
  kWest,
  kNorth,
  kSouth,
  kInterChip,
  kHost,
  kStatic,
  kSync,
  kDevice,
};
inline constexpr std::size_t kEnergyParts = 15;
using PartEnergies = std::array<Energy, kEnergyParts>;

EnergyPart part_of(Component component);

/// Component of a flit over this link: by its direction, or a chip link.
Component hop_component(const chips::Board& board, LinkId link);

}  // namespace ranvier::sim
