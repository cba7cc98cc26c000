// SPDX-License-Identifier: Apache-2.0
// What a core was told since one of its states: brings another model of the same tile to where it is now.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/core_model.h"

namespace ranvier::sim {

/// Holds the last two states and what came after each, so that a replay has some lead whenever it begins.
class CoreLog {
 public:
  static constexpr std::size_t kEvents = 4096;  // after so many, or
  static constexpr std::int32_t kFires = 16;    // so many fires, a state is due

  /// The beginning of an image is a state that needs no bytes.
  void begin_image();
  bool state_due() const { return newer_.told.size() >= kEvents || newer_.fires >= kFires; }
  /// The core stands at `state`, which save() gave.
  void keep(std::vector<std::uint8_t> state);
  void receive(const Event& event) { newer_.told.push_back(event); }
  void fire();

  /// Brings `core` from the older state to here; returns what its last fire emitted, if that came last.
  std::vector<Emission> replay(CoreModel& core) const;
  /// Events and fires since the older state.
  std::size_t size() const { return older_.told.size() + newer_.told.size(); }

 private:
  struct Part {
    std::optional<std::vector<std::uint8_t>> state;  // none: the beginning of the image
    std::vector<Event> told;                         // kFirePort: it fired
    std::int32_t fires = 0;
  };
  Part older_, newer_;
};

}  // namespace ranvier::sim
