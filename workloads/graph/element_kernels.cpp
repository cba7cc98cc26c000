// SPDX-License-Identifier: Apache-2.0
// Operators on single elements, and the affine map by channel.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "workloads/activation.h"
#include "workloads/graph/node_kernels.h"

namespace ranvier::workloads {
namespace {

double unary_of(Unary unary, double x) {
  switch (unary) {
    case Unary::kRelu:
      return activation_value(Activation::kRelu, x);
    case Unary::kGelu:
      return activation_value(Activation::kGelu, x);
    case Unary::kGeluTanh:
      return activation_value(Activation::kGeluTanh, x);
    case Unary::kQuickGelu:
      return activation_value(Activation::kQuickGelu, x);
    case Unary::kSilu:
      return x / (1 + std::exp(-x));
    case Unary::kSigmoid:
      return 1 / (1 + std::exp(-x));
    case Unary::kTanh:
      return std::tanh(x);
    case Unary::kErf:
      return std::erf(x);
    case Unary::kExp:
      return std::exp(x);
    case Unary::kSqrt:
      return std::sqrt(x);
    case Unary::kReciprocal:
      return 1 / x;
    case Unary::kHardSwish:  // Howard et al., ICCV 2019
      return x * std::clamp(x / 6 + 0.5, 0.0, 1.0);
    case Unary::kNegate:
      return -x;
    case Unary::kHardSigmoid:
      return std::clamp(x / 6 + 0.5, 0.0, 1.0);
    case Unary::kRelu6:
      return std::clamp(x, 0.0, 6.0);
  }
  throw std::logic_error("no such unary");
}

template <class Function>
void binary(const GraphTensor& a, const GraphTensor& b, GraphTensor& output, const Function& function) {
  const Extents a_strides = broadcast_strides(a.shape, output.shape);
  const Extents b_strides = broadcast_strides(b.shape, output.shape);
  const std::int64_t length = output.shape.empty() ? 1 : output.shape.back();
  const std::int64_t a_step = output.shape.empty() ? 0 : a_strides.back();
  const std::int64_t b_step = output.shape.empty() ? 0 : b_strides.back();
  for_each_run(output.shape, a_strides, b_strides, [&](std::int64_t first, std::int64_t at_a, std::int64_t at_b) {
    const float* x = a.values.data() + at_a;
    const float* y = b.values.data() + at_b;
    float* to = output.values.data() + first;
    for (std::int64_t i = 0; i < length; ++i) to[i] = function(x[i * a_step], y[i * b_step]);
  });
}

}  // namespace

float unary_value(Unary unary, float x) { return static_cast<float>(unary_of(unary, static_cast<double>(x))); }

void run_unary(Unary unary, const GraphTensor& input, GraphTensor& output) {
  std::transform(input.values.begin(), input.values.end(), output.values.begin(),
                 [unary](float x) { return unary_value(unary, x); });
}

void run_binary(Op op, const GraphTensor& a, const GraphTensor& b, GraphTensor& output) {
  if (op == Op::kAdd)
    binary(a, b, output, [](float x, float y) { return x + y; });
  else if (op == Op::kSubtract)
    binary(a, b, output, [](float x, float y) { return x - y; });
  else if (op == Op::kMultiply)
    binary(a, b, output, [](float x, float y) { return x * y; });
  else
    binary(a, b, output, [](float x, float y) { return x / y; });
}

void run_channel_affine(const GraphNode& node, const GraphTensor& input, GraphTensor& output) {
  const AxisView view = around_axis(input.shape, node.axis);
  for (std::size_t o = 0, at = 0; o < view.outer; ++o)
    for (std::size_t c = 0; c < view.extent; ++c)
      for (std::size_t i = 0; i < view.inner; ++i, ++at)
        output.values[at] = input.values[at] * node.weight[c] + node.bias[c];
}

}  // namespace ranvier::workloads
