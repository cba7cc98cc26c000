// SPDX-License-Identifier: Apache-2.0
// Rounding is std::round (half away from zero) in double, the same on every IEEE machine.
#include "workloads/convert_integers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "workloads/activation.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

constexpr double kLargestWeight = 127;
constexpr double kIntegerLimit = std::numeric_limits<std::int32_t>::max() / 2;
// |c| < 2^26 for 1024 channels of 16 bits and r <= 2^16: c r g stays within 63 bits.
constexpr double kLayerNormGainLimit = 1 << 21;

std::int32_t checked_round(const std::string& stage, const char* quantity, double value, double limit) {
  const double rounded = std::round(value);
  if (!(std::abs(rounded) <= limit)) throw DoesNotFitIntegers(stage, quantity, rounded, limit);
  return static_cast<std::int32_t>(rounded);
}

float largest_weight(const LinearWeights& weights, std::int32_t out) {
  float largest = 0;
  for (std::int32_t i = 0; i < weights.in; ++i) largest = std::max(largest, std::abs(weights.at(out, i)));
  return largest;
}

/// Weight column and biases of one output, once its unit of potential (`out per unit`) is known. Returns the largest
/// potential that inputs can lead to.
std::int64_t fill_output(const std::string& stage, const LinearWeights& weights, const std::vector<float>& real_bias,
                         CodeSource in, double unit, const ZeroPoints& zeros, std::int32_t threshold, std::int32_t o,
                         LinearParams& params) {
  const auto out = static_cast<std::size_t>(weights.out);
  std::int64_t sum_of_magnitudes = 0;
  double zero = 0;
  for (std::int32_t i = 0; i < weights.in; ++i) {
    const double real = static_cast<double>(weights.at(o, i));
    const std::int32_t w = checked_round(stage, "a weight", real * in.scale / unit, kLargestWeight);
    params.weight[static_cast<std::size_t>(i) * out + static_cast<std::size_t>(o)] = static_cast<std::int8_t>(w);
    if (!zeros.by_input.empty()) zero += zeros.by_input[static_cast<std::size_t>(i)] * w;
    sum_of_magnitudes += std::abs(w);
  }
  std::int64_t largest = 0;
  for (std::size_t at = static_cast<std::size_t>(o); at < real_bias.size(); at += out) {
    // The zero point meets the integer weights, not the real ones: what the chip adds for it is then cancelled exactly.
    const double offset = at / out >= zeros.first_row ? zero : 0;
    params.bias[at] = checked_round(stage, "a bias", static_cast<double>(real_bias[at]) / unit - offset, kIntegerLimit);
    largest = std::max(largest, sum_of_magnitudes * in.range + std::abs(params.bias[at]) + threshold);
  }
  return largest;
}

/// Fills with a smaller and smaller share of the weights' range until the potential fits; `fill(share)` returns the
/// largest potential. `largest_weight` is that of share 1.
template <class Fill>
void fill_to_fit(const std::string& stage, double largest_weight, const Fill& fill) {
  constexpr double kMargin = 0.98;  // for the rounding of what gets smaller
  const std::int64_t at_first = fill(1.0);
  std::int64_t worst = at_first;
  for (double share = 1; worst > kPotentialLimit; worst = fill(share)) {
    share *= kMargin * static_cast<double>(kPotentialLimit) / static_cast<double>(worst);
    if (share * largest_weight < kSmallestWeightRange)
      throw DoesNotFitIntegers(stage, "the largest potential", static_cast<double>(at_first),
                               static_cast<double>(kPotentialLimit));
  }
}

LinearParams sized(const LinearWeights& weights, const std::vector<float>& real_bias) {
  LinearParams params;
  params.weight.resize(weights.weight.size());
  params.bias.resize(real_bias.size());
  params.bias_per_token = real_bias.size() != static_cast<std::size_t>(weights.out);
  return params;
}

}  // namespace

