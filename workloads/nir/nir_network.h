// SPDX-License-Identifier: Apache-2.0
// A NIR graph made ready to run: subgraphs dissolved, units in the order of evaluation, edges that close a cycle found,
// shapes known everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/nir/nir_graph.h"

namespace ranvier::workloads {

using NirShape = std::vector<std::int64_t>;

struct NirSource {
  std::size_t unit = 0;
  bool closes_cycle = false;  // arrives a step later, whatever the rules of the simulation say
  friend bool operator==(const NirSource&, const NirSource&) = default;
};

struct NirUnit {
  const NirNode* node = nullptr;
  std::string path;             // "sub/lif1": names may hold dots, and never a slash
  std::vector<NirSource> from;  // inputs add; the order is that of the edges, a repeated edge counts once
  NirShape in_shape;
  NirShape out_shape;
};

/// Points into the file that it was made of.
struct NirNetwork {
  std::string file;
  std::vector<NirUnit> units;        // sources first, but for edges that close a cycle
  std::vector<std::size_t> inputs;   // Input nodes of the outermost graph, by name
  std::vector<std::size_t> outputs;  // Output nodes of the outermost graph, by name
};

/// Edges that close a cycle are those met when going depth first, along the edges in their order, from the inputs, then
/// from all other nodes by name. Throws NirShapeMismatch (also where a subgraph has several inputs or outputs).
NirNetwork make_nir_network(const NirFile& file);

/// Of convolutions and pooling; one-dimensional ones have height 1.
struct NirWindow {
  std::int64_t kernel[2] = {1, 1};
  std::int64_t stride[2] = {1, 1};
  std::int64_t dilation[2] = {1, 1};
  std::int64_t before[2] = {0, 0};  // padding: top, left
  std::int64_t after[2] = {0, 0};   // bottom, right
  std::int64_t in[2] = {1, 1};
  std::int64_t out[2] = {1, 1};
  std::int64_t in_channels = 1;
  std::int64_t out_channels = 1;
  std::int64_t groups = 1;
};

/// Of a Conv1d, Conv2d, SumPool2d or AvgPool2d over its input. Throws NirShapeMismatch.
NirWindow nir_window(const NirNode& node, const NirShape& in_shape, const std::string& file, const std::string& place);

/// Shapes of `network` from its inputs on; called by make_nir_network(). Throws NirShapeMismatch.
void infer_nir_shapes(NirNetwork& network);

std::string nir_shape_text(const NirShape& shape);
std::int64_t nir_count(const NirShape& shape);

}  // namespace ranvier::workloads
