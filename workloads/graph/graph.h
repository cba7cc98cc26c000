// SPDX-License-Identifier: Apache-2.0
// The canonical float graph: what every importer of trained networks makes, whatever the file said. One form for one
// meaning: a batch of one, shapes known, constants folded, LayerNorm and GELU whole, weights inside their nodes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace ranvier::workloads {

using NodeId = Id<struct GraphNodeTag>;  // operator of a canonical graph, in topological order

/// Every operator has one output. Shapes keep ONNX's axes, the batch (1) first.
enum class Op : std::uint8_t {
  kInput,
  kConstant,       // `weight` are the values; only where no operator can take them in (a position embedding)
  kLinear,         // [..., in] -> [..., out]; weight [out][in], bias [out], zeros where there is none
  kConvolution,    // [1][in][H][W] -> [1][out][H][W], or without H; weight [out][in / groups][ky][kx], bias [out]
  kMatMul,         // two operands of rank >= 2, batched as in ONNX; constant ones only where they are several matrices
  kAdd,            // two operands, broadcast as in ONNX; a constant comes second; x - constant is here, negated
  kSubtract,       // of two computed operands
  kMultiply,       // x / constant is here, with the constant inverted
  kDivide,         // by a computed operand
  kChannelAffine,  // x * weight[c] + bias[c] along `axis`: a batch norm with its statistics folded
  kLayerNorm,      // over the last axis; weight gamma, bias beta, epsilon
  kRmsNorm,        // x * weight / sqrt(mean(x^2) + epsilon), over the last axis
  kSoftmax,        // along `axis`
  kUnary,          // `unary` of each element
  kReshape,        // to `shape`; Flatten, Squeeze and Unsqueeze too
  kTranspose,      // `integers`: the permutation
  kSlice,          // along `axis`: integers {begin, end, step}; a Split is several; a Gather of one index is one
  kGather,         // rows `integers` along `axis`, where they are no range
  kConcat,         // along `axis`
  kReduceMean,     // over axes `integers`, kept with extent 1
  kReduceSum,
  kMaxPool,
  kAveragePool,  // padding is not counted unless `count_padding`
};

enum class Unary : std::uint8_t {
  kRelu,
  kGelu,
  kGeluTanh,
  kQuickGelu,
  kSilu,
  kSigmoid,
  kTanh,
  kErf,
  kExp,
  kSqrt,
  kReciprocal,
  kHardSwish,
  kNegate,
  kHardSigmoid,  // max(0, min(1, x / 6 + 1 / 2))
  kRelu6,
};

/// Of convolutions and pooling; height first. One-dimensional ones have height 1.
struct Window {
  std::int64_t kernel[2] = {1, 1};
  std::int64_t stride[2] = {1, 1};
  std::int64_t dilation[2] = {1, 1};
  std::int64_t padding[4] = {0, 0, 0, 0};  // top, left, bottom, right
  std::int64_t groups = 1;
  bool count_padding = false;
  friend bool operator==(const Window&, const Window&) = default;
};

struct GraphNode {
  Op op = Op::kInput;
  std::string name;  // as in the file, for messages; no part of what the graph means
  std::vector<NodeId> inputs;
  std::vector<std::int64_t> shape;  // of the output
  std::vector<float> weight;
  std::vector<float> bias;
  std::vector<std::int64_t> integers;
  std::int64_t axis = 0;  // never negative
  double epsilon = 0;
  Unary unary = Unary::kRelu;
  Window window;
};

/// Nodes in topological order; the order is a function of the meaning alone (depth first from the outputs), so that two
/// files of one network give equal graphs but for the names.
struct Graph {
  std::string name;
  std::vector<GraphNode> nodes;
  std::vector<NodeId> inputs;
  std::vector<NodeId> outputs;
  const GraphNode& node(NodeId id) const { return nodes[id.value()]; }
};

std::string_view op_name(Op op);
std::string_view unary_name(Unary unary);
std::int64_t element_count(const std::vector<std::int64_t>& shape);

/// One line a node: number, operator, inputs, shape, attributes, digest of weights; without names. Equal texts are
/// equal networks.
std::string canonical_text(const Graph& graph);

/// Sizes that fit each other, inputs before use, weights as long as their shapes say; std::logic_error otherwise: an
/// importer's bug, never a file's fault.
void check_graph(const Graph& graph);

}  // namespace ranvier::workloads
