// SPDX-License-Identifier: Apache-2.0
// Convolutions, as products with the windows of some output rows side by side, and pooling.
#include <algorithm>
#include <limits>

#include "workloads/graph/matrix_kernel.h"
#include "workloads/graph/node_kernels.h"

namespace ranvier::workloads {
namespace {

constexpr std::int64_t kMostWindowValues = 1 << 20;  // unfolded at once: 4 MiB

/// [1][channels][height][width]; one-dimensional ones have height 1.
struct Planes {
  std::int64_t channels = 0, height = 1, width = 0;
  explicit Planes(const Extents& shape)
      : channels(shape[1]), height(shape.size() == 4 ? shape[2] : 1), width(shape.back()) {}
};

/// Windows of output rows first..end of channels from `channel` on, one row of `columns` a (channel, ky, kx).
void unfold(const Window& w, const Planes& in, const Planes& out, const float* planes, std::int64_t channels,
            std::int64_t first, std::int64_t end, float* columns) {
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t ky = 0; ky < w.kernel[0]; ++ky)
      for (std::int64_t kx = 0; kx < w.kernel[1]; ++kx)
        for (std::int64_t oy = first; oy < end; ++oy) {
          const std::int64_t y = oy * w.stride[0] - w.padding[0] + ky * w.dilation[0];
          for (std::int64_t ox = 0; ox < out.width; ++ox) {
            const std::int64_t x = ox * w.stride[1] - w.padding[1] + kx * w.dilation[1];
            const bool inside = y >= 0 && y < in.height && x >= 0 && x < in.width;
            *columns++ = inside ? planes[(c * in.height + y) * in.width + x] : 0.0F;
          }
        }
}

}  // namespace

void run_convolution(const GraphNode& node, const GraphTensor& input, GraphTensor& output) {
  const Window& w = node.window;
  const Planes in(input.shape), out(output.shape);
  const std::int64_t group_in = in.channels / w.groups, group_out = out.channels / w.groups;
  const std::int64_t window = group_in * w.kernel[0] * w.kernel[1];
  const std::int64_t rows_at_once = std::clamp<std::int64_t>(kMostWindowValues / (window * out.width), 1, out.height);
  std::vector<float> columns, part;
  for (std::int64_t g = 0; g < w.groups; ++g)
    for (std::int64_t first = 0; first < out.height; first += rows_at_once) {
      const std::int64_t end = std::min(first + rows_at_once, out.height), pixels = (end - first) * out.width;
      columns.resize(static_cast<std::size_t>(window * pixels));
      unfold(w, in, out, input.values.data() + g * group_in * in.height * in.width, group_in, first, end,
             columns.data());
      part.resize(static_cast<std::size_t>(group_out * pixels));
      for (std::int64_t o = 0; o < group_out; ++o)
        std::fill_n(part.begin() + o * pixels, pixels, node.bias[static_cast<std::size_t>(g * group_out + o)]);
      add_product(static_cast<std::size_t>(group_out), static_cast<std::size_t>(window),
                  static_cast<std::size_t>(pixels), node.weight.data() + g * group_out * window,
                  {columns.data(), static_cast<std::size_t>(pixels), 1}, part.data());
      for (std::int64_t o = 0; o < group_out; ++o)
        std::copy_n(part.begin() + o * pixels, pixels,
                    output.values.begin() + ((g * group_out + o) * out.height + first) * out.width);
    }
}

void run_pool(const GraphNode& node, const GraphTensor& input, GraphTensor& output) {
  const Window& w = node.window;
  const Planes in(input.shape), out(output.shape);
  const bool largest = node.op == Op::kMaxPool;
  for (std::int64_t c = 0; c < out.channels; ++c)
    for (std::int64_t oy = 0; oy < out.height; ++oy)
      for (std::int64_t ox = 0; ox < out.width; ++ox) {
        double sum = 0;
        float most = -std::numeric_limits<float>::infinity();
        std::int64_t inside = 0, padded = 0;
        for (std::int64_t ky = 0; ky < w.kernel[0]; ++ky)
          for (std::int64_t kx = 0; kx < w.kernel[1]; ++kx) {
            const std::int64_t y = oy * w.stride[0] - w.padding[0] + ky * w.dilation[0];
            const std::int64_t x = ox * w.stride[1] - w.padding[1] + kx * w.dilation[1];
            // What a rounded-up output size reads beyond the padding counts for nothing.
            padded += y < in.height + w.padding[2] && x < in.width + w.padding[3] ? 1 : 0;
            if (y < 0 || y >= in.height || x < 0 || x >= in.width) continue;
            const float value = input.values[static_cast<std::size_t>((c * in.height + y) * in.width + x)];
            ++inside;
            sum += static_cast<double>(value);
            most = std::max(most, value);
          }
        const std::int64_t count = std::max<std::int64_t>(w.count_padding ? padded : inside, 1);
        output.values[static_cast<std::size_t>((c * out.height + oy) * out.width + ox)] =
            largest ? most : static_cast<float>(sum / static_cast<double>(count));
      }
}

}  // namespace ranvier::workloads
