// SPDX-License-Identifier: Apache-2.0
// The walk that token_graph_of() makes: node by node, what its elements are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "workloads/graph/tensor.h"
#include "workloads/graph/token_graph.h"

namespace ranvier::workloads {

using ElementIndex = std::vector<std::int32_t>;

/// Element i of a node is element (*index)[i] of `value`, row-major [tokens][channels].
struct TokenView {
  std::size_t value = 0;
  std::shared_ptr<const ElementIndex> index;
  bool known() const { return index != nullptr; }
};

class TokenReader {
 public:
  explicit TokenReader(const Graph& graph);
  TokenGraph read();

 private:
  TokenView view_of(NodeId id);
  const TokenView& operand(const GraphNode& node, std::size_t i) const;
  const GraphNode* constant_operand(const GraphNode& node) const;
  [[noreturn]] void differs(const std::string& found, const std::string& known) const;
  TokenValue& add_value(TokenOp op, std::vector<std::size_t> inputs, std::int32_t tokens, std::int32_t channels);
  TokenView newest(ElementIndex index) const;

  TokenView read_input(const GraphNode& node);
  TokenView read_linear(const GraphNode& node);
  TokenView read_convolution(const GraphNode& node);
  /// A linear map of rows of elements of a value, [rows][columns]; gives the token of each row.
  std::vector<std::int32_t> read_rows(std::size_t value, const ElementIndex& elements, std::size_t columns,
                                      std::int32_t out);
  std::vector<std::int32_t> read_patches(std::size_t value, const ElementIndex& elements, std::size_t columns,
                                         std::int32_t out);
  TokenView read_product(const GraphNode& node);
  TokenView read_scores(const GraphNode& node);
  TokenView read_mix(const GraphNode& node);
  TokenView read_add(const GraphNode& node);
  TokenView read_constant_add(const TokenView& x, const std::vector<double>& shift);
  TokenView read_scaled(const GraphNode& node);
  /// x * gain + shift, both by element of the node.
  TokenView read_affine(const TokenView& x, const std::vector<double>& gain, const std::vector<double>& shift);
  TokenView read_input_affine(const TokenView& x, const std::vector<double>& gain, const std::vector<double>& shift);
  TokenView read_channel_affine(const TokenView& x, const std::vector<double>& gain, const std::vector<double>& shift);
  TokenView read_norm(const GraphNode& node);
  TokenView read_softmax(const GraphNode& node);
  TokenView read_mean(const GraphNode& node);
  TokenView read_concat(const GraphNode& node);

  /// Position in a tensor of `from` of every element of a tensor of `to` that it is broadcast to.
  static ElementIndex broadcast_index(const Extents& from, const Extents& to);

  const Graph& graph_;
  TokenGraph result_;
  std::vector<TokenView> views_;        // by node
  std::vector<std::size_t> readers_;    // by node: nodes that read it and are no layout, through layouts
  std::vector<std::size_t> last_uses_;  // by node
  NodeId here_;
};

}  // namespace ranvier::workloads
