// SPDX-License-Identifier: Apache-2.0
#include "workloads/nir/nir_kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "workloads/nir/nir_errors.h"

namespace ranvier::workloads {
namespace {

constexpr std::int64_t kMostWeights = std::int64_t{1} << 26;

std::size_t size(std::int64_t value) { return static_cast<std::size_t>(value); }

/// 2^26 and one more stand for anything larger.
std::int64_t product(std::initializer_list<std::int64_t> factors) {
  std::int64_t all = 1;
  for (const std::int64_t factor : factors) all = std::min(all * std::min(factor, kMostWeights + 1), kMostWeights + 1);
  return all;
}

void allocate(NirKernel& kernel, const std::string& file, const std::string& place) {
  const NirWindow& w = kernel.window;
  const std::int64_t count = product({w.out_channels, kernel.depthwise ? 1 : w.in_channels, w.kernel[0], w.kernel[1]});
  if (count > kMostWeights) throw NirCannotLower(file, place, fmt::format("more than {} weights", kMostWeights));
  kernel.weight.assign(size(count), 0.0);
}

NirKernel pool_kernel(const NirUnit& unit, const NirWindow& window, const std::string& file) {
  NirKernel kernel{window, true, {}, std::vector<double>(size(window.out_channels), 0.0)};
  allocate(kernel, file, unit.path);
  const bool average = unit.node->type == "AvgPool2d";
  std::fill(kernel.weight.begin(), kernel.weight.end(), average ? 1.0 / static_cast<double>(kernel.taps()) : 1.0);
  return kernel;
}

/// Holes of the dilation and the zeros between groups are written out.
NirKernel conv_kernel(const NirUnit& unit, const NirWindow& window, const std::string& file) {
  NirKernel kernel{
      window,
      window.groups == window.in_channels && window.out_channels == window.in_channels && window.in_channels > 1,
      {},
      unit.node->numbers("bias")};
  NirWindow& w = kernel.window;
  for (int axis = 0; axis < 2; ++axis) {
    w.kernel[axis] = w.dilation[axis] * (window.kernel[axis] - 1) + 1;
    w.dilation[axis] = 1;
  }
  if (!kernel.depthwise) w.groups = 1;
  allocate(kernel, file, unit.path);
  const std::vector<double> weight = unit.node->numbers("weight");
  const std::int64_t inputs = window.in_channels / window.groups;
  std::size_t at = 0;
  for (std::int64_t o = 0; o < w.out_channels; ++o) {
    const std::int64_t first = o / (window.out_channels / window.groups) * inputs;
    for (std::int64_t i = 0; i < inputs; ++i) {
      const std::size_t row = size(o) * kernel.row() + (kernel.depthwise ? 0 : size(first + i) * kernel.taps());
      for (std::int64_t y = 0; y < window.kernel[0]; ++y) {
        for (std::int64_t x = 0; x < window.kernel[1]; ++x)
          kernel.weight[row + size(y * window.dilation[0] * w.kernel[1] + x * window.dilation[1])] = weight[at++];
      }
    }
  }
  return kernel;
}

NirKernel dense_kernel(const NirUnit& unit, const NirKernel& before, const std::string& file) {
  const auto& shape = unit.node->shape_of("weight");
  const NirWindow& from = before.window;
  if (nir_count(shape) != product({shape[shape.size() - 1], shape[shape.size() - 2]}) ||
      shape.back() != from.out_channels * from.out[0] * from.out[1]) {
    throw NirCannotLower(file, unit.path,
                         fmt::format("weight {} is no dense layer over {} channels of {} x {}", nir_shape_text(shape),
                                     from.out_channels, from.out[0], from.out[1]));
  }
  NirKernel kernel;
  NirWindow& w = kernel.window;
  w.in_channels = from.out_channels;
  w.out_channels = shape[shape.size() - 2];
  for (int axis = 0; axis < 2; ++axis) w.in[axis] = w.kernel[axis] = from.out[axis];
  allocate(kernel, file, unit.path);
  kernel.weight = unit.node->numbers("weight");
  kernel.bias = unit.node->has("bias") ? unit.node->numbers("bias") : std::vector<double>(size(w.out_channels), 0.0);
  return kernel;
}

/// Positions of the second's padding are outside of the first's outputs, so they must see inputs in padding alone.
void demand_silent_padding(const NirKernel& first, const NirKernel& second, const std::string& file,
                           const std::string& place) {
  for (int axis = 0; axis < 2; ++axis) {
    const NirWindow& a = first.window;
    const NirWindow& b = second.window;
    const std::int64_t reach = (b.out[axis] - 1) * b.stride[axis] - b.before[axis] + b.kernel[axis] - 1;
    const bool front = b.before[axis] > 0;
    const bool back = reach >= a.out[axis];
    const bool front_silent = a.kernel[axis] <= a.stride[axis] + a.before[axis];
    const bool back_silent = a.out[axis] * a.stride[axis] - a.before[axis] >= a.in[axis];
    if ((front && !front_silent) || (back && !back_silent)) {
      throw NirCannotLower(file, place,
                           "its padding lies where the layer before it would see inputs; put neurons "
                           "between the two");
    }
    const bool biased = std::any_of(first.bias.begin(), first.bias.end(), [](double v) { return v != 0; });
    if ((front || back) && biased)
      throw NirCannotLower(file, place, "it pads the outputs of a layer that has a bias; put neurons between the two");
  }
}

}  // namespace

NirKernel identity_kernel(const NirShape& shape) {
  NirKernel kernel;
  NirWindow& w = kernel.window;
  w.in_channels = w.out_channels = w.groups = shape.empty() ? 1 : shape[0];
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::size_t dimension = shape.size() == 3 ? axis + 1 : shape.size() == 2 && axis == 1 ? 1 : 0;
    w.in[axis] = w.out[axis] = dimension == 0 ? 1 : shape[dimension];
  }
  kernel.depthwise = true;
  kernel.weight.assign(size(w.out_channels), 1.0);
  kernel.bias.assign(size(w.out_channels), 0.0);
  return kernel;
}

