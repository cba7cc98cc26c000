// SPDX-License-Identifier: Apache-2.0
// The numbers of one stage, from real to integer, each as docs/explanation/integer-units.md defines it. Every function
// throws DoesNotFitIntegers, naming its stage, rather than round into a number that the units cannot hold.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "workloads/model.h"
#include "workloads/program.h"
#include "workloads/units.h"

namespace ranvier::workloads {

/// Largest magnitudes of the widths in integer-units.md.
inline constexpr std::int64_t kPotentialLimit = (1 << 23) - 1;
inline constexpr std::int64_t kResidualLimit = (1 << 15) - 1;
inline constexpr std::int32_t kThresholdLimit = 1 << 20;

/// What feeds a stage: the real value of one code, and the largest magnitude that a code can have.
struct CodeSource {
  double scale = 1;
  std::int64_t largest = 0;
  std::int64_t range = 2 * largest;  // from the least code to the greatest: what a potential can lag by (section 2)
};

struct IntegerLinear {
  LinearParams params;
  std::vector<std::int32_t> threshold;  // by output; empty for the head
  double unit = 1;                      // the head: real value of one unit of potential
};

/// What the input codes are too high by, by input, from row `first_row` of the bias on (the input stage).
struct ZeroPoints {
  std::vector<double> by_input;  // empty: all 0
  std::size_t first_row = 0;
};

/// Section 2: threshold per output so that |weight| <= 127, 8-bit weights, bias. `real_bias` is [out] or [tokens][out].
/// Where the potential of an output could leave its width, its threshold and with it its weights are made smaller, as
/// long as kSmallestWeightRange stays.
IntegerLinear integer_linear(const std::string& stage, const LinearWeights& weights,
                             const std::vector<float>& real_bias, CodeSource in, double out_scale,
                             const ZeroPoints& zeros = {});
inline constexpr double kSmallestWeightRange = 15;  // of the largest weight of an output; below it the layer is refused

/// Section 2, last stage: one weight scale, no encoder; made smaller as above.
IntegerLinear integer_head(const std::string& stage, const LinearWeights& weights, CodeSource in);

/// Section 3.1; `in_scale` is the real value of one unit of the accumulated input, `threshold` the encoder's.
LayerNormParams integer_layer_norm(const std::string& stage, const NormWeights& weights, double in_scale,
                                   double out_scale, double epsilon = VitConfig{}.epsilon,
                                   std::int32_t threshold = kAmdThreshold);

struct IntegerNorm {
  LayerNormParams params;
  std::int32_t threshold = kAmdThreshold;
};
/// The same at kAmdThreshold or, where the gains do not fit, at a half, a quarter ... of it.
IntegerNorm fitting_layer_norm(const std::string& stage, const NormWeights& weights, double in_scale, double out_scale,
                               double epsilon);
/// Section 3.1a, thresholds likewise; |input| <= largest_in.
IntegerNorm integer_affine(const std::string& stage, const NormWeights& weights, double in_scale,
                           std::int64_t largest_in, double out_scale);
inline constexpr std::int32_t kLeastNormThreshold = 16;

/// Section 3.2.
SoftmaxParams integer_softmax(const std::string& stage, double q_scale, double k_scale, std::int32_t head_width);

/// Section 3.3: one entry for each code in `in_bounds`.
GeluParams integer_gelu(const std::string& stage, double in_scale, CodeBounds in_bounds, double out_scale,
                        Activation activation = Activation::kGelu);

/// The even integer nearest to `wanted`, at least 2 (sections 3.2 and 4).
std::int32_t even_threshold(const std::string& stage, double wanted);

/// Section 5: one real unit for the residual stream and the integer gain of each stage that writes it.
struct ResidualUnit {
  double unit = 1;
  std::vector<std::int32_t> gain;
};
/// Tries min(scales) / k for k = 1, 1 + 1/16, ... 16 and takes the k with the least relative change of a scale (the
/// smallest of equals) among those that keep Σ gain * largest code within 16 bits.
ResidualUnit residual_unit(const std::string& last_add, std::span<const CodeSource> writers);

}  // namespace ranvier::workloads
