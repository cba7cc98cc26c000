// SPDX-License-Identifier: Apache-2.0
// The part of a simulation that has no notion of time: which tiles fire, what they do with events, where events go
// next, and the tally of it. The SystemC chip and the closed form both drive one of these and tell it how long steps
// took.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "mapper/device_schedule.h"
#include "sim/checkpoint.h"
#include "sim/core_bank.h"
#include "sim/firing_rule.h"
#include "sim/flow_table.h"
#include "sim/host_codes.h"
#include "sim/image_tally.h"
#include "sim/network_probe.h"
#include "sim/pipeline_recorder.h"
#include "sim/rank_exchange.h"
#include "sim/run_accounts.h"
#include "sim/simulate.h"
#include "sim/step_ledger.h"
#include "sim/wave_emissions.h"

namespace ranvier::sim {

/// How long a step took, in cycles.
struct StepTiming {
  std::int64_t start = 0;  // since the run began
  std::int64_t duration = 0;
  std::int64_t compute = 0;  // until the slowest core was done
  std::int64_t network = 0;  // until the last delivery
  std::int64_t overrun_phases = 0;
  std::int64_t work = 0;            // duration without synchronisation; 0: there was none
  CoreId slowest_core = CoreId();   // that was done at `compute`; invalid: none worked
  std::int64_t due = -1;            // fixed tick: when the step was to begin; negative: as it did
  std::int64_t overrun_cycles = 0;  // fixed tick: of its work after the end of its tick
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
  bool chip_works() const { return device_.chip_works(rule_.level()); }
  /// What the device does in this step; only where it is used.
  mapper::DeviceStep device_step() const {
    return mapper::device_wave(device_.steps[rule_.level()], rule_.wave(), rule_.waves());
  }

  bool unicast() const { return problem_.board.chip.noc.multicast == chips::Multicast::kUnicast; }
  /// Cycles that the end of a step takes, fixed phases apart.
  std::int64_t end_of_step_cycles() const { return end_of_step_cycles_; }

  // An image: begin_image(), steps until image_done(), the reading of the potentials, end_image().
  bool more_images() const { return image_ + 1 < static_cast<std::int32_t>(images_.size()); }
  void begin_image();
  bool image_done() const { return rule_.done() || stopped(); }
  void end_image();
  bool interrupted() const;

  /// An engine asks at every step boundary and before each image; true: the run stops here. Hands over a checkpoint
  /// where one is due; `engine` adds what the engine keeps from step to step.
  bool stop_at_boundary(const std::function<void(StateWriter&)>& engine);
  /// The state that a checkpoint holds; the engine reads its part from resumed(). Throws StateMismatch.
  void resume(std::span<const std::uint8_t> state);
  StateReader* resumed() { return resumed_ ? &*resumed_ : nullptr; }
  /// An image has begun and not ended.
  bool in_image() const { return in_image_; }

  // A step: begin_step(), every firing tile once, due events and deliveries, end_step().
  void begin_step();
  const std::vector<TileId>& firing() const { return rule_.firing(); }
  /// Fires a tile (0: the host), or hands out what it sends in this wave; `out` is empty before.
  Cycles fire(TileId tile, std::vector<Emission>& out);
  /// Of the tiles on a core; the longest where they differ.
  CorePipeline pipeline(CoreId core) const;
  /// The two halves of it: the core's work, which several threads may do for different tiles, and its accounting.
  Cycles fire_core(TileId tile, std::vector<Emission>& out);
  void note_fired(TileId tile, Cycles cycles, std::span<const Emission> emissions);
  /// Hands an event to the tiles of `targets` that take it; calls done(tile, cycles) for each.
  template <class Done>
  void receive(const std::vector<Target>& targets, Event event, Cycles time, Done&& done) {
    for (const Target& target : targets) {
      if (!target.reach.contains(event.token, event.channel)) continue;
      event.port = target.port;
      step_ledger_.touch(target.tile);
      done(target.tile, bank_[target.tile].receive(event, time));
    }
  }
  /// The same for a train; several threads may do it for different tiles.
  Cycles receive_train(TileId tile, std::int32_t port, const EventTrain& train) {
    return bank_[tile].receive_train(train, port);
  }
  /// The tile fires or takes events in this step.
  void touch(TileId tile) { step_ledger_.touch(tile); }
  void hold(std::int32_t delay, const std::vector<Target>& targets, const Event& event);
  /// Events whose delay ends in this step.
  std::vector<HeldEvent> take_due();
  /// Link flits are totals since the run began. Throws EventsLost.
  void end_step(const StepTiming& timing, const std::vector<std::int64_t>& link_flits);
  /// The host has read the potentials: the same accounting, no schedule.
  void end_readout(const StepTiming& timing, const std::vector<std::int64_t>& link_flits);
  std::int32_t image() const { return image_; }
  std::int32_t step() const { return step_; }
  /// Of its steps so far.
  std::int64_t image_cycles() const { return tally_.cycles; }

