// SPDX-License-Identifier: Apache-2.0
// Reshape and its kin, Transpose, Concat, Expand, Tile and Pad.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "workloads/onnx/operators.h"

namespace ranvier::workloads {
namespace {

std::vector<Operand> reshape(Draft& draft, const OnnxNode& node) {
  const Shape in = draft.shape(node.operand(0));
  Shape out = node.integers_of(1, "shape");
  const bool zero_is_zero = node.integer("allowzero", 0) != 0;
  std::optional<std::size_t> open;
  Shape known;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == 0 && !zero_is_zero) {
      if (i >= in.size())
        node.misfit(fmt::format("shape {} copies an axis that {} lacks", shape_text(out), shape_text(in)));
      out[i] = in[i];
    }
    if (out[i] == -1) {
      if (open) node.misfit(fmt::format("shape {} has two open extents", shape_text(out)));
      open = i;
    } else {
      known.push_back(out[i]);
    }
  }
  if (open) {
    const std::int64_t rest = checked_count(known);
    const std::int64_t count = checked_count(in);
    if (rest == 0 || count % rest != 0)
      node.misfit(fmt::format("{} cannot be read as {}", shape_text(in), shape_text(out)));
    out[*open] = count / rest;
  }
  return {reshape_operand(draft, node.operand(0), out)};
}

std::vector<Operand> flatten(Draft& draft, const OnnxNode& node) {
  const Shape in = draft.shape(node.operand(0));
  std::int64_t axis = node.integer("axis", 1);
  if (axis != static_cast<std::int64_t>(in.size())) axis = front_axis(axis, in.size());
  const Shape front(in.begin(), in.begin() + axis);
  const Shape back(in.begin() + axis, in.end());
  return {reshape_operand(draft, node.operand(0), {checked_count(front), checked_count(back)})};
}

std::vector<Operand> squeeze(Draft& draft, const OnnxNode& node) {
  const Shape in = draft.shape(node.operand(0));
  std::set<std::int64_t> dropped;
  if (const auto axes = node.attribute_or_operand("axes", 1)) {
    for (const std::int64_t axis : *axes) dropped.insert(front_axis(axis, in.size()));
  } else {
    for (std::size_t i = 0; i < in.size(); ++i)
      if (in[i] == 1) dropped.insert(static_cast<std::int64_t>(i));
  }
  Shape out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const bool drop = dropped.contains(static_cast<std::int64_t>(i));
    if (drop && in[i] != 1) node.misfit(fmt::format("axis {} of {} is not 1", i, shape_text(in)));
    if (!drop) out.push_back(in[i]);
  }
  return {reshape_operand(draft, node.operand(0), out)};
}

std::vector<Operand> unsqueeze(Draft& draft, const OnnxNode& node) {
  const Shape in = draft.shape(node.operand(0));
  const auto axes = node.attribute_or_operand("axes", 1);
  if (!axes) node.bad_attribute("axes", "there");
  const std::size_t rank = in.size() + axes->size();
  std::set<std::int64_t> added;
  for (const std::int64_t axis : *axes) added.insert(front_axis(axis, rank));
  if (added.size() != axes->size()) node.misfit("an axis is named twice");
  Shape out;
  auto next = in.begin();
  for (std::size_t i = 0; i < rank; ++i) out.push_back(added.contains(static_cast<std::int64_t>(i)) ? 1 : *next++);
  return {reshape_operand(draft, node.operand(0), out)};
}

std::vector<Operand> transpose(Draft& draft, const OnnxNode& node) {
  const std::size_t rank = draft.shape(node.operand(0)).size();
  std::vector<std::int64_t> permutation(rank);
  std::iota(permutation.rbegin(), permutation.rend(), 0);
  if (const auto given = node.integer_list("perm")) permutation = *given;
  std::set<std::int64_t> seen;
  for (const std::int64_t axis : permutation)
    if (axis >= 0 && axis < static_cast<std::int64_t>(rank)) seen.insert(axis);
  if (seen.size() != rank || permutation.size() != rank) node.bad_attribute("perm", "a permutation of the axes");
  return {transpose_operand(draft, node.operand(0), permutation)};
}

