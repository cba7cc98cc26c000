// SPDX-License-Identifier: Apache-2.0
// The step loop: who fires in which step, deliveries at its end, and when the network is at rest.
#include "workloads/executor.h"

#include <algorithm>
#include <stdexcept>

#include "workloads/executor_errors.h"
#include "workloads/executor_parts.h"
#include "workloads/executor_stage.h"
#include "workloads/executor_temporal.h"
#include "workloads/parallel_parts.h"

namespace ranvier::workloads {
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

namespace {

/// One schedule's way through the steps.
class StepLoop {
 public:
  StepLoop(const Program& program, std::span<const std::int32_t> input_codes, Schedule schedule,
           const ExecutorOptions& options)
      : program_(program),
        options_(options),
        staged_(schedule != Schedule::kAsynchronousUnary),
        levels_(stage_levels(program)) {
    const bool graded = schedule == Schedule::kStagedGraded;
    engines_.reserve(levels_.size());
    for (std::size_t s = 0; s < levels_.size(); ++s)
      engines_.emplace_back(program, StageId(s), input_codes, graded, options);
    run_.stages.resize(levels_.size());
  }

  SpikingRun run() {
    const std::int32_t last_level = *std::max_element(levels_.begin(), levels_.end());
    for (std::int64_t step = 0;; ++step) {
      fire(step);
      deliver();
      if (any_event_) run_.steps = step + 1;
      if (options_.keep_logits) run_.logits_by_step.push_back(first_row(engines_.back().codes()));
      const bool resting = first_busy_ == engines_.size();
      if (resting && (!staged_ || level_ == last_level)) break;
      if (resting && staged_) ++level_;
      if (step + 1 < options_.max_steps) continue;
      if (!options_.stop_at_max_steps) throw_step_limit();
      run_.at_rest = false;
      run_.steps = step + 1;
      break;
    }
    return finish();
  }

 private:
  struct Part {
    std::size_t stage;
    std::size_t part;
  };

  void fire(std::int64_t step) {
    parts_.clear();
    std::int64_t neurons = 0;
    for (std::size_t s = 0; s < engines_.size(); ++s) {
      if (staged_ && levels_[s] != level_) continue;
      neurons += engines_[s].neurons();
      for (std::size_t part = 0; part < engines_[s].fire_parts(); ++part) parts_.push_back({s, part});
    }
    for_each_part(parts_.size(), neurons >= kWorthThreads,
                  [&](std::size_t i) { engines_[parts_[i].stage].fire_part(step, parts_[i].part); });
    any_event_ = false;
    first_busy_ = engines_.size();
    for (std::size_t s = 0; s < engines_.size(); ++s) {
      if (staged_ && levels_[s] != level_) engines_[s].clear_emitted();
      const std::int64_t events = engines_[s].events_emitted();
      run_.stages[s].events += events;
      run_.stages[s].events_by_step.push_back(events);
      any_event_ = any_event_ || events > 0;
      const bool fires_on = engines_[s].restless() || (!staged_ && events > 0);
      const bool may_fire = !staged_ || levels_[s] == level_;
      if (first_busy_ == engines_.size() && may_fire && fires_on) first_busy_ = s;
    }
  }

  void deliver() {
    parts_.clear();
    std::int64_t work = 0;
    arrivals_.resize(engines_.size());
    for (std::size_t s = 0; s < engines_.size(); ++s) {
      arrivals_[s].clear();
      bool any = false;
      for (const StageInput& input : program_.stages[s].inputs) {
        arrivals_[s].push_back(engines_[input.stage.value()].emitted());
        any = any || run_.stages[input.stage.value()].events_by_step.back() > 0;
      }
      if (!any) continue;
      work += engines_[s].note(arrivals_[s]);
      for (std::size_t part = 0; part < engines_[s].deliver_parts(); ++part) parts_.push_back({s, part});
    }
    for_each_part(parts_.size(), work >= kWorthThreads, [&](std::size_t i) {
      engines_[parts_[i].stage].deliver_part(arrivals_[parts_[i].stage], parts_[i].part);
    });
  }

  std::vector<std::int32_t> first_row(const std::vector<std::int32_t>& head) const {
    return {head.begin(), head.begin() + program_.stages.back().channels};
  }

  [[noreturn]] void throw_step_limit() const {
    const auto waiting = static_cast<std::size_t>(std::find(levels_.begin(), levels_.end(), level_) - levels_.begin());
    const std::size_t at = first_busy_ == engines_.size() ? waiting : first_busy_;
    throw StepLimitReached(program_.name, StageId(at), program_.stages[at].name, options_.max_steps);
  }

  SpikingRun finish() {
    for (std::size_t s = 0; s < engines_.size(); ++s) {
      StageCounts& counts = run_.stages[s];
      counts.adds = engines_[s].adds();
      counts.multiply_adds = engines_[s].multiply_adds();
      counts.state_reads = engines_[s].state_reads();
      counts.events_by_step.resize(static_cast<std::size_t>(run_.steps));
      run_.activations.codes.push_back(engines_[s].codes());
    }
    run_.activations.logits = first_row(run_.activations.codes.back());
    if (options_.keep_logits) run_.logits_by_step.resize(static_cast<std::size_t>(run_.steps));
    return std::move(run_);
  }

  const Program& program_;
  const ExecutorOptions& options_;
  bool staged_;
  std::vector<std::int32_t> levels_;
  std::vector<StageEngine> engines_;
  SpikingRun run_;
  std::int32_t level_ = 0;                                          // staged: that fires
  bool any_event_ = false;                                          // in this step
  std::size_t first_busy_ = 0;                                      // first stage that would fire again
  std::vector<Part> parts_;                                         // of firing, then of delivery
  std::vector<std::vector<std::span<const EventBatch>>> arrivals_;  // by stage, by port
};

}  // namespace

SpikingRun run_spiking(const Program& program, std::span<const std::int32_t> input_codes, Schedule schedule,
                       const ExecutorOptions& options) {
  if (program.temporal() != (schedule == Schedule::kTimesteps)) {
    throw std::logic_error(program.name + ": temporal programs, and only they, run under Schedule::kTimesteps");
  }
  if (program.temporal()) return run_spiking_timesteps(program, input_codes);
  check_input_codes(program, input_codes);
  SpikingRun run;
  with_threads(options.threads, [&] { run = StepLoop(program, input_codes, schedule, options).run(); });
  return run;
}

}  // namespace ranvier::workloads
