// SPDX-License-Identifier: Apache-2.0
// What happened while one image ran. It joins the run's accounts when the image is done, so that an interrupted image
// leaves no trace.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/pipeline_schedule.h"
#include "sim/run_result.h"

namespace ranvier::sim {

struct ImageTally {
  std::vector<std::int64_t> flow_events;                // by flow of the flow table: events that took it
  std::vector<std::int64_t> local_events;               // of them, those also looped back on their own core
  std::vector<std::int64_t> leg_packets;                // by leg
  std::vector<std::int64_t> packet_cycles;              // by tile: to make an event's packets beyond its first
  std::vector<std::int64_t> fire_cycles;                // by tile: of its busy cycles, those of the firing unit
  std::vector<std::int64_t> host_flits;                 // by stage: input codes in, potentials out
  std::vector<std::vector<std::int64_t>> stage_events;  // [stage][step / steps_a_bin]
  std::vector<std::int64_t> late_events;                // by stage: LayerResult::late_events
  std::int64_t steps_a_bin = 1, steps_a_row = 1;        // of stage_events and of steps: step_rows.h
  std::int64_t steps_done = 0;                          // without the host's reading of the potentials
  TickReport ticks;
  std::vector<std::int64_t> stage_cycles;               // time of the steps in which the stage fires
  std::vector<StepResult> steps;                        // the last one is the host's reading of the potentials
  std::vector<Activity> activities;
  std::int64_t activities_left_out = 0;
  std::vector<LostEvents::Place> lost;
  std::int64_t lost_total = 0;
  std::vector<std::int64_t> peak_receive_fifo, peak_relay_buffer;  // by core
  std::vector<std::int64_t> link_flits, link_peak;                 // by link; peak in a step
  double max_link_load = 0;
  std::vector<Energy> static_energy;    // by tile
  Energy idle_static_energy;            // of steps in which no tile was busy
  std::vector<StepEnergy> step_energy;  // those that are kept one by one
  PartEnergies step_energy_rest{};      // sum of the others
  std::int64_t idle_cycles = 0;
  std::int64_t chip_steps = 0;  // steps that the chip's synchronisation ended
  std::int64_t cycles = 0;      // from the image's first step to its last
  PipelineImage pipeline;       // by level; empty where images do not overlap

  /// Every member, for checkpoints: one that is left out is lost when a run goes on from one. `shaped`: its length is
  /// known before; else it grows.
  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a.shaped(s.late_events, s.flow_events, s.local_events, s.leg_packets, s.packet_cycles, s.fire_cycles, s.host_flits, s.stage_events,
             s.stage_cycles, s.peak_receive_fifo, s.peak_relay_buffer, s.link_flits, s.link_peak, s.static_energy);
    a(s.steps_a_bin, s.steps_a_row, s.steps_done, s.ticks, s.lost_total, s.steps, s.activities, s.activities_left_out, s.lost, s.max_link_load, s.idle_static_energy, s.step_energy,
      s.step_energy_rest, s.idle_cycles, s.chip_steps, s.cycles, s.pipeline);
  }
};

}  // namespace ranvier::sim
