// SPDX-License-Identifier: Apache-2.0
// The input codes of an image as the host sends them: all at once (graded) or a unit of each a step (unary).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core_model.h"

namespace ranvier::sim {

class HostCodes {
 public:
  HostCodes(const workloads::Stage& input, bool graded) : channels_(input.channels), graded_(graded) {}

  void begin_image(const std::vector<std::int32_t>& codes) { left_ = codes; }

  /// Appends what leaves in this step, in order of token, then channel.
  void fire(std::vector<Emission>& out) {
    for (std::size_t i = 0; i < left_.size(); ++i) {
      if (left_[i] == 0) continue;
      const std::int32_t value = graded_ ? left_[i] : 1;
      left_[i] -= value;
      const auto position = static_cast<std::int32_t>(i);
      out.push_back({position / channels_, position % channels_, value, Cycles(0)});
    }
  }
  bool restless() const {
    for (const std::int32_t code : left_) {
      if (code != 0) return true;
    }
    return false;
  }

 private:
  std::int32_t channels_;
  bool graded_;
  std::vector<std::int32_t> left_;
};

}  // namespace ranvier::sim