NirKernel kernel_of(const NirUnit& unit, const NirKernel& before, const std::string& file) {
  const std::string& type = unit.node->type;
  if (type == "Affine" || type == "Linear") return dense_kernel(unit, before, file);
  const NirWindow window = nir_window(*unit.node, unit.in_shape, file, unit.path);
  return unit.node->has("weight") ? conv_kernel(unit, window, file) : pool_kernel(unit, window, file);
}

NirKernel composed(const NirKernel& first, const NirKernel& second, const std::string& file, const std::string& place) {
  demand_silent_padding(first, second, file, place);
  const NirWindow& a = first.window;
  const NirWindow& b = second.window;
  NirKernel both;
  NirWindow& w = both.window;
  w.in_channels = a.in_channels;
  w.out_channels = b.out_channels;
  both.depthwise = first.depthwise && second.depthwise;
  w.groups = both.depthwise ? w.in_channels : 1;
  for (int axis = 0; axis < 2; ++axis) {
    w.in[axis] = a.in[axis];
    w.out[axis] = b.out[axis];
    w.kernel[axis] = a.kernel[axis] + (b.kernel[axis] - 1) * a.stride[axis];
    w.stride[axis] = a.stride[axis] * b.stride[axis];
    w.before[axis] = a.before[axis] + b.before[axis] * a.stride[axis];
    const std::int64_t last = (w.out[axis] - 1) * w.stride[axis] - w.before[axis] + w.kernel[axis];
    w.after[axis] = std::max<std::int64_t>(0, last - w.in[axis]);
  }
  allocate(both, file, place);
  both.bias = second.bias;
  for (std::size_t o = 0; o < size(b.out_channels); ++o) {
    const std::size_t middle_first = second.depthwise ? o : 0;
    const std::size_t middle_end = second.depthwise ? o + 1 : size(b.in_channels);
    for (std::size_t m = middle_first; m < middle_end; ++m) {
      const double* late = second.weight.data() + o * second.row() + (second.depthwise ? 0 : m * second.taps());
      for (std::int64_t y = 0; y < b.kernel[0]; ++y) {
        for (std::int64_t x = 0; x < b.kernel[1]; ++x) {
          const double factor = late[y * b.kernel[1] + x];
          if (factor == 0) continue;
          both.bias[o] += factor * first.bias[m];
          const std::size_t inputs = first.depthwise ? 1 : size(a.in_channels);
          for (std::size_t i = 0; i < inputs; ++i) {
            const double* early = first.weight.data() + m * first.row() + i * first.taps();
            const std::size_t in = first.depthwise ? m : i;
            double* to = both.weight.data() + o * both.row() + (both.depthwise ? 0 : in * both.taps());
            for (std::int64_t ky = 0; ky < a.kernel[0]; ++ky) {
              for (std::int64_t kx = 0; kx < a.kernel[1]; ++kx)
                to[(y * a.stride[0] + ky) * w.kernel[1] + x * a.stride[1] + kx] +=
                    factor * early[ky * a.kernel[1] + kx];
            }
          }
        }
      }
    }
  }
  return both;
}

