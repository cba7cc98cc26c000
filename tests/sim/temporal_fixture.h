// SPDX-License-Identifier: Apache-2.0
// Random temporal programs and samples, and a board whose cores have the limits of Loihi's.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/conv.h"
#include "workloads/spike_train.h"

namespace ranvier::sim::testing {

/// 128 cores of 1,024 compartments, 4,096 axons and 16,384 synapse words of 64 bits, 10 of them overhead.
inline chips::Board loihi_board() {
  chips::Board b = small_board(16, 8);
  chips::CoreKind& core = b.chip.core;
  core.neurons.value = 1024;
  core.fan_in_axons.value = 4096;
  core.route_entries.value = 4096;
  core.weight_bits.value = 9;
  core.synapse_memory.value = Bytes(16384 * 8);
  core.synapse_word_bits.value = 64;
  core.synapse_word_overhead_bits.value = 10;
  core.synapse_index_bits.value = 6;
  core.compartment_profiles.value = 32;
  core.synapse_formats.value = 8;
  core.receive_fifo_events.value = 64;
  b.chip.max_delay_steps.value = 62;
  return b;
}

inline workloads::Stage spike_input(std::int32_t height, std::int32_t width, std::int32_t channels) {
  workloads::Stage s;
  s.name = "input";
  s.kind = workloads::StageKind::kInput;
  s.tokens = height * width;
  s.channels = s.in_channels = channels;
  return s;
}

/// A convolution over the stage before; weights are drawn from -range..range, scaled by 2.
struct LayerShape {
  std::int32_t channels = 1, kernel = 1, stride = 1, padding = 0;
  bool depthwise = false;
};
inline workloads::Stage lif_layer(const workloads::Program& p, std::int32_t height, std::int32_t width,
                                  const LayerShape& shape, std::uint64_t seed) {
  const workloads::Stage& from = p.stages.back();
  workloads::Stage s;
  s.name = "lif" + std::to_string(p.stages.size());
  s.kind = workloads::StageKind::kLif;
  s.inputs = {{StageId(p.stages.size() - 1), 1}};
  s.in_channels = from.channels;
  s.channels = shape.depthwise ? from.channels : shape.channels;
  workloads::ConvParams& c = s.conv;
  c.in_height = height;
  c.in_width = width;
  c.kernel_height = std::min(shape.kernel, height);
  c.kernel_width = std::min(shape.kernel, width);
  c.stride = shape.stride;
  c.padding = std::min({shape.padding, c.kernel_height - 1, c.kernel_width - 1});
  c.out_height = (height + 2 * c.padding - c.kernel_height) / c.stride + 1;
  c.out_width = (width + 2 * c.padding - c.kernel_width) / c.stride + 1;
  c.depthwise = shape.depthwise;
  s.tokens = c.out_height * c.out_width;
  const std::int32_t weights = s.channels * (c.depthwise ? 1 : s.in_channels) * workloads::kernel_taps(c);
  for (std::int32_t i = 0; i < weights; ++i)
    c.weight.push_back(static_cast<std::int16_t>(
        2 * (static_cast<std::int32_t>(random_below(160, seed, static_cast<std::uint64_t>(i), 11)) - 50)));
  const auto draw = [&](std::uint32_t n, std::uint64_t what) {
    return static_cast<std::int32_t>(random_below(n, seed, what, 12));
  };
  s.cuba.current_decay = 512 * (1 + draw(8, 0));
  s.cuba.voltage_decay = draw(2, 1) * 128 * draw(8, 2);
  s.cuba.threshold_mantissa = 40 + draw(160, 3);
  s.cuba.bias_mantissa = draw(3, 4) == 0 ? draw(200, 5) : 0;
  s.cuba.bias_exponent = draw(3, 6);
  s.cuba.refractory_steps = draw(3, 7);
  s.cuba.axon_delay_steps = 1 + draw(2, 8) * draw(4, 9);
  return s;
}

/// Two to four layers over a small camera: convolutions with odd strides and padding, poolings, a dense end.
inline workloads::Program random_temporal_program(std::uint64_t seed) {
  const auto draw = [&](std::uint32_t n, std::uint64_t what) {
    return static_cast<std::int32_t>(random_below(n, seed, what, 13));
  };
  workloads::Program p;
  p.name = "random temporal";
  p.timesteps = 12 + draw(12, 0);
  std::int32_t height = 3 + draw(6, 1);
  std::int32_t width = 3 + draw(6, 2);
  p.stages.push_back(spike_input(height, width, 1 + draw(3, 3)));
  const std::int32_t layers = 1 + draw(3, 4);
  for (std::int32_t l = 0; l < layers; ++l) {
    const auto at = 10 + 10 * static_cast<std::uint64_t>(l);
    const LayerShape shape{1 + draw(6, at), 1 + draw(4, at + 1), 1 + draw(3, at + 2), draw(3, at + 3),
                           draw(3, at + 4) == 0};
    p.stages.push_back(lif_layer(p, height, width, shape, seed * 100 + at));
    height = p.stages.back().conv.out_height;
    width = p.stages.back().conv.out_width;
  }
  p.stages.push_back(lif_layer(p, height, width, {5, std::max(height, width), 1, 0, false}, seed * 100 + 99));
  return p;
}

/// Spikes of the input, each (step, unit) with a chance of one in `rarity`.
inline std::vector<std::int32_t> random_spikes(const workloads::Program& p, std::uint64_t seed,
                                               std::uint32_t rarity = 8) {
  std::vector<workloads::Spike> spikes;
  const std::int32_t units = p.stages.front().tokens * p.stages.front().channels;
  for (std::int32_t step = 0; step < p.timesteps; ++step)
    for (std::int32_t unit = 0; unit < units; ++unit)
      if (random_below(rarity, seed, static_cast<std::uint64_t>(step * units + unit), 14) == 0)
        spikes.push_back({step, unit});
  return workloads::pack_spikes(spikes);
}

}  // namespace ranvier::sim::testing
