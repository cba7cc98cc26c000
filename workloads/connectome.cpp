// SPDX-License-Identifier: Apache-2.0
#include "workloads/connectome.h"

#include <fmt/format.h>

#include <cmath>

#include "base/random.h"
#include "workloads/cuba.h"
#include "workloads/spike_train.h"
#include "workloads/synapse_list.h"

namespace ranvier::workloads {
namespace {

// What is drawn of a neuron: each its own entity space, so that one option does not change the draws of another.
constexpr std::uint64_t kSignDraw = 1;
constexpr std::uint64_t kStimulatedDraw = 2;
constexpr std::uint64_t kSpikeDraw = 3;

void check(const ConnectomeOptions& o) {
  const auto whole = [](const char* key, std::int64_t value, std::int64_t least, std::int64_t most) {
    if (value < least || value > most)
      throw BadWiringNumber(key, std::to_string(value), fmt::format("{} to {}", least, most));
  };
  const auto share = [](const char* key, double value) {
    if (!(value >= 0 && value <= 1)) throw BadWiringNumber(key, fmt::format("{}", value), "0 to 1");
  };
  whole("steps", o.steps, 1, 10'000'000);
  whole("threshold", o.threshold, 1, 100'000);
  if (!(o.leak_steps == 0 || (o.leak_steps >= 1 && o.leak_steps <= 4096)))
    throw BadWiringNumber("leak", fmt::format("{}", o.leak_steps), "0, or 1 to 4096 steps");
  whole("refractory", o.refractory_steps, 0, 63);
  whole("delay", o.delay_steps, 1, 63);
  share("inhibitory", o.inhibitory);
  whole("weight_most", o.weight_most, 1, 127);
  share("stimulated", o.stimulated);
  share("stimulus_rate", o.stimulus_rate);
  whole("stimulus_weight", o.stimulus_weight, 1, 127);
}

std::vector<std::int32_t> drawn_neurons(std::size_t neurons, double share, std::uint64_t seed, std::uint64_t draw) {
  std::vector<std::int32_t> drawn;
  for (std::size_t n = 0; n < neurons; ++n)
    if (random_unit(seed, n, draw) < share) drawn.push_back(static_cast<std::int32_t>(n));
  return drawn;
}

std::vector<std::int32_t> draw_stimulus(const ConnectomeOptions& o, std::size_t inputs) {
  std::vector<Spike> spikes;
  for (std::int32_t step = 0; step < o.steps; ++step) {
    for (std::size_t i = 0; i < inputs; ++i) {
      if (random_unit(o.seed, i, static_cast<std::uint64_t>(step), kSpikeDraw) < o.stimulus_rate)
        spikes.push_back({step, static_cast<std::int32_t>(i)});
    }
  }
  return pack_spikes(spikes);
}

}  // namespace

BadWiringNumber::BadWiringNumber(const std::string& key_, const std::string& got_, const std::string& allowed)
    : Error(ExitCode::kUsage, fmt::format("--set {}: {} is not {}; give another", key_, got_, allowed)),
      key(key_),
      got(got_) {}

Connectome make_connectome(const EdgeList& wiring, const std::string& name, const ConnectomeOptions& o, int threads) {
  check(o);
  Connectome c;
  c.ids = wiring.ids;
  c.edges = static_cast<std::int64_t>(wiring.edges.size());
  c.stimulated = drawn_neurons(wiring.ids.size(), o.stimulated, o.seed, kStimulatedDraw);
  if (c.stimulated.empty()) c.stimulated.push_back(0);
  std::vector<std::int32_t> sign(wiring.ids.size(), 1);
  for (const std::int32_t n : drawn_neurons(wiring.ids.size(), o.inhibitory, o.seed, kSignDraw)) {
    sign[static_cast<std::size_t>(n)] = -1;
    ++c.inhibitory_neurons;
  }
  const auto inputs = static_cast<std::int32_t>(c.stimulated.size());
  const auto neurons = static_cast<std::int32_t>(wiring.ids.size());

  Program& program = c.program;
  program.name = name;
  program.input_code_max = 1;
  program.timesteps = o.steps;
  program.weights_note = "the wiring is that of the file; neurons, signs, delays and stimulus are assumed";
  Stage input;
  input.name = "input";
  input.kind = StageKind::kInput;
  input.tokens = 1;
  input.channels = input.in_channels = inputs;
  program.stages.push_back(std::move(input));
  Stage stage;
  stage.name = "neurons";
  stage.kind = StageKind::kLif;
  stage.inputs = {{StageId(0), 1}, {StageId(1), 1}};
  stage.tokens = 1;
  stage.channels = neurons;
  stage.in_channels = inputs + neurons;
  std::vector<ListedSynapse> list;
  list.reserve(wiring.edges.size() + c.stimulated.size());
  for (std::int32_t i = 0; i < inputs; ++i)
    list.push_back({i, c.stimulated[static_cast<std::size_t>(i)], o.stimulus_weight});
  for (const WiringEdge& edge : wiring.edges) {
    c.synapses_in_file += edge.synapses;
    c.clipped += edge.synapses > o.weight_most ? 1 : 0;
    const std::int32_t weight = std::min(edge.synapses, o.weight_most) * sign[static_cast<std::size_t>(edge.source)];
    list.push_back({inputs + edge.source, edge.target, weight});
  }
  stage.sparse = synapses_of_list(std::move(list), stage.in_channels, neurons, 127, threads).synapses;
  stage.cuba.current_decay = static_cast<std::int32_t>(kDecayUnit);  // a synapse acts in the step of its arrival
  stage.cuba.voltage_decay =
      o.leak_steps == 0 ? 0 : static_cast<std::int32_t>(std::lround(static_cast<double>(kDecayUnit) / o.leak_steps));
  stage.cuba.threshold_mantissa = o.threshold;  // both count in units of 64
  stage.cuba.refractory_steps = o.refractory_steps;
  stage.cuba.axon_delay_steps = o.delay_steps;
  program.stages.push_back(std::move(stage));
  c.stimulus = draw_stimulus(o, c.stimulated.size());
  return c;
}

}  // namespace ranvier::workloads
