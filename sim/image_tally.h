// SPDX-License-Identifier: Apache-2.0
// What happened while one image ran. It joins the run's accounts when the image is done, so that an interrupted image
// leaves no trace.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/run_result.h"

namespace ranvier::sim {

struct ImageTally {
  std::vector<std::int64_t> flow_events;                // by flow of the flow table: events that took it
  std::vector<std::int64_t> local_events;               // of them, those also looped back on their own core
  std::vector<std::int64_t> leg_packets;                // by leg
  std::vector<std::int64_t> packet_cycles;              // by tile: to make an event's packets beyond its first
  std::vector<std::int64_t> fire_cycles;                // by tile: of its busy cycles, those of the firing unit
  std::vector<std::int64_t> host_flits;                 // by stage: input codes in, potentials out
  std::vector<std::vector<std::int64_t>> stage_events;  // [stage][step]
  std::vector<std::int64_t> stage_cycles;               // time of the steps in which the stage fires
  std::vector<StepResult> steps;                        // the last one is the host's reading of the potentials
  std::vector<Activity> activities;
  std::vector<LostEvents::Place> lost;
  std::vector<std::int64_t> peak_receive_fifo, peak_relay_buffer;  // by core
  std::vector<std::int64_t> link_flits, link_peak;                 // by link; peak in a step
  double max_link_load = 0;
  std::vector<std::int64_t> static_energy;  // by tile, attojoules
  std::int64_t idle_static_energy = 0;      // of steps in which no tile was busy
  std::int64_t idle_cycles = 0;
  std::int64_t chip_steps = 0;  // steps that the chip's synchronisation ended
  std::int64_t cycles = 0;      // from the image's first step to its last
};

}  // namespace ranvier::sim