ConvParams conv_shape(NirKernel& kernel, const std::string& file, const std::string& place) {
  NirWindow& w = kernel.window;
  const bool one_row = w.out[0] == 1;
  const bool one_column = w.out[1] == 1;
  if (w.stride[0] != w.stride[1] && !one_row && !one_column) {
    throw NirCannotLower(file, place,
                         fmt::format("strides {} and {} differ; compartments have one", w.stride[0], w.stride[1]));
  }
  const std::int64_t stride = one_row ? (one_column ? 1 : w.stride[1]) : w.stride[0];
  const std::int64_t padding = std::max({w.before[0], w.before[1], w.after[0], w.after[1]});
  NirWindow wide = w;
  for (int axis = 0; axis < 2; ++axis) {
    wide.before[axis] = wide.after[axis] = padding;
    wide.stride[axis] = stride;
    wide.kernel[axis] = w.kernel[axis] + padding - w.before[axis];
    // Zeros behind, until floor((in + 2 padding - kernel) / stride) + 1 is what the network has.
    const std::int64_t room = w.in[axis] + 2 * padding - (w.out[axis] - 1) * stride;
    if (room - wide.kernel[axis] >= stride) wide.kernel[axis] = room - stride + 1;
  }
  constexpr std::int64_t kMost = 1 << 14;
  for (const std::int64_t extent : {w.in[0], w.in[1], w.out[0], w.out[1], wide.kernel[0], wide.kernel[1], stride}) {
    if (extent > kMost) throw NirCannotLower(file, place, fmt::format("{} positions, at most {}", extent, kMost));
  }
  if (padding >= std::min(wide.kernel[0], wide.kernel[1]))
    throw NirCannotLower(file, place, fmt::format("padding {} is not less than its kernel", padding));
  NirKernel grown{wide, kernel.depthwise, {}, kernel.bias};
  allocate(grown, file, place);
  const std::size_t planes = kernel.weight.size() / kernel.taps();
  for (std::size_t plane = 0; plane < planes; ++plane) {
    for (std::int64_t y = 0; y < w.kernel[0]; ++y) {
      for (std::int64_t x = 0; x < w.kernel[1]; ++x) {
        const std::int64_t to = (y + padding - w.before[0]) * wide.kernel[1] + x + padding - w.before[1];
        grown.weight[plane * grown.taps() + size(to)] =
            kernel.weight[plane * kernel.taps() + size(y * w.kernel[1] + x)];
      }
    }
  }
  kernel = std::move(grown);
  const auto narrow = [](std::int64_t value) { return static_cast<std::int32_t>(value); };
  ConvParams conv;
  conv.in_height = narrow(wide.in[0]);
  conv.in_width = narrow(wide.in[1]);
  conv.out_height = narrow(wide.out[0]);
  conv.out_width = narrow(wide.out[1]);
  conv.kernel_height = narrow(wide.kernel[0]);
  conv.kernel_width = narrow(wide.kernel[1]);
  conv.stride = narrow(stride);
  conv.padding = narrow(padding);
  conv.depthwise = kernel.depthwise;
  return conv;
}

}  // namespace ranvier::workloads
