// SPDX-License-Identifier: Apache-2.0
// Synapses are drawn pair of populations by pair, each with a stream of its own; scaling as the published code does it
// (van Albada et al., PLoS Comput Biol 11(9), 2015): in-degrees times K, weights over the root of K, and a current that
// keeps the mean input.
#include "workloads/microcircuit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/random_stream.h"
#include "workloads/connectome.h"
#include "workloads/cuba.h"
#include "workloads/synapse_list.h"

namespace ranvier::workloads {
namespace {

constexpr std::uint64_t kStartDraw = 1000;
constexpr std::int32_t kMostMantissa = 4095;        // of a bias: 12 bits and a sign
constexpr double kDoubledFrom = 2, kDoubledTo = 0;  // L4E to L23E: twice the mean PSP (table 5 of the paper)

/// Of mean 0 and variance 1: twelve uniform numbers added up, which needs no function that rounds differently
/// elsewhere.
double normal(RandomStream& stream) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += stream.unit();
  return sum;
}

struct Scaling {
  const MicrocircuitParameters& p;
  const MicrocircuitOptions& o;

  std::int32_t neurons(std::size_t population) const {
    return std::max(1, static_cast<std::int32_t>(std::lround(p.neurons[population] * o.n_scaling)));
  }
  bool excites(std::size_t population) const { return p.populations[population].back() == 'E'; }

