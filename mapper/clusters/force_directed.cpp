// SPDX-License-Identifier: Apache-2.0
// Force-directed refinement of Jin et al. (ASPLOS 2023) as their published code behaves: a cluster's force in a
// direction is what one step that way gains; pairs of neighbouring cells with forces towards each other swap.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "mapper/clusters/errors.h"
#include "mapper/clusters/solvers.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr double kShareOfPass = 0.3;  // of the pairs that gain, the best
constexpr double kLeastGain = 1e-9;   // of the largest weight: below it is rounding

enum Direction : std::uint8_t { kEast, kSouth, kWest, kNorth };

struct Pair {
  Cell first = 0;  // the second is east or south of it
  Direction towards = kEast;
};

template <Potential P>
class Field {
 public:
  Field(const ClusterGraph& graph, Mesh mesh, Placement start)
      : graph_(graph), mesh_(mesh), cell_(std::move(start)), at_(mesh.cells(), kNoCell), force_(graph.size()) {
    for (Cluster c = 0; c < graph.size(); ++c) at_[cell_[c]] = c;
    for (Cluster c = 0; c < graph.size(); ++c)
      for (const auto& n : graph.neighbours(c)) {
        if (n.cluster > c) attract(c, n, 1);
        largest_ = std::max(largest_, static_cast<double>(weight(n)));
      }
    for (std::uint32_t y = 0; y < mesh.height; ++y)
      for (std::uint32_t x = 0; x < mesh.width; ++x) {
        if (x + 1 < mesh.width) pairs_.push_back({mesh.at(x, y), kEast});
        if (y + 1 < mesh.height) pairs_.push_back({mesh.at(x, y), kSouth});
      }
    index_pairs();
  }

  Placement run() {
    const double least = kLeastGain * largest_;
    std::vector<double> gain(pairs_.size());
    std::vector<std::uint32_t> queue(pairs_.size());
    for (std::uint32_t p = 0; p < queue.size(); ++p) queue[p] = p;
    std::vector<std::uint32_t> next;
    std::vector<std::uint32_t> queued(pairs_.size(), 0);  // pass for which a pair was last queued
    keep_gaining(queue, gain, least);
    for (std::uint32_t pass = 1; !queue.empty(); ++pass) {
      std::sort(queue.begin(), queue.end(),
                [&](std::uint32_t a, std::uint32_t b) { return gain[a] != gain[b] ? gain[a] > gain[b] : a < b; });
      const std::size_t best =
          std::max<std::size_t>(1, static_cast<std::size_t>(kShareOfPass * static_cast<double>(queue.size())));
      next.clear();
      const auto enqueue = [&](Cell cell) {
        for (const std::uint32_t p : pairs_of_[cell])
          if (p != kNoPair && queued[p] != pass) {
            queued[p] = pass;
            next.push_back(p);
          }
      };
      for (std::size_t i = 0; i < queue.size(); ++i) {
        const std::uint32_t p = queue[i];
        if (i >= best) {
          if (queued[p] != pass) next.push_back(p);
          queued[p] = pass;
        } else if (gain_of(pairs_[p]) > gain[p] - least) {  // earlier swaps of the pass may have lowered it
          swap(pairs_[p], enqueue);
        }
      }
      keep_gaining(next, gain, least);
      queue.swap(next);
    }
    return std::move(cell_);
  }

 private:
  static constexpr std::uint32_t kNoPair = UINT32_MAX;
  using Neighbour = ClusterGraph::Neighbour;

  /// The squared potentials drop weights.
  static double weight(const Neighbour& n) {
    if constexpr (P == Potential::kL1) return static_cast<double>(n.weight);
    return n.weight > 0 ? 1.0 : 0.0;
  }

  /// Where another cluster lies.
  struct Offset {
    std::array<std::int32_t, 4> ahead;  // by direction
    std::int32_t distance = 0;

    /// What a step in that direction lowers the potential by. A step onto the other's cell is left out: swapped, they
    /// stay as far apart.
    double drop(std::size_t direction) const {
      const std::int32_t a = ahead[direction];
      if (distance == 1 && a == 1) return 0;
      if constexpr (P == Potential::kL1) return a > 0 ? 1 : -1;
      if constexpr (P == Potential::kL1Squared) return (a > 0 ? 2 * distance : -2 * distance) - 1;
      return 2 * a - 1;
    }
  };

  Offset offset(Cell from, Cell to) const {
    const std::int32_t dx = static_cast<std::int32_t>(mesh_.x(to)) - static_cast<std::int32_t>(mesh_.x(from));
    const std::int32_t dy = static_cast<std::int32_t>(mesh_.y(to)) - static_cast<std::int32_t>(mesh_.y(from));
    return {{dx, dy, -dx, -dy}, std::abs(dx) + std::abs(dy)};
  }

