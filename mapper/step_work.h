// SPDX-License-Identifier: Apache-2.0
// Which unit of which core works how long in which step: the rule by which both the analytic estimate and the placement
// count time. An event is integrated in the step in which its source fires; a tile fires in its own.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Cycles per image, from the problem's event counts and busy cycles.
struct StepWork {
  std::vector<double> fire;                    // by tile: busy cycles less what integrating its events takes
  std::vector<std::vector<double>> integrate;  // by flow, then destination
  std::vector<double> relay;                   // by flow, for each core that passes it on
  std::vector<double> emit;                    // by flow, for each packet that its source sends
  std::vector<std::int64_t> free_packets;      // by flow: 1 where an event's first packet is in the tile's own cycles
  /// Packets of the flow, with so many destination cores, that cost its source more than its tile's busy cycles say.
  std::int64_t more_packets(std::size_t flow, std::size_t destinations) const {
    const auto packets = static_cast<std::int64_t>(destinations);
    return packets > free_packets[flow] ? packets - free_packets[flow] : 0;
  }
};
StepWork step_work(const MappingProblem& problem);

/// Cycles that one event of the flow keeps the integrating unit of the destination's core busy.
double receive_cycles(const MappingProblem& problem, const Flow& flow, TileId to);

/// The steps that a level's tiles take: one for graded events, of each wave.
struct LevelSteps {
  std::vector<std::size_t> bucket;  // by tile: staged schedules have one a level, the asynchronous one has one
  std::vector<double> steps;        // by bucket
};
/// `waves`: by level, one where there is none (Mapping::waves).
LevelSteps level_steps(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                       const std::vector<std::int32_t>& waves = {});

/// Cycles of `steps` steps that share `work` cycles, as sim/step_time.h has it; `barrier` is end_of_step_cycles() of
/// what is in use. Under a fixed tick with late steps: without what other steps' idle time makes up for (TickClock).
double synchronised(const chips::Sync& sync, double work, double steps, std::int64_t barrier);

/// Steps of one image under a fixed tick whose overruns make later steps late: a step begins at its tick, or when the
/// one before it is done, if that is later.
class TickClock {
 public:
  explicit TickClock(std::int64_t tick_cycles) : tick_(static_cast<double>(std::max<std::int64_t>(1, tick_cycles))) {}
  /// Cycles of the next `steps` steps, which share `work`.
  double end_of(double work, double steps);
  /// Cycles until the tick at or after `cycles` from now.
  double up_to_tick(double cycles) const;

 private:
  double tick_;
  double now_ = 0;
  double due_ = 0;
};

/// Cycles that the end of each step takes with so many routers and chips in use, fixed phases apart.
std::int64_t end_of_step_cycles(const chips::Sync& sync, std::int64_t routers, std::int64_t chips);

/// Routers and chips with a tile.
struct InUse {
  std::int64_t routers = 0;
  std::int64_t chips = 0;
};
InUse in_use(const chips::Board& board, const std::vector<CoreId>& core_of);

/// True where one image enters before the one ahead of it is done.
bool pipelined(chips::SyncPolicy policy);

/// Packets of an event that its source sends over a route: one for each chain, or on unicast chips for each
/// destination.
std::int64_t packets_of(const chips::Noc& noc, const Route& route);

/// Cycles from a core's hand-over of a packet to its arrival in an empty network.
double leg_cycles(const chips::Board& board, CoreId from, CoreId to, double flits);

/// Cycles in which the input codes cross the host link, its latency apart.
double host_cycles(const MappingProblem& problem, const Mapping& mapping);

}  // namespace ranvier::mapper
