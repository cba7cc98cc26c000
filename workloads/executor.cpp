// SPDX-License-Identifier: Apache-2.0
// The step loop: who fires in which step, deliveries at its end, and when the network is at rest.
#include "workloads/executor.h"

#include <algorithm>
#include <stdexcept>

#include "workloads/executor_errors.h"
#include "workloads/executor_stage.h"
#include "workloads/executor_temporal.h"

namespace ranvier::workloads {
namespace {

struct Consumer {
  std::size_t stage;
  std::size_t port;
};

std::vector<std::vector<Consumer>> consumers_of(const Program& program) {
  std::vector<std::vector<Consumer>> consumers(program.stages.size());
  for (std::size_t s = 0; s < program.stages.size(); ++s) {
    const auto& inputs = program.stages[s].inputs;
    for (std::size_t port = 0; port < inputs.size(); ++port) consumers[inputs[port].stage.value()].push_back({s, port});
  }
  return consumers;
}

std::vector<std::int32_t> first_row(const std::vector<std::int32_t>& head, const Program& program) {
  return {head.begin(), head.begin() + program.stages.back().channels};
}

}  // namespace

std::vector<std::int32_t> stage_levels(const Program& program) {
  std::vector<std::int32_t> levels(program.stages.size(), 0);
  for (std::size_t s = 0; s < levels.size(); ++s) {
    for (const StageInput& input : program.stages[s].inputs)
      levels[s] = std::max(levels[s], levels[input.stage.value()] + 1);
  }
  return levels;
}

std::int64_t SpikingRun::events() const {
  std::int64_t total = 0;
  for (const StageCounts& counts : stages) total += counts.events;
  return total;
}

std::int64_t SpikingRun::synops() const {
  std::int64_t total = 0;
  for (const StageCounts& counts : stages) total += counts.adds + counts.multiply_adds;
  return total;
}

SpikingRun run_spiking(const Program& program, std::span<const std::int32_t> input_codes, Schedule schedule,
                       const ExecutorOptions& options) {
  if (program.temporal() != (schedule == Schedule::kTimesteps)) {
    throw std::logic_error(program.name + ": temporal programs, and only they, run under Schedule::kTimesteps");
  }
  if (program.temporal()) return run_spiking_timesteps(program, input_codes);
  check_input_codes(program, input_codes);
  const bool graded = schedule == Schedule::kStagedGraded;
  const bool staged = schedule != Schedule::kAsynchronousUnary;
  const std::size_t stage_count = program.stages.size();
  const auto levels = stage_levels(program);
  const std::int32_t last_level = *std::max_element(levels.begin(), levels.end());
  const auto consumers = consumers_of(program);
  std::vector<StageEngine> engines;
  engines.reserve(stage_count);
  for (std::size_t s = 0; s < stage_count; ++s) engines.emplace_back(program, StageId(s), input_codes, graded, options);

  SpikingRun run;
  run.stages.resize(stage_count);
  std::vector<std::vector<StageEvent>> emitted(stage_count);
  std::int32_t level = 0;
  for (std::int64_t step = 0;; ++step) {
    bool any_event = false;
    std::size_t busy = stage_count;  // first stage that would fire again
    for (std::size_t s = 0; s < stage_count; ++s) {
      emitted[s].clear();
      if (staged && levels[s] != level) continue;
      engines[s].fire(step, emitted[s]);
      if (!emitted[s].empty()) any_event = true;
      if (busy == stage_count && (engines[s].restless() || (!staged && !emitted[s].empty()))) busy = s;
    }
    for (std::size_t s = 0; s < stage_count; ++s) {
      run.stages[s].events += static_cast<std::int64_t>(emitted[s].size());
      run.stages[s].events_by_step.push_back(static_cast<std::int64_t>(emitted[s].size()));
      if (emitted[s].empty()) continue;
      for (const Consumer& consumer : consumers[s]) engines[consumer.stage].deliver(consumer.port, emitted[s]);
    }
    if (any_event) run.steps = step + 1;
    if (options.keep_logits) run.logits_by_step.push_back(first_row(engines.back().codes(), program));
    if (staged && busy == stage_count && level++ == last_level) break;
    if (!staged && busy == stage_count) break;
    if (step + 1 >= options.max_steps && options.stop_at_max_steps) {
      run.at_rest = false;
      run.steps = step + 1;
      break;
    }
    if (step + 1 >= options.max_steps) {
      const auto waiting = static_cast<std::size_t>(std::find(levels.begin(), levels.end(), level) - levels.begin());
      const std::size_t at = busy == stage_count ? waiting : busy;
      throw StepLimitReached(program.name, StageId(at), program.stages[at].name, options.max_steps);
    }
  }

  for (std::size_t s = 0; s < stage_count; ++s) {
    StageCounts& counts = run.stages[s];
    counts.adds = engines[s].adds();
    counts.multiply_adds = engines[s].multiply_adds();
    counts.state_reads = engines[s].state_reads();
    counts.events_by_step.resize(static_cast<std::size_t>(run.steps));
    run.activations.codes.push_back(engines[s].codes());
  }
  run.activations.logits = first_row(run.activations.codes.back(), program);
  if (options.keep_logits) run.logits_by_step.resize(static_cast<std::size_t>(run.steps));
  return run;
}

}  // namespace ranvier::workloads
