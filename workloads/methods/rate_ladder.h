// SPDX-License-Identifier: Apache-2.0
// Accuracy of a converted network against the number of steps, and the work that it took: one run of many images gives
// every number of steps up to its own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/methods/converted_network.h"

namespace ranvier::workloads {

struct AccuracyLadder {
  std::size_t images = 0;
  std::vector<std::size_t> correct;  // [step]: right after step + 1 steps
  std::vector<StageWork> work;       // by stage, of all images and steps together
  /// Percent after `steps` steps (1 ..).
  double percent(std::size_t steps) const {
    return 100.0 * static_cast<double>(correct[steps - 1]) / static_cast<double>(images);
  }
};

/// Runs every input for `steps` steps (0: the network's own); the same for any number of threads (0: all cores).
AccuracyLadder accuracy_ladder(const ConvertedNetwork& network, std::span<const std::vector<std::int32_t>> inputs,
                               std::span<const std::uint8_t> labels, int steps, int threads);

}  // namespace ranvier::workloads
