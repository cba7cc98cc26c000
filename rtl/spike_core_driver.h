// SPDX-License-Identifier: Apache-2.0
// Drives the pins of one rv_spike_core: loads a tile, sends events, ticks, reads state back. Between calls the core is
// idle, so its memories are all its state.
#pragma once

#include <vector>

#include "rtl/core_tile.h"
#include "rtl/spike_core_port.h"

namespace ranvier::rtl {

class SpikeCoreDriver {
 public:
  struct TimedSpike {
    CoreSpike spike;
    std::int64_t at = 0;  // busy cycles from the tick until it was taken, that cycle included
  };

  explicit SpikeCoreDriver(SpikeCorePort& port);

  void reset();
  /// Writes control, weights, thresholds and the initial state.
  void load(const CoreTile& tile);
  const CoreTile& tile() const { return tile_; }

  /// Sends one event and clocks until idle. Returns the busy cycles, drain included.
  std::int64_t send(const CoreEvent& event);
  /// Sends events back to back and clocks until idle. Returns the busy cycles, drain included.
  std::int64_t send_train(const std::vector<CoreEvent>& events);
  /// Ticks and takes every event at once. Returns the busy cycles.
  std::int64_t tick(std::vector<TimedSpike>& out);

  std::vector<NeuronState> read_state();  // [token][neuron]
  void write_state(const std::vector<NeuronState>& state);
  bool overflow() const { return port_.out.overflow; }
  bool saturated() const { return port_.out.saturated; }
  /// Both flags.
  void clear_overflow();

  SpikeCorePort& port() { return port_; }
  void write_word(ConfigSelect select, std::uint32_t address, const ConfigWord& word);

 private:
  /// Reads one word of every {token, group}, a word a cycle.
  template <class Address, class Take>
  void read_words(ConfigSelect select, Address address, Take take);
  /// Clocks until not busy; the cycle that finds the core idle is part of it.
  void run_until_idle();

  SpikeCorePort& port_;
  CoreTile tile_;
};

}  // namespace ranvier::rtl
