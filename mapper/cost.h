// SPDX-License-Identifier: Apache-2.0
// The analytic cost model: what a mapping costs in time and energy, in closed form from the flows' event counts.
// Leaves out: arbitration, waiting in buffers, and that the work of a level is uneven over its steps (unary schedules).
#pragma once

#include <cstdint>
#include <vector>

#include "base/quantities.h"
#include "mapper/estimate_basis.h"
#include "mapper/mapping.h"

namespace ranvier::mapper {

struct LayerEstimate {
  StageId stage;
  std::int64_t cores = 0;
  double events = 0;  // sent, per image
  double synops = 0;
  double flit_hops = 0;
  double busy_cycles = 0;  // sum over its tiles
  Cycles level_cycles;     // time of its slowest tile's level
  Energy energy;
};

struct LevelEstimate {
  double busy_cycles = 0;     // busiest unit of a core: integrating, firing or relaying
  double network_cycles = 0;  // fullest link (or the host link), serialised, plus the longest way of a packet
  double max_link_flits = 0;
  Cycles cycles;  // the longest way plus the larger of busiest unit and fullest link, the device before, beside and
                  // after it (device_schedule.h), synchronised
};

/// Per image. Keys of `ranvier map --json` first.
struct Metrics {
  std::int64_t cores = 0;
  std::int64_t chips = 0;          // with a tile
  std::int64_t powered_chips = 0;  // those, chip 0, and those that packets pass
  std::int64_t tiles = 0;          // without the host tile
  double weighted_hops = 0;        // events times the distance to each destination core, as unicasts would pay
  double tree_hops = 0;            // events times the links that their relay chain crosses
  double max_link_load = 0;        // flits over cycles of its level, the fullest link
  double connectivity = 0;         // events times distinct destination cores other than the source's
  double crossings = 0;            // flits over chip edges
  double steps = 0;
  Cycles cycles;  // of all steps, and of reading the potentials
  Duration latency;
  Duration initiation_interval;  // between two images: the latency, or of pipelines the busiest core, link or host link
  double step_time_ns_mean = 0;
  Energy energy;
  Energy static_chips;                // of which by static power over the latency: of powered chips,
  Energy static_device;               // and of the device
  std::vector<LevelEstimate> levels;  // staged schedules: by level; asynchronous: one
  std::vector<LayerEstimate> layers;  // by stage
};

Metrics estimate(const MappingProblem& problem, const Mapping& mapping);
/// The same, with the basis of the problem made already.
Metrics estimate(const MappingProblem& problem, const Mapping& mapping, const EstimateBasis& basis);

}  // namespace ranvier::mapper
