// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/rate_network.h"

#include <algorithm>

#include "workloads/methods/rate_limits.h"
#include "workloads/reference.h"

namespace ranvier::workloads {

RateNetwork::RateNetwork(Program program, RateUnitMaker units)
    : program_(std::move(program)), units_(std::move(units)) {
  check_rate_program(program_);
  for (const Stage& stage : program_.stages) {
    paired_.emplace_back();
    if (stage.kind == StageKind::kLinear)
      paired_.back() = paired_weights(stage.linear.weight, stage.in_channels, stage.channels);
  }
}

std::vector<std::string> RateNetwork::stages() const {
  std::vector<std::string> names;
  for (const Stage& stage : program_.stages) names.push_back(stage.name);
  return names;
}

std::unique_ptr<RateUnit> RateNetwork::make_unit(StageId id) const {
  const StageKind kind = program_.stage(id).kind;
  if (kind != StageKind::kLayerNorm && kind != StageKind::kGelu && kind != StageKind::kScores) return nullptr;
  std::unique_ptr<RateUnit> unit = units_ ? units_(program_, id) : nullptr;
  return unit ? std::move(unit) : make_table_unit(program_, id);
}

MethodRun RateNetwork::run(std::span<const std::int32_t> input_codes, const MethodRunOptions& options) const {
  MethodRun result;
  result.steps = options.steps > 0 ? options.steps : steps();
  check_rate_steps(program_, result.steps);
  RateRun run(*this, input_codes);
  for (std::int64_t step = 0; step < result.steps; ++step) {
    run.step();
    result.logits_by_step.push_back(run.logits());
  }
  for (std::size_t s = 0; s < program_.stages.size(); ++s) {
    result.work.push_back(run.stage(StageId(s)).work());
    if (options.keep_values) result.values.push_back(run.values(StageId(s)));
  }
  return result;
}

RateRun::RateRun(const RateNetwork& network, std::span<const std::int32_t> input_codes) : network_(network) {
  const Program& program = network.program();
  check_input_codes(program, input_codes);
  for (std::size_t s = 0; s < program.stages.size(); ++s)
    stages_.push_back(std::make_unique<RateStage>(program, StageId(s), network.paired(StageId(s)),
                                                  network.make_unit(StageId(s)), input_codes));
}

void RateRun::step() {
  ++step_;
  for (const auto& stage : stages_) stage->step(step_, stages_);
}

std::vector<double> RateRun::logits() const {
  const Stage& head = network_.program().stages.back();
  const auto potential = stages_.back()->residual();
  std::vector<double> logits;
  for (std::size_t c = 0; c < static_cast<std::size_t>(head.channels); ++c)
    logits.push_back(potential[c] * head.code_scale / static_cast<double>(step_));
  return logits;
}

std::vector<double> RateRun::values(StageId id) const {
  const Stage& stage = network_.program().stage(id);
  const RateStage& state = *stages_[id.value()];
  if (id.value() + 1 == stages_.size()) return logits();
  std::vector<double> values;
  if (stage.kind == StageKind::kInput) {
    for (const std::int32_t code : state.emission().value) values.push_back(code * stage.code_scale);
    return values;
  }
  std::int32_t channel = 0;
  for (const std::int64_t total : state.emitted_total()) {
    values.push_back(static_cast<double>(total) * payload_scale(stage, channel) / static_cast<double>(step_));
    channel = channel + 1 == stage.channels ? 0 : channel + 1;
  }
  return values;
}

double payload_scale(const Stage& stage, std::int32_t channel) {
  if (!stage.encoder.present || stage.kind == StageKind::kLinear) return stage.code_scale;
  return goal_scale(stage) * stage.encoder.threshold[static_cast<std::size_t>(channel)];
}

}  // namespace ranvier::workloads
