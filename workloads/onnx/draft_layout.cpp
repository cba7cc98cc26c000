// SPDX-License-Identifier: Apache-2.0
// Reshapes, transpositions, slices and joins: canonical forms. Reshapes merge, and sink below what works on the last
// axis; axes of extent 1 stand where they did; slices rise until they cut a layer's weights.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "workloads/onnx/draft.h"

namespace ranvier::workloads {
namespace {

std::int64_t product(const Shape& shape, std::size_t begin, std::size_t end) {
  return std::accumulate(shape.begin() + static_cast<std::ptrdiff_t>(begin),
                         shape.begin() + static_cast<std::ptrdiff_t>(end), std::int64_t{1}, std::multiplies<>());
}

bool is_identity(std::span<const std::int64_t> permutation) {
  for (std::size_t i = 0; i < permutation.size(); ++i)
    if (permutation[i] != static_cast<std::int64_t>(i)) return false;
  return true;
}

Shape permuted(const Shape& shape, std::span<const std::int64_t> permutation) {
  Shape out;
  for (const std::int64_t axis : permutation) out.push_back(shape[static_cast<std::size_t>(axis)]);
  return out;
}

// The wide axes of the source in the order in which a transposition puts them, as ranks among the wide axes.
std::vector<std::size_t> wide_order(const Shape& source, std::span<const std::int64_t> permutation) {
  const std::vector<std::size_t> wide = wide_axes(source);
  std::vector<std::size_t> order;
  for (const std::int64_t axis : permutation) {
    const auto found = std::find(wide.begin(), wide.end(), static_cast<std::size_t>(axis));
    if (found != wide.end()) order.push_back(static_cast<std::size_t>(found - wide.begin()));
  }
  return order;
}

// A permutation of `rank` axes that moves the axes at `places` as `order` says and leaves the others.
std::vector<std::int64_t> moving(std::size_t rank, const std::vector<std::size_t>& places,
                                 const std::vector<std::size_t>& order) {
  std::vector<std::int64_t> permutation(rank);
  std::iota(permutation.begin(), permutation.end(), 0);
  for (std::size_t i = 0; i < places.size(); ++i) permutation[places[i]] = static_cast<std::int64_t>(places[order[i]]);
  return permutation;
}

}  // namespace

NodeId Draft::reshape(NodeId x, const Shape& out) {
  const Call call(*this);
  const Shape in = shape(x);
  if (checked_count(out) != checked_count(in))
    throw OperandMisfit(fmt::format("{} cannot be read as {}", shape_text(in), shape_text(out)));
  if (out == in) return x;
  if (is(x, Op::kReshape)) return reshape(operand(x), out);
  if (rules_apply()) {
    if (const auto factor = scalar_of(x, Op::kMultiply)) return multiply(reshape(operand(x), out), *factor);
    const bool of_last_axis = is(x, Op::kLinear) || is(x, Op::kLayerNorm) || is(x, Op::kRmsNorm);
    if (of_last_axis && !out.empty() && out.back() == in.back() && is(operand(x), Op::kReshape)) {
      Shape below = out;
      below.back() = shape(operand(x)).back();
      const NodeId y = reshape(operand(x), below);
      if (is(x, Op::kLinear)) return linear(y, weight(x), bias(x));
      if (is(x, Op::kLayerNorm)) return layer_norm(y, weight(x), bias(x), at(x).epsilon);
      return rms_norm(y, weight(x), at(x).epsilon);
    }
    if (is(x, Op::kTranspose) && is(operand(x), Op::kReshape) && only_units_differ(in, out))
      return transpose_above_units(x, out);
  }
  GraphNode node;
  node.op = Op::kReshape;
  node.shape = out;
  node.inputs = {x};
  return make(std::move(node));
}

// reshape(transpose(y)) with only axes of extent 1 put in or left out: the same on y, then the transposition.
NodeId Draft::transpose_above_units(NodeId transposed, const Shape& out) {
  const NodeId y = operand(transposed);
  const std::vector<std::size_t> order = wide_order(shape(y), at(transposed).integers);
  const std::vector<std::size_t> places = wide_axes(out);
  Shape below = out;
  const std::vector<std::size_t> wide = wide_axes(shape(y));
  for (std::size_t i = 0; i < places.size(); ++i) below[places[i]] = shape(y)[wide[i]];
  return transpose(reshape(y, below), moving(out.size(), places, order));
}

// transpose(reshape(y)) where the reshape only puts in or leaves out axes of extent 1: first the transposition.
NodeId Draft::transpose_below_units(NodeId reshaped_, std::span<const std::int64_t> permutation) {
  const NodeId y = operand(reshaped_);
  const std::vector<std::size_t> order = wide_order(shape(reshaped_), permutation);
  return reshape(transpose(y, moving(shape(y).size(), wide_axes(shape(y)), order)),
                 permuted(shape(reshaped_), permutation));
}

NodeId Draft::transpose(NodeId x, std::vector<std::int64_t> permutation) {
  const Call call(*this);
  const Shape in = shape(x);
  std::vector<std::int64_t> sorted = permutation;
  std::sort(sorted.begin(), sorted.end());
  if (sorted.size() != in.size() || !is_identity(sorted))
    throw OperandMisfit(fmt::format("{} is no permutation of the axes of {}", shape_text(permutation), shape_text(in)));
  if (is_identity(permutation)) return x;
  const Shape out = permuted(in, permutation);
  if (is(x, Op::kTranspose)) {
    const std::vector<std::int64_t>& inner = at(x).integers;
    for (std::int64_t& axis : permutation) axis = inner[static_cast<std::size_t>(axis)];
    return transpose(operand(x), permutation);
  }
  const std::vector<std::size_t> order = wide_order(in, permutation);
  if (std::is_sorted(order.begin(), order.end())) return reshape(x, out);
  if (rules_apply()) {
    if (const auto factor = scalar_of(x, Op::kMultiply)) return multiply(transpose(operand(x), permutation), *factor);
    if (is_unit_reshape(x)) return transpose_below_units(x, permutation);
  }
  GraphNode node;
  node.op = Op::kTranspose;
  node.shape = out;
  node.inputs = {x};
  node.integers = std::move(permutation);
  return make(std::move(node));
}

NodeId Draft::slice(NodeId x, std::int64_t axis, std::int64_t begin, std::int64_t count, std::int64_t step) {
  const Call call(*this);
  const auto a = static_cast<std::size_t>(axis);
  Shape out = shape(x);
  if (count < 1) throw OperandMisfit(fmt::format("a slice of {} along axis {} is empty", shape_text(out), axis));
  if (begin == 0 && count == out[a]) return x;
  if (count == 1) step = 1;
  if (rules_apply())
    if (const auto below = slice_below(x, axis, begin, count, step)) return *below;
  out[a] = count;
  GraphNode node;
  node.op = Op::kSlice;
  node.shape = std::move(out);
  node.inputs = {x};
  node.axis = axis;
  node.integers = {begin, begin + (count - 1) * step + 1, step};
  return make(std::move(node));
}

std::optional<NodeId> Draft::slice_below(NodeId x, std::int64_t axis, std::int64_t begin, std::int64_t count,
                                         std::int64_t step) {
  const auto a = static_cast<std::size_t>(axis);
  if (is(x, Op::kSlice) && at(x).axis == axis) {
    const std::int64_t inner = at(x).integers[2];
    return slice(operand(x), axis, at(x).integers[0] + begin * inner, count, step * inner);
  }
  if (const auto factor = scalar_of(x, Op::kMultiply))
    return multiply(slice(operand(x), axis, begin, count, step), *factor);
  if (is(x, Op::kTranspose)) {
    const std::vector<std::int64_t> permutation = at(x).integers;
    return transpose(slice(operand(x), permutation[a], begin, count, step), permutation);
  }
  if (is(x, Op::kReshape) && step == 1) return slice_reshape(x, axis, begin, count);
  if (is(x, Op::kLinear) && a + 1 == shape(x).size()) {
    std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = begin + static_cast<std::int64_t>(i) * step;
    return linear(operand(x), gathered(budget_, *weight(x), 0, rows),
                  bias(x) ? gathered(budget_, *bias(x), 0, rows) : nullptr);
  }
  if (is(x, Op::kConcat) && at(x).axis == axis && step == 1) {
    for (const NodeId part : at(x).inputs) {
      const std::int64_t extent = shape(part)[a];
      if (begin < extent) {
        if (begin + count > extent) return std::nullopt;
        return slice(part, axis, begin, count, 1);
      }
      begin -= extent;
    }
  }
  return std::nullopt;
}

// A slice along the outermost wide axis of a group of axes that the reshape splits or joins is a slice of the source
// where it takes whole inner extents.
std::optional<NodeId> Draft::slice_reshape(NodeId x, std::int64_t axis, std::int64_t begin, std::int64_t count) {
  const auto a = static_cast<std::size_t>(axis);
  const Shape out = shape(x);
  const Shape in = shape(operand(x));
  const std::int64_t before = product(out, 0, a);  // elements of the source's axes in front of the group
  std::size_t first = 0;
  std::int64_t seen = 1;
  while (first < in.size() && (seen < before || in[first] == 1)) seen *= in[first++];
  if (seen != before || first == in.size()) return std::nullopt;
  const std::int64_t unit = product(out, a + 1, out.size());
  const std::int64_t inner = product(in, first + 1, in.size());
  if ((begin * unit) % inner != 0 || (count * unit) % inner != 0) return std::nullopt;
  if ((begin + count) * unit > in[first] * inner) return std::nullopt;
  Shape shape_out = out;
  shape_out[a] = count;
  return reshape(slice(operand(x), static_cast<std::int64_t>(first), begin * unit / inner, count * unit / inner, 1),
                 shape_out);
}

NodeId Draft::gather(NodeId x, std::int64_t axis, std::span<const std::int64_t> rows) {
  const Call call(*this);
  const auto a = static_cast<std::size_t>(axis);
  if (rows.empty()) throw OperandMisfit("gathers nothing");
  const std::int64_t step = rows.size() > 1 ? rows[1] - rows[0] : 1;
  bool is_range = step > 0;
  for (std::size_t i = 1; i < rows.size(); ++i) is_range = is_range && rows[i] - rows[i - 1] == step;
  if (is_range) return slice(x, axis, rows[0], static_cast<std::int64_t>(rows.size()), step);
  GraphNode node;
  node.op = Op::kGather;
  node.shape = shape(x);
  node.shape[a] = static_cast<std::int64_t>(rows.size());
  node.inputs = {x};
  node.axis = axis;
  node.integers.assign(rows.begin(), rows.end());
  return make(std::move(node));
}

NodeId Draft::concat(std::vector<Operand> parts, std::int64_t axis) {
  const Call call(*this);
  constexpr std::size_t kMostParts = 256;
  const auto a = static_cast<std::size_t>(axis);
  std::vector<Operand> flat;
  for (const Operand& part : parts) {
    const bool nested = !part.is_constant() && is(part.node, Op::kConcat) && at(part.node).axis == axis;
    if (nested && flat.size() + at(part.node).inputs.size() <= kMostParts) {
      for (const NodeId inner : at(part.node).inputs)
        flat.push_back(is(inner, Op::kConstant) ? Operand{NodeId(), weight(inner)} : Operand{inner, nullptr});
    } else {
      flat.push_back(part);
    }
  }
  std::vector<Operand> joined;
  for (const Operand& part : flat) {
    if (part.is_constant() && !joined.empty() && joined.back().is_constant()) {
      const std::vector<TensorPtr> pair{joined.back().constant, part.constant};
      joined.back().constant = concatenated(budget_, pair, axis);
    } else {
      joined.push_back(part);
    }
  }
  if (joined.size() == 1) return node(joined.front());
  GraphNode made;
  made.op = Op::kConcat;
  made.axis = axis;
  for (const Operand& part : joined) {
    Shape other = shape(part);
    if (made.shape.empty()) {
      made.shape = other;
      made.shape[a] = 0;
    }
    if (other.size() != made.shape.size()) throw OperandMisfit("joins parts of different ranks");
    made.shape[a] += other[a];
    other[a] = made.shape[a];
    if (other != made.shape) throw OperandMisfit("joins parts whose other axes differ");
    made.inputs.push_back(node(part));
  }
  return make(std::move(made));
}

}  // namespace ranvier::workloads
