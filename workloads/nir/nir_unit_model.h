// SPDX-License-Identifier: Apache-2.0
// What one node of a NIR graph does in a step.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "workloads/nir/simulate_nir.h"

namespace ranvier::workloads {

class NirUnitModel {
 public:
  NirUnitModel() = default;
  NirUnitModel(const NirUnitModel&) = delete;
  NirUnitModel& operator=(const NirUnitModel&) = delete;
  virtual ~NirUnitModel() = default;
  /// `out` holds what it held some steps ago; every value of it is set.
  virtual void step(std::span<const double> in, std::span<double> out) = 0;
  virtual void restart() {}
  virtual std::span<const double> voltage() const { return {}; }
  virtual bool spikes() const { return false; }
};

/// Affine, Linear, Scale, convolutions, pooling, Flatten, Input, Output. Nothing for other types.
std::unique_ptr<NirUnitModel> make_nir_synapses(const NirUnit& unit, const std::string& file);
/// I, LI, IF, LIF, CubaLI, CubaLIF, Threshold, Delay. Nothing for other types. Throws NirCannotSimulate.
std::unique_ptr<NirUnitModel> make_nir_neurons(const NirUnit& unit, const NirRules& rules, const std::string& file);

}  // namespace ranvier::workloads
