// SPDX-License-Identifier: Apache-2.0
// The dynamic form of ei-if: every tensor's scale is max|x| / T of the very input, as in the released code, in
// integers. Not causal: a tensor's first spike waits for its last potential.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "workloads/methods/ei_if_approximators.h"
#include "workloads/methods/ei_if_form.h"
#include "workloads/methods/ei_if_norm.h"
#include "workloads/model.h"

namespace ranvier::workloads {

/// y = (acc multiplier[o]) weight_unit s_in + bias bias_unit; acc from the program's 8-bit weights.
struct DynamicLinear {
  std::vector<std::int64_t> multiplier;  // [out], in [1, 2^16]
  TensorScale weight_unit;
  std::vector<std::int64_t> bias;  // [out] or [tokens][out], |b| < 2^24
  std::int64_t largest_bias = 0;
  TensorScale bias_unit;
};

/// Exact unit: y in out_unit, epsilon d^3 brought to the square of the sums' unit. Spiking: 2^-16.
struct DynamicNorm {
  LayerNormParams table;
  TensorScale out_unit;
  TensorScale epsilon;
  SnnNormParams spiking;
};

struct DynamicStage {
  std::optional<DynamicLinear> linear;
  std::optional<DynamicNorm> norm;
  TensorScale softmax;  // log2(e) / sqrt(d_h) 2^26
};

struct DynamicUnits {
  std::vector<DynamicStage> stages;
  std::int32_t steps = 0;  // T
  TensorScale input;       // of one input code
  bool spiking = false;
  Approximators approximators;                 // where spiking
  std::string activation;                      // its name in them
  std::vector<std::int64_t> activation_table;  // else: kActivationPoints values in 2^-16 from -kActivationRange on
};
inline constexpr int kActivationRange = 8;      // x below it counts as 0, x above as itself
inline constexpr int kActivationStepBits = 10;  // a point every 2^-6
inline constexpr std::size_t kActivationPoints = (std::size_t{2 * kActivationRange} << (16 - kActivationStepBits)) + 1;

/// Between two points linearly: T[i] + ((T[i + 1] - T[i]) fraction + 512 >> 10).
std::int64_t interpolated_activation(const std::vector<std::int64_t>& table, std::int64_t x);

/// Replaces the weights of `program` (a skeleton: names, sizes, inputs) by per-output 8-bit ones.
DynamicUnits make_dynamic_units(const VitModel& model, Program& program, std::int32_t steps);

std::unique_ptr<EiIfForm> dynamic_form(const Program& program, DynamicUnits units);

}  // namespace ranvier::workloads