std::vector<Operand> concat(Draft& draft, const OnnxNode& node) {
  const std::int64_t axis = front_axis(node.integer("axis", 0), draft.shape(node.operand(0)).size());
  std::vector<Operand> parts;
  std::vector<TensorPtr> constants;
  for (std::size_t i = 0; i < node.operands(); ++i) {
    parts.push_back(node.operand(i));
    constants.push_back(parts.back().constant);
  }
  if (node.all_constant()) return one(concatenated(draft.budget(), constants, axis));
  return one(draft.concat(std::move(parts), axis));
}

std::vector<Operand> expand(Draft& draft, const OnnxNode& node) {
  const Operand& x = node.operand(0);
  const Shape target = node.integers_of(1, "shape");
  if (x.is_constant()) return one(expanded(draft.budget(), x.constant, target));
  const Shape in = draft.shape(x);
  const Shape out = broadcast(in, target);
  if (checked_count(out) != checked_count(in))
    node.unsupported("that repeats a computed value", "Expand of a constant, or by 1");
  return {reshape_operand(draft, x, out)};
}

std::vector<Operand> tile(Draft& draft, const OnnxNode& node) {
  const Operand& x = node.operand(0);
  const Shape in = draft.shape(x);
  const std::vector<std::int64_t> repeats = node.integers_of(1, "repeats");
  if (repeats.size() != in.size()) node.misfit("repeats must have one number an axis");
  if (std::all_of(repeats.begin(), repeats.end(), [](std::int64_t r) { return r == 1; })) return {x};
  if (!x.is_constant()) node.unsupported("that repeats a computed value", "Tile of a constant, or by 1");
  TensorPtr result = x.constant;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (repeats[i] < 0) node.misfit("a negative number of repeats");
    Shape tiled = result->shape;
    if (repeats[i] > kMostElements / std::max<std::int64_t>(tiled[i], 1)) throw OperandExcess("repeats too often");
    tiled[i] *= repeats[i];
    std::vector<std::int64_t> rows(draft.budget().take({tiled[i]}));
    for (std::size_t r = 0; r < rows.size(); ++r)
      rows[r] = static_cast<std::int64_t>(r) % std::max<std::int64_t>(in[i], 1);
    result = gathered(draft.budget(), *result, static_cast<std::int64_t>(i), rows);
  }
  return one(result);
}

// Constant padding is a join with constants.
std::vector<Operand> pad(Draft& draft, const OnnxNode& node) {
  Operand x = node.operand(0);
  const std::size_t rank = draft.shape(x).size();
  const auto pads = node.attribute_or_operand("pads", 1);
  if (!pads) node.bad_attribute("pads", "there");
  if (node.has(3)) node.unsupported("with axes", "pads of every axis");
  if (pads->size() != 2 * rank) node.misfit("pads must have two numbers an axis");
  if (std::all_of(pads->begin(), pads->end(), [](std::int64_t p) { return p == 0; })) return {x};
  if (node.text("mode", "constant") != "constant") node.unsupported("in mode " + node.text("mode", ""), "constant");
  double fill = node.real("value", 0);
  if (node.has(2)) {
    const TensorPtr& value = node.constant(2, "value");
    if (value->size() != 1) node.misfit("the padding value must be a scalar");
    fill = value->real(0);
  }
  if (x.is_constant()) node.unsupported("of a constant", "a constant that is padded already");
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t before = (*pads)[i];
    const std::int64_t after = (*pads)[rank + i];
    if (before < 0 || after < 0) node.unsupported("with negative pads", "Slice");
    std::vector<Operand> parts;
    const auto filled = [&](std::int64_t extent) {
      Shape shape = draft.shape(x);
      shape[i] = extent;
      return Operand{NodeId(), expanded(draft.budget(), scalar(fill), shape)};
    };
    if (before > 0) parts.push_back(filled(before));
    parts.push_back(x);
    if (after > 0) parts.push_back(filled(after));
    x = {draft.concat(std::move(parts), static_cast<std::int64_t>(i)), nullptr};
  }
  return {x};
}

}  // namespace

void add_layout_operators(OperatorTable& table) {
  table["Reshape"] = reshape;
  table["Flatten"] = flatten;
  table["Squeeze"] = squeeze;
  table["Unsqueeze"] = unsqueeze;
  table["Transpose"] = transpose;
  table["Concat"] = concat;
  table["Expand"] = expand;
  table["Tile"] = tile;
  table["Pad"] = pad;
}

}  // namespace ranvier::workloads
