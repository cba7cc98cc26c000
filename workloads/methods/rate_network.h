// SPDX-License-Identifier: Apache-2.0
// A program of rate semantics (methods `sta`, `ecmt`, `rate`) as a network that runs: the same input in every step, a
// value is a mean over the steps so far. docs/explanation/methods.md defines it to the bit.
#pragma once

#include <memory>
#include <vector>

#include "workloads/methods/converted_network.h"
#include "workloads/methods/rate_stage.h"
#include "workloads/methods/rate_unit.h"
#include "workloads/program.h"

namespace ranvier::workloads {

class RateNetwork : public ConvertedNetwork {
 public:
  /// Throws NotARateProgram. `units` makes the units of LayerNorm, GELU and softmax; where it is empty or returns none,
  /// they are those of make_table_unit().
  explicit RateNetwork(Program program, RateUnitMaker units = {});

  std::string method() const override { return program_.method; }
  int steps() const override { return program_.rate_steps; }
  std::vector<std::string> stages() const override;
  /// Throws InputCodesMismatch, InputCodeOutOfRange, TooManyRateSteps. at_rest stays false: rate semantics has no rest.
  MethodRun run(std::span<const std::int32_t> input_codes, const MethodRunOptions& options = {}) const override;

  const Program& program() const { return program_; }
  std::unique_ptr<RateUnit> make_unit(StageId stage) const;
  /// paired_weights() of a linear stage; empty for others.
  std::span<const std::int16_t> paired(StageId stage) const { return paired_[stage.value()]; }

 private:
  Program program_;
  RateUnitMaker units_;
  std::vector<std::vector<std::int16_t>> paired_;
};

/// One image on its way through the steps, for those who want to look at the state between them.
class RateRun {
 public:
  /// `network` outlives this. Throws as RateNetwork::run.
  RateRun(const RateNetwork& network, std::span<const std::int32_t> input_codes);
  /// All stages in topological order, each on what the ones before it emitted in this very step.
  void step();
  std::int64_t steps() const { return step_; }
  const RateStage& stage(StageId id) const { return *stages_[id.value()]; }
  /// Mean potential of the head in real units.
  std::vector<double> logits() const;
  /// Real values that the means of a stage stand for, [tokens][channels].
  std::vector<double> values(StageId id) const;

 private:
  const RateNetwork& network_;
  std::vector<std::unique_ptr<RateStage>> stages_;
  std::int64_t step_ = 0;
};

/// Real value of payload 1 at an output channel: code_scale, less where a channel has a smaller threshold behind a unit
/// or a mix stage (a linear stage's thresholds scale its weights instead).
double payload_scale(const Stage& stage, std::int32_t channel);

}  // namespace ranvier::workloads
