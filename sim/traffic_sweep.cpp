// SPDX-License-Identifier: Apache-2.0
// Sweeps of rates.
#include "sim/traffic_sweep.h"

#include <algorithm>
#include <cmath>

#include "sim/network_errors.h"

namespace ranvier::sim {

namespace {

std::vector<double> rates_of(const RateRange& range) {
  const bool forward = range.from >= 0 && range.from <= range.to && range.step > 0;
  if (!forward || !((range.to - range.from) / range.step < kMostRates)) {
    throw RateRangeError(range.from, range.to, range.step, kMostRates);
  }
  constexpr double kRounding = 1e-9;  // of a step: 0.1 + 2 * 0.1 is not 0.3
  std::vector<double> rates;
  for (int i = 0; range.from + i * range.step <= range.to + kRounding * range.step; ++i) {
    rates.push_back(range.from + i * range.step);
  }
  return rates;
}

}  // namespace

Sweep run_sweep(const TrafficOptions& options, const RateRange& range) {
  Sweep sweep;
  sweep.rates = rates_of(range);
  TrafficOptions at = options;
  const auto run = [&at](double rate) {
    at.rate = rate;
    return run_traffic(at);
  };
  for (const double rate : sweep.rates) {
    sweep.results.push_back(run(rate));
    sweep.accepted_max = std::max(sweep.accepted_max, sweep.results.back().accepted);
  }
  const auto first =
      std::find_if(sweep.results.begin(), sweep.results.end(), [](const TrafficResult& r) { return r.saturated; });
  if (first == sweep.results.begin() || first == sweep.results.end()) return sweep;
  const auto place = static_cast<std::size_t>(first - sweep.results.begin());
  double stable = sweep.rates[place - 1];
  double saturated = sweep.rates[place];
  while (saturated - stable > kSaturationShare * range.step) {
    const double middle = (stable + saturated) / 2;
    (run(middle).saturated ? saturated : stable) = middle;
  }
  sweep.saturation_rate = (stable + saturated) / 2;
  return sweep;
}

}  // namespace ranvier::sim
