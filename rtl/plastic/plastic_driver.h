// SPDX-License-Identifier: Apache-2.0
// Drives the pins of one rv_plastic_core: loads a tile, sends events, ticks, reads and writes its state. Between calls
// the core is idle, so its memories are all its state.
#pragma once

#include <vector>

#include "rtl/plastic/plastic_core_port.h"

namespace ranvier::rtl {

class PlasticDriver {
 public:
  explicit PlasticDriver(PlasticCorePort& port);

  void reset();
  /// Writes control word, thresholds and the initial state.
  void load(const PlasticTile& tile);
  const PlasticTile& tile() const { return tile_; }

  /// Sends events back to back and clocks until idle. Returns the busy cycles, drain included.
  std::int64_t send(const std::vector<PlasticEvent>& events);
  /// Ticks and takes every spike at once. Returns the busy cycles; `spikes` gets the neurons in order.
  std::int64_t tick(std::vector<std::int32_t>& spikes);

  PlasticState read_state();
  void write_state(const PlasticState& state);
  bool saturated() const { return port_.out.saturated; }

 private:
  void write_word(PlasticMemory memory, std::uint32_t address, const PlasticWord& word);
  PlasticWord read_word(PlasticMemory memory, std::uint32_t address);
  void run_until_idle();

  PlasticCorePort& port_;
  PlasticTile tile_;
};

}  // namespace ranvier::rtl
