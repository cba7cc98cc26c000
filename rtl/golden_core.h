// SPDX-License-Identifier: Apache-2.0
// Golden model of rv_spike_core for its own tests: docs/explanation/integer-units.md 1, 2 and 7 and methods.md 2,
// neuron by neuron, and the cycle contract of docs/reference/rv-spike-core.md. Shares no code with the behavioural
// cores of sim/.
#pragma once

#include <cstdint>
#include <vector>

#include "rtl/core_tile.h"

namespace ranvier::rtl {

/// How often the fires of a tile met each interesting case.
struct FireCases {
  std::int64_t up = 0, down = 0;
  std::int64_t many_up = 0, many_down = 0;                      // graded: two or more fires of one neuron in one tick
  std::int64_t at_threshold = 0;                                // V = threshold: fires
  std::int64_t below_threshold = 0;                             // V = threshold - 1: does not
  std::int64_t at_zero = 0;                                     // V = 0: does not
  std::int64_t held_at_hi = 0, held_at_lo = 0;                  // would fire but for the bound
  std::int64_t whole_word = 0;                                  // all lanes emit
  std::int64_t lif_spikes = 0, lif_subtract = 0, lif_held = 0;  // held: input while refractory
  std::int64_t lif_at_threshold = 0;                            // v = threshold: does not fire
  std::int64_t current_kept = 0, saturated_current = 0, saturated_membrane = 0;
  std::int64_t burst_up = 0, burst_down = 0, burst_most = 0;  // most: main spike and all corrections
  std::int64_t burst_forgets = 0;                             // a main spike is held back: nothing to take back
  std::int64_t pair_both = 0;                                 // both of a pair emit
  std::int64_t classic_spikes = 0;
};

class GoldenCore {
 public:
  explicit GoldenCore(const CoreTile& tile);

  void apply(const CoreEvent& event);
  /// Fires the tile; returns its events in order of token, then neuron.
  std::vector<CoreSpike> fire();
  /// Cycles that the last fire() takes when every event is taken at once.
  std::int64_t scan_cycles() const { return scan_cycles_; }

  const std::vector<NeuronState>& state() const { return state_; }
  bool overflow() const { return overflow_; }
  bool saturated() const { return saturated_; }
  const FireCases& cases() const { return cases_; }

 private:
  void add(NeuronState& neuron, std::int64_t amount);
  void add_list(const AxonList& list, std::int32_t payload);
  /// What a neuron emits in one tick; fires one after the other are in `fires`.
  std::int32_t fire_neuron(NeuronState& neuron, std::int32_t index, std::int32_t& fires);
  std::int32_t fire_st_bif(NeuronState& neuron, std::int32_t threshold);
  std::int32_t fire_membrane(NeuronState& neuron, std::int32_t threshold, std::int64_t bias);
  std::int32_t fire_burst(NeuronState& neuron, std::int64_t unit, std::int64_t bias);
  std::int32_t emit_burst(std::int64_t potential, std::int64_t memory, std::int64_t unit);
  std::int32_t bounded(std::int64_t value, std::int64_t& cases);

  const CoreTile tile_;
  std::vector<NeuronState> state_;
  bool overflow_ = false, saturated_ = false;
  std::int64_t scan_cycles_ = 0;
  FireCases cases_;
};

}  // namespace ranvier::rtl
