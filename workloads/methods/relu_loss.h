// SPDX-License-Identifier: Apache-2.0
// The loss table of a ReLU network: spike counts a step against the activations of its graph.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/graph/graph.h"
#include "workloads/graph/tensor.h"
#include "workloads/methods/relu_network.h"
#include "workloads/methods/spiking_loss.h"

namespace ranvier::workloads {

/// `labels` may be empty. There is no integer network to compare with: those fields stay 0. The same for any number of
/// threads (0: all cores). Throws GraphInputMismatch.
SpikingLoss measure_relu_loss(const Graph& graph, const ReluNetwork& network, std::span<const GraphTensor> inputs,
                              std::span<const std::uint8_t> labels, int threads);

/// Multiply-adds of one dense evaluation, by population.
std::vector<std::int64_t> dense_multiply_adds(const ReluProgram& program);

}  // namespace ranvier::workloads
