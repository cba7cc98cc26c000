// SPDX-License-Identifier: Apache-2.0
// Clusters and mesh are halved together, all regions of a depth before any of the next. Neighbours outside of a region
// are terminals at the middle of their own region (Dunlop and Kernighan, IEEE Trans. CAD 4(1), 1985).
#include "mapper/clusters/bisection.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "mapper/clusters/box.h"
#include "mapper/clusters/cut_graph.h"
#include "mapper/clusters/errors.h"
#include "mapper/clusters/solvers.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr double kWeightSum = 0x1p40;   // of all weights as integers: times a distance they stay below 2^60
constexpr int kRepeats = 2;             // of a depth, once all its regions are cut
constexpr std::int64_t kFar = 1 << 17;  // half cells; terminals further out pull no more

/// Clusters order[begin] to order[begin + count - 1].
struct Region {
  Box box;
  std::size_t begin = 0;
  std::size_t count = 0;
};

/// In half cells from the mesh's corner: the middle of cell 0 is 1.
struct Point {
  std::int64_t x = 0;
  std::int64_t y = 0;
};

Point middle(const Box& box) { return {2 * std::int64_t{box.x} + box.width, 2 * std::int64_t{box.y} + box.height}; }

class Bisection {
 public:
  Bisection(const ClusterGraph& graph, Mesh mesh, const BisectionOptions& options)
      : graph_(graph),
        mesh_(mesh),
        options_(options),
        order_(graph.size()),
        at_(graph.size(), middle({0, 0, mesh.width, mesh.height})),
        local_(graph.size(), kOutside),
        first_terminal_(graph.size() + 1, 0),
        terminals_(options.terminals.begin(), options.terminals.end()) {
    std::iota(order_.begin(), order_.end(), Cluster{0});
    double total = graph.total_weight();
    for (const Terminal& t : terminals_) {
      if (t.cluster >= graph.size()) throw std::invalid_argument(fmt::format("a terminal of cluster {}", t.cluster));
      if (!std::isfinite(t.weight) || t.weight < 0)
        throw std::invalid_argument(fmt::format("a terminal of weight {}", t.weight));
      total += t.weight;
      ++first_terminal_[t.cluster + 1];
    }
    std::partial_sum(first_terminal_.begin(), first_terminal_.end(), first_terminal_.begin());
    std::stable_sort(terminals_.begin(), terminals_.end(),
                     [](const Terminal& a, const Terminal& b) { return a.cluster < b.cluster; });
    const double scale = kWeightSum / total;
    scale_ = std::isfinite(scale) ? scale : 0;  // weights of nothing: all cuts are alike
  }

  Placement run() {
    std::vector<Region> regions{{{0, 0, mesh_.width, mesh_.height}, 0, graph_.size()}};
    for (std::uint64_t depth = 0; !regions.empty(); ++depth) {
      std::vector<std::size_t> on_first;
      for (std::size_t r = 0; r < regions.size(); ++r) on_first.push_back(split(regions[r], depth, r));
      for (int again = 0; again < kRepeats; ++again)
        for (std::size_t r = 0; r < regions.size(); ++r) on_first[r] = improve(regions[r], on_first[r]);
      std::vector<Region> next;
      for (std::size_t r = 0; r < regions.size(); ++r) {
        const auto [first, second] = halves(regions[r].box);
        const auto keep = [&](const Region& half) {
          if (half.count > 0 && half.box.cells() > 1) next.push_back(half);
        };
        keep({first, regions[r].begin, on_first[r]});
        keep({second, regions[r].begin + on_first[r], regions[r].count - on_first[r]});
      }
      regions = std::move(next);
    }
    Placement cells(graph_.size());
    for (Cluster c = 0; c < graph_.size(); ++c)
      cells[c] = mesh_.at(static_cast<std::uint32_t>(at_[c].x / 2), static_cast<std::uint32_t>(at_[c].y / 2));
    return cells;
  }

 private:
  static constexpr Vertex kOutside = UINT32_MAX;

  std::int64_t scaled(double weight) const { return std::llround(weight * scale_); }

  std::span<Cluster> members(const Region& region) { return std::span(order_).subspan(region.begin, region.count); }

  static CutLimits limits_of(const Region& region) {
    const auto [first, second] = halves(region.box);
    const auto count = static_cast<std::int64_t>(region.count);
    return {std::max<std::int64_t>(0, count - static_cast<std::int64_t>(second.cells())),
            std::min(count, static_cast<std::int64_t>(first.cells()))};
  }

