// SPDX-License-Identifier: Apache-2.0
// The words that files and pages of a run folder use for the enumerations of the simulator and the chip files.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "chips/chip.h"
#include "mapper/mapping.h"
#include "sim/run_result.h"

namespace ranvier::report {

/// What a component's energy is shown under; the network's six parts under one.
enum class Group : std::uint8_t {
  kCompute,
  kSynapseMemory,
  kSoma,
  kState,
  kNoc,
  kInterChip,
  kHost,
  kStatic,
  kSync,
  kDevice
};
inline constexpr std::size_t kGroups = 10;

Group group_of(sim::EnergyPart part);
std::string_view part_name(sim::EnergyPart part);  // "network east"; that of its group where it is all of it
Group group_of(sim::Component component);
std::string_view group_name(Group group);            // "synapse memory"
std::string_view component_name(sim::Component);     // "synapse_read"
std::string_view direction_name(mapper::Direction);  // "east"
std::string_view tag_name(chips::Tag tag);           // "published"
std::string_view kind_name(chips::EnergyKind kind);  // "all_in"
std::string_view fidelity_name(sim::Fidelity fidelity);
std::string_view schedule_name(mapper::Schedule schedule);  // "staged-graded"

inline constexpr std::size_t kTags = 4;
inline constexpr std::size_t kKinds = 4;

/// All parts, in order of the enumeration.
std::array<sim::EnergyPart, sim::kEnergyParts> all_parts();

/// All components, in order of the enumeration.
std::array<sim::Component, sim::kComponents> all_components();

/// Energies by group from energies by component.
std::array<Energy, kGroups> by_group(const std::array<Energy, sim::kComponents>& by_component);

/// Sum over components.
Energy sum(const std::array<Energy, sim::kComponents>& by_component);

}  // namespace ranvier::report
