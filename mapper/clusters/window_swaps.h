// SPDX-License-Identifier: Apache-2.0
// Swaps in a small window with cached gains: what a cluster's edges gain by any shift of up to 2 cells is a sum of a
// function of dx and one of dy (the distance is Manhattan's), kept in half a cache line a cell. A swap is then judged
// without a walk over edges; only a swap that is made walks over those of its two clusters.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/random_stream.h"
#include "mapper/clusters/level_graph.h"

namespace ranvier::mapper::clusters {

class WindowSwaps {
 public:
  /// Clusters of `graph` lie on distinct cells; memory locality is best with clusters numbered along the grid.
  WindowSwaps(LevelGraph graph, LevelGrid grid, std::vector<Cell> cell_of, std::uint64_t seed);

  /// Every cluster once, tile by tile: a heat-bath step over all swaps of its window, at `temperature` in units of the
  /// objective; 0 takes the best gain or stays. Returns the swaps made.
  std::size_t sweep(float temperature);

  /// Mean change by a swap of neighbouring cells, gain or loss: the scale of temperatures.
  float mean_change() const;

  /// Sum of w * distance, distance in hops of the mesh.
  double cost() const;

  const std::vector<Cell>& cells() const { return cell_of_; }

 private:
  /// Cost changes of shifts by -2, -1, 1 and 2 columns, and rows.
  struct alignas(32) Gains {
    std::array<float, 4> x{};
    std::array<float, 4> y{};
  };
  struct Position {
    std::int32_t x = 0;
    std::int32_t y = 0;
  };

  template <bool kInside>
  std::pair<std::int32_t, std::int32_t> best_shift(Cell cell, Position at, float temperature, float& best);
  bool try_cluster(Cell cell, float temperature);
  void swap_cells(Cell a, Cell b);
  void shift_neighbours(Cluster moved, Cluster partner, Position from, Position to);
  void recompute(Cell cell);
  float hops_between(Cluster a, Cluster b) const;
  float weight_between(Cluster a, Cluster b) const;

  LevelGraph graph_;
  LevelGrid grid_;
  std::vector<Cell> cell_of_;
  std::vector<Cluster> cluster_at_;
  std::vector<Position> position_;
  std::vector<Gains> gains_;  // by cell
  float least_gain_ = 0;      // below it a gain may be rounding
  RandomStream random_;
};

}  // namespace ranvier::mapper::clusters
