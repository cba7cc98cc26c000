// SPDX-License-Identifier: Apache-2.0
// Method `rate` on convolutional and dense ReLU networks: populations of classic integrate-and-fire neurons, one in the
// place of each ReLU (Diehl et al., IJCNN 2015; Rueckauer et al., Frontiers in Neuroscience 2017).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ranvier::workloads {

/// A way from the spikes of one population into another: a convolution, of which a dense layer is the one whose kernel
/// covers its input; depthwise ones are identities (a shortcut) and average pooling.
struct ReluSynapses {
  std::size_t from = 0;  // population
  std::int32_t kernel_height = 1, kernel_width = 1;
  std::int32_t stride_y = 1, stride_x = 1;
  std::int32_t padding_top = 0, padding_left = 0;
  bool depthwise = false;
  std::vector<std::int16_t> weight;  // [in][ky][kx][out], depthwise [channel][ky][kx]; of dense ones at most 127
};

/// Neurons [height][width][channels]. Per step V += bias + sum of weights of what arrived; V >= threshold: one spike
/// and V -= threshold. V starts at half the threshold. Population 0 is the input: the same signed codes in every step.
struct ReluPopulation {
  std::string name;
  std::uint32_t node = 0;  // of the canonical graph, whose value it stands for
  std::int32_t height = 1, width = 1, channels = 1;
  std::vector<ReluSynapses> synapses;
  std::vector<std::int32_t> bias;       // [channels], of every step
  std::vector<std::int32_t> threshold;  // [channels]; empty: the head, whose V the host reads, and the input
  double scale = 1;                     // real value of a spike in every step; of one unit of the input, of the head
  std::size_t neurons() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  }
};

/// In topological order, the head last.
struct ReluProgram {
  std::string name;
  std::vector<ReluPopulation> populations;
  std::int32_t steps = 0;
};

inline constexpr std::int32_t kReluInputMax = 255;  // magnitude of input codes
inline constexpr std::int32_t kReluThresholdMax = 1 << 20;

}  // namespace ranvier::workloads
