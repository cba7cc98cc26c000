// SPDX-License-Identifier: Apache-2.0
// What trains share in a step at `fast`: links, and of each core its ports, its integrating unit and its relay unit.
// Each has a slice of time to give, slice after slice, and takes on what its buffers hold beyond it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/chip_run.h"

namespace ranvier::sim {

class TrainResources {
 public:
  static constexpr std::int64_t kPart = 256;       // capacities and costs are in parts of a cycle
  static constexpr std::int64_t kWhole = 1 << 20;  // shares

  explicit TrainResources(ChipRun& run);

  // Resources: links, then of each core these.
  enum Unit : std::size_t { kInjection, kEjection, kIntegration, kRelay, kUnits };

  /// A leg's links in way_links_. A forked train is its leg 0: that holds all links of the tree, and where each of
  /// `legs` legs from it on ends; begin to end are those of its own way.
  struct Way {
    std::uint32_t begin = 0, end = 0;
    std::uint32_t tree_begin = 0, tree_end = 0;
    std::uint32_t legs = 1;
    bool forked = false;
    bool forked_off = false;  // goes with leg 0
    std::int64_t zero_load = 0;
    std::int64_t flits = 1;
    CoreId from, to;
    bool relayed = false;
    bool ends_on_core = true;  // else at the host
  };
  struct Resource {
    std::int64_t slice = -1;  // that the rest is of
    std::int64_t queue = 0;   // work that it has, in parts of a cycle
    std::int64_t left = 0;    // work that it takes on in this slice
    std::int64_t demand = 0;  // asked for in round `round`
    std::int64_t prior = 0;   // and by those that go first
    std::int64_t round = -1;
  };
  /// An integrating unit's queue, and where its work ends.
  struct UnitState {
    std::int64_t packets = 0, work = 0;   // of the whole step; cycles
    std::int64_t first_sent = INT64_MAX;  // cycle in which the first event leaves for it
    std::int64_t way = INT64_MAX;         // cycles of the shortest way to it
    std::int64_t slice = 0;               // that `queue` is at the beginning of
    std::int64_t queue = 0;               // parts of a cycle
    std::int64_t end = 0;                 // cycles
    std::int64_t peak_relays = 0, peak_queue = 0;
  };
  /// A step begins, in slices of so many cycles.
  void begin_step(std::int64_t slice_cycles);
  void begin_slice(std::int64_t slice) { now_ = slice; }
  /// What was asked for before is forgotten.
  void begin_round() { ++round_; }

  std::size_t unit(Unit u, CoreId core) const { return links_ + u * cores_ + core.value(); }
  const Way& way(std::size_t leg) const { return ways_[leg]; }  // by leg of the flow table

  UnitState& used(CoreId core) {
    UnitState& u = units_[core.value()];
    if (u.packets == 0 && u.work == 0 && u.first_sent == INT64_MAX) used_.push_back(core);
    return u;
  }

  /// The queue of a core's integrating unit at the beginning of this slice.
  UnitState& queue_now(CoreId core) {
    UnitState& u = units_[core.value()];
    if (u.slice < now_) {
      u.queue = std::max<std::int64_t>(0, u.queue - (now_ - u.slice) * slice_ * kPart);
      u.slice = now_;
    }
    return u;
  }

  Resource& resource(std::size_t index) {
    Resource& r = resources_[index];
    if (r.slice == now_) return r;
    const std::int64_t slice = slice_ * kPart;
    const std::int64_t queue = r.slice < 0 ? 0 : std::max<std::int64_t>(0, r.queue - (now_ - r.slice) * slice);
    r = {now_, queue, slice - queue, 0};
    if (index < links_) {
      r.left += buffered_flits_ * cost_[index];  // in the buffers before the link
    } else if (index >= links_ + kIntegration * cores_ && index < links_ + kRelay * cores_) {
      const UnitState& u = queue_now(CoreId(index - links_ - kIntegration * cores_));
      // The FIFO takes what the unit has not come to.
      const std::int64_t mean = u.packets > 0 ? u.work * kPart / u.packets : 0;
      r.queue = 0;
      r.left = slice + chip_.core.receive_fifo_events.value * mean - u.queue;
    }
    return r;
  }

  /// Calls visit(resource, parts of a cycle for a packet) for all that a packet needs beyond its port.
  template <class Visit>
  void for_each_resource(const Way& way, std::int64_t integrate_cost, Visit&& visit) {
    if (way.relayed) visit(resource(unit(kRelay, way.from)), chip_.core.relay_cycles.value * kPart);
    for_each_link(way.begin, way.end, way.flits, visit);
    for_each_end(way, integrate_cost, visit);
  }
  /// Those of links begin to end of way_links_.
  template <class Visit>
  void for_each_link(std::uint32_t begin, std::uint32_t end, std::int64_t flits, Visit&& visit) {
    for (std::uint32_t l = begin; l < end; ++l) visit(resource(way_links_[l]), flits * cost_[way_links_[l]]);
  }
  /// Those of the core that it ends at.
  template <class Visit>
  void for_each_end(const Way& way, std::int64_t integrate_cost, Visit&& visit) {
    visit(resource(unit(kEjection, way.to)), way.flits * kPart);
    if (integrate_cost > 0 && way.ends_on_core) visit(resource(unit(kIntegration, way.to)), integrate_cost);
  }

  Resource& port(const Way& way) { return resource(unit(kInjection, way.from)); }
  UnitState& unit_state(CoreId core) { return units_[core.value()]; }
  const std::vector<CoreId>& cores_used() const { return used_; }

  std::int64_t& asked_of(Resource& r, bool first) {
    if (r.round != round_) r.demand = r.prior = 0;
    r.round = round_;
    return first ? r.prior : r.demand;
  }

  std::int64_t share_of_port(const Way& way) {
    const Resource& r = port(way);
    return way.relayed ? part_of(r.left, r.prior) : part_of(r.left - r.prior, r.demand);
  }

  static std::int64_t part_of(std::int64_t left, std::int64_t asked) {
    return asked <= left ? kWhole : std::max<std::int64_t>(0, left) / kPart * kWhole / (asked / kPart + 1);
  }

  /// Adds work to a core's integrating unit. Its queue is kept in the time of those who send: what has been sent, and
  /// is not done yet by a unit that were at their side.
  void integrate(CoreId core, std::int64_t work) {
    UnitState& u = queue_now(core);
    u.queue += work;
    u.peak_queue = std::max(u.peak_queue, u.queue);
    u.end = std::max(u.end, std::max(now_, u.slice) * slice_ + u.way + u.queue / kPart);
  }

 private:
  const chips::Chip& chip_;
  std::size_t links_, cores_;
  std::int64_t buffered_flits_;     // that wait for a link in the buffers of one input
  std::vector<std::int64_t> cost_;  // by link: of a flit, in parts of a cycle
  std::vector<Way> ways_;           // by leg of the flow table
  std::vector<std::uint32_t> way_links_;
  std::vector<Resource> resources_;
  std::vector<UnitState> units_;  // by core
  std::vector<CoreId> used_;
  std::int64_t slice_ = 1;  // cycles
  std::int64_t now_ = 0;    // slice
  std::int64_t round_ = 0;  // since the run began
};

}  // namespace ranvier::sim
