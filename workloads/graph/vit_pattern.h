// SPDX-License-Identifier: Apache-2.0
// The parts of a transformer in a token graph: which value is what. Matched from the logits backwards, where every
// value has definite inputs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workloads/graph/token_graph.h"

namespace ranvier::workloads {

/// Numbers of values of a TokenGraph.
struct VitBlockPattern {
  std::size_t norm1 = 0, norm2 = 0;
  std::size_t q = 0, k = 0, v = 0, scores = 0, mix = 0, proj = 0;
  std::size_t fc1 = 0, activation = 0, fc2 = 0;
};

struct VitPattern {
  std::size_t patches = 0;
  std::vector<float> class_token;  // empty without one
  std::vector<float> positions;    // [tokens][channels]
  std::optional<std::size_t> pre_norm;
  NormPlacement placement = NormPlacement::kPre;
  std::vector<VitBlockPattern> blocks;
  std::optional<std::size_t> final_norm;
  Pooling pooling = Pooling::kFirstToken;
  std::vector<std::size_t> head;  // linears one behind the other, the first at the front
};

/// Throws UnknownStructure.
VitPattern match_vit(const Graph& graph, const TokenGraph& tokens);

}  // namespace ranvier::workloads
