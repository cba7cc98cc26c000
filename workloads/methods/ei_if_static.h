// SPDX-License-Identifier: Apache-2.0
// The static form of ei-if: one calibrated scale a site, thresholds of an integer program.
#pragma once

#include <map>
#include <memory>

#include "workloads/methods/ei_if_approximators.h"
#include "workloads/methods/ei_if_form.h"
#include "workloads/methods/ei_if_norm.h"
#include "workloads/model.h"

namespace ranvier::workloads {

/// Spiking units of a static program, by stage: the norms' parameters, in 2^-16 of a code, and what one evaluation of
/// each GELU table entry costs. Table units have none.
struct StaticSpikingUnits {
  SnnSquare square;
  SnnRoot root;
  std::map<std::size_t, SnnNormParams> norms;
  std::map<std::size_t, TensorScale> norm_units;  // of the sums that they read
  std::map<std::size_t, std::vector<ApproximatorWork>> activations;
  std::int64_t activation_neurons = 0;  // of one approximator
  bool empty() const { return norms.empty(); }
};

/// Puts spiking units in the place of the program's: GELU tables and thresholds of norms change.
StaticSpikingUnits make_spiking_units(const VitModel& model, const Approximators& approximators, Program& program);

std::unique_ptr<EiIfForm> static_form(const Program& program, StaticSpikingUnits units = {});

}  // namespace ranvier::workloads
