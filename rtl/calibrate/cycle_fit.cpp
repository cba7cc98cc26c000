// SPDX-License-Identifier: Apache-2.0
#include "rtl/calibrate/cycle_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "rtl/calibrate/least_squares.h"
#include "rtl/golden_core.h"
#include "rtl/spike_core_driver.h"
#include "rtl/stimulus.h"

namespace ranvier::rtl {
namespace {

constexpr std::int32_t kSteps = 4;        // a tile
constexpr std::int32_t kMostEvents = 24;  // a step

std::int64_t groups(std::int64_t neurons, std::int32_t lanes) { return (neurons + lanes - 1) / lanes; }

std::vector<double> event_features(const CycleSample& s, std::int32_t lanes) {
  const auto rows = static_cast<double>(s.row_events);
  return {rows,
          rows * static_cast<double>(groups(s.neurons, lanes)),
          static_cast<double>(s.direct_events),
          static_cast<double>(s.list_events),
          static_cast<double>(s.list_entries),
          1.0};
}

std::vector<double> tick_features(const CycleSample& s, std::int32_t lanes) {
  return {1.0, static_cast<double>(s.tokens * groups(s.neurons, lanes)), static_cast<double>(s.fires),
          static_cast<double>(s.spikes)};
}

/// An ST-BIF tile whose last event of a train always reaches a word, so that a train drains.
CoreTile st_bif_tile(Draws& draws, const CoreLimits& limits) {
  for (;;) {
    CoreTile tile = random_tile(draws, limits);
    if (tile.kind == CoreNeuron::kStBif) return tile;
  }
}

CycleSample shape_of(const CoreTile& tile, bool tick) {
  CycleSample s;
  s.tick = tick;
  s.neurons = tile.neurons;
  s.tokens = tile.tokens;
  return s;
}

/// The RTL holds all lanes of a word until its last neuron rests: fires of one word cost as many cycles as the neuron
/// with most of them. `lanes` is of the port's memories.
std::int64_t fires_of(const std::vector<SpikeCoreDriver::TimedSpike>& spikes, std::int32_t lanes) {
  std::map<std::pair<std::int32_t, std::int32_t>, std::int64_t> most;
  for (const auto& s : spikes) {
    std::int64_t& fires = most[{s.spike.token, s.spike.neuron / lanes}];
    fires = std::max<std::int64_t>(fires, std::abs(s.spike.payload));
  }
  std::int64_t sum = 0;
  for (const auto& [word, fires] : most) sum += fires;
  return sum;
}

struct Fit {
  std::vector<double> coefficients;
  double error = std::numeric_limits<double>::infinity();
};

template <class Features>
Fit fit(const std::vector<CycleSample>& samples, bool ticks, std::int32_t lanes, Features features_of) {
  std::vector<std::vector<double>> features;
  std::vector<double> targets;
  for (const CycleSample& s : samples) {
    if (s.tick != ticks) continue;
    features.push_back(features_of(s, lanes));
    targets.push_back(static_cast<double>(s.cycles));
  }
  Fit f{least_squares(features, targets), 0};
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double off = dot(features[i], f.coefficients) - targets[i];
    f.error += off * off;
  }
  return f;
}

}  // namespace

std::vector<CycleSample> sample_cycles(SpikeCorePort& port, std::uint64_t seed, std::int32_t tiles) {
  std::vector<CycleSample> samples;
  SpikeCoreDriver driver(port);
  for (std::int32_t t = 0; t < tiles; ++t) {
    Draws draws(seed, static_cast<std::uint64_t>(t));
    const CoreTile tile = st_bif_tile(draws, port.limits());
    driver.load(tile);
    Traffic traffic = random_traffic(draws);
    for (std::int32_t step = 0; step < kSteps; ++step) {
      CycleSample train = shape_of(tile, false);
      std::vector<CoreEvent> events;
      for (std::int32_t i = draws.between(1, kMostEvents); i > 0; --i) {
        const CoreEvent event = random_event(tile, traffic, draws);
        if (event.direct) {
          ++train.direct_events;
        } else if (tile.listed()) {
          ++train.list_events;
          train.list_entries += tile.lists[static_cast<std::size_t>(axon_of(tile, event))].count;
        } else {
          ++train.row_events;
        }
        events.push_back(event);
      }
      train.cycles = driver.send_train(events);
      // A list without entries does not drain: such a train says nothing of the drain, and is left out.
      if (drain_cycles(tile, events.back()) > 0) samples.push_back(train);
      CycleSample tick = shape_of(tile, true);
      std::vector<SpikeCoreDriver::TimedSpike> spikes;
      tick.cycles = driver.tick(spikes);
      tick.spikes = static_cast<std::int64_t>(spikes.size());
      tick.fires = tile.graded ? fires_of(spikes, tile.limits.lanes) : 0;
      samples.push_back(tick);
      if (driver.overflow()) driver.clear_overflow();
    }
  }
  return samples;
}

double CycleCosts::cycles(const CycleSample& s) const {
  if (s.tick) return dot(tick_features(s, lanes), {tick, word, fire, emit});
  return dot(event_features(s, lanes), {event_decode, group, direct_event, list_event, list_entry, drain});
}

CycleCosts CycleCosts::rounded() const {
  CycleCosts r = *this;
  for (double* cost : {&r.event_decode, &r.group, &r.direct_event, &r.list_event, &r.list_entry, &r.drain, &r.tick,
                       &r.word, &r.fire, &r.emit})
    *cost = std::round(*cost);
  return r;
}

CycleCosts fit_cycles(const std::vector<CycleSample>& samples, std::int32_t most_lanes) {
  CycleCosts best;
  double least = std::numeric_limits<double>::infinity();
  for (std::int32_t lanes = 1; lanes <= most_lanes; ++lanes) {
    const Fit events = fit(samples, false, lanes, event_features), ticks = fit(samples, true, lanes, tick_features);
    const double error = events.error + ticks.error;
    if (error >= least) continue;
    least = error;
    const std::vector<double>&e = events.coefficients, &t = ticks.coefficients;
    best = {lanes, e[0], e[1], e[2], e[3], e[4], e[5], t[0], t[1], t[2], t[3]};
  }
  return best;
}

CycleJudgement judge_cycles(const CycleCosts& costs, const std::vector<CycleSample>& samples) {
  CycleJudgement j;
  for (const CycleSample& s : samples) {
    const double off = std::abs(costs.cycles(s) - static_cast<double>(s.cycles));
    const double error = off / static_cast<double>(std::max<std::int64_t>(1, s.cycles));
    ++j.samples;
    j.mean_error += error;
    j.worst_error = std::max(j.worst_error, error);
    j.worst_cycles = std::max(j.worst_cycles, static_cast<std::int64_t>(std::ceil(off)));
  }
  if (j.samples > 0) j.mean_error /= static_cast<double>(j.samples);
  return j;
}

}  // namespace ranvier::rtl
