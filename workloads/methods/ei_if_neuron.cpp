// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/ei_if_neuron.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>

namespace ranvier::workloads {
namespace {

__extension__ using Wide = __int128;

}  // namespace

std::int64_t divide_half_away(std::int64_t numerator, std::int64_t denominator) {
  assert(denominator > 0);
  const Wide magnitude = numerator < 0 ? -Wide{numerator} : Wide{numerator};
  const auto rounded = static_cast<std::int64_t>((2 * magnitude + denominator) / (2 * Wide{denominator}));
  return numerator < 0 ? -rounded : rounded;
}

std::int32_t ei_if_total(std::int64_t x, SpikeUnit unit, std::int32_t steps) {
  constexpr std::int64_t kNarrow = std::int64_t{1} << 46, kFewSteps = std::int64_t{1} << 15;
  if (x > -kNarrow && x < kNarrow && unit.numerator < kFewSteps && unit.denominator < kNarrow) {  // 63 bits suffice
    const std::int64_t size = 2 * (x < 0 ? -x : x) * unit.numerator + unit.denominator;
    const auto fired = static_cast<std::int32_t>(std::min<std::int64_t>(size / (2 * unit.denominator), steps));
    return x < 0 ? -fired : fired;
  }
  const Wide magnitude = x < 0 ? -Wide{x} : Wide{x};
  const Wide rounded = (2 * magnitude * unit.numerator + unit.denominator) / (2 * Wide{unit.denominator});
  const auto clipped = static_cast<std::int32_t>(std::min<Wide>(rounded, steps));
  return x < 0 ? -clipped : clipped;
}

std::int32_t EiIfNeuron::step(std::int64_t input) {
  potential_ += input;
  const Wide threshold = Wide{params_.theta0_halves} + Wide{params_.alpha_halves} * time_++;
  const Wide magnitude = potential_ < 0 ? -Wide{potential_} : Wide{potential_};
  // An input of 0 never fires, whatever a threshold may have been set to.
  const bool fires = potential_ != 0 && 2 * magnitude * unit_.numerator >= threshold * unit_.denominator;
  const std::int32_t spike = fires ? (potential_ < 0 ? -1 : 1) : 0;
  potential_ -= static_cast<std::int64_t>((Wide{params_.leak} * potential_) >> 16);
  return spike;
}

std::int64_t ei_if_dynamic_codes(std::span<const std::int64_t> x, std::int32_t steps,
                                 std::vector<std::int32_t>& codes) {
  std::int64_t largest = 0;
  for (const std::int64_t value : x) largest = std::max(largest, std::abs(value));
  codes.assign(x.size(), 0);
  if (largest == 0) return 0;
  const SpikeUnit unit{steps, largest};
  for (std::size_t i = 0; i < x.size(); ++i) codes[i] = ei_if_total(x[i], unit, steps);
  return largest;
}

}  // namespace ranvier::workloads