  /// Current of a synapse whose PSP is 1 mV, in pA: equation of the published helpers.py.
  double current_of_psp() const {
    const double difference = 1 / (p.tau_synapse_ms - p.tau_membrane_ms);
    const double before = p.tau_membrane_ms * p.tau_synapse_ms / p.capacitance_pf * difference;
    const double ratio = std::pow(p.tau_membrane_ms / p.tau_synapse_ms, difference);
    return 1 / (before * (std::pow(ratio, p.tau_membrane_ms) - std::pow(ratio, p.tau_synapse_ms)));
  }
  /// Mean weight of a synapse in mean excitatory ones.
  double relative(std::size_t target, std::size_t source) const {
    if (!excites(source)) return p.inhibition;
    return static_cast<double>(source) == kDoubledFrom && static_cast<double>(target) == kDoubledTo ? 2 : 1;
  }
  /// Millivolts that a unit of potential is worth.
  double unit_mv() const {
    // All charge of the synapse, spread over steps in which its current falls to exp(-step / tau).
    const double step_share = 1 - std::exp(-o.step_ms / p.tau_synapse_ms);
    const double jump = p.psp_mv * current_of_psp() / p.capacitance_pf * p.tau_synapse_ms * step_share;
    return jump / std::sqrt(o.k_scaling) / (o.weight_unit * static_cast<double>(kThresholdUnit));
  }
  /// Steady current into a neuron, in pA: what keeps the mean input, and the background where it is no spikes.
  double current(std::size_t target) const {
    const double weight = p.psp_mv * current_of_psp();
    const double per_hz = 1e-3 * p.tau_synapse_ms * weight;
    const double external = p.external_in_degree[target] * p.background_rate_hz;
    double recurrent = 0;
    for (std::size_t s = 0; s < p.populations.size(); ++s) {
      const double in_degree =
          static_cast<double>(synapses_of_pair(p.connection_probability[target][s], p.neurons[s], p.neurons[target])) /
          p.neurons[target];
      recurrent += p.mean_rates_hz[s] * in_degree * relative(target, s);
    }
    const double lost = 1 - std::sqrt(o.k_scaling);  // of the mean input, by fewer synapses with larger weights
    return per_hz * ((o.background == Background::kCurrent ? 1 : lost) * external + lost * recurrent);
  }
  /// Chance that a neuron gets a background spike in a step.
  double background(std::size_t target) const {
    return p.external_in_degree[target] * o.k_scaling * p.background_rate_hz * o.step_ms * 1e-3;
  }
  std::int32_t delay(std::size_t source) const {
    const double ms = excites(source) ? p.delay_excitatory_ms : p.delay_inhibitory_ms;
    return std::max(1, static_cast<std::int32_t>(std::lround(ms / o.step_ms)));
  }
  static std::int32_t decay(double step_ms, double tau_ms) {
    return static_cast<std::int32_t>(std::lround(static_cast<double>(kDecayUnit) * (1 - std::exp(-step_ms / tau_ms))));
  }
};

void check(const Scaling& s) {
  const MicrocircuitOptions& o = s.o;
  const auto real = [](const char* key, double value, double least, double most) {
    if (!(value >= least && value <= most))
      throw BadWiringNumber(key, fmt::format("{}", value), fmt::format("{} to {}", least, most));
  };
  real("n_scaling", o.n_scaling, 1e-4, 1);
  real("k_scaling", o.k_scaling, 1e-4, 1);
  real("step_ms", o.step_ms, 0.01, 2);
  real("steps", o.steps, 1, 10'000'000);
  real("weight_unit", o.weight_unit, 1, 127);
  real("weight_most", o.weight_most, o.weight_unit, 127);
  for (std::size_t t = 0; o.background == Background::kSpikes && t < s.p.populations.size(); ++t) {
    if (s.background(t) > 1)
      throw BadWiringNumber("background", fmt::format("spikes: {} a step into {}", s.background(t), s.p.populations[t]),
                            "1 at most; take background=current, a smaller step_ms or k_scaling");
  }
}

constexpr std::uint64_t kBackgroundDraw = 2000;

std::vector<std::int32_t> draw_background(const Scaling& s) {
  std::vector<std::int32_t> packed;
  for (std::int32_t step = 0; step < s.o.steps; ++step) {
    RandomStream stream(s.o.seed, kBackgroundDraw, static_cast<std::uint64_t>(step));
    std::int32_t unit = 0;
    for (std::size_t t = 0; t < s.p.populations.size(); ++t) {
      const double chance = s.background(t);
      for (std::int32_t n = 0; n < s.neurons(t); ++n, ++unit) {
        if (stream.unit() >= chance) continue;
        packed.push_back(step);
        packed.push_back(unit);
      }
    }
  }
  return packed;
}

CubaParams neuron_of(const Scaling& s, std::size_t population) {
  const MicrocircuitParameters& p = s.p;
  CubaParams c;
  const double unit = s.unit_mv();
  c.current_decay = Scaling::decay(s.o.step_ms, p.tau_synapse_ms);
  c.voltage_decay = Scaling::decay(s.o.step_ms, p.tau_membrane_ms);
  c.threshold_mantissa = std::max(1, static_cast<std::int32_t>(std::lround((p.threshold_mv - p.rest_mv) / unit /
                                                                           static_cast<double>(kThresholdUnit))));
  // A steady current I holds the potential at I tau / C against its leak.
  const double held = s.current(population) * p.tau_membrane_ms / p.capacitance_pf;
  double bias = held * c.voltage_decay / static_cast<double>(kDecayUnit) / unit;
  for (; std::abs(bias) > kMostMantissa; bias /= 2) ++c.bias_exponent;
  c.bias_mantissa = static_cast<std::int32_t>(std::lround(bias));
  c.refractory_steps = static_cast<std::int32_t>(std::lround(p.refractory_ms / s.o.step_ms));
  c.axon_delay_steps = s.delay(population);
  return c;
}

std::vector<std::int32_t> start_of(const Scaling& s, std::size_t population, const CubaParams& neuron) {
  RandomStream stream(s.o.seed, population, kStartDraw);
  std::vector<std::int32_t> v;
  const std::int64_t threshold = kThresholdUnit * neuron.threshold_mantissa;
  for (std::int32_t n = 0; n < s.neurons(population); ++n) {
    const double mv = s.p.start_mean_mv[population] + s.p.start_sd_mv[population] * normal(stream) - s.p.rest_mv;
    v.push_back(
        static_cast<std::int32_t>(std::clamp<std::int64_t>(std::llround(mv / s.unit_mv()), -4 * threshold, threshold)));
  }
  return v;
}

/// Synapses of one pair of populations; sources are numbered from `first_source`.
void draw_pair(const Scaling& s, std::size_t target, std::size_t source, std::int32_t first_source, std::int64_t count,
               std::vector<ListedSynapse>& list) {
  RandomStream stream(s.o.seed, target, source);
  const auto sources = static_cast<std::uint32_t>(s.neurons(source));
  const auto targets = static_cast<std::uint32_t>(s.neurons(target));
  const double mean = s.relative(target, source) * s.o.weight_unit;
  const double sd = std::abs(mean) * s.p.weight_relative_sd;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto from = static_cast<std::int32_t>(stream.below(sources));
    const auto to = static_cast<std::int32_t>(stream.below(targets));
    const auto weight = static_cast<std::int32_t>(std::lround(mean + sd * normal(stream)));
    // A synapse keeps its sign, as in the published model.
    list.push_back({first_source + from, to, mean > 0 ? std::max(0, weight) : std::min(0, weight)});
  }
}

}  // namespace

