// SPDX-License-Identifier: Apache-2.0
// The input codes of an image as the host sends them: all at once (graded), a unit of each a step (unary), or, for
// temporal programs, each spike in its step.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core_model.h"
#include "sim/state_bytes.h"

namespace ranvier::sim {

class HostCodes {
 public:
  HostCodes(const workloads::Stage& input, mapper::Schedule schedule)
      : channels_(input.channels),
        graded_(schedule == mapper::Schedule::kStagedGraded),
        timed_(schedule == mapper::Schedule::kTimesteps) {}

  void begin_image(const std::vector<std::int32_t>& codes) {
    left_ = codes;
    step_ = 0;
    next_ = 0;
  }

  /// Appends what leaves in this step, in order of token, then channel.
  void fire(std::vector<Emission>& out) {
    if (timed_) {
      for (; next_ < left_.size() && left_[next_] == step_; next_ += 2) {
        const std::int32_t position = left_[next_ + 1];
        out.push_back({position / channels_, position % channels_, 1, Cycles(0)});
      }
      ++step_;
      return;
    }
    for (std::size_t i = 0; i < left_.size(); ++i) {
      if (left_[i] == 0) continue;
      const std::int32_t value = graded_ ? left_[i] : 1;
      left_[i] -= value;
      const auto position = static_cast<std::int32_t>(i);
      out.push_back({position / channels_, position % channels_, value, Cycles(0)});
    }
  }
  bool restless() const {
    if (timed_) return next_ < left_.size();
    for (const std::int32_t code : left_) {
      if (code != 0) return true;
    }
    return false;
  }

  /// What is left to send, for checkpoints; begin_image() of the same image comes before restore().
  void save(StateWriter& w) const {
    w(step_, next_);
    w.shaped(left_);
  }
  void restore(StateReader& r) {
    r(step_, next_);
    r.shaped(left_);
    if (next_ > left_.size() || (timed_ && next_ % 2 != 0)) throw StateMismatch("a spike beyond the last");
  }

 private:
  std::int32_t channels_;
  bool graded_, timed_;
  std::int32_t step_ = 0;  // timed: the next one to send
  std::size_t next_ = 0;   // timed: first pair (step, position) not sent
  std::vector<std::int32_t> left_;
};

}  // namespace ranvier::sim
