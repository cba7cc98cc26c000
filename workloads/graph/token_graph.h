// SPDX-License-Identifier: Apache-2.0
// A canonical graph read as a network over tokens: every value is a matrix [tokens][channels], and for each element of
// each node it is known which element of which matrix it is. Reshapes, transposes, slices and concatenations are
// thereby worked out element by element, so that no particular way to write them has to be known.
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/graph/graph.h"
#include "workloads/vit_config.h"

namespace ranvier::workloads {

enum class TokenOp : std::uint8_t {
  kInput,
  kPatches,  // linear over parts of the input that do not overlap: images' patches, or the steps of a sequence
  kLinear,   // over the channels of each token
  kNorm,     // layer norm, or the affine map of a batch norm
  kUnary,
  kClassToken,   // the tokens of the input behind one constant one
  kConstantAdd,  // x + `constant`
  kAdd,
  kScores,   // products of the heads of two linears; channel = head * tokens + key
  kSoftmax,  // over the keys of each head, or over the channels of a token where it stands on no scores
  kMix,      // softmax times heads of a linear; channel = head * head_width + i
  kMean,     // over all tokens, one token
};

struct TokenValue {
  TokenOp op = TokenOp::kInput;
  NodeId node;  // that made it
  std::vector<std::size_t> inputs;
  std::int32_t tokens = 0;
  std::int32_t channels = 0;

  /// kPatches, kLinear: column c of the node's weight belongs to channel columns[c] of the input; outputs are
  /// multiplied by `gain` and then `shift` is added, where they are not empty, and by `scale`.
  std::vector<std::int32_t> columns;
  std::vector<double> gain;
  std::vector<double> shift;
  double scale = 1;  // of kScores too
  /// kNorm, by channel.
  NormKind norm = NormKind::kLayer;
  std::vector<float> gamma;
  std::vector<float> beta;
  Unary unary = Unary::kRelu;
  std::vector<float> constant;  // kClassToken [channels], kConstantAdd [tokens][channels]
  /// kScores: [heads * head_width] rows of the first and of the second linear; kMix: rows of the linear in `rows`.
  std::int32_t heads = 0;
  std::vector<std::int32_t> rows;
  std::vector<std::int32_t> key_rows;
  /// kInput: what affine maps in front of the patches have made of it, by element.
  std::vector<double> element_gain;
  std::vector<double> element_shift;
  /// kPatches: image and patch sizes, or 0 and a sequence of `tokens` steps; element of the graph's input by
  /// [token][channel], a patch being [colour][y][x].
  std::int32_t image = 0;
  std::int32_t colours = 1;
  std::int32_t patch = 0;
  std::vector<std::int32_t> elements;
};

struct TokenGraph {
  std::vector<TokenValue> values;  // in topological order
  std::size_t output = 0;
};

/// Throws UnknownStructure (graph_errors.h) at the first node that is nothing of a transformer over tokens.
TokenGraph token_graph_of(const Graph& graph);

}  // namespace ranvier::workloads
