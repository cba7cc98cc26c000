// SPDX-License-Identifier: Apache-2.0
// A ring of input sums by step of arrival holds delays; a list by stage holds the compartments that are awake.
#include "workloads/executor_temporal.h"

#include <algorithm>

#include "workloads/compartment.h"
#include "workloads/conv.h"
#include "workloads/sparse_synapses.h"
#include "workloads/spike_train.h"
#include "workloads/stage_inputs.h"

namespace ranvier::workloads {
namespace {

class TimedStage {
 public:
  TimedStage(const Stage& stage, std::int32_t delay)
      : stage_(&stage),
        slots_(delay + 1),
        neurons_(static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels)),
        awake_(neurons_.size(), 0),
        sums_(static_cast<std::size_t>(slots_), std::vector<std::int64_t>(neurons_.size(), 0)),
        touched_(static_cast<std::size_t>(slots_)),
        spikes_(neurons_.size(), 0) {
    for (std::size_t n = 0; n < neurons_.size(); ++n) {
      neurons_[n] = compartment_before(stage, n);
      if (at_rest(neurons_[n], stage)) continue;
      awake_[n] = 1;
      active_.push_back(static_cast<std::int32_t>(n));
    }
  }

  /// An input spike that arrives in step `at`. Returns the synapses that it passed.
  std::int64_t deliver(std::int32_t at, std::int32_t unit) {
    const auto slot = static_cast<std::size_t>(at % slots_);
    std::int64_t adds = 0;
    const auto add = [&](std::int32_t channel, std::int32_t token, std::int32_t weight) {
      const std::int32_t neuron = token * stage_->channels + channel;
      sums_[slot][static_cast<std::size_t>(neuron)] += weight;
      if (weight != 0) touched_[slot].push_back(neuron);
      ++adds;
    };
    if (stage_->sparse) {
      stage_->sparse->for_each(unit, {0, stage_->channels},
                               [&](std::int32_t target, std::int32_t weight) { add(target, 0, weight); });
      return adds;
    }
    for_each_synapse(stage_->conv, stage_->in_channels, unit % stage_->in_channels, unit / stage_->in_channels,
                     {0, stage_->channels}, {0, stage_->tokens}, add);
    return adds;
  }

  /// Neurons that fire in step `now`, ascending.
  void step(std::int32_t now, std::vector<std::int32_t>& fired) {
    const auto slot = static_cast<std::size_t>(now % slots_);
    for (const std::int32_t neuron : touched_[slot]) {
      std::uint8_t& awake = awake_[static_cast<std::size_t>(neuron)];
      if (awake == 0) active_.push_back(neuron);
      awake = 1;
    }
    touched_[slot].clear();
    std::size_t kept = 0;
    for (const std::int32_t neuron : active_) {
      const auto n = static_cast<std::size_t>(neuron);
      if (compartment_step(neurons_[n], sums_[slot][n], *stage_)) {
        fired.push_back(neuron);
        ++spikes_[n];
      }
      sums_[slot][n] = 0;
      awake_[n] = !at_rest(neurons_[n], *stage_);
      if (awake_[n] != 0) active_[kept++] = neuron;
    }
    active_.resize(kept);
    std::sort(fired.begin(), fired.end());
  }

  const std::vector<std::int32_t>& spikes() const { return spikes_; }

 private:
  const Stage* stage_;
  std::int32_t slots_;
  std::vector<CubaState> neurons_;
  std::vector<std::uint8_t> awake_;  // whether a neuron is in active_
  std::vector<std::int32_t> active_;
  std::vector<std::vector<std::int64_t>> sums_;  // by slot, then neuron
  std::vector<std::vector<std::int32_t>> touched_;
  std::vector<std::int32_t> spikes_;  // so far, by neuron
};

}  // namespace

SpikingRun run_spiking_timesteps(const Program& program, std::span<const std::int32_t> packed_spikes) {
  const std::vector<Spike> input = unpack_spikes(program, packed_spikes);
  const std::size_t count = program.stages.size();
  SpikingRun run;
  run.stages.resize(count);
  for (StageCounts& stage : run.stages) stage.events_by_step.assign(static_cast<std::size_t>(program.timesteps) + 1, 0);
  std::vector<TimedStage> stages;
  stages.reserve(count - 1);
  struct Consumer {
    std::size_t stage;
    std::int32_t first_source;
  };
  std::vector<std::vector<Consumer>> consumers(count);
  for (std::size_t s = 1; s < count; ++s) {
    const Stage& stage = program.stages[s];
    stages.emplace_back(stage, longest_arrival_delay(program, stage));
    for (std::size_t port = 0; port < stage.inputs.size(); ++port)
      consumers[stage.inputs[port].stage.value()].push_back({s, first_source(program, stage, port)});
  }

  std::vector<std::int32_t> input_spikes(static_cast<std::size_t>(program.stages[0].tokens) *
                                         static_cast<std::size_t>(program.stages[0].channels));
  const auto emit = [&](std::size_t from, std::int32_t chip_step, std::int32_t arrival, std::int32_t unit) {
    ++run.stages[from].events;
    ++run.stages[from].events_by_step[static_cast<std::size_t>(chip_step)];
    run.steps = std::max<std::int64_t>(run.steps, chip_step + 1);
    if (arrival >= program.timesteps) return;
    for (const Consumer& to : consumers[from])
      run.stages[to.stage].adds += stages[to.stage - 1].deliver(arrival, to.first_source + unit);
  };
  auto next = input.begin();
  std::vector<std::int32_t> fired;
  for (std::int32_t now = 0; now < program.timesteps; ++now) {
    for (; next != input.end() && next->step == now; ++next) {
      ++input_spikes[static_cast<std::size_t>(next->unit)];
      emit(0, now, now, next->unit);
    }
    for (std::size_t s = 1; s < count; ++s) {
      fired.clear();
      stages[s - 1].step(now, fired);
      for (const std::int32_t unit : fired) emit(s, now + 1, now + program.stages[s].cuba.axon_delay_steps, unit);
    }
  }

  run.activations.codes.push_back(std::move(input_spikes));
  for (const TimedStage& stage : stages) run.activations.codes.push_back(stage.spikes());
  const auto& head = run.activations.codes.back();
  run.activations.logits.assign(head.begin(), head.begin() + program.stages.back().channels);
  for (StageCounts& stage : run.stages) stage.events_by_step.resize(static_cast<std::size_t>(run.steps));
  return run;
}

}  // namespace ranvier::workloads
