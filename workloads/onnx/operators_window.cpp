// SPDX-License-Identifier: Apache-2.0
// Convolutions and pooling, over one or two axes.
#include <fmt/format.h>

#include <algorithm>

#include "workloads/onnx/operators.h"

namespace ranvier::workloads {
namespace {

constexpr std::int64_t kLargest = 1 << 20;  // of any number of a window

std::vector<std::int64_t> list(const OnnxNode& node, const std::string& name, std::size_t size, std::int64_t otherwise,
                               std::int64_t least) {
  const auto given = node.integer_list(name);
  if (!given) return std::vector<std::int64_t>(size, otherwise);
  if (given->size() != size) node.bad_attribute(name, fmt::format("{} numbers", size));
  for (const std::int64_t n : *given)
    if (n < least || n > kLargest) node.bad_attribute(name, fmt::format("numbers from {} to {}", least, kLargest));
  return *given;
}

// SAME_UPPER and SAME_LOWER: as many outputs as inputs over the stride, an odd rest of padding behind or in front.
void pad_to_same(Window& w, std::size_t axis, std::int64_t extent, bool rest_behind) {
  const std::int64_t outputs = (extent + w.stride[axis] - 1) / w.stride[axis];
  const std::int64_t reach = w.dilation[axis] * (w.kernel[axis] - 1) + 1;
  const std::int64_t total = std::max<std::int64_t>(0, (outputs - 1) * w.stride[axis] + reach - extent);
  w.padding[rest_behind ? axis : axis + 2] = total / 2;
  w.padding[rest_behind ? axis + 2 : axis] = total - total / 2;
}

// `kernel`: its extents, of one or two axes. `in`: the input's shape with batch and channels.
Window window_of(const OnnxNode& node, const std::vector<std::int64_t>& kernel, const Shape& in) {
  const std::size_t axes = kernel.size();
  const std::vector<std::int64_t> strides = list(node, "strides", axes, 1, 1);
  const std::vector<std::int64_t> dilations = list(node, "dilations", axes, 1, 1);
  const std::vector<std::int64_t> pads = list(node, "pads", 2 * axes, 0, 0);
  const std::string automatic = node.text("auto_pad", "NOTSET");
  if (automatic != "NOTSET" && automatic != "VALID" && automatic != "SAME_UPPER" && automatic != "SAME_LOWER")
    node.bad_attribute("auto_pad", "NOTSET, VALID, SAME_UPPER or SAME_LOWER");
  Window w;
  for (std::size_t i = 0; i < axes; ++i) {
    const std::size_t axis = 2 - axes + i;  // a single axis is the width
    w.kernel[axis] = kernel[i];
    w.stride[axis] = strides[i];
    w.dilation[axis] = dilations[i];
    if (automatic == "NOTSET") {
      w.padding[axis] = pads[i];
      w.padding[axis + 2] = pads[axes + i];
    } else if (automatic != "VALID") {
      pad_to_same(w, axis, in[2 + i], automatic == "SAME_UPPER");
    }
  }
  return w;
}

void check_rank(const OnnxNode& node, const Shape& in) {
  if (in.size() != 3 && in.size() != 4)
    node.unsupported(fmt::format("over an input of {} axes", in.size()), "batch, channels, and one or two axes");
}

std::vector<Operand> convolution(Draft& draft, const OnnxNode& node) {
  const NodeId x = draft.node(node.operand(0));
  const Shape in = draft.shape(x);
  check_rank(node, in);
  const TensorPtr& weight = node.constant(1, "weights");
  if (weight->shape.size() != in.size() || weight->is_integer() || weight->size() == 0)
    node.misfit(fmt::format("weights {} do not fit input {}", shape_text(weight->shape), shape_text(in)));
  const std::vector<std::int64_t> kernel(weight->shape.begin() + 2, weight->shape.end());
  if (const auto stated = node.integer_list("kernel_shape"); stated && *stated != kernel)
    node.bad_attribute("kernel_shape", "that of the weights");
  Window w = window_of(node, kernel, in);
  w.groups = node.integer("group", 1);
  if (w.groups < 1 || w.groups > kLargest) node.bad_attribute("group", "a positive number of groups");
  return one(draft.convolution(x, weight, node.has(2) ? node.constant(2, "bias") : nullptr, w));
}

Operator pool(Op op) {
  return [op](Draft& draft, const OnnxNode& node) {
    const NodeId x = draft.node(node.operand(0));
    const Shape in = draft.shape(x);
    check_rank(node, in);
    if (!node.integer_list("kernel_shape")) node.bad_attribute("kernel_shape", "there");
    Window w = window_of(node, list(node, "kernel_shape", in.size() - 2, 1, 1), in);
    w.count_padding = op == Op::kAveragePool && node.integer("count_include_pad", 0) != 0;
    if (node.integer("storage_order", 0) != 0) node.unsupported("in column order", "storage_order = 0");
    for (std::size_t i = 2; i < in.size(); ++i) {
      const std::size_t axis = 4 - in.size() + i - 2;
      const std::int64_t reach = w.dilation[axis] * (w.kernel[axis] - 1) + 1;
      const std::int64_t padded = in[i] + w.padding[axis] + w.padding[axis + 2];
      if (std::max(w.padding[axis], w.padding[axis + 2]) >= reach)
        node.misfit("a window may lie wholly in the padding");
      if (node.integer("ceil_mode", 0) != 0 && padded >= reach && (padded - reach) % w.stride[axis] != 0)
        node.unsupported("with ceil_mode where a window is cut off", "ceil_mode = 0");
    }
    return one(draft.pool(op, x, w));
  };
}

std::vector<Operand> global_average(Draft& draft, const OnnxNode& node) {
  const NodeId x = draft.node(node.operand(0));
  std::vector<std::int64_t> axes;
  for (std::size_t i = 2; i < draft.shape(x).size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  if (axes.empty()) node.misfit("needs batch, channels and more axes");
  return one(draft.reduce(Op::kReduceMean, x, axes));
}

}  // namespace

void add_window_operators(OperatorTable& table) {
  table["Conv"] = convolution;
  table["MaxPool"] = pool(Op::kMaxPool);
  table["AveragePool"] = pool(Op::kAveragePool);
  table["GlobalAveragePool"] = global_average;
}

}  // namespace ranvier::workloads