  void index_pairs() {
    pairs_of_.assign(mesh_.cells(), {kNoPair, kNoPair, kNoPair, kNoPair});
    for (std::uint32_t p = 0; p < pairs_.size(); ++p) {
      const Pair& pair = pairs_[p];
      pairs_of_[pair.first][pair.towards] = p;
      pairs_of_[second(pair)][pair.towards + 2u] = p;
    }
  }

  Cell second(const Pair& pair) const { return pair.first + (pair.towards == kEast ? 1 : mesh_.width); }

  /// Adds (sign 1) or takes away (-1) the forces that `a` and a neighbour put on each other.
  void attract(Cluster a, const Neighbour& n, double sign) {
    const Offset other = offset(cell_[a], cell_[n.cluster]);
    const double scale = sign * weight(n);
    for (std::size_t k = 0; k < 4; ++k) {
      force_[a][k] += scale * other.drop(k);
      force_[n.cluster][k] += scale * other.drop(k ^ 2);  // seen from there, all is the other way round
    }
  }

  void attract_all(Cluster a, Cluster except, double sign) {
    if (a == kNoCell) return;
    for (const auto& n : graph_.neighbours(a))
      if (n.cluster != except) attract(a, n, sign);
  }

  /// Of one pair of clusters.
  void attract_only(Cluster a, Cluster b, double sign) {
    if (a == kNoCell || b == kNoCell) return;
    for (const auto& n : graph_.neighbours(a))
      if (n.cluster == b) attract(a, n, sign);
  }

  /// What changes in the forces of `a` and a neighbour that stays when `a` goes from one cell to another.
  void shift(Cluster a, const Neighbour& n, Cell from, Cell to) {
    const Offset before = offset(from, cell_[n.cluster]);
    const Offset after = offset(to, cell_[n.cluster]);
    const double scale = weight(n);
    std::array<double, 4>& mine = force_[a];
    std::array<double, 4>& theirs = force_[n.cluster];
    for (std::size_t k = 0; k < 4; ++k) {
      mine[k] += scale * (after.drop(k) - before.drop(k));
      theirs[k] += scale * (after.drop(k ^ 2) - before.drop(k ^ 2));
    }
  }

  double gain_of(const Pair& pair) const {
    const Cluster a = at_[pair.first];
    const Cluster b = at_[second(pair)];
    return (a == kNoCell ? 0 : force_[a][pair.towards]) + (b == kNoCell ? 0 : force_[b][pair.towards + 2u]);
  }

  void keep_gaining(std::vector<std::uint32_t>& queue, std::vector<double>& gain, double least) const {
    std::erase_if(queue, [&](std::uint32_t p) {
      gain[p] = gain_of(pairs_[p]);
      return gain[p] <= least;
    });
  }

  template <class Enqueue>
  void swap(const Pair& pair, const Enqueue& enqueue) {
    const Cell here = pair.first;
    const Cell there = second(pair);
    const Cluster a = at_[here];
    const Cluster b = at_[there];
    // Sums of the squared potentials are of whole numbers, so exact in any order: differences take one pass over edges.
    constexpr bool kExact = P != Potential::kL1;
    const auto move = [&](Cluster who, Cell from, Cell to, Cluster other) {
      at_[to] = who;
      if (who == kNoCell) return;
      if constexpr (kExact)
        for (const auto& n : graph_.neighbours(who))
          if (n.cluster != other) shift(who, n, from, to);
      cell_[who] = to;
    };
    if constexpr (kExact) {
      attract_only(a, b, -1);
    } else {
      attract_all(a, kNoCell, -1);
      attract_all(b, a, -1);
    }
    move(a, here, there, b);
    move(b, there, here, a);
    if constexpr (kExact) {
      attract_only(a, b, 1);
    } else {
      attract_all(a, kNoCell, 1);
      attract_all(b, a, 1);
    }
    for (const Cluster moved : {a, b})
      if (moved != kNoCell)
        for (const auto& n : graph_.neighbours(moved)) enqueue(cell_[n.cluster]);
    enqueue(here);
    enqueue(there);
  }

  const ClusterGraph& graph_;
  Mesh mesh_;
  Placement cell_;
  std::vector<Cluster> at_;  // by cell; kNoCell: none
  std::vector<std::array<double, 4>> force_;
  std::vector<Pair> pairs_;
  std::vector<std::array<std::uint32_t, 4>> pairs_of_;  // by cell and direction
  double largest_ = 0;
};

}  // namespace

Placement refine_force_directed(const ClusterGraph& graph, Mesh mesh, Placement start, Potential potential) {
  if (graph.size() > mesh.cells()) throw MoreClustersThanCells(graph.size(), mesh.width, mesh.height);
  switch (potential) {
    case Potential::kL1:
      return Field<Potential::kL1>(graph, mesh, std::move(start)).run();
    case Potential::kL1Squared:
      return Field<Potential::kL1Squared>(graph, mesh, std::move(start)).run();
    case Potential::kL2Squared:
      break;
  }
  return Field<Potential::kL2Squared>(graph, mesh, std::move(start)).run();
}

}  // namespace ranvier::mapper::clusters
