// SPDX-License-Identifier: Apache-2.0
// One tile's emissions of a step, sorted into the trains that its flows carry.
#pragma once

#include <vector>

#include "sim/core_model.h"
#include "sim/flow_table.h"
#include "workloads/event_batch.h"

namespace ranvier::sim {

/// Events of one cell, in the order in which they were emitted.
struct CellEvents {
  std::size_t cell = 0;
  std::vector<Event> events;
  workloads::EventBatch rows;
  bool zeros = false;  // some have value 0: flows that carry none take `without_zeros`
  std::vector<Event> nonzero;
  std::int64_t first = 0;  // cycles since the tile began to fire
  std::int64_t last = 0;

  mapper::Range tokens, channels;  // the smallest box around the events

  bool by_token = true;  // rows are there

  EventTrain train(bool with_zeros) const {
    return {with_zeros || !zeros ? events : nonzero, by_token ? &rows : nullptr};
  }
  /// One more event, in any order of tokens: there are no rows then.
  void append(const Event& event);
  /// The part of the train that lies in `reach`; `part` holds it where it is not the whole.
  EventTrain within(const mapper::Reach& reach, bool with_zeros, CellEvents& part) const;
};

class TileTrains {
 public:
  /// Sorts `emissions` of `tile`. Each of an event's further packets (flow_table.h) delays all later ones by
  /// `packet_cycles`; 0 for the host.
  void sort(const FlowTable& flows, TileId tile, const std::vector<Emission>& emissions, std::int64_t packet_cycles);

  std::size_t size() const { return used_; }
  CellEvents& operator[](std::size_t i) { return cells_[i]; }
  const CellEvents& operator[](std::size_t i) const { return cells_[i]; }
  /// Cycles that packets beyond each event's first take.
  std::int64_t more_cycles() const { return more_; }
  /// Calls visit(index of the cell here, cycle since the tile began to fire) for each emission, in order.
  template <class Visit>
  void for_each_emission(const std::vector<Emission>& emissions, Visit&& visit) const;

 private:
  std::int64_t extra(const Emission& e, std::uint32_t index) const {
    return e.value == 0 ? extra_of_zero_[index] : extra_[index];
  }

  std::vector<CellEvents> cells_;  // those with events first, by number of the cell
  std::size_t used_ = 0;
  std::vector<std::uint32_t> index_of_;  // by cell: index into cells_
  std::vector<std::uint32_t> cell_;      // by emission: index into cells_
  std::vector<std::int64_t> extra_;      // by index into cells_: cycles of an event's further packets
  std::vector<std::int64_t> extra_of_zero_;
  std::int64_t more_ = 0;
};

template <class Visit>
void TileTrains::for_each_emission(const std::vector<Emission>& emissions, Visit&& visit) const {
  std::int64_t more = 0;
  for (std::size_t i = 0; i < emissions.size(); ++i) {
    visit(cell_[i], emissions[i].at.count() + more);
    more += extra(emissions[i], cell_[i]);
  }
}

}  // namespace ranvier::sim