IntegerLinear integer_linear(const std::string& stage, const LinearWeights& weights,
                             const std::vector<float>& real_bias, CodeSource in, double out_scale,
                             const ZeroPoints& zeros) {
  IntegerLinear result;
  result.params = sized(weights, real_bias);
  for (std::int32_t o = 0; o < weights.out; ++o) {
    const auto largest = static_cast<double>(largest_weight(weights, o));
    const double half =
        largest > 0 ? std::floor(kLargestWeight * out_scale / (2 * in.scale * largest)) : kThresholdLimit;
    const double full = std::clamp(half, 1.0, kThresholdLimit / 2.0);
    std::int32_t threshold = 0;
    fill_to_fit(stage, kLargestWeight, [&](double share) {
      threshold = 2 * static_cast<std::int32_t>(std::max(1.0, std::floor(full * share)));
      return fill_output(stage, weights, real_bias, in, out_scale / threshold, zeros, threshold, o, result.params);
    });
    result.threshold.push_back(threshold);
  }
  return result;
}

IntegerLinear integer_head(const std::string& stage, const LinearWeights& weights, CodeSource in) {
  float largest = 0;
  for (std::int32_t o = 0; o < weights.out; ++o) largest = std::max(largest, largest_weight(weights, o));
  IntegerLinear result;
  result.params = sized(weights, weights.bias);
  const double full = in.scale * (largest > 0 ? static_cast<double>(largest) / kLargestWeight : 1.0);
  fill_to_fit(stage, kLargestWeight, [&](double share) {
    result.unit = full / share;
    std::int64_t worst = 0;
    for (std::int32_t o = 0; o < weights.out; ++o)
      worst = std::max(worst, fill_output(stage, weights, weights.bias, in, result.unit, {}, 0, o, result.params));
    return worst;
  });
  return result;
}

LayerNormParams integer_layer_norm(const std::string& stage, const NormWeights& weights, double in_scale,
                                   double out_scale, double epsilon, std::int32_t threshold) {
  const auto channels = static_cast<double>(weights.gamma.size());
  if (channels > kLayerNormMaxChannels)
    throw DoesNotFitIntegers(stage, "the number of channels", channels, kLayerNormMaxChannels);
  LayerNormParams params;
  const double per_code = threshold / out_scale;
  for (std::size_t i = 0; i < weights.gamma.size(); ++i) {
    const double gain = static_cast<double>(weights.gamma[i]) * std::sqrt(channels) * per_code;
    params.gain.push_back(
        checked_round(stage, "a LayerNorm gain", gain * (1 << kLayerNormFraction), kLayerNormGainLimit - 1));
    params.bias.push_back(checked_round(stage, "a LayerNorm bias", static_cast<double>(weights.beta[i]) * per_code,
                                        static_cast<double>(kPotentialLimit)));
    // |c r| is at most 2^31: one channel that carries the whole variance reaches gain / 2^4.
    const std::int64_t worst =
        (std::abs(params.gain.back()) >> kLayerNormFraction) + 1 + std::abs(params.bias.back()) + threshold / 2;
    if (worst > kPotentialLimit)
      throw DoesNotFitIntegers(stage, "the largest LayerNorm output", static_cast<double>(worst),
                               static_cast<double>(kPotentialLimit));
  }
  const double added = std::max(1.0, std::round(epsilon * channels * channels * channels / (in_scale * in_scale)));
  constexpr double kEpsilonLimit = 1LL << 61;  // leaves room for the sum of squares below 2^62
  if (!(added <= kEpsilonLimit)) throw DoesNotFitIntegers(stage, "the LayerNorm epsilon", added, kEpsilonLimit);
  params.epsilon = static_cast<std::int64_t>(added);
  return params;
}

namespace {

bool layer_norm_gains_fit(const NormWeights& weights, double out_scale, std::int32_t threshold) {
  const double channels = static_cast<double>(weights.gamma.size());
  const double unit = std::sqrt(channels) * threshold / out_scale * (1 << kLayerNormFraction);
  return std::all_of(weights.gamma.begin(), weights.gamma.end(), [&](float gamma) {
    return std::abs(static_cast<double>(gamma)) * unit < kLayerNormGainLimit - 1;
  });
}

}  // namespace

IntegerNorm fitting_layer_norm(const std::string& stage, const NormWeights& weights, double in_scale, double out_scale,
                               double epsilon) {
  std::int32_t threshold = kAmdThreshold;
  while (threshold > kLeastNormThreshold && !layer_norm_gains_fit(weights, out_scale, threshold)) threshold /= 2;
  return {integer_layer_norm(stage, weights, in_scale, out_scale, epsilon, threshold), threshold};
}

