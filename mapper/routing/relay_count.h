// SPDX-License-Identifier: Apache-2.0
// What the flows of a level bring to each core to be passed on, wave by wave, every value counted as sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper::routing {

/// A core passes the flow on from this place of its chain.
struct Relayed {
  std::size_t flow = 0;
  std::size_t place = 0;
};

class RelayCount {
 public:
  /// Of `flows`, by their routes as they are. Each core has all of its buffer.
  RelayCount(const MappingProblem& problem, const std::vector<std::size_t>& flows, const std::vector<Route>& routes);

  /// Adds what each core gets, in all waves together.
  void add_totals(std::vector<std::int64_t>& by_core) const;
  /// Levels work side by side: of its buffer a core has the part that the level's events are of those of all levels,
  /// where those are more than it holds.
  void share_room(const std::vector<std::int64_t>& totals_by_core);

  /// In how many waves at least no core gets more than it has room for, were they even.
  std::int32_t fewest_waves() const;
  /// Counts anew for so many waves.
  void count(std::int32_t waves);
  bool fits() const;

  /// Cores that pass something on, ascending.
  std::size_t cores() const { return cores_.size(); }
  CoreId core(std::size_t i) const { return cores_[i]; }
  const std::vector<Relayed>& relayed(std::size_t i) const { return relayed_[i]; }
  /// Events beyond its room, of all waves.
  std::int64_t excess(std::size_t i) const;
  /// How many of them go if the core does not pass this flow on.
  std::int64_t relief(std::size_t i, const Relayed& one) const;
  void remove(std::size_t i, std::size_t flow);

 private:
  std::int64_t total(std::size_t i) const;
  /// Calls visit(wave, events) for the waves in which the flow sends.
  template <class Visit>
  void for_each_wave(std::size_t flow, Visit&& visit) const;
  std::int64_t& events(std::size_t i, std::int32_t wave) {
    return events_[i * static_cast<std::size_t>(waves_) + static_cast<std::size_t>(wave)];
  }
  std::int64_t events(std::size_t i, std::int32_t wave) const {
    return events_[i * static_cast<std::size_t>(waves_) + static_cast<std::size_t>(wave)];
  }

  const MappingProblem& problem_;
  std::vector<CoreId> cores_;
  std::vector<std::int64_t> room_;             // by index of the core: events
  std::vector<std::vector<Relayed>> relayed_;  // by index of the core
  std::int32_t waves_ = 1;
  std::map<std::size_t, std::vector<std::int64_t>> sent_;  // by flow: by wave
  std::vector<std::int64_t> events_;                       // by index of the core and wave
};

}  // namespace ranvier::mapper::routing
