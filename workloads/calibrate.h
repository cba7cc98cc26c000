// SPDX-License-Identifier: Apache-2.0
// Quantiser steps for sites that come without a trained one: the factor of the largest activation with the least
// squared error on calibration images, as STA searches its thresholds (Jiang et al., ICLR 2024, released code).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "workloads/model.h"

namespace ranvier::workloads {

/// What a site's activations looked like: a histogram fine enough that the search does not need the values.
class ActivationHistogram {
 public:
  static constexpr std::size_t kBins = 8192;
  /// Values outside [lowest, highest] count in the outermost bins.
  ActivationHistogram(float lowest, float highest);
  void add(std::span<const float> values);
  void merge(const ActivationHistogram& other);
  /// Σ (x - quantised x)² over all values, each taken at the middle of its bin.
  double squared_error(double scale, CodeBounds bounds) const;
  float lowest() const { return lowest_; }
  float highest() const { return highest_; }

 private:
  float lowest_, highest_;
  std::vector<std::uint64_t> count_;
};

/// Step f * (smallest step that clips nothing), f in {1, 0.995, ... 0.05}, with the least squared error; the largest of
/// equals.
double best_scale(const ActivationHistogram& histogram, CodeBounds bounds);

/// Steps for `stages` (names), by name, from the float network on all `inputs` (codes of images). Throws
/// CannotCalibrate.
std::map<std::string, double> calibrate(const VitModel& model, std::span<const std::string> stages,
                                        const std::map<std::string, CodeBounds>& bounds,
                                        std::span<const std::vector<std::int32_t>> inputs, int threads);

}  // namespace ranvier::workloads
