// SPDX-License-Identifier: Apache-2.0
// Step by step over the stages: arrivals are added up through a transposed copy of the weights, then compartments that
// are not at rest advance. A compartment at rest without input stays as it is, so leaving it out changes nothing.
#include "workloads/temporal_reference.h"

#include <algorithm>
#include <stdexcept>

#include "workloads/compartment.h"
#include "workloads/conv.h"
#include "workloads/dataset.h"
#include "workloads/sparse_synapses.h"
#include "workloads/stage_inputs.h"

namespace ranvier::workloads {
namespace {

/// Spikes of one stage, to be read by step.
class SpikeLog {
 public:
  explicit SpikeLog(std::int32_t steps) : begin_(static_cast<std::size_t>(steps) + 1, 0) {}
  std::vector<Spike>& spikes() { return spikes_; }
  /// All spikes of `step` are in.
  void close(std::int32_t step) { begin_[static_cast<std::size_t>(step) + 1] = spikes_.size(); }
  std::span<const Spike> of_step(std::int32_t step) const {
    const auto at = static_cast<std::size_t>(step);
    return {spikes_.data() + begin_[at], begin_[at + 1] - begin_[at]};
  }

 private:
  std::vector<Spike> spikes_;
  std::vector<std::size_t> begin_;  // by step
};

class LifStage {
 public:
  explicit LifStage(const Stage& stage)
      : stage_(&stage),
        neurons_(static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels)),
        sums_(neurons_.size(), 0) {
    for (std::size_t i = 0; i < neurons_.size(); ++i) neurons_[i] = compartment_before(stage, i);
    transpose();
  }

  /// `first`: number of the first unit of the input that they come from.
  void add(std::span<const Spike> arriving, std::int32_t first) {
    for (const Spike& spike : arriving) {
      const std::int32_t token = spike.unit / stage_->in_channels;
      const std::int32_t channel = spike.unit % stage_->in_channels;
      if (stage_->sparse) {
        stage_->sparse->for_each(first + spike.unit, {0, stage_->channels}, [&](std::int32_t target, std::int32_t weight) {
          sums_[static_cast<std::size_t>(target)] += weight;
          ++adds_;
        });
      } else if (stage_->conv.depthwise) {
        add_to_one(token, channel);
      } else {
        add_to_all(token, channel);
      }
    }
  }

  void step(std::int32_t now, std::vector<Spike>& fired) {
    for (std::size_t i = 0; i < neurons_.size(); ++i) {
      if (sums_[i] == 0 && at_rest(neurons_[i], *stage_)) continue;
      if (compartment_step(neurons_[i], sums_[i], *stage_)) fired.push_back({now, static_cast<std::int32_t>(i)});
      sums_[i] = 0;
    }
  }

  std::int64_t adds() const { return adds_; }
  std::vector<std::int32_t> voltages() const {
    std::vector<std::int32_t> all;
    for (const CubaState& neuron : neurons_) all.push_back(neuron.v);
    return all;
  }

 private:
  /// [in][tap][out], depthwise [channel][tap]: what an event adds lies side by side.
  void transpose() {
    const ConvParams& conv = stage_->conv;
    if (stage_->sparse) return;
    if (conv.depthwise) {
      weight_ = conv.weight;
      return;
    }
    const std::int32_t taps = kernel_taps(conv);
    weight_.resize(conv.weight.size());
    std::size_t at = 0;
    for (std::int32_t in = 0; in < stage_->in_channels; ++in) {
      for (std::int32_t tap = 0; tap < taps; ++tap) {
        for (std::int32_t out = 0; out < stage_->channels; ++out) {
          weight_[at++] = conv.weight[weight_index(conv, stage_->in_channels, out, in, tap)];
        }
      }
    }
  }

  void add_to_all(std::int32_t token, std::int32_t channel) {
    const auto outputs = static_cast<std::size_t>(stage_->channels);
    const std::int32_t first_tap = channel * kernel_taps(stage_->conv);
    for_each_tap(stage_->conv, token, {0, stage_->tokens}, [&](std::int32_t out_token, std::int32_t tap) {
      const std::int16_t* weight = weight_.data() + static_cast<std::size_t>(first_tap + tap) * outputs;
      std::int32_t* sum = sums_.data() + static_cast<std::size_t>(out_token) * outputs;
      for (std::size_t o = 0; o < outputs; ++o) sum[o] += weight[o];
      adds_ += stage_->channels;
    });
  }

  void add_to_one(std::int32_t token, std::int32_t channel) {
    const std::int32_t first_tap = channel * kernel_taps(stage_->conv);
    for_each_tap(stage_->conv, token, {0, stage_->tokens}, [&](std::int32_t out_token, std::int32_t tap) {
      sums_[static_cast<std::size_t>(out_token * stage_->channels + channel)] +=
          weight_[static_cast<std::size_t>(first_tap + tap)];
      ++adds_;
    });
  }