  /// Clusters on the first side.
  std::size_t split(const Region& region, std::uint64_t depth, std::uint64_t number) {
    if (region.box.cells() < 2) return region.count;
    const CutGraph cut = graph_of(region);
    RandomStream random(options_.seed, number, depth);
    return take(region, cut_in_two(cut, limits_of(region), random));
  }

  /// The same cut once the others of its depth are made.
  std::size_t improve(const Region& region, std::size_t on_first) {
    if (region.box.cells() < 2) return region.count;
    Sides side(region.count, 0);
    std::fill(side.begin() + static_cast<std::ptrdiff_t>(on_first), side.end(), std::uint8_t{1});
    refine_cut(graph_of(region), limits_of(region), side);
    return take(region, side);
  }

  std::size_t take(const Region& region, const Sides& side) {
    const auto [first, second] = halves(region.box);
    const std::span<Cluster> all = members(region);
    std::vector<Cluster> of_second;
    std::size_t next = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      at_[all[i]] = middle(side[i] == 0 ? first : second);
      if (side[i] == 0) {
        all[next++] = all[i];
      } else {
        of_second.push_back(all[i]);
      }
    }
    std::copy(of_second.begin(), of_second.end(), all.begin() + static_cast<std::ptrdiff_t>(next));
    return next;
  }

  /// Distances are along the cut, in those between the middles of the halves: an edge that is cut costs its weight.
  CutGraph graph_of(const Region& region) {
    const auto [first, second] = halves(region.box);
    const Point a = middle(first);
    const Point b = middle(second);
    const auto apart = static_cast<double>(std::abs(a.x - b.x) + std::abs(a.y - b.y));
    const auto lean = [&](const Point& to) {
      const std::int64_t nearer =
          std::abs(to.x - b.x) + std::abs(to.y - b.y) - std::abs(to.x - a.x) - std::abs(to.y - a.y);
      return static_cast<double>(nearer) / apart;
    };
    const std::span<const Cluster> all = members(region);
    for (std::size_t i = 0; i < all.size(); ++i) local_[all[i]] = static_cast<Vertex>(i);
    CutGraph cut;
    cut.size.assign(all.size(), 1);
    cut.offset.reserve(all.size() + 1);
    for (const Cluster c : all) {
      std::int64_t bias = 0;
      for (const auto& n : graph_.neighbours(c)) {
        const auto weight = static_cast<double>(n.weight);
        if (local_[n.cluster] != kOutside) {
          cut.neighbour.push_back(local_[n.cluster]);
          cut.weight.push_back(scaled(weight));
        } else if (options_.terminal_propagation) {
          bias += scaled(weight * lean(at_[n.cluster]));
        }
      }
      for (std::size_t t = first_terminal_[c]; t < first_terminal_[c + 1]; ++t)
        bias += scaled(terminals_[t].weight * lean(position(terminals_[t])));
      cut.bias.push_back(bias);
      cut.offset.push_back(cut.neighbour.size());
    }
    for (const Cluster c : all) local_[c] = kOutside;
    return cut;
  }

  static Point position(const Terminal& t) {
    const auto half_cells = [](std::int32_t cell) { return std::clamp(2 * std::int64_t{cell} + 1, -kFar, kFar); };
    return {half_cells(t.x), half_cells(t.y)};
  }

  const ClusterGraph& graph_;
  Mesh mesh_;
  const BisectionOptions& options_;
  std::vector<Cluster> order_;
  std::vector<Point> at_;      // middle of the region that a cluster is in
  std::vector<Vertex> local_;  // in the region at hand
  std::vector<std::size_t> first_terminal_;
  std::vector<Terminal> terminals_;  // by cluster
  double scale_ = 1;
};

}  // namespace

Placement place_by_bisection(const ClusterGraph& graph, Mesh mesh, const BisectionOptions& options) {
  if (graph.size() > mesh.cells()) throw MoreClustersThanCells(graph.size(), mesh.width, mesh.height);
  return Bisection(graph, mesh, options).run();
}

Placement place_by_bisection(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed) {
  return place_by_bisection(graph, mesh, BisectionOptions{.terminals = {}, .seed = seed});
}

}  // namespace ranvier::mapper::clusters
