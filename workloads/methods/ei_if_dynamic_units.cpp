// SPDX-License-Identifier: Apache-2.0
// Constants of the dynamic form, from real weights.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "workloads/activation.h"
#include "workloads/convert_integers.h"
#include "workloads/methods/ei_if_dynamic.h"
#include "workloads/methods/ei_if_weights.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

constexpr double kLargestWeight = 127;
constexpr int kMultiplierBits = 16, kBiasBits = 24;

/// 2^e such that value / 2^e is in [2^(bits - 1), 2^bits); value > 0.
int exponent_for(double value, int bits) { return std::ilogb(value) + 1 - bits; }

/// Weights of each output over its own scale multiplier * weight_unit, so that the largest is about 127.
DynamicLinear quantised(const LinearWeights& weights, LinearParams& params) {
  DynamicLinear layer;
  std::vector<double> largest(static_cast<std::size_t>(weights.out));
  double greatest = 0;
  for (std::int32_t o = 0; o < weights.out; ++o) {
    double& own = largest[static_cast<std::size_t>(o)];
    for (std::int32_t i = 0; i < weights.in; ++i) own = std::max(own, std::abs(static_cast<double>(weights.at(o, i))));
    greatest = std::max(greatest, own);
  }
  const int exponent = greatest > 0 ? exponent_for(greatest / kLargestWeight, kMultiplierBits) : 0;
  layer.weight_unit = power_of_two(exponent);
  params.weight.assign(weights.weight.size(), 0);
  const auto out = static_cast<std::size_t>(weights.out);
  for (std::size_t o = 0; o < out; ++o) {
    const double wanted = std::round(std::ldexp(largest[o] / kLargestWeight, -exponent));
    layer.multiplier.push_back(static_cast<std::int64_t>(std::max(wanted, 1.0)));
    const double scale = std::ldexp(static_cast<double>(layer.multiplier.back()), exponent);
    for (std::size_t i = 0; i < static_cast<std::size_t>(weights.in); ++i) {
      const double real = static_cast<double>(weights.at(static_cast<std::int32_t>(o), static_cast<std::int32_t>(i)));
      params.weight[i * out + o] =
          static_cast<std::int8_t>(std::clamp(std::round(real / scale), -kLargestWeight, kLargestWeight));
    }
  }
  return layer;
}

void set_bias(const std::vector<double>& bias, DynamicLinear& layer) {
  double largest = 0;
  for (const double b : bias) largest = std::max(largest, std::abs(b));
  const int exponent = largest > 0 ? exponent_for(largest, kBiasBits - 1) : 0;
  layer.bias_unit = largest > 0 ? power_of_two(exponent) : TensorScale{};
  for (const double b : bias) {
    layer.bias.push_back(std::llround(std::ldexp(b, -exponent)));
    layer.largest_bias = std::max(layer.largest_bias, std::abs(layer.bias.back()));
  }
}

/// Position embedding, class token and the input's zero points, which meet the integer weights as in the static form.
std::vector<double> embedding_bias(const VitModel& model, const LinearParams& params, const DynamicLinear& layer) {
  const auto width = static_cast<std::size_t>(model.config.width);
  std::vector<double> zero(width);
  for (std::size_t i = 0; i < static_cast<std::size_t>(model.embed.in); ++i)
    for (std::size_t o = 0; o < width; ++o) zero[o] += model.input_zero(i) * params.weight[i * width + o];
  for (std::size_t o = 0; o < width; ++o)
    zero[o] *= real_value(layer.weight_unit) * static_cast<double>(layer.multiplier[o]) * model.config.input_scale;
  std::vector<double> bias(model.pos.begin(), model.pos.end());
  for (std::size_t i = 0; i < bias.size(); ++i) {
    const bool is_class = model.config.class_token && i < width;
    bias[i] += is_class ? static_cast<double>(model.cls[i])
                        : static_cast<double>(model.embed.bias[i % width]) - zero[i % width];
  }
  return bias;
}

DynamicLinear linear_units(const VitModel& model, Stage& stage) {
  const LinearWeights* weights = linear_weights_of(model, stage.name);
  DynamicLinear layer;
  if (weights == nullptr) {  // the row of a mean: 1 / tokens everywhere, from its bias alone
    layer.multiplier.assign(static_cast<std::size_t>(stage.channels), 1);
    layer.weight_unit = power_of_two(0);
    set_bias(std::vector<double>(layer.multiplier.size(), 1.0 / stage.channels), layer);
    return layer;
  }
  layer = quantised(*weights, stage.linear);
  set_bias(stage.name == "embed" ? embedding_bias(model, stage.linear, layer)
                                 : std::vector<double>(weights->bias.begin(), weights->bias.end()),
           layer);
  return layer;
}

DynamicNorm norm_units(const VitModel& model, const Stage& stage) {
  const NormWeights& weights = norm_weights_of(model, stage.name);
  DynamicNorm norm;
  const double d = stage.channels;
  norm.epsilon = tensor_scale(model.config.epsilon * d * d * d);
  double largest = 0;
  for (const float gamma : weights.gamma) largest = std::max(largest, std::abs(static_cast<double>(gamma)));
  constexpr double kGainLimit = 1 << 20;  // half of what integer-units.md 3.1 allows
  int fraction = 12;
  while (fraction > 0 && std::ldexp(largest * std::sqrt(d), fraction + kLayerNormFraction) > kGainLimit) --fraction;
  norm.out_unit = power_of_two(-fraction);
  norm.table = integer_layer_norm(stage.name, weights, 1, kAmdThreshold * std::exp2(-fraction), model.config.epsilon);
  for (const float gamma : weights.gamma)
    norm.spiking.gain.push_back(std::llround(std::ldexp(static_cast<double>(gamma), kApproximatorFraction)));
  for (const float beta : weights.beta)
    norm.spiking.bias.push_back(std::llround(std::ldexp(static_cast<double>(beta), kApproximatorFraction)));
  norm.spiking.epsilon = std::llround(std::ldexp(model.config.epsilon, kRootOperandFraction));
  return norm;
}

}  // namespace

DynamicUnits make_dynamic_units(const VitModel& model, Program& program, std::int32_t steps) {
  DynamicUnits units;
  units.steps = steps;
  units.input = tensor_scale(model.config.input_scale);
  if (model.config.activation != Activation::kRelu) units.activation = approximator_name(model.config.activation);
  for (Stage& stage : program.stages) {
    DynamicStage made;
    if (stage.kind == StageKind::kLinear) made.linear = linear_units(model, stage);
    if (stage.kind == StageKind::kLayerNorm) made.norm = norm_units(model, stage);
    if (stage.kind == StageKind::kScores)
      made.softmax = tensor_scale(std::numbers::log2e / std::sqrt(static_cast<double>(model.config.head_width())) *
                                  std::exp2(kExpFraction + kSoftmaxScaleShift));
    if (stage.encoder.present) {
      stage.encoder.lo = stage.encoder.lo < 0 ? -steps : 0;
      stage.encoder.hi = steps;
      stage.encoder.neuron = NeuronKind::kThermometer;
    }
    units.stages.push_back(std::move(made));
  }
  for (std::size_t i = 0; i < kActivationPoints; ++i) {
    const double x = std::ldexp(static_cast<double>(i), kActivationStepBits - 16) - kActivationRange;
    units.activation_table.push_back(
        std::llround(std::ldexp(activation_value(model.config.activation, x), kApproximatorFraction)));
  }
  return units;
}

}  // namespace ranvier::workloads
