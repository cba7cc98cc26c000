// SPDX-License-Identifier: Apache-2.0
// Who is connected to whom in a convolution: synapses of one input event, input window of an output range, counts. The
// inner loop of the reference and of the cores, hence a template.
#pragma once

#include <algorithm>
#include <cstdint>

#include "workloads/program.h"

namespace ranvier::workloads {

/// first <= index < end.
struct IndexRange {
  std::int32_t first = 0;
  std::int32_t end = 0;
  std::int32_t size() const { return end - first; }
  bool contains(std::int32_t index) const { return index >= first && index < end; }
  friend bool operator==(const IndexRange&, const IndexRange&) = default;
};

inline std::int32_t in_tokens(const ConvParams& conv) { return conv.in_height * conv.in_width; }
inline std::int32_t out_tokens(const ConvParams& conv) { return conv.out_height * conv.out_width; }
inline std::int32_t kernel_taps(const ConvParams& conv) { return conv.kernel_height * conv.kernel_width; }

/// Index into ConvParams::weight; `tap` = ky * kernel_width + kx. `stage_inputs` = Stage::in_channels.
inline std::size_t weight_index(const ConvParams& conv, std::int32_t stage_inputs, std::int32_t out_channel,
                                std::int32_t in_channel, std::int32_t tap) {
  const std::int32_t row = conv.depthwise ? out_channel : out_channel * stage_inputs + in_channel;
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(kernel_taps(conv)) + static_cast<std::size_t>(tap);
}

namespace conv_detail {

/// Output positions along one axis whose kernel covers the input position `at`.
inline IndexRange covering(std::int32_t at, std::int32_t padding, std::int32_t kernel, std::int32_t stride,
                           std::int32_t out_extent) {
  const std::int32_t last = at + padding;
  const std::int32_t before = last - kernel;  // the last position whose kernel ends too early starts at or before this
  const std::int32_t first = before < 0 ? 0 : before / stride + 1;
  return {first, std::min(last / stride + 1, out_extent)};
}

}  // namespace conv_detail

/// visit(out_token, tap) for each output token within `tokens` whose kernel covers the input token, ascending.
template <class Visit>
inline void for_each_tap(const ConvParams& conv, std::int32_t in_token, IndexRange tokens, Visit&& visit) {
  const std::int32_t y = in_token / conv.in_width;
  const std::int32_t x = in_token % conv.in_width;
  const IndexRange rows = conv_detail::covering(y, conv.padding, conv.kernel_height, conv.stride, conv.out_height);
  const IndexRange columns = conv_detail::covering(x, conv.padding, conv.kernel_width, conv.stride, conv.out_width);
  for (std::int32_t oy = rows.first; oy < rows.end; ++oy) {
    const std::int32_t ky = y + conv.padding - oy * conv.stride;
    const std::int32_t row = oy * conv.out_width;
    const std::int32_t first = std::max(columns.first, tokens.first - row);
    const std::int32_t end = std::min(columns.end, tokens.end - row);
    for (std::int32_t ox = first; ox < end; ++ox) {
      visit(row + ox, ky * conv.kernel_width + x + conv.padding - ox * conv.stride);
    }
  }
}

/// visit(out_channel, out_token, weight) for every synapse, zero weights included, that an event of the input channel
/// and token reaches within the output channels and tokens given.
template <class Visit>
inline void for_each_synapse(const ConvParams& conv, std::int32_t stage_inputs, std::int32_t in_channel,
                             std::int32_t in_token, IndexRange channels, IndexRange tokens, Visit&& visit) {
  if (conv.depthwise) {
    if (!channels.contains(in_channel)) return;
    channels = {in_channel, in_channel + 1};
  }
  const std::size_t channel_stride =
      static_cast<std::size_t>(kernel_taps(conv)) * static_cast<std::size_t>(conv.depthwise ? 1 : stage_inputs);
  for_each_tap(conv, in_token, tokens, [&](std::int32_t out_token, std::int32_t tap) {
    const std::int16_t* weight = conv.weight.data() + weight_index(conv, stage_inputs, channels.first, in_channel, tap);
    for (std::int32_t c = channels.first; c < channels.end; ++c, weight += channel_stride) {
      visit(c, out_token, *weight);
    }
  });
}

/// Contiguous input tokens outside of which nothing reaches the output tokens given. Exact rows; within them exact
/// columns where the output tokens lie in one row and the kernel in one row. Empty for an empty range.
IndexRange input_tokens_for(const ConvParams& conv, IndexRange tokens);
/// Contiguous output tokens outside of which an event of these input tokens reaches nothing.
IndexRange output_tokens_for(const ConvParams& conv, IndexRange tokens);

/// Pairs of an input and an output token with a kernel tap between them (positions in the padding do not count).
std::int64_t tap_count(const ConvParams& conv, IndexRange tokens);
/// Synapses into the output channels and tokens given: what a core without weight sharing stores.
std::int64_t synapse_count(const Stage& stage, IndexRange channels, IndexRange tokens);
std::int64_t synapse_count(const Stage& stage);
/// Weights that a core with shared kernels stores for these output channels.
std::int64_t stored_weight_count(const Stage& stage, IndexRange channels);
std::int64_t stored_weight_count(const Stage& stage);

}  // namespace ranvier::workloads
