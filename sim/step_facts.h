// SPDX-License-Identifier: Apache-2.0
// What happens in one step of a chip, train by train, before anybody knows how long it takes: the engine of `analytic`
// and `fast` (step_chip.h) collects it, a timing model turns it into a StepTiming. Cycles count from the step's start.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "sim/chip_run.h"

namespace ranvier::sim {

/// Events of one cell of one tile's outputs (flow_table.h): they leave their core, or the host link, one after the
/// other between `first` and `last`.
struct CellTrain {
  TileId tile;
  std::int64_t events = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::size_t shape = 0;  // index into StepFacts::shape
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

/// Flits over one link.
struct LinkLoad {
  LinkId link;
  std::int64_t flits = 0;
};

struct StepFacts {
  std::vector<CellTrain> trains;
  std::vector<LegTrain> legs;
  std::vector<LocalTrain> locals;
  std::vector<FiringCore> firing;
  std::vector<LinkLoad> links;       // those used
  std::int64_t host_down_flits = 0;  // over the host link to the chip
  std::int64_t host_up_flits = 0;    // and from it
  /// How a train's events lie between its first and its last: shape[t.shape + i] of them leave in the slice of
  /// `slice_cycles` that holds t.first, plus i. Only for timing models that ask for it.
  std::int64_t slice_cycles = 0;
  std::vector<std::int32_t> shape;
  void clear();
};

inline void StepFacts::clear() {
  trains.clear();
  legs.clear();
  locals.clear();
  firing.clear();
  links.clear();
  host_down_flits = host_up_flits = slice_cycles = 0;
  shape.clear();
}

/// Turns the facts of a step into its time: duration, compute and network of the StepTiming, from the step's start,
/// before device and synchronisation.
class StepTimer {
 public:
  virtual ~StepTimer() = default;
  virtual bool wants_shape() const { return false; }
  virtual StepTiming time(const StepFacts& facts) = 0;
};

}  // namespace ranvier::sim
