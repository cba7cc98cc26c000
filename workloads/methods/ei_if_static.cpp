// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/ei_if_static.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "workloads/methods/ei_if_weights.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

class StaticForm : public EiIfForm {
 public:
  StaticForm(const Program& program, StaticSpikingUnits units) : program_(program), units_(std::move(units)) {}

  EiIfPotentials potentials(std::size_t s, const std::vector<std::int64_t>& products,
                            const std::vector<EiIfTensor>& tensors, StageWork& work) const override {
    const Stage& stage = program_.stages[s];
    EiIfPotentials result;
    for (const std::int32_t threshold : stage.encoder.threshold) result.unit.push_back({1, threshold});
    switch (stage.kind) {
      case StageKind::kLinear:
        result.value = with_bias(stage, products);
        break;
      case StageKind::kScores:
        result.value = softmax_rows(stage, products, stage.softmax, work);
        break;
      case StageKind::kMix:
        result.value = products;
        break;
      case StageKind::kGelu:
        result.value = activation(s, tensors[stage.inputs[0].stage.value()].codes, work);
        break;
      case StageKind::kLayerNorm:
        result.value = units_.empty() ? norm(stage, tensors, work) : spiking_norm(s, tensors, work);
        break;
      default:
        throw std::logic_error(stage.name + ": no stage with potentials");
    }
    return result;
  }

  EiIfTensor residual_sum(std::size_t s, const std::vector<EiIfTensor>& tensors, StageWork&) const override {
    const Stage& stage = program_.stages[s];
    EiIfTensor result;
    result.sums.resize(static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels));
    for (const StageInput& input : stage.inputs) {
      const EiIfTensor& from = tensors[input.stage.value()];
      for (std::size_t i = 0; i < result.sums.size(); ++i)
        result.sums[i] += input.gain * (from.sums.empty() ? std::int64_t{from.codes[i]} : from.sums[i]);
    }
    return result;
  }

  EiIfTensor input(std::vector<std::int32_t> codes) const override { return {std::move(codes), {}, {}}; }

  std::int64_t hidden_neurons(std::size_t s) const override {
    const Stage& stage = program_.stages[s];
    const std::int64_t outputs = std::int64_t{stage.tokens} * stage.channels;
    if (units_.norms.contains(s))
      return outputs * units_.square.neurons() + stage.tokens * static_cast<std::int64_t>(units_.root.cells.size());
    return units_.activations.contains(s) ? outputs * units_.activation_neurons : 0;
  }

  double real_unit(std::size_t s, const EiIfTensor&) const override { return program_.stages[s].code_scale; }
  double real_unit_of_head(const EiIfPotentials&) const override { return program_.stages.back().code_scale; }

 private:
  static std::vector<std::int64_t> with_bias(const Stage& stage, const std::vector<std::int64_t>& products) {
    std::vector<std::int64_t> value = products;
    const auto& bias = stage.linear.bias;
    for (std::size_t i = 0; i < value.size(); ++i)
      value[i] += bias[stage.linear.bias_per_token ? i : i % static_cast<std::size_t>(stage.channels)];
    return value;
  }

  std::vector<std::int64_t> activation(std::size_t s, const std::vector<std::int32_t>& codes, StageWork& work) const {
    const GeluParams& table = program_.stages[s].gelu;
    std::vector<std::int64_t> value;
    value.reserve(codes.size());
    for (const std::int32_t code : codes) value.push_back(gelu_value(code, table));
    work.state_reads += static_cast<std::int64_t>(codes.size());
    const auto costs = units_.activations.find(s);
    if (costs == units_.activations.end()) return value;
    ApproximatorWork done;
    for (const std::int32_t code : codes) done += costs->second[static_cast<std::size_t>(code - table.first_code)];
    add_approximator_work(done, work);
    return value;
  }

  std::vector<std::int64_t> norm(const Stage& stage, const std::vector<EiIfTensor>& tensors, StageWork& work) const {
    const std::vector<std::int64_t> sums = summed(stage, tensors);
    const auto n = static_cast<std::size_t>(stage.channels);
    std::vector<std::int32_t> row(n), mapped(n);
    std::vector<std::int64_t> value;
    value.reserve(sums.size());
    for (std::size_t at = 0; at < sums.size(); at += n) {
      for (std::size_t c = 0; c < n; ++c) row[c] = static_cast<std::int32_t>(sums[at + c]);
      layer_norm_row(row.data(), stage.channels, stage.layer_norm, mapped.data());
      value.insert(value.end(), mapped.begin(), mapped.end());
    }
    add_norm_work(sums.size(), 3, work);
    return value;
  }

  std::vector<std::int64_t> spiking_norm(std::size_t s, const std::vector<EiIfTensor>& tensors, StageWork& work) const {
    const Stage& stage = program_.stages[s];
    std::vector<std::int64_t> x = summed(stage, tensors);
    const TensorScale unit = units_.norm_units.at(s), fixed = power_of_two(-kApproximatorFraction);
    for (std::int64_t& sum : x) sum = std::clamp(rescale(sum, unit, fixed), -kSnnNormInputLimit, kSnnNormInputLimit);
    std::vector<std::int64_t> y(x.size());
    ApproximatorWork done;
    const auto n = static_cast<std::size_t>(stage.channels);
    for (std::size_t at = 0; at < x.size(); at += n)
      snn_layer_norm(units_.square, units_.root, units_.norms.at(s), std::span(x).subspan(at, n),
                     std::span(y).subspan(at, n), done);
    add_approximator_work(done, work);
    add_norm_work(x.size(), 2, work);
    return y;
  }

  /// Inputs of a norm, of the tokens that it computes, in one unit.
  static std::vector<std::int64_t> summed(const Stage& stage, const std::vector<EiIfTensor>& tensors) {
    std::vector<std::int64_t> sums(static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels));
    for (const StageInput& input : stage.inputs) {
      const EiIfTensor& from = tensors[input.stage.value()];
      for (std::size_t i = 0; i < sums.size(); ++i)
        sums[i] += input.gain * (from.sums.empty() ? std::int64_t{from.codes[i]} : from.sums[i]);
    }
    return sums;
  }

  const Program& program_;
  StaticSpikingUnits units_;
};

