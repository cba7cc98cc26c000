// SPDX-License-Identifier: Apache-2.0
// The maps of the dynamic form; ei_if_dynamic_units.cpp makes their constants.
#include "workloads/methods/ei_if_dynamic.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

constexpr std::int64_t kPotentialRoom = std::int64_t{1} << 45;  // biases stay below it, products below 2^43
constexpr std::int32_t kNormSteps = (1 << 15) - 1;              // codes of a residual sum on its way into a norm
constexpr int kStreamFraction = 16;  // a residual sum's unit is 2^-16 of a code of what starts it

std::size_t cells(const Stage& stage) {
  return static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels);
}

class DynamicForm : public EiIfForm {
 public:
  DynamicForm(const Program& program, DynamicUnits units) : program_(program), units_(std::move(units)) {}

  EiIfPotentials potentials(std::size_t s, const std::vector<std::int64_t>& products,
                            const std::vector<EiIfTensor>& tensors, StageWork& work) const override {
    const Stage& stage = program_.stages[s];
    const auto input = [&](std::size_t port) -> const EiIfTensor& { return tensors[stage.inputs[port].stage.value()]; };
    EiIfPotentials result;
    switch (stage.kind) {
      case StageKind::kLinear:
        linear(s, products, input(0).scale, result, work);
        break;
      case StageKind::kScores:
        result.value = softmax_rows(stage, products, softmax_params(s, input(0).scale, input(1).scale), work);
        result.scale = power_of_two(-16);
        break;
      case StageKind::kMix:
        result.value = products;
        result.scale = product(input(0).scale, input(1).scale);
        break;
      case StageKind::kGelu:
        activation(input(0), result, work);
        break;
      case StageKind::kLayerNorm:
        norm(s, tensors, result, work);
        break;
      default:
        throw std::logic_error(stage.name + ": no stage with potentials");
    }
    if (stage.encoder.present) scale_to_largest(stage, result, work);
    return result;
  }

  EiIfTensor residual_sum(std::size_t s, const std::vector<EiIfTensor>& tensors, StageWork& work) const override {
    const Stage& stage = program_.stages[s];
    return summed(stage, tensors, work);
  }

  EiIfTensor input(std::vector<std::int32_t> codes) const override { return {std::move(codes), {}, units_.input}; }

  std::int64_t hidden_neurons(std::size_t s) const override {
    const Stage& stage = program_.stages[s];
    if (!units_.spiking) return 0;
    const std::int64_t outputs = std::int64_t{stage.tokens} * stage.channels;
    const Approximators& a = units_.approximators;
    if (stage.kind == StageKind::kLayerNorm)
      return outputs * a.square.neurons() + stage.tokens * static_cast<std::int64_t>(a.root.cells.size());
    return stage.kind == StageKind::kGelu ? outputs * a.activations.at(units_.activation).neurons() : 0;
  }

  double real_unit(std::size_t, const EiIfTensor& tensor) const override { return real_value(tensor.scale); }
  double real_unit_of_head(const EiIfPotentials& head) const override { return real_value(head.scale); }

 private:
  /// The dynamic quantiser: x / s = x T / max|x|.
  void scale_to_largest(const Stage& stage, EiIfPotentials& result, StageWork& work) const {
    std::int64_t largest = 0;
    for (std::int64_t& value : result.value) {
      if (stage.encoder.lo == 0) value = std::max<std::int64_t>(value, 0);
      largest = std::max(largest, value < 0 ? -value : value);
    }
    work.state_reads += static_cast<std::int64_t>(result.value.size());  // the search for the largest
    result.unit = {{units_.steps, std::max<std::int64_t>(largest, 1)}};
    result.scale = scaled(result.scale, largest, units_.steps);
  }

  void linear(std::size_t s, const std::vector<std::int64_t>& products, TensorScale in, EiIfPotentials& result,
              StageWork& work) const {
    const DynamicLinear& layer = *units_.stages[s].linear;
    TensorScale unit = product(in, layer.weight_unit);
    int shift = 0;
    if (unit.mantissa == 0)
      unit = layer.bias_unit;  // the input is all 0: the bias alone
    else
      for (; rescale(layer.largest_bias, layer.bias_unit, unit) >= kPotentialRoom; ++shift) ++unit.exponent;
    std::vector<std::int64_t> bias;
    for (const std::int64_t b : layer.bias) bias.push_back(unit.mantissa == 0 ? 0 : rescale(b, layer.bias_unit, unit));
    result.value.reserve(products.size());
    const std::size_t outputs = layer.multiplier.size();
    for (std::size_t i = 0; i < products.size(); ++i) {
      const std::int64_t sum = products[i] * layer.multiplier[i % outputs];
      result.value.push_back((shift < 62 ? divide_half_away(sum, std::int64_t{1} << shift) : 0) +
                             bias[i % bias.size()]);
    }
    result.scale = unit;
    work.multiply_adds += static_cast<std::int64_t>(products.size() + bias.size());
  }

  SoftmaxParams softmax_params(std::size_t s, TensorScale q, TensorScale k) const {
    const std::int64_t scale = rescale(1, product(product(q, k), units_.stages[s].softmax), power_of_two(0));
    return {static_cast<std::int32_t>(std::min<std::int64_t>(scale, std::numeric_limits<std::int32_t>::max()))};
  }

