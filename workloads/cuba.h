// SPDX-License-Identifier: Apache-2.0
// One step of Loihi's integer neuron: the one definition that the reference and every core model use. Equations and
// rounding: docs/explanation/integer-units.md, "CUBA neuron".
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "workloads/program.h"

namespace ranvier::workloads {

inline constexpr std::int64_t kDecayUnit = 4096;    // decays are parts of this
inline constexpr std::int64_t kThresholdUnit = 64;  // threshold = mantissa * this
inline constexpr std::int32_t kWeightShift = 6;     // input = sum of weights * 2^(this + weight exponent)

struct CubaState {
  std::int32_t u = 0;           // synaptic current
  std::int32_t v = 0;           // membrane potential
  std::int32_t refractory = 0;  // steps that v is still held at 0
  friend bool operator==(const CubaState&, const CubaState&) = default;
};

namespace cuba_detail {

inline std::int32_t saturated(std::int64_t value) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::clamp(value, -kMost, kMost));
}

/// value * 2^shift; a negative shift truncates toward zero, as the decays do.
inline std::int64_t scaled(std::int64_t value, std::int32_t shift) {
  return shift >= 0 ? value * (std::int64_t{1} << shift) : value / (std::int64_t{1} << -shift);
}

}  // namespace cuba_detail

/// Advances `state` by one step with the sum of the weights of the synapses that an event reached; true: it fired.
/// A spike needs v strictly above the threshold. u and v saturate at 32 bits.
inline bool cuba_step(CubaState& state, std::int64_t weighted_input_sum, const CubaParams& params) {
  const std::int64_t input = cuba_detail::scaled(weighted_input_sum, kWeightShift + params.weight_exponent);
  state.u = cuba_detail::saturated(state.u * (kDecayUnit - params.current_decay) / kDecayUnit + input);
  if (state.refractory > 0) {
    --state.refractory;
    state.v = 0;
    return false;
  }
  const std::int64_t bias = cuba_detail::scaled(params.bias_mantissa, params.bias_exponent);
  const std::int64_t decayed = state.v * (kDecayUnit - params.voltage_decay) / kDecayUnit;
  state.v = cuba_detail::saturated(decayed + state.u + bias);
  if (state.v <= kThresholdUnit * params.threshold_mantissa) return false;
  state.v = 0;
  state.refractory = params.refractory_steps;
  return true;
}

/// A step without input changes nothing, provided that the compartment has no bias.
inline bool at_rest(const CubaState& state) { return (state.u | state.v | state.refractory) == 0; }
/// A step without input changes nothing.
inline bool at_rest(const CubaState& state, const CubaParams& params) {
  return at_rest(state) && params.bias_mantissa == 0;
}

}  // namespace ranvier::workloads
