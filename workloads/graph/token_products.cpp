// SPDX-License-Identifier: Apache-2.0
// Attention: the two products of activations and the softmax between them.
#include <algorithm>

#include "workloads/graph/node_kernels.h"
#include "workloads/graph/token_reader.h"

namespace ranvier::workloads {
namespace {

/// Extents of a product [heads][rows][depth] x [heads][depth][columns].
struct ProductShape {
  std::size_t heads = 1, rows = 1, depth = 1, columns = 1;
};

ProductShape product_shape(const Extents& a, const Extents& b) {
  ProductShape shape;
  shape.rows = static_cast<std::size_t>(a[a.size() - 2]);
  shape.depth = static_cast<std::size_t>(a.back());
  shape.columns = static_cast<std::size_t>(b.back());
  for (std::size_t i = 0; i + 2 < a.size(); ++i) shape.heads *= static_cast<std::size_t>(a[i]);
  return shape;
}

/// Sets `known` where it is not yet; false where it is something else.
bool agree(std::int32_t& known, std::int32_t now) {
  if (known < 0) known = now;
  return known == now;
}

bool all_different(std::vector<std::int32_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end();
}

}  // namespace

TokenView TokenReader::read_product(const GraphNode& node) {
  const TokenView a = operand(node, 0), b = operand(node, 1);
  const Extents &a_shape = graph_.node(node.inputs[0]).shape, &b_shape = graph_.node(node.inputs[1]).shape;
  const ProductShape shape = product_shape(a_shape, b_shape);
  if (b.index->size() != shape.heads * shape.depth * shape.columns)
    differs("a product of activations with different numbers of heads",
            "attention with as many heads of q as of k and v");
  return result_.values[a.value].op == TokenOp::kSoftmax ? read_mix(node) : read_scores(node);
}

TokenView TokenReader::read_scores(const GraphNode& node) {
  const TokenView q = operand(node, 0), k = operand(node, 1);
  const TokenValue query = result_.values[q.value], key = result_.values[k.value];
  const auto is_linear = [](const TokenValue& v) { return v.op == TokenOp::kLinear || v.op == TokenOp::kPatches; };
  if (!is_linear(query) || !is_linear(key))
    differs("a product of two activations that are no linear maps", "attention: softmax(q k^T) v of linear q, k, v");
  const ProductShape s = product_shape(graph_.node(node.inputs[0]).shape, graph_.node(node.inputs[1]).shape);
  std::vector<std::int32_t> rows(s.heads * s.depth, -1), key_rows(rows), token(s.rows, -1), key_token(s.columns, -1);
  bool fits = s.columns == static_cast<std::size_t>(key.tokens);
  for (std::size_t h = 0, at = 0; h < s.heads; ++h)
    for (std::size_t i = 0; i < s.rows; ++i)
      for (std::size_t d = 0; d < s.depth; ++d, ++at) {
        const std::int32_t element = (*q.index)[at];
        fits =
            fits && agree(token[i], element / query.channels) && agree(rows[h * s.depth + d], element % query.channels);
      }
  for (std::size_t h = 0, at = 0; h < s.heads; ++h)
    for (std::size_t d = 0; d < s.depth; ++d)
      for (std::size_t j = 0; j < s.columns; ++j, ++at) {
        const std::int32_t element = (*k.index)[at];
        fits = fits && agree(key_token[j], element / key.channels) &&
               agree(key_rows[h * s.depth + d], element % key.channels);
      }
  if (!fits || !all_different(key_token))
    differs("a product of activations that is not over the channels of a head", "scores q k^T of every token with all");
  const auto keys = static_cast<std::int32_t>(s.columns), heads = static_cast<std::int32_t>(s.heads);
  TokenValue& value = add_value(TokenOp::kScores, {q.value, k.value}, query.tokens, heads * keys);
  value.heads = heads, value.rows = std::move(rows), value.key_rows = std::move(key_rows);
  ElementIndex index;
  for (std::int32_t h = 0; h < heads; ++h)
    for (const std::int32_t t : token)
      for (const std::int32_t other : key_token) index.push_back(t * heads * keys + h * keys + other);
  return newest(std::move(index));
}

TokenView TokenReader::read_softmax(const GraphNode& node) {
  const TokenView x = operand(node, 0);
  const TokenValue from = result_.values[x.value];
  const bool scores = from.op == TokenOp::kScores;
  if (!scores && from.op != TokenOp::kLinear)
    differs("a softmax of something else than scores or logits", "softmax(q k^T / scale) without mask or bias");
  const std::int32_t group = scores ? from.channels / from.heads : from.channels;
  const AxisView view = around_axis(node.shape, node.axis);
  bool fits = view.extent == static_cast<std::size_t>(group);
  for (std::size_t o = 0; fits && o < view.outer; ++o)
    for (std::size_t i = 0; fits && i < view.inner; ++i) {
      std::vector<std::int32_t> members;
      for (std::size_t e = 0; e < view.extent; ++e)
        members.push_back((*x.index)[(o * view.extent + e) * view.inner + i]);
      fits = std::all_of(members.begin(), members.end(), [&](auto m) { return m / group == members[0] / group; }) &&
             all_different(members);
    }
  if (!fits && scores) differs("a softmax that is not over all keys of a head", "softmax over the keys");
  if (!fits) differs("a softmax over tokens: attention that pools them", "the first token or the mean of all tokens");
  add_value(TokenOp::kSoftmax, {x.value}, from.tokens, from.channels).heads = from.heads;
  return newest(*x.index);
}

TokenView TokenReader::read_mix(const GraphNode& node) {
  const TokenView a = operand(node, 0), v = operand(node, 1);
  const TokenValue attention = result_.values[a.value], value = result_.values[v.value];
  if (value.op != TokenOp::kLinear && value.op != TokenOp::kPatches)
    differs("attention on something else than a linear map", "softmax(q k^T) v of linear q, k, v");
  const ProductShape s = product_shape(graph_.node(node.inputs[0]).shape, graph_.node(node.inputs[1]).shape);
  bool fits = attention.heads > 0 && s.depth == static_cast<std::size_t>(value.tokens) &&
              s.heads == static_cast<std::size_t>(attention.heads);
  const std::int32_t keys = attention.heads > 0 ? attention.channels / attention.heads : 1;
  std::vector<std::int32_t> token(s.rows, -1), head(s.heads, -1), key(s.heads * s.depth, -1);
  for (std::size_t h = 0, at = 0; fits && h < s.heads; ++h)
    for (std::size_t i = 0; i < s.rows; ++i)
      for (std::size_t j = 0; j < s.depth; ++j, ++at) {
        const std::int32_t element = (*a.index)[at], channel = element % attention.channels;
        fits = fits && agree(token[i], element / attention.channels) && agree(head[h], channel / keys) &&
               agree(key[h * s.depth + j], channel % keys);
      }
  std::vector<std::int32_t> rows(s.heads * s.columns, -1);
  for (std::size_t h = 0, at = 0; fits && h < s.heads; ++h)
    for (std::size_t j = 0; j < s.depth; ++j)
      for (std::size_t d = 0; d < s.columns; ++d, ++at) {
        const std::int32_t element = (*v.index)[at];
        fits = fits && element / value.channels == key[h * s.depth + j] &&
               agree(rows[static_cast<std::size_t>(head[h]) * s.columns + d], element % value.channels);
      }
  if (!fits || !all_different(head))
    differs("a product with attention that is not over its keys", "softmax(q k^T) v, head by head");
  const auto width = static_cast<std::int32_t>(s.columns), channels = static_cast<std::int32_t>(s.heads) * width;
  TokenValue& mix = add_value(TokenOp::kMix, {a.value, v.value}, attention.tokens, channels);
  mix.heads = attention.heads, mix.rows = std::move(rows);
  ElementIndex index;
  for (const std::int32_t h : head)
    for (const std::int32_t t : token)
      for (std::int32_t d = 0; d < width; ++d) index.push_back(t * channels + h * width + d);
  return newest(std::move(index));
}

}  // namespace ranvier::workloads