  /// For a network of flits to fill; null where no probe asks.
  NetworkProbe* network_probe();

  // The tally, for who moves events.
  ImageTally& tally() { return tally_; }
  void count_leg(std::size_t flow, std::size_t leg, std::int64_t packets = 1) {
    tally_.leg_packets[flows_[flow].first_leg + leg] += packets;
    if (leg == 0 || !flows_[flow].forked) packets_in_step_ += packets;
    step_ledger_.count_leg(flows_[flow].first_leg + leg, packets);
  }
  /// A packet leaves over this leg; one that is forked, over all of them.
  void count_sent(std::size_t flow, std::size_t leg) {
    count_leg(flow, leg);
    if (!flows_[flow].forked) return;
    for (std::size_t l = leg + 1; l < flows_[flow].legs.size(); ++l) count_leg(flow, l);
  }
  void lose_events(CoreId core, std::int64_t events = 1) { lost_in_step_[core.value()] += events; }
  void note_activity(CoreId core, CoreUnit unit, TileId tile, std::int64_t start, std::int64_t cycles);
  Duration at_cycle(std::int64_t cycles) const { return Duration(cycles * period_.count()); }

  /// What this rank tells the others and hears from them.
  RankExchange& exchange() { return exchange_; }
  bool asks_for_rest() const { return rule_.asks_for_rest(); }

  RunResult finish();

 private:
  /// Sizes of all that is counted by flow, tile, stage, core and link; nothing has happened.
  void clear_tally();
  // For checkpoints, run_state.cpp; events that wait are told by flow and leg.
  void save(StateWriter& w) const;
  void restore(StateReader& r);
  void save_held(StateWriter& w) const;
  void restore_held(StateReader& r);
  void show_step(const StepTiming& timing, std::span<const std::int64_t> link_flits, bool readout);
  void account_step(const StepTiming& timing, const std::vector<std::int64_t>& link_flits, bool readout);
  void account_energy(const StepTiming& timing, bool readout);
  void account_static(Energy spent, std::int64_t cycles);
  void account_losses();
  void open_bin();
  /// At SimOptions::max_steps, done or not.
  bool stopped() const { return options_.max_steps > 0 && step_ >= options_.max_steps; }
  void bound_activities();

  const mapper::MappingProblem& problem_;
  const mapper::Mapping& mapping_;
  std::span<const std::vector<std::int32_t>> images_;
  const SimOptions& options_;
  Duration period_;
  std::int64_t end_of_step_cycles_;
  FlowTable flows_;
  mapper::DeviceSchedule device_;
  RankSplit split_;
  CoreBank bank_;
  RankExchange exchange_;
  FiringRule rule_;
  WaveEmissions waves_;
  HostCodes host_;
  RunAccounts accounts_;
  StepLedger step_ledger_;
  PipelineRecorder pipeline_;

  Checkpoints checkpoints_;
  std::optional<StateReader> resumed_;
  std::int32_t image_ = -1, step_ = 0;
  bool in_image_ = false;
  ImageTally tally_;
  std::vector<HeldEvent> held_;
  std::int64_t events_in_step_ = 0, packets_in_step_ = 0;
  std::vector<std::int64_t> lost_in_step_;  // by core
  std::vector<std::int64_t> links_before_;  // totals when the step began
  static constexpr std::size_t kNoActivity = static_cast<std::size_t>(-1);
  std::vector<std::size_t> last_activity_;  // by core and unit: index into the tally's activities
  std::vector<std::uint8_t> stage_fired_;   // in this step
  NetworkProbe network_probe_;              // since the last step ended
};

}  // namespace ranvier::sim
