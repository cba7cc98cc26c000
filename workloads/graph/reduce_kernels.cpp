// SPDX-License-Identifier: Apache-2.0
// Norms, softmax, means and sums: sums in double.
#include <algorithm>
#include <cmath>
#include <limits>

#include "workloads/graph/node_kernels.h"

namespace ranvier::workloads {

void run_layer_norm(const GraphNode& node, const GraphTensor& input, GraphTensor& output) {
  const std::size_t width = node.weight.size();
  for (std::size_t row = 0; row < input.values.size(); row += width) {
    const float* x = input.values.data() + row;
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < width; ++i) sum += static_cast<double>(x[i]);
    const double mean = sum / static_cast<double>(width);
    for (std::size_t i = 0; i < width; ++i) {
      const double centred = static_cast<double>(x[i]) - mean;
      squares += centred * centred;
    }
    const double inverse = 1 / std::sqrt(squares / static_cast<double>(width) + node.epsilon);
    for (std::size_t i = 0; i < width; ++i)
      output.values[row + i] =
          static_cast<float>((static_cast<double>(x[i]) - mean) * inverse) * node.weight[i] + node.bias[i];
  }
}

void run_rms_norm(const GraphNode& node, const GraphTensor& input, GraphTensor& output) {
  const std::size_t width = node.weight.size();
  for (std::size_t row = 0; row < input.values.size(); row += width) {
    const float* x = input.values.data() + row;
    double squares = 0;
    for (std::size_t i = 0; i < width; ++i) squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    const double inverse = 1 / std::sqrt(squares / static_cast<double>(width) + node.epsilon);
    for (std::size_t i = 0; i < width; ++i)
      output.values[row + i] = static_cast<float>(static_cast<double>(x[i]) * inverse) * node.weight[i];
  }
}

void run_softmax(const GraphNode& node, const GraphTensor& input, GraphTensor& output) {
  const AxisView view = around_axis(input.shape, node.axis);
  for (std::size_t o = 0; o < view.outer; ++o)
    for (std::size_t i = 0; i < view.inner; ++i) {
      const std::size_t first = o * view.extent * view.inner + i, end = first + view.extent * view.inner;
      float largest = -std::numeric_limits<float>::infinity();
      for (std::size_t at = first; at < end; at += view.inner) largest = std::max(largest, input.values[at]);
      double sum = 0;
      for (std::size_t at = first; at < end; at += view.inner)
        sum += static_cast<double>(output.values[at] = std::exp(input.values[at] - largest));
      for (std::size_t at = first; at < end; at += view.inner)
        output.values[at] = static_cast<float>(static_cast<double>(output.values[at]) / sum);
    }
}

void run_reduce(const GraphNode& node, const GraphTensor& input, GraphTensor& output) {
  const Extents to = broadcast_strides(output.shape, input.shape);  // 0 along what is summed
  std::vector<double> sum(output.values.size());
  const std::int64_t length = input.shape.empty() ? 1 : input.shape.back(), step = to.empty() ? 0 : to.back();
  for_each_run(input.shape, to, to, [&](std::int64_t first, std::int64_t offset, std::int64_t) {
    for (std::int64_t i = 0; i < length; ++i)
      sum[static_cast<std::size_t>(offset + i * step)] +=
          static_cast<double>(input.values[static_cast<std::size_t>(first + i)]);
  });
  const double count = static_cast<double>(input.values.size()) / static_cast<double>(output.values.size());
  const double divisor = node.op == Op::kReduceMean ? count : 1;
  for (std::size_t i = 0; i < sum.size(); ++i) output.values[i] = static_cast<float>(sum[i] / divisor);
}

}  // namespace ranvier::workloads
