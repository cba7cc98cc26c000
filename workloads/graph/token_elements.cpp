// SPDX-License-Identifier: Apache-2.0
// Sums, scales, norms and means of tokens.
#include <algorithm>
#include <optional>

#include "workloads/graph/node_kernels.h"
#include "workloads/graph/token_reader.h"

namespace ranvier::workloads {
namespace {

bool all_equal(const std::vector<double>& values, double value) {
  return std::all_of(values.begin(), values.end(), [value](double v) { return v == value; });
}

/// What a quantity given by element is by channel; none where it differs between tokens, or a channel is not there.
std::optional<std::vector<double>> by_channel(const ElementIndex& index, const std::vector<double>& values,
                                              std::int32_t channels) {
  std::vector<double> found(static_cast<std::size_t>(channels));
  std::vector<bool> there(found.size());
  for (std::size_t i = 0; i < index.size(); ++i) {
    const auto channel = static_cast<std::size_t>(index[i] % channels);
    if (there[channel] && found[channel] != values[i]) return std::nullopt;
    found[channel] = values[i], there[channel] = true;
  }
  if (std::find(there.begin(), there.end(), false) != there.end()) return std::nullopt;
  return found;
}

std::vector<float> to_float(const std::vector<double>& values) {
  std::vector<float> floats(values.size());
  std::transform(values.begin(), values.end(), floats.begin(), [](double v) { return static_cast<float>(v); });
  return floats;
}

}  // namespace

TokenView TokenReader::read_scaled(const GraphNode& node) {
  const auto count = static_cast<std::size_t>(element_count(node.shape));
  std::vector<double> gain(count), shift(count);
  if (node.op == Op::kChannelAffine) {
    const AxisView view = around_axis(node.shape, node.axis);
    for (std::size_t i = 0; i < count; ++i) {
      gain[i] = static_cast<double>(node.weight[i / view.inner % view.extent]);
      shift[i] = static_cast<double>(node.bias[i / view.inner % view.extent]);
    }
    return read_affine(operand(node, 0), gain, shift);
  }
  const GraphNode* constant = constant_operand(node);
  if (constant == nullptr) differs("a product of two activations element by element", "residual sums and attention");
  const ElementIndex from = broadcast_index(constant->shape, node.shape);
  for (std::size_t i = 0; i < count; ++i)
    gain[i] = static_cast<double>(constant->weight[static_cast<std::size_t>(from[i])]);
  const std::size_t other = graph_.node(node.inputs[0]).op == Op::kConstant ? 1 : 0;
  const TokenView x = operand(node, other);
  if (x.index->size() != count) differs("an activation that is repeated", "activations of one size");
  return read_affine(x, gain, shift);
}

TokenView TokenReader::read_affine(const TokenView& x, const std::vector<double>& gain,
                                   const std::vector<double>& shift) {
  const TokenValue from = result_.values[x.value];
  if (from.op == TokenOp::kInput) return read_input_affine(x, gain, shift);
  const bool linear = from.op == TokenOp::kLinear || from.op == TokenOp::kPatches;
  const bool no_shift = all_equal(shift, 0);
  if ((linear || from.op == TokenOp::kScores) && no_shift && all_equal(gain, gain[0])) {
    TokenValue scaled = from;
    scaled.scale *= gain[0], scaled.node = linear ? from.node : here_;
    result_.values.push_back(std::move(scaled));
    return newest(*x.index);
  }
  if (all_equal(gain, 1)) return read_constant_add(x, shift);
  return read_channel_affine(x, gain, shift);
}

TokenView TokenReader::read_input_affine(const TokenView& x, const std::vector<double>& gain,
                                         const std::vector<double>& shift) {
  TokenValue changed = result_.values[x.value];
  if (x.index->size() != changed.element_gain.size())
    differs("part of the input scaled", "the whole input scaled, by colour or feature");
  for (std::size_t i = 0; i < gain.size(); ++i) {
    const auto element = static_cast<std::size_t>((*x.index)[i]);
    changed.element_gain[element] *= gain[i];
    changed.element_shift[element] = changed.element_shift[element] * gain[i] + shift[i];
  }
  result_.values.push_back(std::move(changed));
  return newest(*x.index);
}

TokenView TokenReader::read_channel_affine(const TokenView& x, const std::vector<double>& gain,
                                           const std::vector<double>& shift) {
  const TokenValue from = result_.values[x.value];
  const auto channel_gain = by_channel(*x.index, gain, from.channels);
  const auto channel_shift = by_channel(*x.index, shift, from.channels);
  if (!channel_gain || !channel_shift)
    differs("a scale that differs from token to token", "one scale and one shift a channel");
  const bool linear = from.op == TokenOp::kLinear || from.op == TokenOp::kPatches;
  if (linear && readers_[from.node.value()] == 1) {
    TokenValue folded = from;
    if (folded.gain.empty()) folded.gain.assign(channel_gain->size(), 1);
    if (folded.shift.empty()) folded.shift.assign(channel_gain->size(), 0);
    for (std::size_t c = 0; c < channel_gain->size(); ++c) {
      folded.gain[c] *= (*channel_gain)[c];
      folded.shift[c] = folded.shift[c] * (*channel_gain)[c] + (*channel_shift)[c] / folded.scale;
    }
    result_.values.push_back(std::move(folded));
    return newest(*x.index);
  }
  TokenValue& norm = add_value(TokenOp::kNorm, {x.value}, from.tokens, from.channels);
  norm.norm = NormKind::kBatch;
  norm.gamma = to_float(*channel_gain), norm.beta = to_float(*channel_shift);
  return newest(*x.index);
}

TokenView TokenReader::read_add(const GraphNode& node) {
  const auto count = static_cast<std::size_t>(element_count(node.shape));
  if (const GraphNode* constant = constant_operand(node); constant != nullptr) {
    const std::size_t other = graph_.node(node.inputs[0]).op == Op::kConstant ? 1 : 0;
    const TokenView x = operand(node, other);
    if (x.index->size() != count) differs("an activation that is repeated", "activations of one size");
    const ElementIndex from = broadcast_index(constant->shape, node.shape);
    std::vector<double> shift(count);
    for (std::size_t i = 0; i < count; ++i)
      shift[i] = static_cast<double>(constant->weight[static_cast<std::size_t>(from[i])]);
    return read_affine(x, std::vector<double>(count, 1), shift);
  }
  const TokenView a = operand(node, 0), b = operand(node, 1);
  const TokenValue &first = result_.values[a.value], &second = result_.values[b.value];
  if (first.tokens != second.tokens || first.channels != second.channels || *a.index != *b.index)
    differs("a sum of activations of different tokens or channels", "a residual sum, element by element");
  add_value(TokenOp::kAdd, {a.value, b.value}, first.tokens, first.channels);
  return newest(*a.index);
}

TokenView TokenReader::read_constant_add(const TokenView& x, const std::vector<double>& shift) {
  const TokenValue from = result_.values[x.value];
  const auto channel_shift = by_channel(*x.index, shift, from.channels);
  if (from.op == TokenOp::kLinear && channel_shift && readers_[from.node.value()] == 1)
    return read_channel_affine(x, std::vector<double>(shift.size(), 1), shift);
  std::vector<float> constant(static_cast<std::size_t>(from.tokens) * static_cast<std::size_t>(from.channels));
  if (shift.size() != constant.size())
    differs("a constant added to part of the tokens", "a position embedding of all tokens");
  for (std::size_t i = 0; i < shift.size(); ++i)
    constant[static_cast<std::size_t>((*x.index)[i])] = static_cast<float>(shift[i]);
  add_value(TokenOp::kConstantAdd, {x.value}, from.tokens, from.channels).constant = std::move(constant);
  return newest(*x.index);
}

TokenView TokenReader::read_norm(const GraphNode& node) {
  const TokenView x = operand(node, 0);
  const TokenValue from = result_.values[x.value];
  const auto width = static_cast<std::size_t>(node.shape.back());
  const std::vector<double> gamma(node.weight.begin(), node.weight.end()), beta(node.bias.begin(), node.bias.end());
  std::vector<double> gain(x.index->size()), shift(x.index->size());
  bool fits = width == static_cast<std::size_t>(from.channels);
  for (std::size_t i = 0; i < gain.size(); ++i) {
    gain[i] = gamma[i % width], shift[i] = beta[i % width];
    fits = fits && (*x.index)[i] / from.channels == (*x.index)[i - i % width] / from.channels;
  }
  const auto channel_gain = fits ? by_channel(*x.index, gain, from.channels) : std::nullopt;
  const auto channel_shift = fits ? by_channel(*x.index, shift, from.channels) : std::nullopt;
  if (!channel_gain || !channel_shift)
    differs("a layer norm that is not over the channels of each token", "one over all channels of a token");
  TokenValue& norm = add_value(TokenOp::kNorm, {x.value}, from.tokens, from.channels);
  norm.gamma = to_float(*channel_gain), norm.beta = to_float(*channel_shift);
  return newest(*x.index);
}

TokenView TokenReader::read_mean(const GraphNode& node) {
  const TokenView x = operand(node, 0);
  const TokenValue from = result_.values[x.value];
  const ElementIndex to = broadcast_index(node.shape, graph_.node(node.inputs[0]).shape);
  const auto outputs = static_cast<std::size_t>(element_count(node.shape));
  ElementIndex channel(outputs, -1);
  std::vector<std::vector<bool>> seen(outputs, std::vector<bool>(static_cast<std::size_t>(from.tokens)));
  bool fits = x.index->size() == outputs * static_cast<std::size_t>(from.tokens);
  for (std::size_t i = 0; fits && i < x.index->size(); ++i) {
    const auto output = static_cast<std::size_t>(to[i]);
    const std::int32_t element = (*x.index)[i];
    const auto token = static_cast<std::size_t>(element / from.channels);
    if (channel[output] < 0) channel[output] = element % from.channels;
    fits = channel[output] == element % from.channels && !seen[output][token];
    seen[output][token] = true;
  }
  if (!fits) differs("a mean that is not over all tokens", "the first token or the mean of all");
  add_value(TokenOp::kMean, {x.value}, 1, from.channels);
  return newest(std::move(channel));
}

}  // namespace ranvier::workloads
