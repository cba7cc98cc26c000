// SPDX-License-Identifier: Apache-2.0
// SystemC module of one core. Three units work side by side: one fires the tiles when a step begins, one integrates
// what arrives, event after event, one passes relayed events on. Where the core's memory has one port the first two
// take turns (core_costs.h).
#pragma once

#include <deque>
#include <vector>

#include "sim/chip_ports.h"
#include "sim/chip_run.h"
#include "sim/core_pipeline.h"
#include "sim/systemc_session.h"

namespace ranvier::sim {

class CoreModule final : public sc_core::sc_module {
 public:
  CoreModule(const sc_core::sc_module_name& name, CoreId core, ChipRun& run, const ChipClock& clock,
             NetworkPort& network);

  /// Fires tiles in turn; their events leave at their times. All tiles fire before anything sent in this step arrives.
  void fire(const std::vector<TileId>& tiles);
  /// Events whose delay ends in this step: they wait in the core, not in its FIFO.
  void receive_due(const std::vector<Target>& targets, const Event& event);
  void deliver(const Transfer& transfer, std::int64_t at);
  /// The network took a relayed event.
  void slot_back() { --relay_slots_; }
  /// No more deliveries in this step: when all work is done.
  std::int64_t finish_step();

  /// Between steps: frees the FIFO slots of all that has been taken out, so that no wake-up is left pending.
  void settle();
  /// What is kept from step to step, for checkpoints.
  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a(s.step_start_, s.fired_at_, s.integrated_at_, s.relay_free_at_, s.relay_slots_);
  }

 private:
  void slot_freed();
  /// Returns the cycles that packets beyond the emission's own take to make: unicast chips send one a destination.
  std::int64_t send(TileId tile, const Emission& emission, std::int64_t at);
  /// Integrates an event that is there from `at` on; returns when that begins.
  std::int64_t serve(const std::vector<Target>& targets, const Event& event, std::int64_t at);
  /// Events between tiles of this core take their turn by time, but no place in the FIFO.
  void serve_loop_back(std::int64_t until);
  void relay(const Transfer& transfer, std::int64_t at);
  void drop_served(std::int64_t now);

  CoreId core_;
  ChipRun& run_;
  ChipClock clock_;
  NetworkPort& network_;
  std::int64_t fifo_events_, relay_events_, relay_cycles_, emit_cycles_;
  CorePipeline pipeline_;

  std::int64_t step_start_ = 0;
  std::int64_t fired_at_ = 0;         // when the firing unit is done
  std::int64_t integrated_at_ = 0;    // when the integrating unit is done with what it has
  std::deque<std::int64_t> waiting_;  // when each event of the receive FIFO will be taken out; ascending
  bool closed_ = false;
  sc_core::sc_event slot_free_;
  std::int64_t relay_free_at_ = 0;
  std::int64_t relay_slots_ = 0;  // in use
  std::vector<Emission> emissions_;
  struct LoopBack {
    std::int64_t at;
    const std::vector<Target>* targets;
    Event event;
  };
  std::deque<LoopBack> loop_back_;  // ascending in time
};

}  // namespace ranvier::sim
