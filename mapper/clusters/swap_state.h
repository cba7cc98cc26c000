// SPDX-License-Identifier: Apache-2.0
// A placement under swaps, with the change of an objective in integers: sums come out the same in any order, so with
// any vector unit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mapper/clusters/cluster_graph.h"
#include "mapper/clusters/solvers.h"

namespace ranvier::mapper::clusters {

class SwapState {
 public:
  /// Meshes of up to 32767 cells a side. Weights become multiples of a unit so that no sum over one cluster overflows
  /// 31 bits.
  SwapState(const ClusterGraph& graph, Mesh mesh, const Placement& start, const Objective& objective);

  const Placement& cells() const { return cells_; }
  Mesh mesh() const { return mesh_; }
  Cell cell(Cluster c) const { return cells_[c]; }
  Cluster holder(Cell cell) const { return holder_[cell]; }  // kNoCell: nobody
  std::int32_t x(Cluster c) const { return position_[c] & 0xffff; }
  std::int32_t y(Cluster c) const { return position_[c] >> 16; }

  /// Weight of one integer unit.
  double unit() const { return unit_; }
  std::int64_t tail() const { return tail_; }
  /// Where moving has a price, the cell that `c` came from; else kNoCell.
  Cell home(Cluster c) const { return home_.empty() ? kNoCell : home_[c]; }
  void set_tail(double tail);

  /// Change of the objective if `c` and whoever holds `to` change places.
  std::int64_t gain(Cluster c, Cell to) const;
  void swap(Cluster c, Cell to);

  /// Neighbours of c; rows end with entries of c itself, weight 0, up to a multiple of kLanes.
  static constexpr std::size_t kLanes = 8;
  std::size_t row_begin(Cluster c) const { return first_[c]; }
  std::size_t degree(Cluster c) const { return degree_[c]; }
  Cluster neighbour(std::size_t i) const { return static_cast<Cluster>(index_[i]); }
  std::int32_t weight(std::size_t i) const { return weight_[i]; }

 private:
  Mesh mesh_;
  Placement cells_;
  std::vector<Cluster> holder_;
  std::vector<std::int32_t> position_;  // y << 16 | x
  std::vector<std::size_t> first_;
  std::vector<std::uint32_t> degree_;
  std::vector<std::int32_t> index_;
  std::vector<std::int32_t> weight_;
  double unit_ = 1;
  std::int64_t tail_ = 0;
  std::int32_t limit_ = 0;
  std::int64_t move_price_ = 0;
  std::vector<Cell> home_;  // empty where there is no price
  bool wide_ = false;

  /// What its home adds to the objective if `c` goes.
  std::int64_t migration(Cluster c, Cell from, Cell to) const;
};

/// What `objective` asks to be minimised, without the integers.
double objective_value(const ClusterGraph& graph, Mesh mesh, const Placement& cells, const Objective& objective);

}  // namespace ranvier::mapper::clusters
