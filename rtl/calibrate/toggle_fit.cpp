// SPDX-License-Identifier: Apache-2.0
#include "rtl/calibrate/toggle_fit.h"

#include <algorithm>
#include <cmath>

#include "rtl/calibrate/least_squares.h"

namespace ranvier::rtl {
namespace {

double of(const std::array<double, kToggleKinds>& values, ToggleKind kind) {
  return values[static_cast<std::size_t>(kind)];
}

/// What is fitted: all but idle cycles, whose toggles are read. Where traffic cannot tell two kinds apart, the first of
/// them gets it all: all layers of one width have as many adds an event.
constexpr std::array<ToggleKind, kToggleKinds - 1> kColumns{
    ToggleKind::kSynapticAdd, ToggleKind::kRowAdd,     ToggleKind::kColumnAdd,    ToggleKind::kDenseAdd,
    ToggleKind::kTableValue,  ToggleKind::kNormValue,  ToggleKind::kSoftmaxValue, ToggleKind::kNeuronUpdate,
    ToggleKind::kSpikeOut,    ToggleKind::kSignChange, ToggleKind::kEventIn};

}  // namespace

ToggleCosts fit_toggles(const std::vector<ToggleWindow>& windows) {
  std::vector<std::vector<double>> features;
  std::vector<double> targets;
  double idle_toggles = 0, idle_cycles = 0;
  for (const ToggleWindow& w : windows) {
    idle_toggles += w.idle_toggles;
    idle_cycles += of(w.counts, ToggleKind::kIdleCycle);
    if (w.toggles <= w.idle_toggles) continue;
    std::vector<double>& row = features.emplace_back();
    for (const ToggleKind kind : kColumns) row.push_back(of(w.counts, kind));
    targets.push_back(w.toggles - w.idle_toggles);
  }
  ToggleCosts costs{};
  if (idle_cycles > 0) costs[static_cast<std::size_t>(ToggleKind::kIdleCycle)] = idle_toggles / idle_cycles;
  const std::vector<double> fitted = relative_least_squares(features, targets);
  for (std::size_t c = 0; c < fitted.size(); ++c) costs[static_cast<std::size_t>(kColumns[c])] = fitted[c];
  return costs;
}

double predicted(const ToggleCosts& costs, const ToggleWindow& window) {
  double sum = 0;
  for (std::size_t k = 0; k < kToggleKinds; ++k) sum += costs[k] * window.counts[k];
  return sum;
}

ToggleJudgement judge_toggles(const std::string& what, const ToggleCosts& costs,
                              const std::vector<ToggleWindow>& windows) {
  ToggleJudgement j;
  j.what = what;
  double expected = 0, got = 0, spikes = 0, updates = 0;
  for (const ToggleWindow& w : windows) {
    if (w.toggles <= 0) continue;
    const double p = predicted(costs, w), error = std::abs(p / w.toggles - 1);
    ++j.windows;
    j.mean_error += error;
    j.worst_error = std::max(j.worst_error, error);
    expected += w.toggles;
    got += p;
    spikes += of(w.counts, ToggleKind::kSpikeOut);
    updates += of(w.counts, ToggleKind::kNeuronUpdate);
  }
  if (j.windows > 0) {
    j.mean_error /= static_cast<double>(j.windows);
    j.total_error = got / expected - 1;
  }
  if (updates > 0) j.spikes_per_update = spikes / updates;
  return j;
}

double relative(const ToggleCosts& costs, ToggleKind kind) {
  const double add = of(costs, ToggleKind::kSynapticAdd);
  return add > 0 ? of(costs, kind) / add : 0;
}

}  // namespace ranvier::rtl
