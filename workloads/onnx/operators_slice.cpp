// SPDX-License-Identifier: Apache-2.0
// Slice, Split and Gather.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "workloads/onnx/operators.h"

namespace ranvier::workloads {
namespace {

std::vector<std::int64_t> range(std::int64_t begin, std::int64_t count, std::int64_t step) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = begin + static_cast<std::int64_t>(i) * step;
  return rows;
}

Operand cut(Draft& draft, const Operand& x, std::int64_t axis, std::int64_t begin, std::int64_t count,
            std::int64_t step) {
  if (x.is_constant() || step < 0) {
    draft.budget().take({count});
    const std::vector<std::int64_t> rows = range(begin, count, step);
    if (x.is_constant()) return {NodeId(), gathered(draft.budget(), *x.constant, axis, rows)};
    return {draft.gather(x.node, axis, rows), nullptr};
  }
  return {draft.slice(x.node, axis, begin, count, step), nullptr};
}

std::vector<Operand> slice(Draft& draft, const OnnxNode& node) {
  const Shape in = draft.shape(node.operand(0));
  const auto starts = node.attribute_or_operand("starts", 1);
  const auto ends = node.attribute_or_operand("ends", 2);
  if (!starts || !ends || starts->size() != ends->size()) node.misfit("starts and ends must be of one length");
  std::vector<std::int64_t> axes(starts->size());
  std::iota(axes.begin(), axes.end(), 0);
  if (const auto given = node.attribute_or_operand("axes", 3)) axes = *given;
  std::vector<std::int64_t> steps(starts->size(), 1);
  if (node.has(4)) steps = node.integers_of(4, "steps");
  if (axes.size() != starts->size() || steps.size() != starts->size()) node.misfit("axes and steps must fit starts");
  Operand x = node.operand(0);
  std::set<std::int64_t> seen;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t axis = front_axis(axes[i], in.size());
    if (!seen.insert(axis).second) node.misfit("an axis is named twice");
    const std::int64_t extent = in[static_cast<std::size_t>(axis)];
    const std::int64_t step = steps[i];
    if (step == 0) node.misfit("a step of 0");
    // ONNX clamps; the lowest bound of a backward slice is -1. Steps beyond the extent take one element.
    const std::int64_t limit = step > 0 ? extent : extent - 1;
    const auto clamped = [&](std::int64_t at) {
      if (at < 0) at += extent;
      return std::clamp(at, step > 0 ? std::int64_t{0} : std::int64_t{-1}, limit);
    };
    const std::int64_t begin = std::max<std::int64_t>(clamped((*starts)[i]), 0);
    const std::int64_t end = clamped((*ends)[i]);
    const std::int64_t stride = std::clamp(step, -extent - 1, extent + 1);
    const std::int64_t span = stride > 0 ? end - begin : begin - end;
    const std::int64_t count = span <= 0 ? 0 : (span + std::abs(stride) - 1) / std::abs(stride);
    if (extent == 0 && !x.is_constant()) node.misfit("slices nothing");
    x = cut(draft, x, axis, begin, count, stride);
  }
  return {x};
}

std::vector<Operand> split(Draft& draft, const OnnxNode& node) {
  const Shape in = draft.shape(node.operand(0));
  const std::int64_t axis = front_axis(node.integer("axis", 0), in.size());
  const std::int64_t extent = in[static_cast<std::size_t>(axis)];
  const auto parts = static_cast<std::int64_t>(node.outputs());
  if (parts == 0) node.misfit("gives nothing");
  std::vector<std::int64_t> sizes;
  if (const auto given = node.attribute_or_operand("split", 1)) {
    sizes = *given;
  } else {
    // Equal parts; since opset 18 the last may be smaller.
    const std::int64_t each = (extent + parts - 1) / parts;
    if (node.opset() < 18 && extent % parts != 0) node.misfit(fmt::format("{} is no multiple of {}", extent, parts));
    for (std::int64_t i = 0; i < parts; ++i) sizes.push_back(std::clamp<std::int64_t>(extent - i * each, 0, each));
  }
  if (sizes.size() != static_cast<std::size_t>(parts)) node.misfit("has not one size an output");
  std::vector<Operand> out;
  std::int64_t begin = 0;
  for (const std::int64_t size : sizes) {
    if (size < 0 || size > extent - begin) node.misfit(fmt::format("the sizes are not those of {} elements", extent));
    out.push_back(cut(draft, node.operand(0), axis, begin, size, 1));
    begin += size;
  }
  if (begin != extent) node.misfit(fmt::format("the sizes are not those of {} elements", extent));
  return out;
}

std::vector<Operand> gather(Draft& draft, const OnnxNode& node) {
  const Operand& x = node.operand(0);
  const Shape in = draft.shape(x);
  const std::int64_t axis = front_axis(node.integer("axis", 0), in.size());
  if (!node.operand(1).is_constant())
    node.unsupported("with computed indices", "constant indices (token numbers as input are not supported)");
  const TensorPtr& indices = node.operand(1).constant;
  if (!indices->is_integer()) node.misfit("indices must be integers");
  const std::int64_t extent = in[static_cast<std::size_t>(axis)];
  std::vector<std::int64_t> rows = std::get<2>(indices->values);
  for (std::int64_t& row : rows) {
    if (row < -extent || row >= extent) node.misfit(fmt::format("index {} of {}", row, extent));
    if (row < 0) row += extent;
  }
  const Operand taken = x.is_constant() ? Operand{NodeId(), gathered(draft.budget(), *x.constant, axis, rows)}
                                        : Operand{draft.gather(x.node, axis, rows), nullptr};
  Shape out(in.begin(), in.begin() + axis);
  out.insert(out.end(), indices->shape.begin(), indices->shape.end());
  out.insert(out.end(), in.begin() + axis + 1, in.end());
  return {reshape_operand(draft, taken, out)};
}

}  // namespace

void add_slice_operators(OperatorTable& table) {
  table["Slice"] = slice;
  table["Split"] = split;
  table["Gather"] = gather;
}

}  // namespace ranvier::workloads
