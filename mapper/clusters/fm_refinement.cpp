// SPDX-License-Identifier: Apache-2.0
// Passes of Fiduccia and Mattheyses over buckets of gains. Gains are exact integers; buckets hold them by their
// leading bits, so that any range of weights needs the same few buckets and picks are best to within 1/16.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <limits>

#include "mapper/clusters/cut_graph.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr int kPasses = 8;
constexpr Vertex kNone = UINT32_MAX;
constexpr std::size_t kMantissaBits = 4;
constexpr std::size_t kHalf = 64U << kMantissaBits;  // buckets of one sign
constexpr std::size_t kBuckets = 2 * kHalf + 1;
constexpr std::size_t kWords = kBuckets / 64 + 1;

std::size_t bucket_of(std::int64_t gain) {
  const auto size = static_cast<std::uint64_t>(gain < 0 ? -gain : gain);
  if (size == 0) return kHalf;
  const auto bits = static_cast<std::size_t>(std::bit_width(size));
  const std::uint64_t leading =
      bits > kMantissaBits ? size >> (bits - 1 - kMantissaBits) : size << (kMantissaBits + 1 - bits);
  const std::size_t rank = ((bits - 1) << kMantissaBits) + (leading & ((1U << kMantissaBits) - 1)) + 1;
  return gain < 0 ? kHalf - rank : kHalf + rank;
}

/// Vertices of one side by gain; the last that came is the first of its bucket.
class Buckets {
 public:
  explicit Buckets(std::size_t vertices) : next_(vertices), before_(vertices), bucket_(vertices) {}

  bool empty() const { return words_ == 0; }

  void clear() {
    filled_.fill(0);
    words_ = 0;
  }

  void insert(Vertex v, std::int64_t gain) {
    const std::size_t b = bucket_of(gain);
    bucket_[v] = static_cast<std::uint16_t>(b);
    before_[v] = kNone;
    const std::uint64_t bit = std::uint64_t{1} << (b % 64);
    next_[v] = (filled_[b / 64] & bit) != 0 ? head_[b] : kNone;
    if (next_[v] != kNone) before_[next_[v]] = v;
    head_[b] = v;
    filled_[b / 64] |= bit;
    words_ |= std::uint64_t{1} << (b / 64);
  }

  void remove(Vertex v) {
    const std::size_t b = bucket_[v];
    if (next_[v] != kNone) before_[next_[v]] = before_[v];
    if (before_[v] != kNone) {
      next_[before_[v]] = next_[v];
      return;
    }
    head_[b] = next_[v];
    if (head_[b] != kNone) return;
    filled_[b / 64] &= ~(std::uint64_t{1} << (b % 64));
    if (filled_[b / 64] == 0) words_ &= ~(std::uint64_t{1} << (b / 64));
  }

  /// Not of empty buckets.
  Vertex best() const {
    const auto word = static_cast<std::size_t>(std::bit_width(words_) - 1);
    return head_[word * 64 + static_cast<std::size_t>(std::bit_width(filled_[word]) - 1)];
  }

 private:
  static_assert(kWords <= 64);
  std::array<Vertex, kBuckets> head_;           // of those that are filled
  std::array<std::uint64_t, kWords> filled_{};  // a bit a bucket
  std::uint64_t words_ = 0;                     // a bit a word
  std::vector<Vertex> next_, before_;
  std::vector<std::uint16_t> bucket_;
};

class Refiner {
 public:
  Refiner(const CutGraph& graph, const CutLimits& limits, Sides& side)
      : graph_(graph),
        limits_(limits),
        side_(side),
        of_side_{Buckets(graph.vertices()), Buckets(graph.vertices())},
        gain_(graph.vertices()),
        free_(graph.vertices()) {
    for (const std::uint32_t s : graph.size) largest_ = std::max<std::int64_t>(largest_, s);
  }