SnnNormParams spiking_norm_params(const Stage& stage, const NormWeights& weights, double epsilon) {
  SnnNormParams params;
  const double one = static_cast<double>(kApproximatorOne) / stage.code_scale;
  for (const float gamma : weights.gamma) params.gain.push_back(std::llround(static_cast<double>(gamma) * one));
  for (const float beta : weights.beta) params.bias.push_back(std::llround(static_cast<double>(beta) * one));
  params.epsilon = std::llround(std::ldexp(epsilon, kRootOperandFraction));
  return params;
}

/// Real value of one unit of what a norm sums.
double unit_of_inputs(const Program& program, const Stage& stage) {
  const StageInput& first = stage.inputs.front();
  return program.stage(first.stage).code_scale / first.gain;
}

}  // namespace

StaticSpikingUnits make_spiking_units(const VitModel& model, const Approximators& approximators, Program& program) {
  StaticSpikingUnits units;
  units.square = approximators.square;
  units.root = approximators.root;
  for (std::size_t s = 0; s < program.stages.size(); ++s) {
    Stage& stage = program.stages[s];
    if (stage.kind == StageKind::kLayerNorm) {
      units.norms[s] = spiking_norm_params(stage, norm_weights_of(model, stage.name), model.config.epsilon);
      units.norm_units[s] = tensor_scale(unit_of_inputs(program, stage));
      for (std::int32_t& threshold : stage.encoder.threshold) threshold = static_cast<std::int32_t>(kApproximatorOne);
    }
    if (stage.kind != StageKind::kGelu) continue;
    const SnnActivation& f = approximators.activations.at(approximator_name(model.config.activation));
    units.activation_neurons = f.neurons();
    const double in_scale = program.stage(stage.inputs[0].stage).code_scale;
    std::vector<ApproximatorWork>& costs = units.activations[s];
    for (std::size_t i = 0; i < stage.gelu.table.size(); ++i) {
      const double x = (stage.gelu.first_code + static_cast<std::int32_t>(i)) * in_scale;
      costs.emplace_back();
      const std::int64_t y = f(std::llround(std::ldexp(x, kApproximatorFraction)), costs.back());
      stage.gelu.table[i] = static_cast<std::int32_t>(
          std::llround(std::ldexp(static_cast<double>(y), -kApproximatorFraction) * kAmdThreshold / stage.code_scale));
    }
  }
  return units;
}

std::unique_ptr<EiIfForm> static_form(const Program& program, StaticSpikingUnits units) {
  return std::make_unique<StaticForm>(program, std::move(units));
}

}  // namespace ranvier::workloads
