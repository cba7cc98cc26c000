// SPDX-License-Identifier: Apache-2.0
// Random populations of neurons that feed each other and themselves.
#include <fmt/format.h>

#include "base/random_stream.h"
#include "workloads/random_program.h"
#include "workloads/synapse_list.h"

namespace ranvier::workloads {
namespace {

constexpr std::int32_t kMostWeight = 60;  // 7 bits with its sign

void draw_neuron(RandomStream& draw, Stage& stage) {
  const auto between = [&](std::int32_t lo, std::int32_t hi) {
    return lo + static_cast<std::int32_t>(draw.below(static_cast<std::uint32_t>(hi - lo + 1)));
  };
  stage.cuba.axon_delay_steps = between(0, 1) == 0 ? 1 : between(1, 4);
  const bool starts = between(0, 1) == 0;
  if (between(0, 2) == 0) {
    IntegrateParams neuron;
    neuron.threshold = between(10, 80);
    neuron.bias = between(0, 2) == 0 ? between(1, 6) : 0;
    for (std::int32_t i = 0; starts && i < stage.channels; ++i) neuron.initial.push_back(between(0, neuron.threshold));
    stage.integrate = std::move(neuron);
    return;
  }
  CubaParams& n = stage.cuba;
  n.current_decay = between(0, 1) == 0 ? 4096 : between(1000, 4095);
  n.voltage_decay = between(0, 3) == 0 ? 0 : between(1, 3000);
  n.threshold_mantissa = between(10, 80);
  n.bias_mantissa = between(0, 2) == 0 ? between(1, 400) : 0;
  n.refractory_steps = between(0, 2);
  for (std::int32_t i = 0; starts && i < stage.channels; ++i)
    stage.cuba_initial.push_back(between(-640, 64 * n.threshold_mantissa));
}

}  // namespace

Program random_recurrent_program(std::uint64_t seed) {
  RandomStream draw(seed, 78);
  const auto between = [&](std::int32_t lo, std::int32_t hi) {
    return lo + static_cast<std::int32_t>(draw.below(static_cast<std::uint32_t>(hi - lo + 1)));
  };
  Program program;
  program.name = fmt::format("random-recurrent{}", seed);
  program.input_code_max = 1;
  program.timesteps = between(10, 30);
  Stage input;
  input.name = "input";
  input.tokens = 1;
  input.channels = input.in_channels = between(1, 6);
  program.stages.push_back(std::move(input));
  const std::int32_t populations = between(1, 4);
  for (std::int32_t n = 1; n <= populations; ++n) {
    Stage stage;
    stage.name = fmt::format("population{}", n);
    stage.kind = StageKind::kLif;
    stage.tokens = 1;
    stage.channels = between(1, 20);
    program.stages.push_back(std::move(stage));
  }
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    Stage& stage = program.stages[s];
    for (std::size_t from = 0; from < program.stages.size(); ++from) {
      if (from != s - 1 && between(0, 2) == 0) continue;  // one input at least
      stage.inputs.push_back({StageId(from), 1});
      stage.in_channels += program.stages[from].channels;
    }
    const std::int32_t one_in = between(1, 6);
    std::vector<ListedSynapse> list;
    for (std::int32_t source = 0; source < stage.in_channels; ++source)
      for (std::int32_t target = 0; target < stage.channels; ++target)
        if (between(1, one_in) == 1) list.push_back({source, target, between(-kMostWeight / 2, kMostWeight)});
    stage.sparse = synapses_of_list(std::move(list), stage.in_channels, stage.channels, kMostWeight).synapses;
    draw_neuron(draw, stage);
  }
  return program;
}

}  // namespace ranvier::workloads
