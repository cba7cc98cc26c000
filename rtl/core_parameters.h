// SPDX-License-Identifier: Apache-2.0
// Parameters of rv_spike_core for the core of a chip file, and which Verilated set runs its tiles.
#pragma once

#include <string>
#include <vector>

#include "chips/chip.h"
#include "rtl/spike_core_port.h"

namespace ranvier::rtl {

/// What rv_spike_core would be built with: powers of two at least as large as the chip's numbers, but memories no
/// larger than its own. Rows of weights and token contexts are what synapse and state memory hold at full width.
CoreLimits core_parameters(const chips::CoreKind& core);

/// As arguments of Verilator, "-GLanes=16" and so on.
std::vector<std::string> verilator_arguments(const CoreLimits& parameters);

/// The sets that are Verilated, the usual one first.
const std::vector<CoreLimits>& verilated_sets();
/// The set with as many lanes as the chip, which decide cycles; else the usual one. Sizes only bound tiles.
const CoreLimits& verilated_set_for(const chips::CoreKind& core);
/// The fast model of a Verilated set.
std::unique_ptr<SpikeCorePort> make_fast_port(const CoreLimits& set);

}  // namespace ranvier::rtl
