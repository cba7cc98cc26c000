// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/ei_if_network.h"

#include <algorithm>

#include "workloads/methods/ei_if_sums.h"
#include "workloads/reference.h"

namespace ranvier::workloads {
namespace {

std::size_t cells(const Stage& stage) {
  return static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels);
}

bool fires(const Stage& stage) { return stage.encoder.present; }

void cut(std::vector<std::int32_t>& codes, std::int32_t steps) {
  for (std::int32_t& code : codes) code = std::clamp(code, -steps, steps);
}

}  // namespace

struct EiIfNetwork::Pass {
  std::vector<EiIfTensor> tensors;
  std::vector<StageWork> work;
  EiIfPotentials head;
};

EiIfNetwork::EiIfNetwork(Program program, const std::function<std::unique_ptr<EiIfForm>(const Program&)>& make_form)
    : program_(std::move(program)), form_(make_form(program_)), level_(program_.stages.size()) {
  for (std::size_t s = 1; s < program_.stages.size(); ++s) {
    const Stage& stage = program_.stages[s];
    for (const StageInput& input : stage.inputs) level_[s] = std::max(level_[s], level_[input.stage.value()]);
    if (!fires(stage)) continue;
    levels_ = std::max(levels_, ++level_[s]);
    window_ = std::max(window_, stage.encoder.hi);
  }
  // Both operands of a product fire in the same steps (SNNMatmul): v waits for the attention rows.
  for (const Stage& stage : program_.stages) {
    if (stage.kind != StageKind::kMix) continue;
    int& left = level_[stage.inputs[0].stage.value()];
    int& right = level_[stage.inputs[1].stage.value()];
    left = right = std::max(left, right);
  }
}

std::vector<std::string> EiIfNetwork::stages() const {
  std::vector<std::string> names;
  for (const Stage& stage : program_.stages) names.push_back(stage.name);
  return names;
}

std::int64_t EiIfNetwork::opens(std::size_t stage) const {
  return stage == 0 ? 0 : input_steps() + std::int64_t{level_[stage] - 1} * window_;
}

std::int32_t EiIfNetwork::open_steps(std::size_t stage, std::int64_t stop) const {
  const std::int64_t length = stage == 0 ? input_steps() : window_;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(stop - opens(stage), 0, length));
}

void EiIfNetwork::evaluate(Pass& pass, std::size_t s, std::int64_t stop) const {
  const Stage& stage = program_.stages[s];
  StageWork& work = pass.work[s];
  EiIfTensor& tensor = pass.tensors[s];
  const std::int32_t steps = open_steps(s, stop);
  if (fires(stage)) work.neurons = static_cast<std::int64_t>(cells(stage)) + form_->hidden_neurons(s);
  if (fires(stage) && steps == 0) {
    tensor.codes.assign(cells(stage), 0);
    return;
  }
  work += ei_if_arrival(stage, pass.tensors);
  if (stage.kind == StageKind::kAdd) {
    tensor = form_->residual_sum(s, pass.tensors, work);
    work.events = static_cast<std::int64_t>(tensor.sums.size()) -
                  std::count(tensor.sums.begin(), tensor.sums.end(), std::int64_t{0});
    return;
  }
  const EiIfPotentials potentials = form_->potentials(s, ei_if_products(stage, pass.tensors), pass.tensors, work);
  if (!fires(stage)) {
    pass.head = potentials;
    return;
  }
  const auto channels = static_cast<std::size_t>(stage.channels);
  tensor.scale = potentials.scale;
  tensor.codes.resize(potentials.value.size());
  for (std::size_t i = 0; i < tensor.codes.size(); ++i)
    tensor.codes[i] = std::max(stage.encoder.lo, ei_if_total(potentials.value[i], potentials.of(i % channels),
                                                             std::min(stage.encoder.hi, steps)));
  work.events += spike_count(tensor.codes);
  work.state_reads += static_cast<std::int64_t>(tensor.codes.size()) * steps;
}

EiIfRest EiIfNetwork::rest(std::span<const std::int32_t> input_codes) const {
  check_input_codes(program_, input_codes);
  Pass pass;
  pass.tensors.resize(program_.stages.size());
  pass.work.resize(program_.stages.size());
  pass.tensors[0] = form_->input({input_codes.begin(), input_codes.end()});
  for (std::size_t s = 1; s < program_.stages.size(); ++s) evaluate(pass, s, steps());
  return {std::move(pass.tensors), std::move(pass.head)};
}

double EiIfNetwork::real_value_of(const EiIfPotentials& head, std::size_t at) const {
  return static_cast<double>(head.value[at]) * form_->real_unit_of_head(head);
}

/// Before the last window the head holds its bias alone; in it, what the spikes so far have brought.
std::vector<std::vector<double>> EiIfNetwork::logits_by_step(const Pass& pass, std::int64_t stop) const {
  const std::size_t head = program_.stages.size() - 1;
  const Stage& stage = program_.stages[head];
  const auto from = static_cast<std::size_t>(stage.inputs[0].stage.value());
  std::vector<EiIfTensor> tensors(pass.tensors.size());  // the head reads one of them
  tensors[from] = pass.tensors[from];
  const std::vector<std::int32_t>& codes = pass.tensors[from].codes;
  const auto classes = static_cast<std::size_t>(stage.channels);
  std::vector<std::vector<double>> rows;
  rows.reserve(static_cast<std::size_t>(stop));
  std::int32_t last = -1;
  for (std::int64_t step = 1; step <= stop; ++step) {
    const std::int32_t fired = open_steps(from, step);
    if (fired == last) {
      rows.push_back(rows.back());
      continue;
    }
    last = fired;
    tensors[from].codes = codes;
    cut(tensors[from].codes, fired);
    StageWork ignored;
    const EiIfPotentials potentials = form_->potentials(head, ei_if_products(stage, tensors), tensors, ignored);
    rows.emplace_back(classes);
    for (std::size_t c = 0; c < classes; ++c) rows.back()[c] = real_value_of(potentials, c);
  }
  return rows;
}

MethodRun EiIfNetwork::run(std::span<const std::int32_t> input_codes, const MethodRunOptions& options) const {
  check_input_codes(program_, input_codes);
  const std::int64_t stop = options.steps > 0 ? std::min(options.steps, steps()) : steps();
  Pass pass;
  pass.tensors.resize(program_.stages.size());
  pass.work.resize(program_.stages.size());
  pass.tensors[0] = form_->input({input_codes.begin(), input_codes.end()});
  cut(pass.tensors[0].codes, open_steps(0, stop));
  pass.work[0].events = spike_count(pass.tensors[0].codes);
  for (std::size_t s = 1; s < program_.stages.size(); ++s) evaluate(pass, s, stop);

  MethodRun run;
  run.steps = stop;
  run.at_rest = stop == steps();
  run.logits_by_step = logits_by_step(pass, stop);
  run.work = std::move(pass.work);
  if (!options.keep_values) return run;
  for (std::size_t s = 0; s < program_.stages.size(); ++s) {
    const EiIfTensor& tensor = pass.tensors[s];
    const double unit = form_->real_unit(s, tensor);
    std::vector<double>& values = run.values.emplace_back();
    for (const std::int32_t code : tensor.codes) values.push_back(code * unit);
    for (const std::int64_t sum : tensor.sums) values.push_back(static_cast<double>(sum) * unit);
  }
  for (std::size_t c = 0; c < pass.head.value.size(); ++c) run.values.back().push_back(real_value_of(pass.head, c));
  return run;
}

}  // namespace ranvier::workloads
