// SPDX-License-Identifier: Apache-2.0
// What happens in one step of a chip, train by train, before anybody knows how long it takes: the engine of `analytic`
// and `fast` (step_chip.h) collects it, a timing model turns it into a StepTiming. Cycles count from the step's start.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"

namespace ranvier::sim {

/// Events of one cell of one tile's outputs (flow_table.h): they leave their core, or the host link, one after the
/// other between `first` and `last`.
struct CellTrain {
  TileId tile;
  std::int64_t events = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// Packets that one train sends over one leg of one of its flows: one an event.
struct LegTrain {
  std::uint32_t train = 0;  // index into StepFacts::trains
  std::uint32_t flow = 0;
  std::uint32_t leg = 0;  // of the flow; a relayed leg follows directly on the one that feeds it
  std::int64_t packets = 0;
  std::int64_t offset = 0;     // unicast: that its packets are made after the event's first
  std::int64_t integrate = 0;  // cycles that they take the integrating unit of the core they end at
};

/// Events that reach a core without the network: from one of its own tiles, or out of a delay (then train is kNoTrain
/// and they are there when the step begins).
struct LocalTrain {
  static constexpr std::uint32_t kNoTrain = UINT32_MAX;
  std::uint32_t train = kNoTrain;
  CoreId core;
  std::int64_t events = 0;
  std::int64_t integrate = 0;
};

struct FiringCore {
  CoreId core;
  std::int64_t cycles = 0;  // until its firing unit is done with all its tiles
};

struct StepFacts {
  std::vector<CellTrain> trains;
  std::vector<LegTrain> legs;
  std::vector<LocalTrain> locals;
  std::vector<FiringCore> firing;
  std::int64_t host_down_flits = 0;  // over the host link to the chip: entering it ends with the last of them
  std::int64_t host_up_flits = 0;    // and from the chip
  void clear() {
    trains.clear();
    legs.clear();
    locals.clear();
    firing.clear();
    host_down_flits = host_up_flits = 0;
  }
};

}  // namespace ranvier::sim
