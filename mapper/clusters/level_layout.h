// SPDX-License-Identifier: Apache-2.0
// Grids of the levels of multilevel placement, and how a placement passes from one to the next finer.
#pragma once

#include <vector>

#include "mapper/clusters/pair_coarsening.h"

namespace ranvier::mapper::clusters {

/// Half the cells, rounded up, of the grid: the side with the finer pitch is halved.
LevelGrid coarser(const LevelGrid& grid);

/// Cells of the fine clusters: each takes about half its parent's cell, on the side of its neighbours; where the grids
/// are not two to one the order by column, and within a column by row, is kept. `graph` is the fine one; clusters
/// without a parent get kNoCell.
template <class Graph>
std::vector<Cell> finer_layout(const Graph& graph, const std::vector<Cluster>& parent, const LevelGrid& coarse,
                               const std::vector<Cell>& coarse_cells, const LevelGrid& fine);

extern template std::vector<Cell> finer_layout(const ClusterGraph&, const std::vector<Cluster>&, const LevelGrid&,
                                               const std::vector<Cell>&, const LevelGrid&);
extern template std::vector<Cell> finer_layout(const LevelGraph&, const std::vector<Cluster>&, const LevelGrid&,
                                               const std::vector<Cell>&, const LevelGrid&);

}  // namespace ranvier::mapper::clusters
