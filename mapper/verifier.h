// SPDX-License-Identifier: Apache-2.0
// Checks that a mapping is legal, from the program and the chip alone. Shares no code with the tiler, the placer, the
// router or the scheduler. Not checked: that ejection never waits for injection, which holds because relay buffers live
// in core memory and a full one loses the event and stops the run; the simulator checks that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

enum class FindingKind : std::uint8_t {
  kShape,          // sizes or ids of the mapping do not match the problem
  kTileRange,      // a tile outside its stage, cut where its kind cannot be, or a bad host tile
  kCoverage,       // an output computed by no tile or by several
  kInputSlices,    // input slices of an owner overlap, leave a gap, or differ from it in outputs or tokens
  kStatistics,     // of a LayerNorm row cut by channels: a sum that is in no tile or in several
  kPlacement,      // a tile on no core of the board
  kDemand,         // a tile's stated demand is not what it takes
  kCapacity,       // a core's limit exceeded
  kFlowRange,      // a flow that carries events its source does not send
  kFlowMissing,    // an event that a tile needs and no flow brings
  kFlowDuplicate,  // an event brought more than once
  kFlowStray,      // an event brought to a tile that has no use for it
  kPayload,        // a payload too narrow for the values sent
  kRoute,          // a chain that is not the set of destination cores, a tree that is none or does not reach them
  kRouteEntries,   // more flows start at or are relayed by a core than its table holds, or entries than a router's
  kLevel,          // a tile that fires before its inputs
  kDelay,          // a delay beyond the chip, or inputs of a tile not aligned though the chip could
  kDeadlock,       // a cycle of link dependencies
  kTable,          // keys of several flows, or packets that the routers' tables send elsewhere than their tree
  kEngine,         // a stage where schedule, chip or board do not allow it, or a flow to two kinds of places
  kWaves,          // more waves than a tile of the level has events, or none, or of a schedule without levels
  kRelayRoom,      // a core may get more events to pass on in a step than its relay buffer holds
  kConstraint,     // a tile where the problem's constraints do not allow it
};

/// Ids that do not apply are invalid. `text` is one line.
struct Finding {
  FindingKind kind{};
  StageId stage{};
  TileId tile{};
  CoreId core{};
  std::size_t flow = kNoFlow;
  std::string text{};
  static constexpr std::size_t kNoFlow = static_cast<std::size_t>(-1);
};

/// Empty when the mapping is legal. Findings of one kind are in order of their ids; at most `limit` are collected.
std::vector<Finding> verify(const MappingProblem& problem, const Mapping& mapping, std::size_t limit = 100);

const char* name_of(FindingKind kind);

}  // namespace ranvier::mapper
