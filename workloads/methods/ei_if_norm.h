// SPDX-License-Identifier: Apache-2.0
// SNNRMSNorm = x w / Sqrt(mean Square(x) + epsilon) of spiking approximators, and LayerNorm made of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/methods/ei_if_custom_neuron.h"

namespace ranvier::workloads {

/// All in 2^-16 (kApproximatorFraction), epsilon in 2^-32.
struct SnnNormParams {
  std::vector<std::int64_t> gain, bias;  // by channel
  std::int64_t epsilon = 0;
};
inline constexpr std::int64_t kSnnNormInputLimit = std::int64_t{1} << 30;  // of |x|

/// y_i = round(x_i gain_i / Sqrt(floor(sum Square(x) / n) + epsilon)), halves away from zero. A row with |x| >= 8 is
/// squared in units of 2^k, k the least with all |x| below 8, which its root takes back (ours: it keeps Square in its
/// bands).
void snn_rms_norm(const SnnSquare& square, const SnnRoot& root, const SnnNormParams& params,
                  std::span<const std::int64_t> x, std::span<std::int64_t> y, ApproximatorWork& work);

/// The same behind the removal of the mean (round(sum / n), halves away from zero), bias added.
void snn_layer_norm(const SnnSquare& square, const SnnRoot& root, const SnnNormParams& params,
                    std::span<const std::int64_t> x, std::span<std::int64_t> y, ApproximatorWork& work);

}  // namespace ranvier::workloads
