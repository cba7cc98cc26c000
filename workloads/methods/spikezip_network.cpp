// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/spikezip_network.h"

#include <utility>

#include "workloads/executor.h"

namespace ranvier::workloads {
namespace {

std::vector<double> scaled(const std::vector<std::int32_t>& codes, double scale) {
  std::vector<double> values;
  values.reserve(codes.size());
  for (const std::int32_t code : codes) values.push_back(code * scale);
  return values;
}

class SpikeZipNetwork : public ConvertedNetwork {
 public:
  SpikeZipNetwork(Program program, Schedule schedule, int steps)
      : program_(std::move(program)), schedule_(schedule), steps_(steps) {}

  std::string method() const override { return "spikezip"; }
  int steps() const override { return steps_; }

  std::vector<std::string> stages() const override {
    std::vector<std::string> names;
    for (const Stage& stage : program_.stages) names.push_back(stage.name);
    return names;
  }

  MethodRun run(std::span<const std::int32_t> input_codes, const MethodRunOptions& options) const override {
    ExecutorOptions how;
    how.keep_logits = true;
    if (const int limit = options.steps > 0 ? options.steps : steps_; limit > 0) {
      how.max_steps = limit;
      how.stop_at_max_steps = true;
    }
    const SpikingRun spiking = run_spiking(program_, input_codes, schedule_, how);
    MethodRun run;
    run.steps = spiking.steps;
    run.at_rest = spiking.at_rest;
    for (const auto& logits : spiking.logits_by_step)
      run.logits_by_step.push_back(scaled(logits, program_.stages.back().code_scale));
    for (std::size_t s = 0; s < program_.stages.size(); ++s) {
      const Stage& stage = program_.stages[s];
      const StageCounts& counts = spiking.stages[s];
      const std::int64_t neurons = stage.encoder.present ? std::int64_t{stage.tokens} * stage.channels : 0;
      run.work.push_back({counts.events, counts.adds, counts.multiply_adds, counts.state_reads, neurons});
      if (options.keep_values) run.values.push_back(scaled(spiking.activations.codes[s], stage.code_scale));
    }
    return run;
  }

 private:
  Program program_;
  Schedule schedule_;
  int steps_;
};

}  // namespace

std::unique_ptr<ConvertedNetwork> spikezip_network(Program program, Schedule schedule, int steps) {
  return std::make_unique<SpikeZipNetwork>(std::move(program), schedule, steps);
}

}  // namespace ranvier::workloads