std::int64_t synapses_of_pair(double probability, double sources, double targets) {
  if (probability <= 0) return 0;
  const double pairs = sources * targets;
  if (pairs <= 1) return 1;
  return std::llround(std::log1p(-probability) / std::log1p(-1 / pairs));
}

Microcircuit make_microcircuit(const MicrocircuitParameters& p, const MicrocircuitOptions& o, int threads) {
  const Scaling scaling{p, o};
  check(scaling);
  const bool spikes = o.background == Background::kSpikes;
  Microcircuit m;
  Program& program = m.program;
  program.name = fmt::format("microcircuit-n{}-k{}", o.n_scaling, o.k_scaling);
  program.input_code_max = 1;
  program.timesteps = o.steps;
  program.closed = !spikes;
  program.weights_note = fmt::format("synapses are drawn by the model's statistics; the background is {}",
                                     spikes ? "spikes from the host" : "its mean current");
  Stage input;
  input.name = "input";
  input.kind = StageKind::kInput;
  input.tokens = input.channels = 1;
  if (spikes) {
    input.channels = 0;
    for (std::size_t t = 0; t < p.populations.size(); ++t) input.channels += scaling.neurons(t);
    m.stimulus = draw_background(scaling);
  }
  input.in_channels = input.channels;
  program.stages.push_back(std::move(input));
  for (std::size_t t = 0; t < p.populations.size(); ++t) {
    Stage stage;
    stage.name = p.populations[t];
    stage.kind = StageKind::kLif;
    stage.tokens = 1;
    stage.channels = scaling.neurons(t);
    std::vector<ListedSynapse> list;
    if (spikes || t == 0) {  // a silent host feeds the first
      stage.inputs.push_back({StageId(0), 1});
      stage.in_channels = program.stages.front().channels;
    }
    for (std::int32_t n = 0; spikes && n < stage.channels; ++n)
      list.push_back({static_cast<std::int32_t>(m.neurons) + n, n, o.weight_unit});
    const auto from_host = static_cast<std::int64_t>(list.size());
    for (std::size_t s = 0; s < p.populations.size(); ++s) {
      const double full =
          static_cast<double>(synapses_of_pair(p.connection_probability[t][s], p.neurons[s], p.neurons[t]));
      const std::int64_t count = std::llround(full * o.n_scaling * o.k_scaling);
      if (count == 0) continue;
      draw_pair(scaling, t, s, stage.in_channels, count, list);
      stage.inputs.push_back({StageId(s + 1), 1});
      stage.in_channels += scaling.neurons(s);
    }
    if (stage.inputs.empty()) {
      stage.inputs.push_back({StageId(0), 1});
      stage.in_channels = 1;
    }
    m.drawn += static_cast<std::int64_t>(list.size()) - from_host;
    auto made = synapses_of_list(std::move(list), stage.in_channels, stage.channels, o.weight_most, threads);
    m.clipped += made.clipped;
    m.synapses += made.synapses->synapses() - from_host;
    m.neurons += stage.channels;
    stage.sparse = std::move(made.synapses);
    stage.cuba = neuron_of(scaling, t);
    stage.cuba_initial = start_of(scaling, t, stage.cuba);
    program.stages.push_back(std::move(stage));
  }
  return m;
}

}  // namespace ranvier::workloads