IntegerNorm integer_affine(const std::string& stage, const NormWeights& weights, double in_scale,
                           std::int64_t largest_in, double out_scale) {
  double steepest = 0;  // output codes at the largest input
  for (std::size_t c = 0; c < weights.gamma.size(); ++c) {
    const double gain = std::abs(static_cast<double>(weights.gamma[c])) * in_scale * static_cast<double>(largest_in);
    steepest = std::max(steepest, (gain + std::abs(static_cast<double>(weights.beta[c]))) / out_scale);
  }
  IntegerNorm made;
  made.params.normalise = false;
  // A potential holds the map's value, its bias and what the encoder has fired of it.
  while (made.threshold > kLeastNormThreshold && 2 * steepest * made.threshold > static_cast<double>(kPotentialLimit))
    made.threshold /= 2;
  for (std::size_t c = 0; c < weights.gamma.size(); ++c) {
    const double gain = static_cast<double>(weights.gamma[c]) * in_scale * made.threshold / out_scale;
    made.params.gain.push_back(checked_round(stage, "a norm's gain", gain * (1 << kAffineFraction), kIntegerLimit));
    made.params.bias.push_back(checked_round(stage, "a norm's bias",
                                             static_cast<double>(weights.beta[c]) * made.threshold / out_scale,
                                             static_cast<double>(kPotentialLimit)));
    const std::int64_t worst = ((std::abs(std::int64_t{made.params.gain.back()}) * largest_in) >> kAffineFraction) + 1 +
                               std::abs(made.params.bias.back()) + made.threshold / 2;
    if (worst > kPotentialLimit)
      throw DoesNotFitIntegers(stage, "the largest output of a norm", static_cast<double>(worst),
                               static_cast<double>(kPotentialLimit));
  }
  return made;
}

SoftmaxParams integer_softmax(const std::string& stage, double q_scale, double k_scale, std::int32_t head_width) {
  const double scale = q_scale * k_scale / std::sqrt(static_cast<double>(head_width)) * std::numbers::log2e *
                       std::exp2(kExpFraction + kSoftmaxScaleShift);
  return {checked_round(stage, "the softmax scale", scale, std::numeric_limits<std::int32_t>::max())};
}

GeluParams integer_gelu(const std::string& stage, double in_scale, CodeBounds in_bounds, double out_scale,
                        Activation activation) {
  GeluParams params;
  params.first_code = in_bounds.lo;
  for (std::int32_t code = in_bounds.lo; code <= in_bounds.hi; ++code) {
    const double x = code * in_scale;
    const double y = activation_value(activation, x);
    params.table.push_back(checked_round(stage, "a GELU value", y * kAmdThreshold / out_scale,
                                         static_cast<double>(kPotentialLimit - kAmdThreshold / 2)));
  }
  return params;
}

std::int32_t even_threshold(const std::string& stage, double wanted) {
  const double half = std::max(1.0, std::round(wanted / 2));
  return 2 * checked_round(stage, "half a threshold", half, kThresholdLimit / 2.0);
}

ResidualUnit residual_unit(const std::string& last_add, std::span<const CodeSource> writers) {
  constexpr int kParts = 16;         // of a whole k
  constexpr double kMatters = 1e-6;  // relative; trained scales that are snapped to a grid are single-precision
  double smallest = std::numeric_limits<double>::infinity();
  for (const CodeSource& writer : writers) smallest = std::min(smallest, writer.scale);
  ResidualUnit best;
  double least = std::numeric_limits<double>::infinity(), worst_at_one = 0;
  for (int k = kParts; k <= 16 * kParts; ++k) {
    ResidualUnit candidate;
    candidate.unit = smallest * kParts / k;
    double change = 0, worst = 0;
    for (const CodeSource& writer : writers) {
      const double gain = std::round(writer.scale / candidate.unit);
      worst += gain * static_cast<double>(writer.largest);
      change = std::max(change, std::abs(gain * candidate.unit / writer.scale - 1));
      candidate.gain.push_back(static_cast<std::int32_t>(std::min(gain, 1e9)));
    }
    if (k == kParts) worst_at_one = worst;
    if (worst > static_cast<double>(kResidualLimit) || change > least - kMatters) continue;
    least = change;
    best = std::move(candidate);
  }
  if (best.gain.empty())
    throw DoesNotFitIntegers(last_add, "the largest residual sum", worst_at_one, static_cast<double>(kResidualLimit));
  return best;
}

}  // namespace ranvier::workloads
