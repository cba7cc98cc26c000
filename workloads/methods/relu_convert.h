// SPDX-License-Identifier: Apache-2.0
// From a canonical graph of convolutions, dense layers, ReLU, sums and average pooling to integrate-and-fire neurons
// (docs/explanation/methods.md).
#pragma once

#include <span>
#include <vector>

#include "workloads/graph/graph.h"
#include "workloads/graph/tensor.h"
#include "workloads/methods/relu_program.h"

namespace ranvier::workloads {

struct ReluOptions {
  int steps = 128;
  double percentile = 0.999;  // of the positive activations of a population: what a spike in every step stands for
};

/// Whether the graph has none of what only transformers have: norms over a layer, products of two computed values. What
/// it has may still be refused.
bool looks_like_relu_network(const Graph& graph);

/// Thresholds from the activations on `calibration` (network inputs). Throws UnknownStructure, naming the node and the
/// nearest known form, CannotCalibrate, DoesNotFitIntegers.
ReluProgram convert_relu(const Graph& graph, const ReluOptions& options, std::span<const GraphTensor> calibration);

/// Codes of population 0 for a network input [1][channels][height][width] or [1][features]: round(x / scale), clipped.
std::vector<std::int32_t> relu_input_codes(const ReluProgram& program, const GraphTensor& input);

}  // namespace ranvier::workloads