  /// Whether it got better.
  bool pass() {
    for (Buckets& buckets : of_side_) buckets.clear();
    std::int64_t on_first = 0;
    for (Vertex v = 0; v < graph_.vertices(); ++v) {
      gain_[v] = side_[v] == 0 ? -graph_.bias[v] : graph_.bias[v];
      for (std::size_t i = graph_.offset[v]; i < graph_.offset[v + 1]; ++i)
        gain_[v] += side_[graph_.neighbour[i]] == side_[v] ? -graph_.weight[i] : graph_.weight[i];
      of_side_[side_[v]].insert(v, gain_[v]);
      free_[v] = 1;
      if (side_[v] == 0) on_first += graph_.size[v];
    }
    moved_.clear();
    const std::int64_t violation_before = violation(on_first);
    std::int64_t least_violation = violation_before;
    std::int64_t change = 0;
    std::int64_t best_change = 0;
    std::size_t best = 0;
    const std::size_t patience = std::max<std::size_t>(64, graph_.vertices() / 8);
    while (moved_.size() - best < patience || least_violation > 0) {
      const Vertex v = pick(on_first);
      if (v == kNone) break;
      change -= gain_[v];
      on_first += side_[v] == 0 ? -static_cast<std::int64_t>(graph_.size[v]) : graph_.size[v];
      move(v);
      moved_.push_back(v);
      const std::int64_t now = violation(on_first);
      if (now > least_violation || (now == least_violation && change >= best_change)) continue;
      least_violation = now;
      best_change = change;
      best = moved_.size();
    }
    while (moved_.size() > best) {
      side_[moved_.back()] ^= 1U;
      moved_.pop_back();
    }
    return best > 0;
  }

 private:
  std::int64_t violation(std::int64_t on_first) const {
    return std::max<std::int64_t>({0, limits_.least - on_first, on_first - limits_.most});
  }

  /// One vertex may be too many on a side for a while: that is how two change places.
  Vertex pick(std::int64_t on_first) const {
    Vertex from_side[2] = {kNone, kNone};
    for (const std::size_t s : {0, 1}) {
      if (of_side_[s].empty()) continue;
      const Vertex v = of_side_[s].best();
      const std::int64_t after = s == 0 ? on_first - graph_.size[v] : on_first + graph_.size[v];
      if (s == 0 ? after >= limits_.least - largest_ : after <= limits_.most + largest_) from_side[s] = v;
    }
    if (from_side[0] == kNone || on_first < limits_.least) return from_side[1];
    if (from_side[1] == kNone || on_first > limits_.most) return from_side[0];
    if (gain_[from_side[0]] != gain_[from_side[1]])
      return gain_[from_side[0]] > gain_[from_side[1]] ? from_side[0] : from_side[1];
    return from_side[2 * on_first > limits_.least + limits_.most ? 0 : 1];
  }

  void move(Vertex v) {
    of_side_[side_[v]].remove(v);
    free_[v] = 0;
    side_[v] ^= 1U;
    for (std::size_t i = graph_.offset[v]; i < graph_.offset[v + 1]; ++i) {
      const Vertex u = graph_.neighbour[i];
      if (free_[u] == 0) continue;
      of_side_[side_[u]].remove(u);
      gain_[u] += side_[u] == side_[v] ? -2 * graph_.weight[i] : 2 * graph_.weight[i];
      of_side_[side_[u]].insert(u, gain_[u]);
    }
  }

  const CutGraph& graph_;
  CutLimits limits_;
  Sides& side_;
  std::array<Buckets, 2> of_side_;
  std::vector<std::int64_t> gain_;  // of a move to the other side
  std::vector<std::uint8_t> free_;  // has not moved in this pass
  std::vector<Vertex> moved_;
  std::int64_t largest_ = 0;
};

}  // namespace

std::int64_t cut_cost(const CutGraph& graph, const Sides& side) {
  std::int64_t twice = 0;
  std::int64_t cost = 0;
  for (Vertex v = 0; v < graph.vertices(); ++v) {
    if (side[v] == 1) cost += graph.bias[v];
    for (std::size_t i = graph.offset[v]; i < graph.offset[v + 1]; ++i)
      if (side[graph.neighbour[i]] != side[v]) twice += graph.weight[i];
  }
  return cost + twice / 2;
}

void refine_cut(const CutGraph& graph, const CutLimits& limits, Sides& side) {
  Refiner refiner(graph, limits, side);
  for (int p = 0; p < kPasses; ++p)
    if (!refiner.pass()) break;
}

}  // namespace ranvier::mapper::clusters
