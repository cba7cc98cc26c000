// SPDX-License-Identifier: Apache-2.0
// A graph to be cut in two whose vertices also lean to a side: terminals outside of it, of fixed sides, as biases.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random_stream.h"

namespace ranvier::mapper::clusters {

using Vertex = std::uint32_t;

/// Symmetric, without loops, each neighbour once. Sums of weights and biases over all vertices stay below 2^62.
struct CutGraph {
  std::vector<std::size_t> offset{0};
  std::vector<Vertex> neighbour;
  std::vector<std::int64_t> weight;
  std::vector<std::uint32_t> size;  // by vertex: clusters in it
  std::vector<std::int64_t> bias;   // by vertex: what side 1 costs more than side 0; may be negative

  std::size_t vertices() const { return size.size(); }
};

/// Clusters on side 0.
struct CutLimits {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

/// 0 or 1 by vertex.
using Sides = std::vector<std::uint8_t>;

/// Weights of the edges between the sides, and biases of side 1.
std::int64_t cut_cost(const CutGraph& graph, const Sides& side);

/// Moves of single vertices, the best first and each once a pass, back to the best point of the pass (Fiduccia and
/// Mattheyses, DAC 1982), until a pass gains nothing. A start outside of the limits is brought inside if sizes allow,
/// else as near as they do; a start inside never gets worse. Linear in edges and vertices a pass. (fm_refinement.cpp)
void refine_cut(const CutGraph& graph, const CutLimits& limits, Sides& side);

/// Cut from scratch, on several levels: heavy edges are merged, the smallest graph is cut by growing side 0 from
/// several vertices, and each level is refined. With sizes of 1 the limits are kept. (multilevel_cut.cpp)
Sides cut_in_two(const CutGraph& graph, const CutLimits& limits, RandomStream& random);

}  // namespace ranvier::mapper::clusters
