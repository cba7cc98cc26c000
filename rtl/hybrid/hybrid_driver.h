// SPDX-License-Identifier: Apache-2.0
// Drives the pins of one rv_hybrid_core: loads a tile, sends events, ticks, reads state back. Between calls the core is
// idle, so its memories are all its state.
#pragma once

#include <vector>

#include "rtl/hybrid/hybrid_tile.h"

namespace ranvier::rtl {

class HybridDriver {
 public:
  struct TimedSpike {
    HybridSpike spike;
    std::int64_t at = 0;  // busy cycles from the tick until it was taken, that cycle included
  };

  explicit HybridDriver(HybridCorePort& port);

  void reset();
  /// Writes control, tables, operands, thresholds and the initial state.
  void load(const HybridTile& tile);
  const HybridTile& tile() const { return tile_; }

  /// Sends one event and clocks until idle; returns the busy cycles.
  std::int64_t send(const HybridEvent& event);
  /// The same for events back to back.
  std::int64_t send_train(const std::vector<HybridEvent>& events);
  /// Ticks and takes every event at once; returns the busy cycles.
  std::int64_t tick(std::vector<TimedSpike>& out);
  /// Whether a tick would send anything.
  bool restless();

  HybridState read_state();
  void write_state(const HybridState& state);
  bool overflow() const { return port_.out.overflow; }
  void clear_overflow();

 private:
  void write_word(HybridSelect select, std::int32_t address, const HybridWord& word);
  HybridWord read_word(HybridSelect select, std::int32_t address);
  void offer(const HybridEvent& event);
  void run_until_idle();

  HybridCorePort& port_;
  HybridTile tile_;
};

}  // namespace ranvier::rtl
