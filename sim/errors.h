// SPDX-License-Identifier: Apache-2.0
// What can go wrong in a simulation, with the ids of the culprit.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/ids.h"

namespace ranvier::sim {

/// A relay buffer overflowed. The chip would compute something else than the program: kFunctionalMismatch.
struct EventsLost : Error {
  EventsLost(CoreId core, std::int32_t image, std::int32_t step, std::int64_t count);
  CoreId core;
  std::int32_t image;
  std::int32_t step;
  std::int64_t count;  // on this core in this step
};

/// A waveform made after a mismatch: of a core that was told the same events again, from a state shortly before.
struct MismatchWave {
  std::string file{};      // empty: none was asked for, or the core has none
  std::int64_t told = 0;   // events and fires in it
  std::int64_t cycle = 0;  // clock cycle of it at which the mismatch is known; its time is twice that
  bool shows_it = false;
  std::string ended_by{};  // what stopped the replay
  std::string sentence() const;
};

/// Where a core under test and its behavioural twin disagree. `got` and `expected` are payloads (0: no event) or codes.
struct LockstepMismatch : Error {
  struct Place {
    std::string layer;
    TileId tile;
    std::int32_t image = 0;
    std::int32_t step = 0;
    std::int32_t token = 0;
    std::int32_t neuron = 0;
    CoreId core = CoreId();
    std::int64_t cycle = 0;                          // of the core since the image began
    std::int32_t first_token = 0, first_neuron = 0;  // of the tile; token and neuron count in the layer
  };
  LockstepMismatch(const Place& place, const std::string& what_differs, std::int64_t expected, std::int64_t got,
                   const MismatchWave& wave = {});
  Place place;
  std::int64_t expected;
  std::int64_t got;
  MismatchWave wave;
};

struct BadInputCodes : Error {
  BadInputCodes(std::int32_t image, std::size_t expected_codes, std::size_t got_codes);
  BadInputCodes(std::int32_t image, std::size_t position, std::int32_t code, std::int32_t code_max);
  std::int32_t image;
};

struct UnknownLayer : Error {
  UnknownLayer(const std::string& layer, const std::string& nearest);
  std::string layer;
  std::string nearest;
};

struct UnknownCore : Error {
  UnknownCore(const std::string& selection, std::size_t cores, const std::string& reason);
  std::string selection;
};

/// The rule `simple` says nothing of this program or chip.
struct NoSimpleTiming : Error {
  NoSimpleTiming(const std::string& program, const std::string& reason);
};

struct NotOnRtl : Error {
  NotOnRtl(const std::string& selection, const std::string& layer, const std::string& reason);
  std::string selection;
  std::string layer;
};

}  // namespace ranvier::sim
