// SPDX-License-Identifier: Apache-2.0
// Golden model of rv_spike_core for its own tests: docs/explanation/integer-units.md 1 and 2, neuron by neuron, and the
// cycle contract of docs/reference/rv-spike-core.md. Shares no code with the behavioural cores of sim/.
#pragma once

#include <cstdint>
#include <vector>

#include "rtl/core_tile.h"

namespace ranvier::rtl {

/// How often the fires of a tile met each interesting case.
struct FireCases {
  std::int64_t up = 0, down = 0;
  std::int64_t many_up = 0, many_down = 0;      // graded: two or more fires of one neuron in one tick
  std::int64_t at_threshold = 0;                // V = threshold: fires
  std::int64_t below_threshold = 0;             // V = threshold - 1: does not
  std::int64_t at_zero = 0;                     // V = 0: does not
  std::int64_t held_at_hi = 0, held_at_lo = 0;  // would fire but for the bound
  std::int64_t whole_word = 0;                  // all lanes emit
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
  const FireCases& cases() const { return cases_; }

 private:
  void add(NeuronState& neuron, std::int64_t amount);
  /// Fires of one neuron in one tick, signed.
  std::int32_t fire_neuron(NeuronState& neuron, std::int32_t threshold);

  const CoreTile tile_;
  std::vector<NeuronState> state_;
  bool overflow_ = false;
  std::int64_t scan_cycles_ = 0;
  FireCases cases_;
};

}  // namespace ranvier::rtl
