// SPDX-License-Identifier: Apache-2.0
// Thresholds of the signed IF neurons as STA calibrates them: least squared error of T steps, batch by batch with
// momentum (Jiang et al., ICLR 2024, released code).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace ranvier::workloads {

/// theta = f max(a), f in {1, 0.995, ... 0.53}, that minimises the sum of (a - floor(clip(a T / theta, 0, T)) theta /
/// T)^2; the largest of equals. Negative values count as 0. 0 where no value is positive.
double mmse_threshold(std::span<const float> values, int steps);

/// Thresholds of one site by channel (or one for all) over batches: the first batch sets them, every further one moves
/// them by 1 - momentum of the way.
class RunningThresholds {
 public:
  explicit RunningThresholds(double momentum) : momentum_(momentum) {}
  void add_batch(std::span<const double> thresholds);
  const std::vector<double>& value() const { return value_; }

 private:
  double momentum_;
  std::vector<double> value_;
};

}  // namespace ranvier::workloads