  void activation(const EiIfTensor& from, EiIfPotentials& result, StageWork& work) const {
    const TensorScale fixed = power_of_two(-kApproximatorFraction);
    std::vector<std::int64_t> table;
    std::vector<ApproximatorWork> costs;
    for (std::int32_t code = -units_.steps; code <= units_.steps; ++code) {
      const std::int64_t x = std::clamp(rescale(code, from.scale, fixed), -kSnnNormInputLimit, kSnnNormInputLimit);
      costs.emplace_back();
      table.push_back(units_.spiking ? units_.approximators.activations.at(units_.activation)(x, costs.back())
                                     : interpolated_activation(units_.activation_table, x));
    }
    ApproximatorWork done;
    result.value.reserve(from.codes.size());
    for (const std::int32_t code : from.codes) {
      result.value.push_back(table[static_cast<std::size_t>(code + units_.steps)]);
      done += costs[static_cast<std::size_t>(code + units_.steps)];
    }
    result.scale = fixed;
    work.state_reads += static_cast<std::int64_t>(from.codes.size());
    work.multiply_adds += static_cast<std::int64_t>(units_.spiking ? from.codes.size() : 2 * from.codes.size());
    add_approximator_work(done, work);
  }

  void norm(std::size_t s, const std::vector<EiIfTensor>& tensors, EiIfPotentials& result, StageWork& work) const {
    const Stage& stage = program_.stages[s];
    const DynamicNorm& params = *units_.stages[s].norm;
    EiIfTensor sum = summed(stage, tensors, work);
    const auto n = static_cast<std::size_t>(stage.channels);
    result.value.resize(sum.sums.size());
    if (units_.spiking) {
      result.scale = power_of_two(-kApproximatorFraction);
      for (std::int64_t& x : sum.sums)
        x = std::clamp(rescale(x, sum.scale, result.scale), -kSnnNormInputLimit, kSnnNormInputLimit);
      ApproximatorWork done;
      for (std::size_t at = 0; at < sum.sums.size(); at += n)
        snn_layer_norm(units_.approximators.square, units_.approximators.root, params.spiking,
                       std::span(sum.sums).subspan(at, n), std::span(result.value).subspan(at, n), done);
      add_approximator_work(done, work);
      add_norm_work(sum.sums.size(), 3, work);  // into 2^-16, gain, root
      return;
    }
    std::vector<std::int32_t> x, mapped(n);
    const std::int64_t largest = ei_if_dynamic_codes(sum.sums, kNormSteps, x);
    const TensorScale unit = scaled(sum.scale, largest, kNormSteps);
    LayerNormParams table = params.table;
    table.epsilon = unit.mantissa == 0 ? 1 : std::max<std::int64_t>(1, rescale(1, params.epsilon, product(unit, unit)));
    for (std::size_t at = 0; at < x.size(); at += n) {
      layer_norm_row(x.data() + at, stage.channels, table, mapped.data());
      std::copy(mapped.begin(), mapped.end(), result.value.begin() + static_cast<std::ptrdiff_t>(at));
    }
    result.scale = params.out_unit;
    add_norm_work(x.size(), 4, work);  // into 16 bits, square, root, gain
  }

  /// In the unit of the first input: 2^-16 of its codes, or its own where it is a sum. Where that has no scale (all its
  /// codes are 0), in that of the next.
  EiIfTensor summed(const Stage& stage, const std::vector<EiIfTensor>& tensors, StageWork& work) const {
    EiIfTensor result;
    result.sums.resize(cells(stage));
    for (const StageInput& input : stage.inputs) {
      const EiIfTensor& from = tensors[input.stage.value()];
      if (result.scale.mantissa == 0) {
        result.scale = from.scale;
        if (from.sums.empty() && result.scale.mantissa != 0) result.scale.exponent -= kStreamFraction;
      }
      if (from.scale.mantissa == 0) continue;
      for (std::size_t i = 0; i < result.sums.size(); ++i)
        result.sums[i] +=
            rescale(from.sums.empty() ? std::int64_t{from.codes[i]} : from.sums[i], from.scale, result.scale);
      if (from.sums.empty()) work.multiply_adds += static_cast<std::int64_t>(result.sums.size());
    }
    for (std::int64_t& sum : result.sums) sum = std::clamp(sum, -kRescaleLimit, kRescaleLimit);
    return result;
  }

  const Program& program_;
  DynamicUnits units_;
};

}  // namespace

std::int64_t interpolated_activation(const std::vector<std::int64_t>& table, std::int64_t x) {
  constexpr std::int64_t kRange = kActivationRange * kApproximatorOne;
  if (x >= kRange) return x;
  if (x < -kRange) return 0;
  const auto at = static_cast<std::size_t>((x + kRange) >> kActivationStepBits);
  const std::int64_t fraction = (x + kRange) & ((1 << kActivationStepBits) - 1);
  const std::int64_t rise = table[at + 1] - table[at];
  return table[at] + ((rise * fraction + (1 << (kActivationStepBits - 1))) >> kActivationStepBits);
}

std::unique_ptr<EiIfForm> dynamic_form(const Program& program, DynamicUnits units) {
  return std::make_unique<DynamicForm>(program, std::move(units));
}

}  // namespace ranvier::workloads
