// SPDX-License-Identifier: Apache-2.0
// METIS alone: clusters and mesh are halved together until a part is one cell.
#include <metis.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <stdexcept>
#include <utility>

#include "mapper/clusters/baselines.h"
#include "mapper/clusters/box.h"
#include "mapper/clusters/errors.h"
#include "mapper/metis_turn.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr double kMostWeight = 1000;  // of an edge; METIS adds weights in 32 bits

class Bisector {
 public:
  Bisector(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed)
      : graph_(graph),
        mesh_(mesh),
        seed_(static_cast<idx_t>(seed % 1'000'000'007)),
        placement_(graph.size()),
        local_(graph.size(), kOutside) {
    for (Cluster c = 0; c < graph.size(); ++c)
      for (const auto& n : graph.neighbours(c)) largest_ = std::max(largest_, static_cast<double>(n.weight));
  }

  Placement run() {
    std::vector<Cluster> all(graph_.size());
    std::iota(all.begin(), all.end(), Cluster{0});
    place(all, {0, 0, mesh_.width, mesh_.height});
    return std::move(placement_);
  }

 private:
  static constexpr idx_t kOutside = -1;

  void place(std::span<Cluster> clusters, Box box) {
    if (clusters.empty()) return;
    if (box.cells() == 1) {
      placement_[clusters.front()] = mesh_.at(box.x, box.y);
      return;
    }
    const auto [first, second] = halves(box);
    const std::size_t share = clusters.size() * first.cells() / box.cells();
    const std::size_t least = clusters.size() > second.cells() ? clusters.size() - second.cells() : 0;
    const std::size_t count = std::clamp(share, least, first.cells());
    if (count > 0 && count < clusters.size()) split(clusters, count);
    place(clusters.first(count), first);
    place(clusters.subspan(count), second);
  }

  /// Reorders `clusters` so that the first `count` are one side.
  void split(std::span<Cluster> clusters, std::size_t count) {
    for (std::size_t i = 0; i < clusters.size(); ++i) local_[clusters[i]] = static_cast<idx_t>(i);
    std::vector<idx_t> side = cut(clusters, count);
    even_out(clusters, side, count);
    for (const Cluster c : clusters) local_[c] = kOutside;
    std::vector<Cluster> ordered;
    ordered.reserve(clusters.size());
    for (const idx_t s : {0, 1})
      for (std::size_t i = 0; i < clusters.size(); ++i)
        if (side[i] == s) ordered.push_back(clusters[i]);
    std::copy(ordered.begin(), ordered.end(), clusters.begin());
  }

  /// METIS keeps sizes only nearly: those of the larger side that are held there least change over.
  void even_out(std::span<const Cluster> clusters, std::vector<idx_t>& side, std::size_t count) const {
    const auto on_first = static_cast<std::size_t>(std::count(side.begin(), side.end(), 0));
    if (on_first == count) return;
    const idx_t from = on_first > count ? 0 : 1;
    std::vector<std::pair<double, std::size_t>> held;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
      if (side[i] != from) continue;
      double sum = 0;
      for (const auto& n : graph_.neighbours(clusters[i])) {
        const idx_t other = local_[n.cluster];
        if (other != kOutside)
          sum += side[static_cast<std::size_t>(other)] == from ? static_cast<double>(n.weight)
                                                               : -static_cast<double>(n.weight);
      }
      held.emplace_back(sum, i);
    }
    std::sort(held.begin(), held.end());
    const std::size_t moves = on_first > count ? on_first - count : count - on_first;
    for (std::size_t i = 0; i < moves; ++i) side[held[i].second] = 1 - from;
  }

  std::vector<idx_t> cut(std::span<const Cluster> clusters, std::size_t count) const {
    std::vector<idx_t> first{0};
    std::vector<idx_t> neighbour;
    std::vector<idx_t> weight;
    for (const Cluster c : clusters) {
      for (const auto& n : graph_.neighbours(c)) {
        if (local_[n.cluster] == kOutside) continue;
        neighbour.push_back(local_[n.cluster]);
        weight.push_back(static_cast<idx_t>(1 + std::llround(static_cast<double>(n.weight) / scale() * kMostWeight)));
      }
      first.push_back(static_cast<idx_t>(neighbour.size()));
    }
    std::vector<idx_t> side(clusters.size(), 0);
    idx_t vertices = static_cast<idx_t>(clusters.size());
    idx_t constraints = 1;
    idx_t parts = 2;
    idx_t objective = 0;
    const auto share = static_cast<real_t>(static_cast<double>(count) / static_cast<double>(clusters.size()));
    std::array<real_t, 2> target = {share, 1 - share};
    std::array<idx_t, METIS_NOPTIONS> options{};
    METIS_SetDefaultOptions(options.data());
    options[METIS_OPTION_SEED] = seed_;
    const std::lock_guard turn(metis_turn());
    if (METIS_PartGraphRecursive(&vertices, &constraints, first.data(), neighbour.data(), nullptr, nullptr,
                                 weight.data(), &parts, target.data(), nullptr, options.data(), &objective,
                                 side.data()) != METIS_OK)
      throw std::logic_error("METIS refused a bisection");
    return side;
  }

  double scale() const { return largest_ > 0 ? largest_ : 1; }

  const ClusterGraph& graph_;
  Mesh mesh_;
  idx_t seed_;
  Placement placement_;
  std::vector<idx_t> local_;  // position among the clusters at hand
  double largest_ = 0;
};

}  // namespace

Placement place_with_metis(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed) {
  if (graph.size() > mesh.cells()) throw MoreClustersThanCells(graph.size(), mesh.width, mesh.height);
  return Bisector(graph, mesh, seed).run();
}

}  // namespace ranvier::mapper::clusters
