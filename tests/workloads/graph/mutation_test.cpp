// SPDX-License-Identifier: Apache-2.0
// Transformers with something changed at random: whatever still is a graph is either refused with a place, or
// recognised as what it now computes. Recognition that has to be stopped by the run of both would have overlooked
// something.
#include <gtest/gtest.h>

#include <stdexcept>

#include "../made_model.h"
#include "made_vit_graph.h"
#include "workloads/graph/graph_errors.h"
#include "workloads/graph/recognise_vit.h"

namespace ranvier::workloads {
namespace {

constexpr std::uint64_t kSeed = 77;

class Mutation {
 public:
  Mutation(Graph& graph, std::uint64_t trial) : graph_(graph), trial_(trial) {}

  void change() {
    GraphNode& node = graph_.nodes[below(graph_.nodes.size())];
    switch (below(7)) {
      case 0:
        return change_input(node);
      case 1:
        node.axis = static_cast<std::int64_t>(below(4));
        return;
      case 2:
        if (node.integers.size() > 1) std::swap(node.integers[below(node.integers.size())], node.integers[0]);
        return;
      case 3:
        if (!node.integers.empty()) node.integers[below(node.integers.size())] = static_cast<std::int64_t>(below(6));
        return;
      case 4:
        return change_operator(node);
      case 5:
        if (node.inputs.size() == 2) std::swap(node.inputs[0], node.inputs[1]);
        return;
      default:
        if (!node.weight.empty()) node.weight[below(node.weight.size())] += 1;
        return;
    }
  }

 private:
  std::size_t below(std::size_t n) { return random_below(static_cast<std::uint32_t>(n), kSeed, trial_, draw_++); }
  /// Another node with the same shape, so that more of the graphs are some.
  void change_input(GraphNode& node) {
    if (node.inputs.empty()) return;
    NodeId& input = node.inputs[below(node.inputs.size())];
    for (std::size_t n = below(graph_.nodes.size()); n < graph_.nodes.size(); ++n)
      if (graph_.nodes[n].shape == graph_.node(input).shape) {
        input = NodeId(n);
        return;
      }
  }
  void change_operator(GraphNode& node) {
    constexpr Op kBinary[] = {Op::kAdd, Op::kSubtract, Op::kMultiply, Op::kDivide};
    constexpr Op kReduce[] = {Op::kReduceMean, Op::kReduceSum};
    if (node.op == Op::kUnary)
      node.unary = static_cast<Unary>(below(13));
    else if (node.op == Op::kAdd || node.op == Op::kMultiply)
      node.op = kBinary[below(4)];
    else if (node.op == Op::kReduceMean)
      node.op = kReduce[below(2)];
    else if (node.op == Op::kSoftmax || node.op == Op::kLayerNorm)
      node.op = Op::kUnary;
    else if (node.op == Op::kConvolution)
      node.window.dilation[below(2)] = 1 + static_cast<std::int64_t>(below(2));
  }

  Graph& graph_;
  std::uint64_t trial_;
  std::uint64_t draw_ = 0;
};

bool is_graph(const Graph& graph) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n)
    for (const NodeId input : graph.nodes[n].inputs)
      if (input.value() >= n) return false;
  try {
    check_graph(graph);
  } catch (const std::logic_error&) {
    return false;
  }
  return true;
}

TEST(Mutations, AreRefusedOrRecognisedAsWhatTheyCompute) {
  const VitModel pre = random_model(5, [] {
    VitConfig c = small_config(8);
    c.blocks = 1, c.colours = 3;
    return c;
  }());
  VitModel post = pre;
  post.config.placement = NormPlacement::kPost;
  VitModel mean = pre;
  mean.config.pooling = Pooling::kMean;
  GraphStyle fused, first;
  fused.attention = AttentionStyle::kFused, fused.embed = EmbedStyle::kRearranged;
  first.attention = AttentionStyle::kTokensFirst, first.scale = ScaleStyle::kOnBoth;
  const Graph graphs[] = {graph_of(pre), graph_of(pre, fused), graph_of(post, first), graph_of(mean, fused)};
  int graphs_left = 0, recognised = 0, refused = 0;
  for (std::uint64_t trial = 0; trial < 6000; ++trial) {
    Graph graph = graphs[trial % 4];
    Mutation mutation(graph, trial);
    for (std::uint64_t i = 0; i <= trial % 3; ++i) mutation.change();
    if (!is_graph(graph)) continue;
    ++graphs_left;
    try {
      vit_of(graph);
      ++recognised;
    } catch (const UnknownStructure& e) {
      EXPECT_FALSE(e.node.empty());
      ++refused;
    } catch (const RecognitionDiffers& e) {
      ADD_FAILURE() << "trial " << trial << ": " << e.what();
    }
  }
  EXPECT_GT(recognised, 500);
  EXPECT_GT(refused, 500);
  EXPECT_EQ(graphs_left, recognised + refused);
}

}  // namespace
}  // namespace ranvier::workloads
