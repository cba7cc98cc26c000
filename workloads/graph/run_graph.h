// SPDX-License-Identifier: Apache-2.0
// A canonical graph in floating point: the reference that everything made of the graph is compared with.
#pragma once

#include <span>
#include <vector>

#include "workloads/graph/graph.h"
#include "workloads/graph/tensor.h"

namespace ranvier::workloads {

/// Values of graph.outputs for values of graph.inputs, both in their order; a value is let go after its last use. The
/// same bits at any number of threads, though not on processors with other vector instructions. Throws
/// GraphInputMismatch.
std::vector<GraphTensor> run_graph(const Graph& graph, std::span<const GraphTensor> inputs);

/// Values of all nodes, by number.
std::vector<GraphTensor> run_graph_nodes(const Graph& graph, std::span<const GraphTensor> inputs);

}  // namespace ranvier::workloads
