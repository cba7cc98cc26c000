// SPDX-License-Identifier: Apache-2.0
// One step of a compartment of a kLif stage, whichever model it has: what the reference, the executor and every core
// model use.
#pragma once

#include <cstdint>

#include "workloads/cuba.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// State of compartment `unit` before step 0. An integrating one keeps all of it in v.
inline CubaState compartment_before(const Stage& stage, std::size_t unit) {
  CubaState state;
  const auto& initial = stage.integrate ? stage.integrate->initial : stage.cuba_initial;
  if (!initial.empty()) state.v = initial[unit];
  return state;
}

/// Advances `state` by one step with the sum of the weights that arrived; true: it fired.
inline bool compartment_step(CubaState& state, std::int64_t weighted_input_sum, const Stage& stage) {
  if (!stage.integrate) return cuba_step(state, weighted_input_sum, stage.cuba);
  const IntegrateParams& p = *stage.integrate;
  state.v = cuba_detail::saturated(std::int64_t{state.v} + p.bias + weighted_input_sum);
  if (state.v <= p.threshold) return false;
  state.v -= p.threshold;
  return true;
}

/// A step without input changes nothing.
inline bool at_rest(const CubaState& state, const Stage& stage) {
  if (!stage.integrate) return at_rest(state, stage.cuba);
  return stage.integrate->bias == 0 && state.v <= stage.integrate->threshold;
}

}  // namespace ranvier::workloads
