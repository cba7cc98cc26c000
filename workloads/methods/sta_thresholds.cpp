// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/sta_thresholds.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace ranvier::workloads {
namespace {

constexpr int kCandidates = 95;
constexpr int kPerMilleStep = 5;
constexpr std::size_t kLanes = 16;

/// In single precision, sixteen partial sums so that the order of additions is fixed and the loop vectorises.
double squared_error(std::span<const float> values, float threshold, float steps) {
  const float per_value = steps / threshold, per_spike = threshold / steps;
  std::array<float, kLanes> sum{};
  const std::size_t whole = values.size() / kLanes * kLanes;
  const auto error = [&](float a) {
    const float spikes = std::min(std::max(a * per_value, 0.0F), steps);
    const float gap = a - static_cast<float>(static_cast<std::int32_t>(spikes)) * per_spike;
    return gap * gap;
  };
  for (std::size_t i = 0; i < whole; i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane) sum[lane] += error(values[i + lane]);
  double total = 0;
  for (const float part : sum) total += static_cast<double>(part);
  for (std::size_t i = whole; i < values.size(); ++i) total += static_cast<double>(error(values[i]));
  return total;
}

}  // namespace

double mmse_threshold(std::span<const float> values, int steps) {
  float greatest = 0;
  for (const float a : values) greatest = std::max(greatest, a);
  if (!(greatest > 0)) return 0;
  double best = 0, least = std::numeric_limits<double>::infinity();
  for (int k = 0; k < kCandidates; ++k) {
    const double threshold = static_cast<double>(greatest) * (1000 - kPerMilleStep * k) / 1000;
    const double error = squared_error(values, static_cast<float>(threshold), static_cast<float>(steps));
    if (error < least) best = threshold, least = error;
  }
  return best;
}

void RunningThresholds::add_batch(std::span<const double> thresholds) {
  if (value_.empty()) {
    value_.assign(thresholds.begin(), thresholds.end());
    return;
  }
  for (std::size_t c = 0; c < value_.size(); ++c) value_[c] = momentum_ * value_[c] + (1 - momentum_) * thresholds[c];
}

}  // namespace ranvier::workloads
