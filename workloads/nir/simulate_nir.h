// SPDX-License-Identifier: Apache-2.0
// NIR graphs over time in double precision. A NIR file holds no time step, no discretisation and no kind of reset: all
// of them are options here, and the presets are what published tools do (docs/reference/nir.md).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/nir/nir_network.h"

namespace ranvier::workloads {

/// Of dv/dt = (v_leak - v + r x) / tau over one step, x constant in it; a = dt / tau.
enum class NirIntegration : std::uint8_t {
  kForwardEuler,       // v += a (v_leak - v + r x)
  kExponential,        // v = v_leak + (v - v_leak) e^-a + (1 - e^-a) r x: exact but for spikes within the step
  kExponentialScaled,  // v = v_leak + (v - v_leak) e^-a + a r x
  kExact,              // as kExponential, and a spike when v crosses the threshold, not at the end of the step
};

enum class NirReset : std::uint8_t { kToResetVoltage, kSubtractThreshold };

/// When the threshold is looked at. kNextStep: a step starts with the spike of the voltage that the last one left.
enum class NirSpikeTest : std::uint8_t { kAfterUpdate, kNextStep };

struct NirRules {
  double dt_seconds = 1e-4;
  NirIntegration integration = NirIntegration::kForwardEuler;
  NirReset reset = NirReset::kToResetVoltage;
  NirSpikeTest test = NirSpikeTest::kAfterUpdate;
  bool threshold_fires = false;    // v = threshold is a spike, too
  bool several_spikes = false;     // with kSubtractThreshold: as many in a step as thresholds fit into v
  bool integrate_per_step = true;  // I and IF: v += r x, inputs being charges; else dt r x, inputs being currents
  int input_delay_steps = 0;       // from Input nodes to what they lead to
  int spike_delay_steps = 0;       // from nodes that spike; edges that close a cycle take at least one step anyway
};

/// Published tools: their rules, and the factor of the voltages that they recorded.
struct NirPreset {
  std::string name;
  NirRules rules;
  double voltage_scale = 1;
};
const std::vector<NirPreset>& nir_presets();
/// Throws UnknownNirPreset.
const NirPreset& nir_preset(std::string_view name);

class NirUnitModel;

class NirSimulator {
 public:
  /// `file` must outlive it. Throws NirShapeMismatch, NirCannotSimulate (delays outside 0..64, reset voltage not below
  /// the threshold, kExact for synapses with a current of their own, a Delay of too many steps).
  NirSimulator(const NirFile& file, const NirRules& rules);
  NirSimulator(const NirSimulator&) = delete;
  NirSimulator& operator=(const NirSimulator&) = delete;
  ~NirSimulator();

  const NirNetwork& network() const { return network_; }
  /// Values of all Input nodes, one behind the other in the order of network().inputs. Throws NirInputDiffers.
  void step(std::span<const double> input);
  /// All state as before the first step.
  void restart();

  /// What a unit put out in the last step: spikes (0, 1 or more), or values.
  std::span<const double> output(std::size_t unit) const;
  /// Of the last step, after resets; empty where a unit has none.
  std::span<const double> voltage(std::size_t unit) const;
  /// Units whose output is spikes.
  bool spikes(std::size_t unit) const;

 private:
  std::span<const double> delayed(std::size_t unit, int steps) const;

  NirNetwork network_;
  NirRules rules_;
  std::vector<std::unique_ptr<NirUnitModel>> models_;      // by unit
  std::vector<std::vector<std::vector<double>>> outputs_;  // by unit, then step modulo the longest delay + 1
  std::vector<std::vector<int>> delays_;                   // by unit, then source
  std::vector<double> sum_;
  std::size_t now_ = 0;
};

}  // namespace ranvier::workloads
