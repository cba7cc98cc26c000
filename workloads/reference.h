// SPDX-License-Identifier: Apache-2.0
// The integer network, evaluated directly: dense, layer by layer, no events and no time. The oracle that every
// schedule, mapping and chip model must settle to, bit for bit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/program.h"

namespace ranvier::workloads {

/// What is at rest in each stage, row-major [tokens][channels]: codes; for `add` the sums; for a stage without encoder
/// its potentials, bias included; in temporal programs the spikes of each neuron. `logits` repeats token 0 of the last
/// stage.
struct Activations {
  std::vector<std::vector<std::int32_t>> codes;  // by stage
  std::vector<std::int32_t> logits;
  friend bool operator==(const Activations&, const Activations&) = default;
};

/// Throws InputCodesMismatch unless `input_codes` is [tokens][channels] of the input stage, InputCodeOutOfRange unless
/// each is in 0..input_code_max (executor_errors.h). Temporal programs: as check_spikes() (spike_train.h).
void check_input_codes(const Program& program, std::span<const std::int32_t> input_codes);

/// Checks the input codes, then evaluates stage by stage.
Activations run_reference(const Program& program, std::span<const std::int32_t> input_codes);

/// One result per input, the same for any number of threads (>= 1).
std::vector<Activations> run_reference_batch(const Program& program, std::span<const std::vector<std::int32_t>> inputs,
                                             int threads);

/// As run_reference_batch, but keeps only the logits: for accuracy over many images.
std::vector<std::vector<std::int32_t>> run_reference_logits(const Program& program,
                                                            std::span<const std::vector<std::int32_t>> inputs,
                                                            int threads);

/// Multiply-adds of one dense evaluation (linear stages, scores, mix; of a kLif stage in every step).
std::int64_t dense_multiply_adds(const Stage& stage);
std::int64_t dense_multiply_adds(const Program& program);

}  // namespace ranvier::workloads
