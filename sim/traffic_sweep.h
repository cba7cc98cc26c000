// SPDX-License-Identifier: Apache-2.0
// The same traffic at one rate after another, and the rate at which the network saturates.
#pragma once

#include <optional>
#include <vector>

#include "sim/traffic.h"

namespace ranvier::sim {

/// Rates from, from + step, ... up to `to`.
struct RateRange {
  double from = 0;
  double to = 0;
  double step = 0;
};

struct Sweep {
  std::vector<double> rates;
  std::vector<TrafficResult> results;  // by rate
  /// Between the highest rate below which no rate saturated and the next, halved until they are kSaturationShare of
  /// a step apart; the middle of the two. None where no rate of the range saturated, or the first did.
  std::optional<double> saturation_rate;
  double accepted_max = 0;  // flits delivered per core and cycle, at any of the rates
};

inline constexpr double kSaturationShare = 1.0 / 16;
inline constexpr std::int64_t kMostRates = 1000;

/// `options.rate` is ignored. Throws as run_traffic(); RateRangeError.
Sweep run_sweep(const TrafficOptions& options, const RateRange& range);

}  // namespace ranvier::sim
