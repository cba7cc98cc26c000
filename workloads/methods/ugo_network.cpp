// SPDX-License-Identifier: Apache-2.0
// Universal group operators in float: the functions, what the networks make of them, and the error bound of the paper.
#include "workloads/methods/ugo_network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "workloads/activation.h"

namespace ranvier::workloads {

const char* ugo_function_name(UgoFunction function) {
  static constexpr std::array kNames = {"gelu",       "gelu_tanh",       "quick_gelu",     "exp",  "exp_raw",
                                        "reciprocal", "reciprocal_wide", "reciprocal_raw", "root", "root_wide"};
  return kNames.at(static_cast<std::size_t>(function));
}

const std::vector<UgoFunction>& ugo_functions() {
  using enum UgoFunction;
  static const std::vector<UgoFunction> all = {kGelu,       kGeluTanh,       kQuickGelu,     kExp,  kExpRaw,
                                               kReciprocal, kReciprocalWide, kReciprocalRaw, kRoot, kRootWide};
  return all;
}

double ugo_function_value(UgoFunction function, double x) {
  switch (function) {
    case UgoFunction::kGelu:
      return activation_value(Activation::kGelu, x);
    case UgoFunction::kGeluTanh:
      return activation_value(Activation::kGeluTanh, x);
    case UgoFunction::kQuickGelu:
      return activation_value(Activation::kQuickGelu, x);
    case UgoFunction::kExp:
    case UgoFunction::kExpRaw:
      return std::exp(x);
    case UgoFunction::kReciprocal:
    case UgoFunction::kReciprocalWide:
    case UgoFunction::kReciprocalRaw:
      return 1 / x;
    case UgoFunction::kRoot:
    case UgoFunction::kRootWide:
      break;
  }
  return 1 / std::sqrt(x);
}

bool ugo_errors_relative(UgoFunction function) {
  return function >= UgoFunction::kReciprocal && function != UgoFunction::kReciprocalRaw;
}

UgoFunction ugo_function_of(Activation activation) {
  switch (activation) {
    case Activation::kGelu:
      return UgoFunction::kGelu;
    case Activation::kGeluTanh:
      return UgoFunction::kGeluTanh;
    case Activation::kQuickGelu:
      return UgoFunction::kQuickGelu;
    case Activation::kRelu:
      break;
  }
  throw std::logic_error("a ReLU needs no universal group operator: it is the lower bound of an encoder");
}

double UgoNetwork::evaluate(double x) const {
  double y = static_cast<double>(b2);
  for (std::size_t i = 0; i < hidden(); ++i)
    y += static_cast<double>(w2[i]) * std::max(0.0, static_cast<double>(w1[i]) * x + static_cast<double>(b1[i]));
  return y;
}

double UgoNetwork::reach(std::size_t i, double from, double to) const {
  const double w = static_cast<double>(w1[i]), b = static_cast<double>(b1[i]);
  return std::max({0.0, w * from + b, w * to + b});
}

UgoErrors ugo_errors(const UgoNetwork& network, double from, double to, int points) {
  UgoErrors errors;
  const bool by_octaves = network.function >= UgoFunction::kReciprocal;
  for (int i = 0; i < points; ++i) {
    const double part = static_cast<double>(i) / (points - 1);
    const double x = by_octaves ? from * std::pow(to / from, part) : from + (to - from) * part;
    const double wanted = ugo_function_value(network.function, x);
    double error = network.evaluate(x) - wanted;
    if (ugo_errors_relative(network.function)) error /= wanted;
    errors.greatest = std::max(errors.greatest, std::abs(error));
    errors.root_mean_square += error * error / points;
  }
  errors.root_mean_square = std::sqrt(errors.root_mean_square);
  return errors;
}

UgoGaps ugo_gaps(const UgoNetwork& network, int steps) {
  constexpr int kPoints = 20001;
  const double step = (network.high - network.low) / (kPoints - 1);
  UgoGaps gaps;
  double steepest = 0, largest = 0, last = 0;
  for (int i = 0; i < kPoints; ++i) {
    const double x = network.low + step * i;
    const double y = ugo_function_value(network.function, x);
    gaps.approximation = std::max(gaps.approximation, std::abs(network.evaluate(x) - y));
    if (i > 0) steepest = std::max(steepest, std::abs(y - last) / step);
    largest = std::max(largest, std::abs(y));
    last = y;
  }
  const auto hidden = static_cast<double>(network.hidden());
  gaps.parameterisation = steepest * largest / (hidden * hidden);
  double reach = 0, weights = 0;
  for (std::size_t i = 0; i < network.hidden(); ++i) {
    reach = std::max(reach, network.reach(i, network.low, network.high));
    weights += std::abs(static_cast<double>(network.w2[i]));
  }
  gaps.quantisation = reach * weights / steps;
  return gaps;
}

}  // namespace ranvier::workloads
