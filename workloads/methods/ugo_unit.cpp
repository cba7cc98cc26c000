// SPDX-License-Identifier: Apache-2.0
// From a network in float to the integers of its spiking form. Rounding is std::round in double.
#include "workloads/methods/ugo_unit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "workloads/errors.h"

namespace ranvier::workloads {
namespace {

constexpr int kMostInputShift = 12;
constexpr int kSearchPoints = 512;

/// The released code's threshold search (find_threshold_mse): theta = f max(a) for f = 1, 0.995, ... 0.53 with the
/// least squared error of floor(clip(a T / theta, 0, T)) theta / T; `a` uniform on [0, greatest], as the domain's
/// inputs are.
double mmse_threshold(double greatest, int steps) {
  double best = greatest, least = std::numeric_limits<double>::infinity();
  for (int candidate = 0; candidate < 95; ++candidate) {
    const double theta = greatest * (1 - 0.005 * candidate);
    double error = 0;
    for (int i = 0; i < kSearchPoints; ++i) {
      const double a = greatest * (i + 0.5) / kSearchPoints;
      const double made = std::floor(std::clamp(a * steps / theta, 0.0, static_cast<double>(steps))) * theta / steps;
      error += (a - made) * (a - made);
    }
    if (error < least) best = theta, least = error;
  }
  return best;
}

struct Builder {
  const std::string& stage;
  const UgoNetwork& network;
  const UgoDesign& design;

  void check(const char* quantity, double value, double limit) const {
    if (!(std::abs(value) <= limit)) throw DoesNotFitIntegers(stage, quantity, value, limit);
  }

  double magnitude(std::size_t i) const { return std::abs(static_cast<double>(network.w1[i])); }
  /// Where unit i bends, in units of the input, with the sign of its bias.
  double bias(std::size_t i) const { return static_cast<double>(network.b1[i]) / magnitude(i) / design.in_scale; }

  /// Fraction bits of the potentials: the most with which no potential can leave 31 bits.
  int input_shift(const std::vector<std::size_t>& active) const {
    double largest = 0;
    for (const std::size_t i : active) largest = std::max(largest, std::abs(bias(i)));
    largest += static_cast<double>(design.largest_input);
    // Twice: what a neuron has emitted may be that far from what it should have.
    const double worst = 2 * largest * kUgoMostSteps;
    int shift = kMostInputShift;
    while (shift > 0 && std::ldexp(worst, shift) > static_cast<double>(kUgoPotentialLimit)) --shift;
    check("the largest potential of a hidden neuron", std::ldexp(worst, shift),
          static_cast<double>(kUgoPotentialLimit));
    return shift;
  }

  UgoHidden hidden(std::size_t i, int shift) const {
    UgoHidden made;
    made.sign = network.w1[i] > 0 ? 1 : -1;
    made.bias = static_cast<std::int32_t>(std::round(std::ldexp(bias(i), shift)));
    const double greatest = network.reach(i, design.low, design.high);
    const double theta =
        design.rule == UgoThreshold::kMmse ? mmse_threshold(greatest, design.steps) : design.share * greatest;
    const double unit = std::ldexp(design.in_scale, -shift);  // real value of one unit of potential
    made.half = static_cast<std::int32_t>(std::max(1.0, std::round(theta / magnitude(i) / unit / 2)));
    made.initial = design.centred ? made.half / 2 : 0;
    const double weight = static_cast<double>(network.w2[i]) * magnitude(i) * made.half * unit / design.out_scale;
    check("an output weight of a hidden neuron", std::round(weight), kUgoWeightLimit);
    made.weight = static_cast<std::int32_t>(std::round(weight));
    return made;
  }
};

}  // namespace

UgoUnit make_ugo_unit(const std::string& stage, const UgoNetwork& network, const UgoDesign& design) {
  const Builder builder{stage, network, design};
  UgoUnit unit;
  double offset = static_cast<double>(network.b2);
  std::vector<std::size_t> active;
  for (std::size_t i = 0; i < network.hidden(); ++i) {
    if (network.w1[i] == 0)
      offset += static_cast<double>(network.w2[i]) * std::max(0.0, static_cast<double>(network.b1[i]));
    else if (network.reach(i, design.low, design.high) > 0)
      active.push_back(i);
  }
  unit.input_shift = builder.input_shift(active);
  for (const std::size_t i : active) unit.hidden.push_back(builder.hidden(i, unit.input_shift));
  const double worst = std::round(offset / design.out_scale);
  double sum = std::abs(worst);
  for (const UgoHidden& h : unit.hidden) sum += std::abs(h.weight) * (2.0 + kUgoBurst);
  builder.check("what a step can add to the output", sum, std::numeric_limits<std::int32_t>::max());
  unit.offset = static_cast<std::int32_t>(worst);
  return unit;
}

double ugo_unit_value(const UgoUnit& unit, double input) {
  double y = unit.offset;
  const double scaled = std::ldexp(input, unit.input_shift);
  for (const UgoHidden& h : unit.hidden) y += h.weight * std::max(0.0, h.sign * scaled + h.bias) / h.half;
  return y;
}

double ugo_unit_bound(const UgoUnit& unit, int steps) {
  double bound = 0;
  for (const UgoHidden& h : unit.hidden) bound += 2.0 * std::abs(h.weight) / steps;  // theta is payload 2
  return bound;
}

bool ugo_bound_applies(const UgoUnit& unit, std::int64_t largest_increment) {
  const std::int64_t scaled = largest_increment << unit.input_shift;
  return std::all_of(unit.hidden.begin(), unit.hidden.end(), [&](const UgoHidden& h) {
    return scaled + std::abs(std::int64_t{h.bias}) <= (2 + kUgoBurst) * std::int64_t{h.half};
  });
}

}  // namespace ranvier::workloads
