// SPDX-License-Identifier: Apache-2.0
// The EI-IF neuron of BrainTransformers (technical report 2024-10, released code) in integers: at step t it fires where
// |V| >= theta0 + alpha t. docs/explanation/ei-if.md defines it to the bit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ranvier::workloads {

/// The value of one spike: x / s = x * numerator / denominator, both positive. Static scale: 1 / threshold. Dynamic
/// scale: T / max|x|, exactly.
struct SpikeUnit {
  std::int64_t numerator = 1;
  std::int64_t denominator = 1;
};

/// round(x / s), halves away from zero, clipped to +-steps: what the neuron has fired after `steps` steps of constant
/// input.
std::int32_t ei_if_total(std::int64_t x, SpikeUnit unit, std::int32_t steps);

/// Largest |code| of b bits: 2^(b-1) - 1, and the steps of a window.
constexpr std::int32_t ei_if_steps(int bits) { return (1 << (bits - 1)) - 1; }

/// Thresholds in halves of s, so that the default theta0 = 1/2, alpha = 1 are whole numbers; rho in 2^-16.
struct EiIfParams {
  std::int64_t theta0_halves = 1;
  std::int64_t alpha_halves = 2;
  std::int64_t leak = 1 << 16;  // rho: share of V that a step forgets; all of it by default
};

/// One neuron, step by step: V += input; fire sgn(V) where |V| >= theta(t); V <- V - (rho V), floored.
class EiIfNeuron {
 public:
  explicit EiIfNeuron(SpikeUnit unit, const EiIfParams& params = {}) : unit_(unit), params_(params) {}
  /// Returns +1, -1 or 0.
  std::int32_t step(std::int64_t input);
  std::int64_t potential() const { return potential_; }

 private:
  SpikeUnit unit_;
  EiIfParams params_;
  std::int64_t potential_ = 0;
  std::int64_t time_ = 0;
};

/// The dynamic quantiser: codes of a whole tensor under its own scale. Returns max|x|; where that is 0 so are all
/// codes.
std::int64_t ei_if_dynamic_codes(std::span<const std::int64_t> x, std::int32_t steps, std::vector<std::int32_t>& codes);

/// Rounding to the nearest integer, halves away from zero; denominator > 0.
std::int64_t divide_half_away(std::int64_t numerator, std::int64_t denominator);

}  // namespace ranvier::workloads
