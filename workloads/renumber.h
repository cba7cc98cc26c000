// SPDX-License-Identifier: Apache-2.0
// Units of sparse stages in another order, so that neurons which belong together are neighbours; and results put back
// into the order of the network as given.
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/program.h"
#include "workloads/reference.h"

namespace ranvier::workloads {

/// order[stage][new unit] = old unit, a permutation; empty: the stage stays as it is. Stages named must have sparse
/// synapses, and so must all that they feed. Spikes are the same but for their numbers; Stage::unit_number says which
/// unit of the network as given each one is. Throws std::logic_error where `order` is no such thing.
Program renumbered(const Program& program, const std::vector<std::vector<std::int32_t>>& order);

/// Codes and logits by the units' numbers in the network as given.
Activations as_given(const Program& program, const Activations& activations);

}  // namespace ranvier::workloads
