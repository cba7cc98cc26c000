// SPDX-License-Identifier: Apache-2.0
// A NIR network as an integer program over time: its neurons as CUBA compartments, its weights as whole numbers
// (docs/reference/nir.md, docs/explanation/integer-units.md section 7).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/nir/simulate_nir.h"
#include "workloads/program.h"

namespace ranvier::workloads {

struct NirLowering {
  std::int32_t timesteps = 0;
  double dt_seconds = 1e-4;  // for leaks, time constants and, without integrate_per_step, currents
  NirIntegration integration = NirIntegration::kForwardEuler;  // not kExact
  bool integrate_per_step = true;                              // as in NirRules
  bool decays_round_down = false;                              // Lava's import truncates them; else to the nearest
  std::int32_t weight_bits = 8;                                // with sign, 2 to 16
  std::int32_t threshold_mantissa = 0;                         // of all layers; 0: the largest that the weights leave
};

/// What rounding did to one layer.
struct NirQuantisation {
  std::string stage;
  double weight_unit = 0;  // a weight of 1, in thresholds
  std::int64_t weights = 0;
  std::int64_t rounded_to_zero = 0;  // not zero before
  double largest_error = 0;          // of a weight, in thresholds
};

struct LoweredNir {
  Program program;
  std::vector<NirQuantisation> stages;
};

/// One chain Input - weights - neurons - ... - Output. Neurons are IF, LIF or CubaLIF with reset to zero: CUBA
/// compartments have no other. Throws NirShapeMismatch; NirCannotLower names what has no form.
LoweredNir lower_nir(const NirFile& file, const NirLowering& how);

}  // namespace ranvier::workloads
