// SPDX-License-Identifier: Apache-2.0
// A temporal program (kInput and kLif stages), evaluated directly, step by step: the oracle of every mapping of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/program.h"
#include "workloads/reference.h"
#include "workloads/spike_train.h"

namespace ranvier::workloads {

/// In model step t an input spike of step t, and a spike of step t - axon_delay_steps of the stage before, arrives.
struct TemporalRun {
  std::vector<std::vector<Spike>> spikes;   // by stage, ascending; step in which the neuron fired
  std::vector<std::int64_t> spike_count;    // by stage
  std::vector<std::int64_t> delivered;      // by stage: those that arrive before the last step ends
  std::vector<std::int64_t> synaptic_adds;  // by stage: synapses reached by what arrived, zero weights included
  std::vector<std::int32_t> output_counts;  // spikes of each unit of the last stage, those not delivered included
  std::vector<std::int32_t> delivered_output_counts;
  std::int32_t prediction = 0;  // most spikes of the last stage, the first of equals
};

/// `packed_spikes`: pairs (step, unit) as in spike_train.h. Throws BadSpikeTrain.
TemporalRun run_temporal_reference(const Program& program, std::span<const std::int32_t> packed_spikes);

/// Voltages of every neuron of a kLif stage at the end of each model step, [step][unit]: to compare with probes of a
/// chip. A neuron that fires shows 0, its voltage after the reset (Loihi's own probe shows its voltage decay in that
/// step).
std::vector<std::vector<std::int32_t>> trace_voltages(const Program& program,
                                                      std::span<const std::int32_t> packed_spikes, StageId stage);

/// Spike counts of every stage as codes [tokens][channels], logits = those of token 0 of the last stage: what
/// run_reference() and the simulator compare. All spikes count, also those that nobody receives any more.
Activations temporal_activations(const Program& program, const TemporalRun& run);

}  // namespace ranvier::workloads
