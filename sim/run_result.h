// SPDX-License-Identifier: Apache-2.0
// What one simulation of a mapped program measured. The report prints it, the mapper learns from it; nobody edits it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/quantities.h"
#include "chips/chip.h"
#include "mapper/mapping.h"
#include "sim/energy_component.h"
#include "sim/pipeline_result.h"
#include "sim/tick_report.h"

namespace ranvier::sim {

/// kSimple: the rule of sim/simple_timing.h instead of a network model.
enum class Fidelity : std::uint8_t { kAnalytic, kFast, kCycle, kSimple };

/// Count and energy of one component on one core for one stage. energy = count * table entry, exactly (static: its
/// share).
struct LedgerEntry {
  StageId stage;  // invalid: not owed to a stage (idle steps' static power)
  CoreId core;    // invalid: host or board
  Component component{};
  std::int64_t count = 0;
  Energy energy;
};

struct LayerResult {
  StageId stage;
  std::string name;
  std::string kind;  // "linear", "layer_norm", ...
  std::int64_t tiles = 0;
  std::int64_t cores = 0;   // distinct
  std::int64_t events = 0;  // emitted, whole run
  std::int64_t synops = 0;  // adds + multiply_adds
  std::int64_t adds = 0;
  std::int64_t multiply_adds = 0;
  std::int64_t packets = 0;                  // put on the network, relays not counted
  std::int64_t flit_hops = 0;                // flits times links crossed, relays included, owed to the sending stage
  Cycles busy;                               // sum over its tiles
  Duration latency;                          // time of the steps in which it fires, mean per image
  std::array<Energy, kComponents> energy{};  // whole run
  std::vector<std::int64_t> events_by_step;  // summed over images; long runs: RunResult::steps_a_bin an entry
  std::int64_t late_events = 0;              // temporal programs: that would arrive after the last step

  /// What grows image by image, for checkpoints; the rest is known before or worked out at the end.
  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a(s.events, s.adds, s.multiply_adds, s.packets, s.flit_hops, s.busy, s.events_by_step, s.late_events);
  }
};

struct LinkResult {
  CoreId from;
  CoreId to;
  bool chip_edge = false;
  std::int64_t flits = 0;
  std::int64_t peak_flits_in_step = 0;
  mapper::Direction direction{};
  Energy energy;  // flits times link_hop, link_hop_vertical or chip_link_hop
};

struct CoreResult {
  CoreId core;
  std::int64_t tiles = 0;
  std::string stages;  // "block0.q+block0.k"
  Cycles busy;
  Bytes synapse_bytes;
  Bytes state_bytes;
  std::int64_t peak_receive_fifo = 0;
  std::int64_t peak_relay_buffer = 0;
  Energy energy;
};

/// One step of one image: how long, and what the slowest part was.
struct StepResult {
  std::int32_t image = 0;
  std::int32_t step = 0;
  Duration start;
  Duration duration;
  Cycles compute;  // slowest core
  Cycles network;  // until the last packet was delivered
  std::int64_t packets = 0;
  std::int64_t overrun_phases = 0;  // fixed phase: whole phases beyond the first; fixed tick: ticks skipped
  std::int64_t events = 0;          // emitted, host's included
  LinkId fullest_link;              // kept busy longest by its flits; invalid where no link was used
  std::int64_t fullest_link_cycles = 0;
  Cycles work;                      // the step without what synchronisation adds
  std::int64_t overrun_cycles = 0;  // fixed tick: of its work after the end of its tick
  CoreId slowest_core;              // that was done last; invalid: none worked
  std::int64_t joined_steps = 1;    // long runs: steps that this row holds together (step_rows.h)
  std::int64_t overrun_steps = 0;   // of them, those that overran

  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a(s.image, s.step, s.start, s.duration, s.compute, s.network, s.packets, s.overrun_phases, s.events, s.fullest_link,
      s.fullest_link_cycles, s.work, s.overrun_cycles, s.slowest_core, s.joined_steps, s.overrun_steps);
  }
};

