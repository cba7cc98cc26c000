// SPDX-License-Identifier: Apache-2.0
// The functional engine for temporal programs, behind run_spiking(): event by event, only compartments that something
// reached or that are not at rest advance.
#pragma once

#include <cstdint>
#include <span>

#include "workloads/executor.h"

namespace ranvier::workloads {

/// Steps count as on a chip: the host's spikes of model step t leave in step t, every stage's in step t + 1.
SpikingRun run_spiking_timesteps(const Program& program, std::span<const std::int32_t> packed_spikes);

}  // namespace ranvier::workloads