  const Stage* stage_;
  std::vector<CubaState> neurons_;  // [token][channel]
  std::vector<std::int32_t> sums_;
  std::vector<std::int16_t> weight_;
  std::int64_t adds_ = 0;
};

void demand_temporal(const Program& program) {
  bool fits = program.temporal() && !program.stages.empty() && program.stages.front().kind == StageKind::kInput;
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    const Stage& stage = program.stages[s];
    fits = fits && stage.kind == StageKind::kLif && stage.cuba.axon_delay_steps >= 1 &&
           (stage.sparse ? !stage.inputs.empty() : stage.inputs.size() == 1);
  }
  if (!fits) throw std::logic_error(program.name + ": no temporal program of kInput and kLif stages");
}

class Network {
 public:
  Network(const Program& program, std::span<const std::int32_t> packed_spikes)
      : program_(&program), logs_(program.stages.size(), SpikeLog(program.timesteps)) {
    demand_temporal(program);
    input_ = unpack_spikes(program, packed_spikes);
    next_ = input_.begin();
    engines_.reserve(program.stages.size() - 1);
    for (std::size_t s = 1; s < program.stages.size(); ++s) engines_.emplace_back(program.stages[s]);
  }
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  void step(std::int32_t now) {
    for (; next_ != input_.end() && next_->step == now; ++next_) logs_[0].spikes().push_back(*next_);
    logs_[0].close(now);
    for (std::size_t s = 1; s < logs_.size(); ++s) {
      const Stage& stage = program_->stages[s];
      for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
        const std::size_t from = stage.inputs[port].stage.value();
        const std::int32_t sent = now - arrival_delay(program_->stages[from]);
        if (sent >= 0) engines_[s - 1].add(logs_[from].of_step(sent), first_source(*program_, stage, port));
      }
      engines_[s - 1].step(now, logs_[s].spikes());
      logs_[s].close(now);
    }
  }

  SpikeLog& log(std::size_t stage) { return logs_[stage]; }
  const LifStage& stage(std::size_t stage) const { return engines_[stage - 1]; }

 private:
  const Program* program_;
  std::vector<SpikeLog> logs_;     // by stage
  std::vector<LifStage> engines_;  // of stage 1 and on
  std::vector<Spike> input_;
  std::vector<Spike>::const_iterator next_;
};

std::vector<std::int32_t> unit_counts(const Stage& stage, std::span<const Spike> spikes, std::int32_t steps) {
  std::vector<std::int32_t> counts(static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels));
  for (const Spike& spike : spikes) {
    if (spike.step < steps) ++counts[static_cast<std::size_t>(spike.unit)];
  }
  return counts;
}

}  // namespace

TemporalRun run_temporal_reference(const Program& program, std::span<const std::int32_t> packed_spikes) {
  const std::size_t stages = program.stages.size();
  Network network(program, packed_spikes);
  for (std::int32_t now = 0; now < program.timesteps; ++now) network.step(now);

  TemporalRun run;
  for (std::size_t s = 0; s < stages; ++s) {
    const std::int32_t last = program.timesteps - arrival_delay(program.stages[s]);
    run.spikes.push_back(std::move(network.log(s).spikes()));
    const auto& spikes = run.spikes.back();
    run.spike_count.push_back(static_cast<std::int64_t>(spikes.size()));
    run.delivered.push_back(
        std::count_if(spikes.begin(), spikes.end(), [&](const Spike& spike) { return spike.step < last; }));
    run.synaptic_adds.push_back(s == 0 ? 0 : network.stage(s).adds());
  }
  const Stage& head = program.stages.back();
  run.output_counts = unit_counts(head, run.spikes.back(), program.timesteps);
  run.delivered_output_counts = unit_counts(head, run.spikes.back(), program.timesteps - arrival_delay(head));
  run.prediction = static_cast<std::int32_t>(argmax(run.output_counts.data(), run.output_counts.size()));
  return run;
}

std::vector<std::vector<std::int32_t>> trace_voltages(const Program& program,
                                                      std::span<const std::int32_t> packed_spikes, StageId stage) {
  Network network(program, packed_spikes);
  if (stage.value() < 1 || stage.value() >= program.stages.size()) {
    throw std::logic_error(program.name + ": no neurons in the stage to be traced");
  }
  std::vector<std::vector<std::int32_t>> voltages;
  for (std::int32_t now = 0; now < program.timesteps; ++now) {
    network.step(now);
    voltages.push_back(network.stage(stage.value()).voltages());
  }
  return voltages;
}

Activations temporal_activations(const Program& program, const TemporalRun& run) {
  Activations result;
  for (std::size_t s = 0; s < program.stages.size(); ++s) {
    result.codes.push_back(unit_counts(program.stages[s], run.spikes[s], program.timesteps));
  }
  const auto& head = result.codes.back();
  result.logits.assign(head.begin(), head.begin() + program.stages.back().channels);
  return result;
}

}  // namespace ranvier::workloads
