// SPDX-License-Identifier: Apache-2.0
// The network in floating point, as torch computes it: what calibration measures and what conversion is compared with.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "workloads/float_kernels.h"
#include "workloads/model.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// x -> clip(floor(x / scale + 1/2), lo, hi) * scale
struct Quantiser {
  double scale = 1;
  std::int32_t lo = 0;
  std::int32_t hi = 0;
  float operator()(float x) const;
};

/// By stage in the order of `stage_names`; none where a stage has no quantiser.
using Quantisers = std::vector<std::optional<Quantiser>>;
/// Of the trained scales; throws CannotCalibrate where one is missing.
Quantisers trained_quantisers(const VitModel& model);
/// Of the encoders of a converted program, with the scales that its integers really have.
Quantisers program_quantisers(const Program& program);

/// Real values by stage, row-major [tokens][channels]; attn: channel = head * tokens + key. The input stage holds
/// code * input_scale, without the zero point.
struct FloatActivations {
  std::vector<std::vector<float>> before;  // quantiser
  std::vector<std::vector<float>> after;   // same as `before` where there is none
  std::vector<float> logits;
};

class FloatNetwork {
 public:
  explicit FloatNetwork(const VitModel& model);

  /// `codes` as `input_codes` makes them; without quantisers this is the float network.
  std::vector<float> logits(std::span<const std::int32_t> codes, const Quantisers* quantisers = nullptr) const;
  FloatActivations run(std::span<const std::int32_t> codes, const Quantisers* quantisers = nullptr) const;
  /// Of what `network_input` makes instead: nothing is rounded on the way in.
  FloatActivations run_input(std::span<const float> input, const Quantisers* quantisers = nullptr) const;

 private:
  struct Block {
    NormWeights norm1, norm2;
    FloatProduct q, k, v, proj, fc1, fc2;
  };
  struct Pass;
  /// `scaled` is the input stage's activation, `x` the network's input.
  std::vector<float> forward(std::vector<float> scaled, std::vector<float> x, Pass pass) const;
  std::vector<float> forward_codes(std::span<const std::int32_t> codes, Pass pass) const;
  std::vector<float> pre_norm_block(const Block& block, std::vector<float> x, Pass& pass) const;
  std::vector<float> post_norm_block(const Block& block, std::vector<float> x, Pass& pass) const;
  std::vector<float> attention(const Block& block, const std::vector<float>& x, Pass& pass) const;
  std::vector<float> mlp(const Block& block, const std::vector<float>& x, Pass& pass) const;
  std::vector<float> norm(const NormWeights& weights, const std::vector<float>& x) const;
  double input_zero(std::size_t at) const {
    return input_zeros_.empty() ? config_.input_zero : input_zeros_[at % input_zeros_.size()];
  }

  VitConfig config_;
  std::vector<double> input_zeros_;
  FloatProduct embed_, head_;
  std::vector<float> cls_, pos_;
  std::vector<Block> blocks_;
  NormWeights pre_norm_, norm_;
};

}  // namespace ranvier::workloads
