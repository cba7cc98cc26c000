// SPDX-License-Identifier: Apache-2.0
// A start for layered networks whose clusters send to a window of the next layer: the layers run down one half of the
// mesh, turn, and come up the other half.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/clusters/cluster_graph.h"

namespace ranvier::mapper::clusters {

/// First cluster of each layer, where edges go from lower to higher numbers and layers are numbered one after the
/// other; empty where the graph is not like that.
std::vector<Cluster> layers_of(const ClusterGraph& graph);

/// Row-major gives a layer one row, so a window of r columns costs (r - 1) / 2 links aside and one down. Half as wide
/// and twice as high, a layer costs half the first and twice the second, which is less from r = 5 on. The way back is
/// smooth: lines of equal time tilt from level to the diagonal of the half mesh, swing over the bottom, and tilt back,
/// so that no link is much longer than others. `layers` as of layers_of(), not empty.
Placement place_around_a_turn(const ClusterGraph& graph, Mesh mesh, const std::vector<Cluster>& layers);

}  // namespace ranvier::mapper::clusters
