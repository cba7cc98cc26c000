// SPDX-License-Identifier: Apache-2.0
// The graph of a transformer written in one of the ways in which frameworks export it.
#pragma once

#include <cmath>
#include <utility>
#include <vector>

#include "made_graph.h"
#include "workloads/model.h"

namespace ranvier::workloads {

enum class EmbedStyle : std::uint8_t { kConvolution, kRearranged, kPlanesLast };
/// Three linears; one whose outputs are cut as timm does; torch.nn.MultiheadAttention with the tokens first.
enum class AttentionStyle : std::uint8_t { kSeparate, kFused, kTokensFirst };
enum class ScaleStyle : std::uint8_t { kOnScores, kOnQueries, kOnBoth, kFolded };

struct GraphStyle {
  EmbedStyle embed = EmbedStyle::kConvolution;
  AttentionStyle attention = AttentionStyle::kSeparate;
  ScaleStyle scale = ScaleStyle::kOnScores;
  bool class_token_last = false;
  bool positions_on_patches = false;  // added before the class token is; its own go into it
  bool channels_first_norm = false;   // batch norm over [1][channels][tokens]
  bool norm_pooled_only = false;      // the last norm on what is pooled alone
  bool softmax_at_end = false;
  bool residual_first = true;  // x + f(x), not f(x) + x
};

class VitGraphMaker : public GraphMaker {
 public:
  VitGraphMaker(const VitModel& model, const GraphStyle& style) : model_(model), c_(model.config), style_(style) {}

  Graph make_graph() {
    graph.name = c_.name;
    NodeId x = embedding();
    if (c_.pre_norm) x = norm(x, model_.pre_norm);
    for (const BlockWeights& block : model_.blocks)
      x = c_.placement == NormPlacement::kPre ? pre(x, block) : post(x, block);
    const bool mean = c_.pooling == Pooling::kMean;
    const std::int64_t first = style_.class_token_last ? c_.tokens() - 1 : 0;
    const auto pool = [&] {
      x = mean ? reduce(Op::kReduceMean, x, {1}) : slice(x, 1, first, first + 1);
      x = reshape(x, {1, c_.width});
    };
    if (style_.norm_pooled_only) pool();
    if (c_.final_norm) x = norm(x, model_.norm);
    if (!style_.norm_pooled_only) pool();
    x = linear(x, model_.head);
    output(style_.softmax_at_end ? softmax(x, 1) : x);
    return graph;
  }

 private:
  using GraphMaker::linear;
  NodeId linear(NodeId x, const LinearWeights& w) { return linear(x, w.weight, w.bias); }
  NodeId sum(NodeId a, NodeId b) {
    if (!style_.residual_first) std::swap(a, b);
    return make(Op::kAdd, {a, b}, graph.node(a).shape);
  }
  NodeId with_constant(Op op, NodeId x, Extents shape, std::vector<float> values) {
    const NodeId c = constant(std::move(shape), std::move(values));
    return make(op, {x, c}, graph.node(x).shape);
  }

  NodeId norm(NodeId x, const NormWeights& w) {
    if (c_.norm == NormKind::kLayer) return layer_norm(x, w.gamma, w.beta, c_.epsilon);
    const bool turn = style_.channels_first_norm && graph.node(x).shape.size() == 3;
    if (turn) x = transpose(x, {0, 2, 1});
    const NodeId y = make(Op::kChannelAffine, {x}, graph.node(x).shape);
    last().weight = w.gamma, last().bias = w.beta;
    last().axis = turn ? 1 : static_cast<std::int64_t>(last().shape.size()) - 1;
    return turn ? transpose(y, {0, 2, 1}) : y;
  }

  NodeId patches() {
    if (c_.steps > 0) return linear(input({1, c_.steps, c_.features}), model_.embed);
    const std::int64_t p = c_.patch, along = c_.patches_along(), colours = c_.colours, side = c_.image;
    if (style_.embed == EmbedStyle::kRearranged) {
      // einops' "b c (h p1) (w p2) -> b (h w) (p1 p2 c)": weights have to be in that order.
      NodeId x = reshape(input({1, colours, side, side}), {1, colours, along, p, along, p});
      x = reshape(transpose(x, {0, 2, 4, 3, 5, 1}), {1, along * along, p * p * colours});
      return linear(x, planes_last(model_.embed), model_.embed.bias);
    }
    NodeId x;
    if (style_.embed == EmbedStyle::kPlanesLast)
      x = transpose(input({1, side, side, colours}), {0, 3, 1, 2});
    else
      x = input({1, colours, side, side});
    const NodeId y = make(Op::kConvolution, {x}, {1, c_.width, along, along});
    last().weight = model_.embed.weight, last().bias = model_.embed.bias;
    last().window.kernel[0] = last().window.kernel[1] = last().window.stride[0] = last().window.stride[1] = p;
    return transpose(reshape(y, {1, c_.width, along * along}), {0, 2, 1});
  }

  std::vector<float> planes_last(const LinearWeights& w) const {
    std::vector<float> turned;
    const std::int32_t pixels = c_.patch * c_.patch;
    for (std::int32_t o = 0; o < w.out; ++o)
      for (std::int32_t pixel = 0; pixel < pixels; ++pixel)
        for (std::int32_t colour = 0; colour < c_.colours; ++colour) turned.push_back(w.at(o, colour * pixels + pixel));
    return turned;
  }

