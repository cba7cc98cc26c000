// SPDX-License-Identifier: Apache-2.0
// The solver behind `ranvier place`: many starts, annealed, the best annealed longer. Nothing is traded away silently:
// the Pareto set over energy, greatest latency and greatest congestion is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mapper/clusters/cluster_graph.h"
#include "mapper/clusters/metrics.h"

namespace ranvier::mapper::clusters {

enum class Effort : std::uint8_t { kFast, kDefault, kBest };

struct PlaceProgress {
  std::string round;
  std::int32_t done = 0;  // jobs of the round
  std::int32_t jobs = 0;
  double energy = 0;  // of the best so far
};

struct PlaceOptions {
  Effort effort = Effort::kDefault;
  std::uint64_t seed = 1;
  std::int32_t threads = 1;
  double time_budget_s = 0;                            // wall time; 0: none. Looked at between rounds only
  std::function<void(const PlaceProgress&)> progress;  // from one thread at a time; may be empty
};

struct PlacedCandidate {
  std::string how;  // "scotch 1, annealed, annealed"
  Placement cells;
  Metrics metrics;
};

struct PlaceResult {
  Placement cells;
  Metrics metrics;
  std::string how;
  /// None is worse than another in energy, greatest latency and greatest congestion together; by energy.
  std::vector<PlacedCandidate> pareto;
  /// Hilbert's curve with the force-directed refinement of least energy (Jin et al., ASPLOS 2023); above
  /// kReferenceClusters that by the squared L2, the best on sparse layers; above kLargestReference or kReferenceEdges
  /// the curve alone. The result's greatest latency and greatest congestion are not above its.
  PlacedCandidate reference;
  bool stopped_early = false;  // by the time budget
};

inline constexpr std::size_t kScotchClusters = 16384;     // above: multilevel placement and median swaps, no annealing
inline constexpr std::size_t kReferenceClusters = 16384;  // above: one potential of the force-directed reference alone
inline constexpr std::size_t kLargestReference = 65536;   // above: none, it takes too long
inline constexpr std::size_t kReferenceEdges = 3'000'000;

/// The rule: of all candidates whose greatest latency and greatest congestion are not above the reference's, the one of
/// least energy; the reference is a candidate. The same for a seed at any thread count. Throws MoreClustersThanCells.
PlaceResult place_clusters(const ClusterGraph& graph, Mesh mesh, const PlaceOptions& options = {});

/// Moves of the annealings of place_clusters(), which are most of its work. Above kScotchClusters, where it
/// anneals nothing, what costs about as much as it does.
std::int64_t annealing_moves(const ClusterGraph& graph, Effort effort);

}  // namespace ranvier::mapper::clusters
