// SPDX-License-Identifier: Apache-2.0
// Integer model of plasticity, neuron by neuron and synapse by synapse (docs/explanation/plasticity.md), and the cycle
// contract of rv_plastic_core (docs/reference/rv-plastic-core.md).
#pragma once

#include <cstdint>
#include <vector>

#include "rtl/plastic/plastic_tile.h"

namespace ranvier::rtl {

/// z (1 - 2^-shift), toward zero.
std::int32_t decayed(std::int32_t z, std::int32_t shift);

/// How often a run met each interesting case.
struct PlasticCases {
  std::int64_t spikes = 0, at_threshold = 0;  // V = threshold: no spike
  std::int64_t depressed = 0, potentiated = 0;
  std::int64_t held_at_min = 0, held_at_max = 0;  // a weight would have left its bounds
  std::int64_t pre_full = 0, post_full = 0;       // a trace would have left its bits
  std::int64_t causal_pair = 0;                   // a neuron fires in the step of a spike in: potentiation
  std::int64_t negative_weight = 0;               // that is read
  std::int64_t negative_leak = 0;                 // a potential below 0 decays
  std::int64_t whole_word = 0;                    // all lanes of a word fire
  std::int64_t trace_gone = 0;                    // a trace decays to 0
  std::int64_t saturated = 0;
};

class GoldenPlastic {
 public:
  explicit GoldenPlastic(const PlasticTile& tile);

  void apply(const PlasticEvent& event);
  /// One step; returns the neurons that spiked, ascending.
  std::vector<std::int32_t> fire();
  /// Occupancy of the core by an event of a train, without the one drain cycle after the last.
  std::int64_t event_cycles(const PlasticEvent& event) const { return 1 + (event.direct ? 1 : tile_.groups()); }
  /// Cycles of the last fire() when every spike is taken at once.
  std::int64_t scan_cycles() const { return scan_cycles_; }

  const PlasticState& state() const { return state_; }
  bool saturated() const { return cases_.saturated != 0; }
  const PlasticCases& cases() const { return cases_; }

 private:
  std::int16_t& weight(std::int32_t axon, std::int32_t neuron);
  void add(std::int32_t neuron, std::int32_t amount);
  std::int32_t bumped(std::int32_t trace, std::int32_t bump, std::int64_t& full) const;
  void depress(std::int32_t axon, std::int32_t neuron);
  void potentiate(std::int32_t neuron);
  bool fire_neuron(std::int32_t neuron);

  const PlasticTile tile_;
  PlasticState state_;
  std::vector<bool> came_;  // by axon: a spike in this step
  std::int64_t scan_cycles_ = 0;
  PlasticCases cases_;
};

}  // namespace ranvier::rtl
