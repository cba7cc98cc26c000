// SPDX-License-Identifier: Apache-2.0
// Conversion of a trained transformer by the methods of rate semantics: `sta` (Jiang et al., ICLR 2024), `ecmt` (Huang
// et al., ACM MM 2024) and `rate` (classic integrate-and-fire).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "workloads/methods/rate_network.h"
#include "workloads/model.h"

namespace ranvier::workloads {

struct RateOptions {
  std::string method = "sta";  // "sta", "ecmt" or "rate"
  int steps = 32;              // T; the thresholds of sta are searched for it
  int burst = 2;               // sta: half-size corrections a step, 0..4; 0 is the form without burst
  // sta and rate: neurons start at half of the least that they can emit, so that what they have put out is the goal
  // rounded and not cut off (Bu et al., AAAI 2022); false: at 0, as the papers
  bool half_start = true;
  bool channel_wise = true;  // sta
  double momentum = 0.9;     // sta: of the thresholds over batches of 50 images
  int thresholds = 8;        // ecmt: 1..8
  double percentile = 0;     // of |activation|: ecmt's greatest threshold, rate's threshold; 0: the method's default
  std::map<std::string, double> fixed_scales;  // ecmt: smallest thresholds by kind of site ("attn", "gelu")
  std::string calibration;                     // images, as load_images takes; empty: the bundled ones of the dataset
  std::size_t calibration_images = 300;        // at most; 0: all
  int threads = 0;                             // 0: all cores; does not change the result
  RateUnitMaker units;                         // empty: tables
};

inline constexpr double kEcmtPercentile = 0.9999;
inline constexpr double kRatePercentile = 0.999;

/// Throws BadRateOption, CannotCalibrate, DoesNotFitIntegers and what loading images throws.
Program rate_program(const VitModel& model, const RateOptions& options);
/// The same from images that are there already, [image] as input_codes() makes them.
Program rate_program(const VitModel& model, const RateOptions& options,
                     std::span<const std::vector<std::int32_t>> calibration_inputs);

std::unique_ptr<RateNetwork> convert_rate(const VitModel& model, const RateOptions& options = {});
std::unique_ptr<RateNetwork> convert_rate(const VitModel& model, const RateOptions& options,
                                          std::span<const std::vector<std::int32_t>> calibration_inputs);

}  // namespace ranvier::workloads
