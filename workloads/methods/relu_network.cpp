// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/relu_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

namespace ranvier::workloads {
namespace {

using Potentials = std::vector<std::int32_t>;

/// One event of a population: which neuron, and how much (spikes: 1).
struct Arrival {
  std::int32_t y = 0, x = 0, channel = 0;
  std::int32_t payload = 1;
};

/// Calls visit(output row begin, weights of the kernel's place) for every output position that a source position
/// reaches.
template <class Visit>
void for_each_target(const ReluPopulation& to, const ReluSynapses& way, const Arrival& from, const Visit& visit) {
  for (std::int32_t ky = 0; ky < way.kernel_height; ++ky) {
    const std::int32_t y = from.y + way.padding_top - ky;
    if (y < 0 || y % way.stride_y != 0 || y / way.stride_y >= to.height) continue;
    for (std::int32_t kx = 0; kx < way.kernel_width; ++kx) {
      const std::int32_t x = from.x + way.padding_left - kx;
      if (x < 0 || x % way.stride_x != 0 || x / way.stride_x >= to.width) continue;
      visit((y / way.stride_y * to.width + x / way.stride_x) * to.channels, ky * way.kernel_width + kx);
    }
  }
}

/// Adds what the arrivals bring; returns how many potentials were touched.
std::int64_t deliver(const ReluPopulation& to, const ReluSynapses& way, std::span<const Arrival> arrivals,
                     Potentials& potential) {
  std::int64_t touched = 0;
  const std::int32_t window = way.kernel_height * way.kernel_width;
  for (const Arrival& from : arrivals)
    for_each_target(to, way, from, [&](std::int32_t row, std::int32_t place) {
      const auto weight = way.weight.data() + (static_cast<std::ptrdiff_t>(from.channel) * window + place) *
                                                  (way.depthwise ? 1 : to.channels);
      if (way.depthwise) {
        potential[static_cast<std::size_t>(row + from.channel)] += from.payload * *weight;
        ++touched;
        return;
      }
      std::int32_t* const out = potential.data() + row;
      for (std::int32_t c = 0; c < to.channels; ++c) out[c] += from.payload * weight[c];
      touched += to.channels;
    });
  return touched;
}

/// Spikes of this step, in order of the neurons.
void fire(const ReluPopulation& population, Potentials& potential, std::vector<std::int32_t>& spikes,
          std::vector<Arrival>& out) {
  std::size_t i = 0;
  for (std::int32_t y = 0; y < population.height; ++y)
    for (std::int32_t x = 0; x < population.width; ++x)
      for (std::int32_t c = 0; c < population.channels; ++c, ++i) {
        const std::int32_t threshold = population.threshold[static_cast<std::size_t>(c)];
        if (potential[i] < threshold) continue;
        potential[i] -= threshold;
        ++spikes[i];
        out.push_back({y, x, c, 1});
      }
}

std::vector<Arrival> arrivals_of(const ReluPopulation& input, std::span<const std::int32_t> codes) {
  std::vector<Arrival> arrivals;
  std::size_t i = 0;
  for (std::int32_t y = 0; y < input.height; ++y)
    for (std::int32_t x = 0; x < input.width; ++x)
      for (std::int32_t c = 0; c < input.channels; ++c, ++i)
        if (codes[i] != 0) arrivals.push_back({y, x, c, codes[i]});
  return arrivals;
}

/// Rows are [height][width][channels]; values of the interface are [tokens][channels] all the same.
std::vector<double> scaled(const Potentials& numbers, double scale) {
  std::vector<double> values;
  for (const std::int32_t n : numbers) values.push_back(n * scale);
  return values;
}

/// Bound of what one step can add to or take off a potential.
std::int64_t most_change(const ReluPopulation& to) {
  std::int64_t most = 0;
  for (std::size_t o = 0; o < to.bias.size(); ++o) {
    std::int64_t sum = std::abs(std::int64_t{to.bias[o]}) + (to.threshold.empty() ? 0 : to.threshold[o]);
    for (const ReluSynapses& way : to.synapses) {
      const std::int64_t payload = way.from == 0 ? kReluInputMax : 1;
      const auto window = static_cast<std::size_t>(way.kernel_height * way.kernel_width);
      std::int64_t weights = 0;
      if (way.depthwise)
        for (std::size_t k = 0; k < window; ++k) weights += std::abs(way.weight[o * window + k]);
      else
        for (std::size_t at = o; at < way.weight.size(); at += to.bias.size()) weights += std::abs(way.weight[at]);
      sum += payload * weights;
    }
    most = std::max(most, sum);
  }
  return most;
}

}  // namespace

ReluNetwork::ReluNetwork(ReluProgram program) : program_(std::move(program)) {
  for (const ReluPopulation& population : program_.populations)
    most_in_a_step_ = std::max(most_in_a_step_, most_change(population));
  check_steps(program_.steps);
}

void ReluNetwork::check_steps(std::int64_t steps) const {
  const std::int64_t most = std::numeric_limits<std::int32_t>::max() / std::max<std::int64_t>(most_in_a_step_, 1);
  if (steps > most) throw TooManyReluSteps(program_.name, steps, most);
}

std::vector<std::string> ReluNetwork::stages() const {
  std::vector<std::string> names;
  for (const ReluPopulation& population : program_.populations) names.push_back(population.name);
  return names;
}

MethodRun ReluNetwork::run(std::span<const std::int32_t> input_codes, const MethodRunOptions& options) const {
  const auto& populations = program_.populations;
  MethodRun run;
  run.steps = options.steps > 0 ? options.steps : program_.steps;
  check_steps(run.steps);
  run.work.resize(populations.size());
  std::vector<Potentials> potential, spikes;
  std::vector<std::vector<Arrival>> emitted(populations.size());
  for (const ReluPopulation& p : populations) {
    potential.emplace_back(p.neurons(), 0);
    spikes.emplace_back(p.neurons(), 0);
    if (!p.threshold.empty())
      for (std::size_t i = 0; i < p.neurons(); ++i)
        potential.back()[i] = p.threshold[i % static_cast<std::size_t>(p.channels)] / 2;
  }
  emitted.front() = arrivals_of(populations.front(), input_codes);
  for (std::int64_t step = 1; step <= run.steps; ++step) {
    run.work.front().events += static_cast<std::int64_t>(emitted.front().size());
    for (std::size_t p = 1; p < populations.size(); ++p) {
      const ReluPopulation& population = populations[p];
      StageWork& work = run.work[p];
      for (std::size_t i = 0; i < potential[p].size(); ++i)
        potential[p][i] += population.bias[i % static_cast<std::size_t>(population.channels)];
      for (const ReluSynapses& way : population.synapses) {
        const std::int64_t touched = deliver(population, way, emitted[way.from], potential[p]);
        (way.from == 0 ? work.multiply_adds : work.adds) += touched;
      }
      if (population.threshold.empty()) continue;
      emitted[p].clear();
      fire(population, potential[p], spikes[p], emitted[p]);
      work.events += static_cast<std::int64_t>(emitted[p].size());
      work.adds += static_cast<std::int64_t>(population.neurons());  // biases
      work.state_reads += static_cast<std::int64_t>(population.neurons());
      work.neurons = static_cast<std::int64_t>(population.neurons());
    }
    run.logits_by_step.push_back(scaled(potential.back(), populations.back().scale / static_cast<double>(step)));
  }
  if (!options.keep_values) return run;
  const double steps = static_cast<double>(run.steps);
  for (std::size_t p = 0; p < populations.size(); ++p)
    run.values.push_back(p == 0 ? scaled({input_codes.begin(), input_codes.end()}, populations[0].scale)
                         : populations[p].threshold.empty() ? run.logits_by_step.back()
                                                            : scaled(spikes[p], populations[p].scale / steps));
  return run;
}

TooManyReluSteps::TooManyReluSteps(const std::string& network_, std::int64_t steps_, std::int64_t most_)
    : Error(ExitCode::kUsage,
            fmt::format("{}: {} steps, in which a potential could leave 32 bits; at most {}", network_, steps_, most_)),
      network(network_),
      steps(steps_),
      most(most_) {}

}  // namespace ranvier::workloads