/// Energy of a step of an image by part, or of the host's reading of the potentials: the step after the last.
struct StepEnergy {
  std::int32_t image = 0;
  std::int32_t step = 0;
  PartEnergies energy{};

  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a(s.image, s.step, s.energy);
  }
};

/// A core integrates what arrives and fires its tiles side by side.
enum class CoreUnit : std::uint8_t { kIntegrate, kFire };

/// A slice of time that a unit of a core spent on a stage, for the trace. Slices of one unit do not overlap.
struct Activity {
  CoreId core;
  StageId stage;
  std::int32_t image = 0;
  std::int32_t step = 0;
  Duration start;
  Duration duration;
  CoreUnit unit = CoreUnit::kIntegrate;

  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a(s.core, s.stage, s.image, s.step, s.start, s.duration);
    a.choice(s.unit, CoreUnit::kFire);
  }
};

struct ImageResult {
  std::vector<std::int32_t> logits;
  std::int32_t predicted = 0;
  bool exact = false;  // every stage's codes and the logits equal the integer reference
  std::int32_t steps = 0;
  Duration latency;

  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a(s.logits, s.predicted, s.exact, s.steps, s.latency);
  }
};

struct LostEvents {
  std::int64_t total = 0;  // at any place, listed or not
  struct Place {
    CoreId core;
    std::int32_t image;
    std::int32_t step;
    std::int64_t count;

    template <class Archive, class Self>
    static void state(Archive& a, Self& s) {
      a(s.core, s.image, s.step, s.count);
    }
  };
  std::vector<Place> places;
};

struct RunResult {
  Fidelity fidelity = Fidelity::kCycle;
  mapper::Schedule schedule{};
  std::vector<ImageResult> images;      // those that ran to their end
  bool interrupted = false;             // fewer images than asked for; an unfinished one is in no number
  std::vector<LayerResult> layers;      // by stage, in order of the program
  std::vector<CoreResult> cores;        // those with a tile
  std::vector<LinkResult> links;        // those with traffic
  std::vector<StepResult> steps;        // at most SimOptions::step_rows
  std::int64_t steps_a_bin = 1;         // steps that an entry of events_by_step holds
  std::vector<StepEnergy> step_energy;  // the first SimOptions::step_energy_rows steps of the run
  PartEnergies step_energy_rest{};      // all others; with the rows it adds up to total_energy
  std::vector<Activity> activities;     // of the first image; bounded: the first steps and the slowest
  std::int64_t activities_left_out = 0;
  std::vector<LedgerEntry> ledger;
  Energy total_energy;
  Duration total_time;
  Duration initiation_interval;  // between the starts of two images; pipelines: no less than this (`pipeline` has more)
  TickReport ticks;
  PipelineResult pipeline;  // of chips that take the next image before this one is done
  LostEvents lost;
  std::int64_t events = 0, synops = 0, packets = 0, flit_hops = 0, hops = 0;
  std::int64_t saturated_codes = 0;  // codes at lo or hi at rest, all stages and images
  std::int64_t encoded_codes = 0;    // all codes, same count
  double max_link_load = 0;          // flits over cycles of its step, the fullest link and step
  std::vector<std::string> verilated_tiles;
  std::vector<std::string> verilated_routers;
  std::int64_t router_flits_compared = 0;
  std::int64_t router_cycles = 0;  // of all Verilated routers; they sleep while nothing is in them
  std::int64_t lockstep_events_compared = 0;
  std::int64_t verilated_cycles = 0;
  std::vector<std::int64_t> rank_bytes;  // by rank: sent to each of the others; of a dry run: would have been
  std::vector<std::string> left_out;     // what this fidelity does not model, in plain sentences
  mapper::Profile profile;
};

}  // namespace ranvier::sim
