// SPDX-License-Identifier: Apache-2.0
// Parts of an instance with everything a move changes: pins by net and part, loads, connectivity. All sums are
// integers, so that after any moves they equal those of a fresh count. Memory is linear in pins.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "mapper/hypergraph/instance.h"

namespace ranvier::mapper::hypergraph {

class State {
 public:
  /// No vertex is in a part yet. Part ids are below `parts`.
  State(const Instance& instance, std::size_t parts);
  State(const Instance& instance, std::size_t parts, const Parts& assigned);

  const Instance& instance() const { return *instance_; }
  std::size_t parts() const { return parts_; }
  Part part(Vertex v) const { return part_[v]; }
  const Parts& assignment() const { return part_; }
  std::size_t members(Part p) const { return members_[p]; }
  std::size_t parts_used() const { return used_parts_; }
  std::int64_t cut() const { return cut_; }  // connectivity, fixed point
  std::int64_t load(Part p, std::size_t r) const { return load_[p * summed_ + r]; }
  std::int64_t use(Part p, std::size_t s) const { return use_[p * shared_ + s]; }

  void place(Vertex v, Part to);
  void remove(Vertex v);
  void move(Vertex v, Part to) {
    remove(v);
    place(v, to);
  }

  std::uint32_t count(Net e, Part p) const {
    const std::size_t first = offset_[e];
    if (dense(e)) return count_[first + p];
    for (std::size_t i = first; i < first + spread_[e]; ++i)
      if (slot_part_[i] == p) return count_[i];
    return 0;
  }
  /// Of two parts at once.
  std::pair<std::uint32_t, std::uint32_t> counts(Net e, Part a, Part b) const {
    const std::size_t first = offset_[e];
    if (dense(e)) return {count_[first + a], count_[first + b]};
    std::uint32_t at_a = 0;
    std::uint32_t at_b = 0;
    for (std::size_t i = first; i < first + spread_[e]; ++i) {
      if (slot_part_[i] == a) at_a = count_[i];
      if (slot_part_[i] == b) at_b = count_[i];
    }
    return {at_a, at_b};
  }
  /// Parts that hold pins of the net.
  std::uint32_t spread(Net e) const { return spread_[e]; }
  template <typename Visit>
  void for_each_part(Net e, Visit visit) const {
    const std::size_t first = offset_[e];
    if (dense(e)) {
      for (std::size_t p = 0; p < parts_; ++p)
        if (count_[first + p] > 0) visit(static_cast<Part>(p), count_[first + p]);
      return;
    }
    for (std::size_t i = first; i < first + spread_[e]; ++i) visit(slot_part_[i], count_[i]);
  }
  /// Pins of the net by part; null where only some parts are listed.
  const std::uint32_t* counts_by_part(Net e) const { return dense(e) ? count_.data() + offset_[e] : nullptr; }

  /// Weight of all nets of a vertex; shared demand of a vertex alone.
  std::int64_t weight_of(Vertex v) const { return weight_of_[v]; }
  std::int64_t alone(Vertex v, std::size_t s) const { return alone_[v * shared_ + s]; }

  /// Sum over all limits of the excess of a part, each limit being kWhole; 0 where it is within all.
  std::int64_t violation(Part p) const;
  std::int64_t violation() const;
  static constexpr std::int64_t kWhole = std::int64_t{1} << 24;

  /// Pairs that should be apart and are not.
  std::size_t conflicts() const;
  /// Apart and pinned.
  bool allowed(Vertex v, Part to) const;
  /// Whether v may join and all limits hold then. Exact, by the nets of v.
  bool fits(Vertex v, Part to) const;

 private:
  bool dense(Net e) const { return offset_[e + 1] - offset_[e] == parts_; }

  const Instance* instance_;
  std::size_t parts_;
  std::size_t summed_;
  std::size_t shared_;
  Parts part_;
  std::vector<std::uint32_t> members_;
  std::size_t used_parts_ = 0;
  std::int64_t cut_ = 0;
  std::vector<std::int64_t> load_;
  std::vector<std::int64_t> use_;
  std::vector<std::size_t> offset_;   // by net: min(pins, parts) slots
  std::vector<std::uint32_t> count_;  // by slot: pins in its part
  std::vector<Part> slot_part_;       // by slot; not read where slots are parts
  std::vector<std::uint32_t> spread_;
  std::vector<std::int64_t> weight_of_;
  std::vector<std::int64_t> alone_;
};

/// What a part over its limit counts: its excess as a share of the limit, rounded up.
std::int64_t excess_share(std::int64_t used, std::int64_t limit);

/// All parts that a vertex could join, from one walk over its nets.
class Neighbourhood {
 public:
  explicit Neighbourhood(const State& state);
  /// Of a vertex that may or may not be in a part.
  void look(Vertex v);
  std::span<const Part> parts() const { return touched_; }
  /// Weight that leaving its part would save; weight that joining `p` would cost; so a move gains save() - cost(p).
  std::int64_t save() const { return save_; }
  std::int64_t cost(Part p) const { return state_->weight_of(vertex_) - weight_[p]; }
  /// What joining `p` would add to a shared resource.
  std::int64_t added(Part p, std::size_t s) const { return state_->alone(vertex_, s) - size_[p * shared_ + s]; }
  bool fits(Part p) const;
  /// What the violation of `p` would be with the vertex in it.
  std::int64_t violation_with(Part p) const;
  /// What the violation of its own part would be without it.
  std::int64_t violation_without() const;

 private:
  void add_net(const std::uint32_t* count, Part home, std::int64_t weight, const std::int64_t* size);

  const State* state_;
  std::size_t shared_;
  Vertex vertex_ = 0;
  std::int64_t save_ = 0;
  std::vector<std::int64_t> weight_;
  std::vector<std::int64_t> size_;
  std::vector<std::int64_t> freed_;
  std::vector<std::uint8_t> seen_;
  std::vector<Part> touched_;
};

}  // namespace ranvier::mapper::hypergraph
