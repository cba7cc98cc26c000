// SPDX-License-Identifier: Apache-2.0
// The part of a simulation that has no notion of time: which tiles fire, what they do with events, where events go
// next, and the tally of it. The SystemC chip and the closed form both drive one of these and tell it how long steps
// took.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/device_schedule.h"
#include "sim/core_bank.h"
#include "sim/firing_rule.h"
#include "sim/flow_table.h"
#include "sim/host_codes.h"
#include "sim/image_tally.h"
#include "sim/run_accounts.h"
#include "sim/simulate.h"

namespace ranvier::sim {

/// How long a step took, in cycles.
struct StepTiming {
  std::int64_t start = 0;  // since the run began
  std::int64_t duration = 0;
  std::int64_t compute = 0;  // until the slowest core was done
  std::int64_t network = 0;  // until the last delivery
  std::int64_t overrun_phases = 0;
  std::int64_t work = 0;  // duration without synchronisation; 0: there was none
};

/// An event that waits out its flow's delay.
struct HeldEvent {
  std::int32_t due = 0;  // step
  const std::vector<Target>* targets = nullptr;
  Event event;  // port not yet set
};

class ChipRun {
 public:
  ChipRun(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
          std::span<const std::vector<std::int32_t>> images, const SimOptions& options);

  const mapper::MappingProblem& problem() const { return problem_; }
  const mapper::Mapping& mapping() const { return mapping_; }
  const FlowTable& flows() const { return flows_; }
  const mapper::DeviceSchedule& device() const { return device_; }
  /// False in a step in which the device works alone: the chip has nothing to synchronise.
  bool chip_works() const { return device_.chip_works(static_cast<std::size_t>(step_)); }

  bool unicast() const { return problem_.board.chip.noc.multicast == chips::Multicast::kUnicast; }
  /// Cycles that the end of a step takes, fixed phases apart.
  std::int64_t end_of_step_cycles() const { return end_of_step_cycles_; }

  // An image: begin_image(), steps until image_done(), the reading of the potentials, end_image().
  bool more_images() const { return image_ + 1 < static_cast<std::int32_t>(images_.size()); }
  void begin_image();
  bool image_done() const { return rule_.done(); }
  void end_image();
  bool interrupted() const;

  // A step: begin_step(), every firing tile once, due events and deliveries, end_step().
  void begin_step();
  const std::vector<TileId>& firing() const { return rule_.firing(); }
  /// Fires a tile (0: the host); appends its emissions.
  Cycles fire(TileId tile, std::vector<Emission>& out);
  /// Hands an event to the tiles of `targets` that take it; calls done(tile, cycles) for each.
  template <class Done>
  void receive(const std::vector<Target>& targets, Event event, Cycles time, Done&& done) {
    for (const Target& target : targets) {
      if (!target.reach.contains(event.token, event.channel)) continue;
      event.port = target.port;
      done(target.tile, bank_[target.tile].receive(event, time));
    }
  }
  void hold(std::int32_t delay, const std::vector<Target>& targets, const Event& event);
  /// Events whose delay ends in this step.
  std::vector<HeldEvent> take_due();
  /// Link flits are totals since the run began. Throws EventsLost.
  void end_step(const StepTiming& timing, const std::vector<std::int64_t>& link_flits);
  /// The host has read the potentials: the same accounting, no schedule.
  void end_readout(const StepTiming& timing, const std::vector<std::int64_t>& link_flits);
  std::int32_t image() const { return image_; }
  std::int32_t step() const { return step_; }

  // The tally, for who moves events.
  ImageTally& tally() { return tally_; }
  void count_leg(std::size_t flow, std::size_t leg) {
    ++tally_.leg_packets[flows_[flow].first_leg + leg];
    ++packets_in_step_;
  }
  void lose_event(CoreId core) { ++lost_in_step_[core.value()]; }
  void note_activity(CoreId core, CoreUnit unit, TileId tile, std::int64_t start, std::int64_t cycles);
  Duration at_cycle(std::int64_t cycles) const { return Duration(cycles * period_.count()); }

  RunResult finish();

 private:
  void account_step(const StepTiming& timing, const std::vector<std::int64_t>& link_flits);
  void account_static(const StepTiming& timing);
  void account_losses();

  const mapper::MappingProblem& problem_;
  const mapper::Mapping& mapping_;
  std::span<const std::vector<std::int32_t>> images_;
  const SimOptions& options_;
  Duration period_;
  std::int64_t end_of_step_cycles_;
  FlowTable flows_;
  mapper::DeviceSchedule device_;
  CoreBank bank_;
  FiringRule rule_;
  HostCodes host_;
  RunAccounts accounts_;

  std::int32_t image_ = -1, step_ = 0;
  ImageTally tally_;
  std::vector<HeldEvent> held_;
  std::int64_t events_in_step_ = 0, packets_in_step_ = 0;
  std::vector<std::int64_t> lost_in_step_;  // by core
  std::vector<std::int64_t> links_before_;  // totals when the step began
  std::vector<std::int64_t> busy_before_;   // by tile
  std::vector<std::size_t> last_activity_;  // by core and unit: index into the tally's activities
  std::vector<std::uint8_t> stage_fired_;   // in this step
};

}  // namespace ranvier::sim