  NodeId embedding() {
    NodeId x = patches();
    const std::int64_t width = c_.width, count = c_.patches();
    std::vector<float> positions = model_.pos, cls = model_.cls;
    if (!c_.class_token) return with_constant(Op::kAdd, x, {1, count, width}, positions);
    const auto row = positions.begin() + width;
    if (style_.positions_on_patches) {
      x = with_constant(Op::kAdd, x, {count, width}, {row, positions.end()});
      for (std::size_t i = 0; i < cls.size(); ++i) cls[i] += positions[i];
    }
    const NodeId token = constant({1, 1, width}, cls);
    x = style_.class_token_last ? concat({x, token}, 1) : concat({token, x}, 1);
    if (style_.positions_on_patches) return x;
    if (style_.class_token_last) std::rotate(positions.begin(), row, positions.end());
    return with_constant(Op::kAdd, x, {1, count + 1, width}, positions);
  }

  NodeId scaled(NodeId x, double by) { return with_constant(Op::kMultiply, x, {}, {static_cast<float>(by)}); }

  NodeId heads_of(NodeId x, const std::vector<std::int64_t>& permutation) {
    const std::int64_t tokens = c_.tokens(), heads = c_.heads, width = c_.head_width();
    return transpose(reshape(x, {1, tokens, heads, width}), permutation);
  }

  std::array<NodeId, 3> queries_keys_values(NodeId x, const BlockWeights& w) {
    const std::int64_t tokens = c_.tokens(), heads = c_.heads, width = c_.head_width();
    LinearWeights q = w.q;
    if (style_.scale == ScaleStyle::kFolded) {
      const float scale = 1 / std::sqrt(static_cast<float>(width));
      for (float& value : q.weight) value *= scale;
      for (float& value : q.bias) value *= scale;
    }
    if (style_.attention == AttentionStyle::kSeparate)
      return {heads_of(linear(x, q), {0, 2, 1, 3}), heads_of(linear(x, w.k), {0, 2, 3, 1}),
              heads_of(linear(x, w.v), {0, 2, 1, 3})};
    std::vector<float> weight, bias;
    for (const LinearWeights* part : {&std::as_const(q), &w.k, &w.v}) {
      weight.insert(weight.end(), part->weight.begin(), part->weight.end());
      bias.insert(bias.end(), part->bias.begin(), part->bias.end());
    }
    std::array<NodeId, 3> parts;
    if (style_.attention == AttentionStyle::kFused) {
      const NodeId all = transpose(reshape(linear(x, weight, bias), {1, tokens, 3, heads, width}), {2, 0, 3, 1, 4});
      for (std::int64_t i = 0; i < 3; ++i)
        parts[static_cast<std::size_t>(i)] = reshape(slice(all, 0, i, i + 1), {1, heads, tokens, width});
      parts[1] = transpose(parts[1], {0, 1, 3, 2});
      return parts;
    }
    const NodeId all = linear(transpose(x, {1, 0, 2}), weight, bias);
    for (std::int64_t i = 0; i < 3; ++i) {
      const NodeId part = slice(all, 2, i * c_.attention_channels(), (i + 1) * c_.attention_channels());
      parts[static_cast<std::size_t>(i)] = transpose(reshape(part, {tokens, heads, width}), {1, 0, 2});
    }
    parts[1] = transpose(parts[1], {0, 2, 1});
    return parts;
  }

  NodeId attention(NodeId x, const BlockWeights& w) {
    const std::int64_t tokens = c_.tokens(), heads = c_.heads;
    const double scale = 1 / std::sqrt(static_cast<double>(c_.head_width()));
    auto [q, k, v] = queries_keys_values(x, w);
    if (style_.scale == ScaleStyle::kOnQueries) q = scaled(q, scale);
    if (style_.scale == ScaleStyle::kOnBoth) q = scaled(q, std::sqrt(scale)), k = scaled(k, std::sqrt(scale));
    const bool flat = style_.attention == AttentionStyle::kTokensFirst;
    NodeId rows = make(Op::kMatMul, {q, k}, flat ? Extents{heads, tokens, tokens} : Extents{1, heads, tokens, tokens});
    if (style_.scale == ScaleStyle::kOnScores) rows = scaled(rows, scale);
    rows = softmax(rows, flat ? 2 : 3);
    NodeId y = make(Op::kMatMul, {rows, v}, graph.node(v).shape);
    if (flat) {
      y = linear(reshape(transpose(y, {1, 0, 2}), {tokens, c_.attention_channels()}), w.proj);
      return transpose(reshape(y, {tokens, 1, c_.width}), {1, 0, 2});
    }
    return linear(reshape(transpose(y, {0, 2, 1, 3}), {1, tokens, c_.attention_channels()}), w.proj);
  }

  NodeId mlp(NodeId x, const BlockWeights& w) {
    static constexpr Unary kUnary[] = {Unary::kGelu, Unary::kGeluTanh, Unary::kQuickGelu, Unary::kRelu};
    return linear(unary(kUnary[static_cast<std::size_t>(c_.activation)], linear(x, w.fc1)), w.fc2);
  }

  NodeId pre(NodeId x, const BlockWeights& w) {
    x = sum(x, attention(norm(x, w.norm1), w));
    return sum(x, mlp(norm(x, w.norm2), w));
  }
  NodeId post(NodeId x, const BlockWeights& w) {
    x = norm(sum(x, attention(x, w)), w.norm1);
    return norm(sum(x, mlp(x, w)), w.norm2);
  }

  const VitModel& model_;
  const VitConfig& c_;
  GraphStyle style_;
};

inline Graph graph_of(const VitModel& model, const GraphStyle& style = {}) {
  return VitGraphMaker(model, style).make_graph();
}

}  // namespace ranvier::workloads
