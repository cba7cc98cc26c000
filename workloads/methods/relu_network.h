// SPDX-License-Identifier: Apache-2.0
// A network of classic integrate-and-fire neurons at work, step by step and spike by spike.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "workloads/methods/converted_network.h"
#include "workloads/methods/relu_program.h"

namespace ranvier::workloads {

class ReluNetwork : public ConvertedNetwork {
 public:
  /// Throws TooManyReluSteps where a potential could leave 32 bits within program.steps.
  explicit ReluNetwork(ReluProgram program);

  std::string method() const override { return "rate"; }
  int steps() const override { return program_.steps; }
  std::vector<std::string> stages() const override;
  /// `input_codes` as relu_input_codes() makes them. In a step the populations integrate and fire one after another, so
  /// a spike is felt by the next in the same step. Logits: the head's V / steps so far; values: spikes / steps * scale.
  /// Throws TooManyReluSteps.
  MethodRun run(std::span<const std::int32_t> input_codes, const MethodRunOptions& options = {}) const override;

  const ReluProgram& program() const { return program_; }

 private:
  void check_steps(std::int64_t steps) const;

  ReluProgram program_;
  std::int64_t most_in_a_step_ = 0;  // largest change of a potential
};

struct TooManyReluSteps : Error {
  TooManyReluSteps(const std::string& network_, std::int64_t steps_, std::int64_t most_);
  std::string network;
  std::int64_t steps = 0;
  std::int64_t most = 0;
};

}  // namespace ranvier::workloads
