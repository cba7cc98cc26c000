// SPDX-License-Identifier: Apache-2.0
// Windows and counts of convolution synapses. Rows and columns are independent, so counts are products.
#include "workloads/conv.h"

#include "workloads/sparse_synapses.h"

namespace ranvier::workloads {
namespace {

/// Input positions under the kernels of the output positions first..last along one axis.
IndexRange window(std::int32_t first, std::int32_t last, std::int32_t padding, std::int32_t kernel, std::int32_t stride,
                  std::int32_t in_extent) {
  const std::int32_t begin = std::clamp(first * stride - padding, 0, in_extent);
  return {begin, std::clamp(last * stride - padding + kernel, begin, in_extent)};
}

IndexRange rows_under(const ConvParams& conv, std::int32_t first, std::int32_t last) {
  return window(first, last, conv.padding, conv.kernel_height, conv.stride, conv.in_height);
}
IndexRange columns_under(const ConvParams& conv, std::int32_t first, std::int32_t last) {
  return window(first, last, conv.padding, conv.kernel_width, conv.stride, conv.in_width);
}

/// Tokens of a rectangle from its first to its last, what lies between them included.
IndexRange hull(IndexRange rows, IndexRange columns, std::int32_t width) {
  if (rows.size() <= 0 || columns.size() <= 0) return {};
  return {rows.first * width + columns.first, (rows.end - 1) * width + columns.end};
}

}  // namespace

IndexRange input_tokens_for(const ConvParams& conv, IndexRange tokens) {
  if (tokens.size() <= 0) return {};
  const std::int32_t first_row = tokens.first / conv.out_width;
  const std::int32_t last_row = (tokens.end - 1) / conv.out_width;
  const bool one_row = first_row == last_row;
  const IndexRange columns = columns_under(conv, one_row ? tokens.first % conv.out_width : 0,
                                           one_row ? (tokens.end - 1) % conv.out_width : conv.out_width - 1);
  return hull(rows_under(conv, first_row, last_row), columns, conv.in_width);
}

IndexRange output_tokens_for(const ConvParams& conv, IndexRange tokens) {
  if (tokens.size() <= 0) return {};
  const auto rows_over = [&](std::int32_t y) {
    return conv_detail::covering(y, conv.padding, conv.kernel_height, conv.stride, conv.out_height);
  };
  const auto columns_over = [&](std::int32_t x) {
    return conv_detail::covering(x, conv.padding, conv.kernel_width, conv.stride, conv.out_width);
  };
  const std::int32_t first_row = tokens.first / conv.in_width;
  const std::int32_t last_row = (tokens.end - 1) / conv.in_width;
  const bool one_row = first_row == last_row;
  const IndexRange rows{rows_over(first_row).first, rows_over(last_row).end};
  const IndexRange columns{columns_over(one_row ? tokens.first % conv.in_width : 0).first,
                           columns_over(one_row ? (tokens.end - 1) % conv.in_width : conv.in_width - 1).end};
  return hull(rows, columns, conv.out_width);
}

std::int64_t tap_count(const ConvParams& conv, IndexRange tokens) {
  std::int64_t taps = 0;
  for (std::int32_t token = tokens.first; token < tokens.end; ++token) {
    const std::int32_t y = token / conv.out_width;
    const std::int32_t x = token % conv.out_width;
    taps += std::int64_t{rows_under(conv, y, y).size()} * columns_under(conv, x, x).size();
  }
  return taps;
}

std::int64_t synapse_count(const Stage& stage, IndexRange channels, IndexRange tokens) {
  if (stage.sparse) return stage.sparse->count(channels);
  const std::int64_t inputs = stage.conv.depthwise ? 1 : stage.in_channels;
  return tap_count(stage.conv, tokens) * inputs * channels.size();
}

std::int64_t synapse_count(const Stage& stage) { return synapse_count(stage, {0, stage.channels}, {0, stage.tokens}); }

std::int64_t stored_weight_count(const Stage& stage, IndexRange channels) {
  if (stage.sparse) return stage.sparse->count(channels);
  const std::int64_t inputs = stage.conv.depthwise ? 1 : stage.in_channels;
  return inputs * kernel_taps(stage.conv) * channels.size();
}

std::int64_t stored_weight_count(const Stage& stage) { return stored_weight_count(stage, {0, stage.channels}); }

}  // namespace ranvier::workloads
