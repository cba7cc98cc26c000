// SPDX-License-Identifier: Apache-2.0
// The plain annealer that papers compare with; the tuned one is anneal.cpp.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/random_stream.h"
#include "mapper/clusters/baselines.h"
#include "mapper/clusters/solvers.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr std::int64_t kMovesOfCluster = 1000;
constexpr std::int64_t kMostMoves = 20'000'000;
constexpr std::int64_t kRounds = 200;  // of constant temperature
constexpr double kHot = 1.0;           // first and last temperature in mean rises of a random swap
constexpr double kCold = 1e-3;

class Annealer {
 public:
  Annealer(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed)
      : graph_(graph),
        mesh_(mesh),
        cell_(place_randomly(graph, mesh, seed)),
        at_(mesh.cells(), kNoCell),
        random_(seed, 1) {
    for (Cluster c = 0; c < graph.size(); ++c) at_[cell_[c]] = c;
  }

  Placement run() {
    if (graph_.size() == 0 || mesh_.cells() < 2) return std::move(cell_);
    double temperature = kHot * mean_rise();
    const std::int64_t moves = std::min(kMostMoves, kMovesOfCluster * static_cast<std::int64_t>(graph_.size()));
    const double cooling = std::exp(std::log(kCold / kHot) / static_cast<double>(kRounds));
    for (std::int64_t round = 0; round < kRounds; ++round, temperature *= cooling)
      for (std::int64_t i = 0; i < moves / kRounds; ++i) {
        const Cell a = cell_[random_.below(static_cast<std::uint32_t>(graph_.size()))];
        const Cell b = random_.below(static_cast<std::uint32_t>(mesh_.cells()));
        if (a == b) continue;
        const double rise = rise_of(a, b);
        if (rise <= 0 || random_.unit() < std::exp(-rise / temperature)) swap(a, b);
      }
    return std::move(cell_);
  }

 private:
  double mean_rise() {
    constexpr int kSamples = 1000;
    double sum = 0;
    for (int i = 0; i < kSamples; ++i) {
      const Cell a = cell_[random_.below(static_cast<std::uint32_t>(graph_.size()))];
      const Cell b = random_.below(static_cast<std::uint32_t>(mesh_.cells()));
      if (a != b) sum += std::abs(rise_of(a, b));
    }
    return sum > 0 ? sum / kSamples : 1;
  }

  /// Of the cost when the clusters of two cells change places.
  double rise_of(Cell a, Cell b) const { return moved(at_[a], a, b, at_[b]) + moved(at_[b], b, a, at_[a]); }

  double moved(Cluster c, Cell from, Cell to, Cluster partner) const {
    if (c == kNoCell) return 0;
    double sum = 0;
    for (const auto& n : graph_.neighbours(c)) {
      if (n.cluster == partner) continue;
      const Cell other = cell_[n.cluster];
      sum += static_cast<double>(n.weight) *
             (static_cast<double>(mesh_.distance(to, other)) - static_cast<double>(mesh_.distance(from, other)));
    }
    return sum;
  }

  void swap(Cell a, Cell b) {
    std::swap(at_[a], at_[b]);
    if (at_[a] != kNoCell) cell_[at_[a]] = a;
    if (at_[b] != kNoCell) cell_[at_[b]] = b;
  }

  const ClusterGraph& graph_;
  Mesh mesh_;
  Placement cell_;
  std::vector<Cluster> at_;
  RandomStream random_;
};

}  // namespace

Placement place_by_plain_annealing(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed) {
  return Annealer(graph, mesh, seed).run();
}

}  // namespace ranvier::mapper::clusters
