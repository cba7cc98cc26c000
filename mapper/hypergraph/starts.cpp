// SPDX-License-Identifier: Apache-2.0
// First parts in order, by overlap and by best fit.
#include "mapper/hypergraph/starts.h"

#include <algorithm>
#include <numeric>
#include <queue>
#include <tuple>

#include "mapper/hypergraph/merge_rules.h"
#include "mapper/hypergraph/state.h"

namespace ranvier::mapper::hypergraph {

namespace {

/// Parts that pins name, and one more.
std::size_t pinned_parts(const Instance& instance) {
  std::size_t parts = 0;
  for (const Part p : instance.pinned)
    if (p != kNoPart) parts = std::max<std::size_t>(parts, p + std::size_t{1});
  return parts;
}

/// Fills parts one at a time; pinned vertices are in theirs from the start.
class Filler {
 public:
  explicit Filler(const Instance& instance) : instance_(&instance), rules_(instance, {1, 1}) {
    parts_ = instance.pinned;
    pinned_.resize(pinned_parts(instance));
    for (Vertex v = 0; v < instance.vertices; ++v)
      if (parts_[v] != kNoPart) pinned_[parts_[v]].push_back(v);
  }
  bool taken(Vertex v) const { return parts_[v] != kNoPart; }
  /// The next part; its pinned vertices, to start from.
  const std::vector<Vertex>& open() {
    static const std::vector<Vertex> kNone;
    ++now_;
    empty_ = true;
    const std::vector<Vertex>& inside = now_ < pinned_.size() ? pinned_[now_] : kNone;
    for (const Vertex v : inside) add(v);
    return inside;
  }
  bool add(Vertex v) {
    if (empty_)
      rules_.begin(v, true);
    else if (!rules_.join(v))
      return false;
    empty_ = false;
    parts_[v] = now_;
    return true;
  }
  Parts take() { return std::move(parts_); }

 private:
  const Instance* instance_;
  MergeRules rules_;
  Parts parts_;
  std::vector<std::vector<Vertex>> pinned_;
  Part now_ = kNoPart;  // the first open() makes it 0
  bool empty_ = true;
};

}  // namespace

std::size_t fewest_parts(const Instance& instance) {
  std::size_t fewest = 1;
  const auto raise = [&](std::int64_t sum, std::int64_t limit) {
    if (limit > 0) fewest = std::max(fewest, static_cast<std::size_t>((sum - 1) / limit + 1));
  };
  for (std::size_t r = 0; r < instance.summed(); ++r) {
    std::int64_t sum = 0;
    for (Vertex v = 0; v < instance.vertices; ++v) sum += instance.demand[v * instance.summed() + r];
    raise(sum, instance.summed_limit[r]);
  }
  for (std::size_t s = 0; s < instance.shared(); ++s) {
    std::int64_t sum = 0;
    for (Vertex v = 0; v < instance.vertices; ++v) sum += instance.own[v * instance.shared() + s];
    for (Net e = 0; e < instance.pins.size(); ++e) sum += instance.size[e * instance.shared() + s];
    raise(sum, instance.shared_limit[s]);
  }
  return fewest;
}

Parts start_in_order(const Instance& instance) {
  Filler filler(instance);
  filler.open();
  for (Vertex v = 0; v < instance.vertices; ++v)
    while (!filler.taken(v) && !filler.add(v)) filler.open();
  return filler.take();
}

Parts start_by_overlap(const Instance& instance) {
  const std::size_t n = instance.vertices;
  Filler filler(instance);
  std::vector<std::uint32_t> net_in(instance.pins.size(), 0);
  std::vector<double> overlap(n, 0);
  std::vector<Vertex> near;
  std::size_t next = 0;
  for (std::uint32_t stamp = 1; next < n; ++stamp) {
    using Entry = std::tuple<double, Vertex>;  // negative: queues pop the largest, and of equals the first
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    for (const Vertex v : near) overlap[v] = 0;
    near.clear();
    const auto spread = [&](Vertex v) {
      for (const Net e : instance.nets_of[v]) {
        if (net_in[e] == stamp || instance.weight[e] == 0) continue;
        net_in[e] = stamp;
        const auto pins = instance.pins[e];
        const double share = static_cast<double>(instance.weight[e]) / static_cast<double>(pins.size());
        for (const Vertex u : pins) {
          if (filler.taken(u)) continue;
          if (overlap[u] == 0) near.push_back(u);
          overlap[u] += share;
          queue.emplace(-overlap[u], u);
        }
      }
    };
    for (const Vertex v : filler.open()) spread(v);
    int refused = 0;
    constexpr int kMostRefused = 50;  // then the part is full enough
    while (refused < kMostRefused) {
      Vertex v = UINT32_MAX;
      if (!queue.empty()) {
        const auto [key, u] = queue.top();
        queue.pop();
        if (filler.taken(u) || -key != overlap[u]) continue;
        v = u;
      } else {
        while (next < n && filler.taken(static_cast<Vertex>(next))) ++next;
        if (next == n) break;
        v = static_cast<Vertex>(next);
      }
      if (filler.add(v)) {
        spread(v);
      } else {
        if (queue.empty()) break;
        ++refused;
      }
    }
    while (next < n && filler.taken(static_cast<Vertex>(next))) ++next;
  }
  return filler.take();
}

Parts start_by_best_fit(const Instance& instance, std::size_t parts) {
  State state(instance, parts);
  std::vector<double> size(instance.vertices, 0);
  const auto share = [](std::int64_t used, std::int64_t limit) {
    return static_cast<double>(used) / static_cast<double>(std::max<std::int64_t>(limit, 1));
  };
  for (Vertex v = 0; v < instance.vertices; ++v) {
    if (instance.pinned[v] != kNoPart) state.place(v, instance.pinned[v]);
    for (std::size_t r = 0; r < instance.summed(); ++r)
      size[v] = std::max(size[v], share(instance.demand[v * instance.summed() + r], instance.summed_limit[r]));
    for (std::size_t s = 0; s < instance.shared(); ++s)
      size[v] = std::max(size[v], share(state.alone(v, s), instance.shared_limit[s]));
  }
  std::vector<Vertex> order(instance.vertices);
  std::iota(order.begin(), order.end(), Vertex{0});
  std::stable_sort(order.begin(), order.end(), [&](Vertex a, Vertex b) { return size[a] > size[b]; });
  Neighbourhood near(state);
  for (const Vertex v : order) {
    if (instance.pinned[v] != kNoPart) continue;
    near.look(v);
    Part best = kNoPart;
    double best_room = 0;
    Part least_bad = kNoPart;
    std::int64_t least = 0;
    for (Part p = 0; p < parts; ++p) {
      if (near.fits(p)) {
        double room = 0;  // over all resources; what the vertex adds to sets counts
        for (std::size_t r = 0; r < instance.summed(); ++r)
          room += 1 - share(state.load(p, r) + instance.demand[v * instance.summed() + r], instance.summed_limit[r]);
        for (std::size_t s = 0; s < instance.shared(); ++s) room += share(near.added(p, s), instance.shared_limit[s]);
        if (best == kNoPart || room < best_room) {
          best = p;
          best_room = room;
        }
      } else if (best == kNoPart && state.allowed(v, p)) {
        const std::int64_t worse = near.violation_with(p) - state.violation(p);
        if (least_bad == kNoPart || worse < least) {
          least_bad = p;
          least = worse;
        }
      }
    }
    if (best == kNoPart) best = least_bad == kNoPart ? Part{0} : least_bad;
    state.place(v, best);
  }
  return state.assignment();
}

}  // namespace ranvier::mapper::hypergraph
