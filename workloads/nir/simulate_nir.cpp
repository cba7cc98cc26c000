// SPDX-License-Identifier: Apache-2.0
// Steps a NIR network: every unit once a step, sources first; delayed edges read what their source put out before.
#include "workloads/nir/simulate_nir.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "workloads/nir/nir_errors.h"
#include "workloads/nir/nir_unit_model.h"

namespace ranvier::workloads {
namespace {

constexpr int kMostDelay = 64;

void check_rules(const NirRules& rules, const std::string& file) {
  const auto in_range = [](int steps) { return steps >= 0 && steps <= kMostDelay; };
  if (!in_range(rules.input_delay_steps) || !in_range(rules.spike_delay_steps)) {
    throw NirCannotSimulate(file, "",
                            fmt::format("delays of {} and {} steps; give 0 to {}", rules.input_delay_steps,
                                        rules.spike_delay_steps, kMostDelay));
  }
  if (!(rules.dt_seconds > 0) || !std::isfinite(rules.dt_seconds))
    throw NirCannotSimulate(file, "", fmt::format("a step of {} s; give one above 0", rules.dt_seconds));
}

}  // namespace

NirSimulator::NirSimulator(const NirFile& file, const NirRules& rules)
    : network_(make_nir_network(file)), rules_(rules) {
  check_rules(rules, network_.file);
  std::vector<int> longest(network_.units.size(), 0);
  for (const NirUnit& unit : network_.units) {
    auto model = make_nir_synapses(unit, network_.file);
    if (!model) model = make_nir_neurons(unit, rules, network_.file);
    if (!model) throw std::logic_error(unit.path + ": a node type without a model");
    models_.push_back(std::move(model));
  }
  for (const NirUnit& unit : network_.units) {
    std::vector<int>& delays = delays_.emplace_back();
    for (const NirSource& source : unit.from) {
      const bool input =
          std::find(network_.inputs.begin(), network_.inputs.end(), source.unit) != network_.inputs.end();
      int steps = input ? rules.input_delay_steps : models_[source.unit]->spikes() ? rules.spike_delay_steps : 0;
      if (source.closes_cycle) steps = std::max(steps, 1);
      delays.push_back(steps);
      longest[source.unit] = std::max(longest[source.unit], steps);
    }
  }
  for (std::size_t u = 0; u < network_.units.size(); ++u) {
    outputs_.emplace_back(static_cast<std::size_t>(longest[u]) + 1,
                          std::vector<double>(static_cast<std::size_t>(nir_count(network_.units[u].out_shape)), 0.0));
  }
}

NirSimulator::~NirSimulator() = default;

std::span<const double> NirSimulator::delayed(std::size_t unit, int steps) const {
  const auto& kept = outputs_[unit];
  const std::size_t at = (now_ + kept.size() - static_cast<std::size_t>(steps) % kept.size()) % kept.size();
  return kept[at];
}

void NirSimulator::step(std::span<const double> input) {
  ++now_;
  std::size_t expected = 0;
  for (const std::size_t id : network_.inputs) expected += outputs_[id].front().size();
  if (expected != input.size()) throw NirInputDiffers(network_.file, "", expected, input.size());
  for (std::size_t u = 0; u < network_.units.size(); ++u) {
    const NirUnit& unit = network_.units[u];
    sum_.assign(static_cast<std::size_t>(nir_count(unit.in_shape)), 0.0);
    for (std::size_t s = 0; s < unit.from.size(); ++s) {
      const auto arriving = delayed(unit.from[s].unit, delays_[u][s]);
      for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += arriving[i];
    }
    const auto given = std::find(network_.inputs.begin(), network_.inputs.end(), u);
    if (given != network_.inputs.end()) {
      std::size_t first = 0;
      for (auto before = network_.inputs.begin(); before != given; ++before) first += outputs_[*before].front().size();
      for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += input[first + i];
    }
    models_[u]->step(sum_, outputs_[u][now_ % outputs_[u].size()]);
  }
}

void NirSimulator::restart() {
  for (auto& model : models_) model->restart();
  for (auto& kept : outputs_) {
    for (auto& values : kept) std::fill(values.begin(), values.end(), 0.0);
  }
}

std::span<const double> NirSimulator::output(std::size_t unit) const { return delayed(unit, 0); }
std::span<const double> NirSimulator::voltage(std::size_t unit) const { return models_[unit]->voltage(); }
bool NirSimulator::spikes(std::size_t unit) const { return models_[unit]->spikes(); }

}  // namespace ranvier::workloads
