// SPDX-License-Identifier: Apache-2.0
// From a canonical graph to the transformer that conversion knows.
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/graph/graph.h"
#include "workloads/graph/tensor.h"
#include "workloads/model.h"

namespace ranvier::workloads {

struct RecognisedVit {
  /// Its network input is that of the graph: input_scale 1, no zero point, nothing folded for the coding of pixels.
  VitModel model;
  /// Element of the graph's input by [patch or step][in_channels].
  std::vector<std::int32_t> elements;
  bool softmax_at_end = false;  // of the graph; the model gives the logits in front of it

  /// What FloatNetwork::run_input takes, for values of the graph's input.
  std::vector<float> network_input(const GraphTensor& graph_input) const;
};

/// Largest difference of a logit between FloatNetwork and run_graph() that recognition allows, relative to the largest.
inline constexpr double kRecognitionLimit = 1e-4;

/// Throws UnknownStructure (graph_errors.h); RecognitionDiffers where the network does not give the graph's logits on
/// an input drawn from a fixed seed.
RecognisedVit recognise_vit(const Graph& graph);
VitModel vit_of(const Graph& graph);

}  // namespace ranvier::workloads
