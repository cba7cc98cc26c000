// SPDX-License-Identifier: Apache-2.0
// Trains of a step, and the queues that they wait in: what train_entry.cpp fills and train_timing.cpp empties.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "sim/step_facts.h"
#include "sim/train_resources.h"

namespace ranvier::sim {

class TrainTimer final : public StepTimer {
 public:
  explicit TrainTimer(ChipRun& run)
      : run_(run), chip_(run.problem().board.chip), shared_(run), queues_(2 * run.problem().board.cores()) {}

  bool wants_shape() const override { return true; }

  StepTiming time(const StepFacts& facts) override {
    begin(facts);
    for (now_ = 0; now_ < static_cast<std::int64_t>(due_.size()); ++now_) run_slice();
    return finish();
  }

 private:
  static constexpr std::int64_t kPart = TrainResources::kPart;
  static constexpr std::int64_t kWhole = TrainResources::kWhole;

  using Way = TrainResources::Way;
  using Resource = TrainResources::Resource;
  using UnitState = TrainResources::UnitState;

  static std::int64_t rounded(std::int64_t n, std::int64_t d) { return (n + d / 2) / d; }

  struct Due {
    std::uint32_t leg;
    std::int32_t packets;
  };
  struct LegState {
    const Way* way = nullptr;
    bool feeds_next = false;     // its packets are relayed over the next one
    std::int64_t left = 0;       // packets that have not gone over it
    std::int64_t lag = 0;        // cycles behind the train's own time, in an empty chip
    std::int64_t available = 0;  // when its last packet is there to go
    std::int64_t cost = 0;       // of integrating a packet, in parts of a cycle
    std::int64_t parts = 0;      // of a packet that it may send, of kWhole
    std::int64_t backlog = 0;    // that the last packet of those that just went found
    bool late = false;
  };
  /// Packets that came to a queue in one slice; they go together, each leg at the same pace.
  struct Batch {
    std::int64_t slice = 0;
    std::vector<Due> legs;
    std::int64_t packets = 0;
  };
  /// What waits at a core to enter the network: its own packets, or its relays.
  struct Queue {
    std::deque<Batch> batches;
    std::int64_t pace = 0;  // of the first batch, in this round, of kWhole
    bool listed = false;
    bool blocked = false;  // for the rest of this slice
    int tries = 0;         // in this slice, at less than the whole pace
  };

  // A step begins and ends (train_entry.cpp).
  void begin(const StepFacts& facts);
  void enter(std::size_t i);
  void enter(const LocalTrain& local);
  void loop_back(std::int64_t slice, CoreId core, std::int64_t work);
  /// The unit cannot begin before its core has fired.
  void wait_for_firing(const FiringCore& core);
  StepTiming finish();
  void note_buffers(CoreId core, const UnitState& u);

  void done_at(CoreId core, std::int64_t cycle) {
    if (cycle <= compute_end_) return;
    compute_end_ = cycle;
    slowest_ = core;
  }

  // Slice after slice (train_timing.cpp).
  void add_due(std::int64_t slice, std::size_t leg, std::int64_t packets);
  void run_slice();

  static std::size_t queue_of(const Way& way) { return 2 * way.from.value() + (way.relayed ? 1 : 0); }

  void arrive(std::uint32_t i, std::int64_t packets);
  std::int64_t delay_to_next(std::size_t i) const {
    return rounded(legs_[i + 1].lag, slice_) - rounded(legs_[i].lag, slice_);
  }

  /// Every resource gives all that ask for it the same share of what they ask for. Packets leave a core in the order in
  /// which they came: what came together goes no faster than the slowest of it. False: nothing went.
  bool share_out();
  /// Calls visit(queue, leg) or visit(queue, leg, packets) for what the first batches hold.
  template <class Visit>
  void for_each_sending(Visit&& visit);
  /// Relays go before a core's own packets; so do those that come of a packet within the slice.
  void ask_for_port(const Queue& q);
  bool send_all();
  /// Sends the first batch of a queue at its pace; the next one has its turn in the next round.
  bool send(Queue& q);
  /// The part of what the leg asks for that its scarcest resource gives, of kWhole.
  std::int64_t share_of(const LegState& s);
  /// Calls visit(resource, parts of a cycle for a packet) for all that a packet needs beyond its port; of a forked one
  /// for its tree, and where each leg ends.
  template <class Visit>
  void for_each_need(const LegState& s, Visit&& visit);
  /// What is left waits for the next slice.
  void close();
  /// Sends up to so many packets, as many as the resources have room for.
  std::int64_t go(std::size_t i, std::int64_t packets);
  /// What the last of so many packets finds before it where most waits, in parts of a cycle.
  std::int64_t backlog_of(const LegState& s, std::int64_t packets);
  /// So many packets have gone over a leg.
  void land(std::size_t i, std::int64_t packets, bool late);
  /// Relays that have waited for more than the slice in which they came: what comes and goes within one is not told.
  void note_peak(std::size_t number);

  ChipRun& run_;
  const chips::Chip& chip_;
  TrainResources shared_;

  // The step in work.
  const StepFacts* facts_ = nullptr;
  std::int64_t slice_ = 1;             // cycles
  std::int64_t now_ = 0;               // slice
  std::vector<Queue> queues_;          // by core: own packets, relays
  std::vector<LegState> legs_;         // by StepFacts::legs
  std::vector<std::vector<Due>> due_;  // by slice: packets that get to a leg
  std::vector<std::vector<std::pair<CoreId, std::int64_t>>> local_due_;
  std::vector<std::size_t> waiting_;  // queues with packets
  std::int64_t network_end_ = 0, compute_end_ = 0, up_first_ = 0, up_last_ = 0;
  CoreId slowest_;  // that was done at compute_end_
};

}  // namespace ranvier::sim
