// SPDX-License-Identifier: Apache-2.0
#include "sim/fidelity_check.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>

#include "sim/fidelity_attribution.h"
#include "sim/fidelity_counts.h"
#include "sim/saturation.h"

namespace ranvier::sim {
namespace {

constexpr Fidelity kAll[] = {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle};

double error_of(std::int64_t model, std::int64_t truth) {
  return static_cast<double>(model - truth) / static_cast<double>(std::max<std::int64_t>(1, truth));
}

/// A run's steps, first those of image 0; the last one of an image is its readout.
std::vector<StepComparison> compare_steps(const ByFidelity<RunResult>& runs, double saturation_share) {
  const std::vector<StepResult>& truth = of(runs, Fidelity::kCycle).steps;
  std::size_t common = truth.size();
  for (const RunResult& run : runs) common = std::min(common, run.steps.size());
  std::vector<StepComparison> all;
  for (std::size_t s = 0; s < common; ++s) {
    StepComparison c;
    c.image = truth[s].image;
    c.step = truth[s].step;
    c.readout = s + 1 == truth.size() || truth[s + 1].image != truth[s].image;
    c.events = truth[s].events;
    c.packets = truth[s].packets;
    c.fullest_link = truth[s].fullest_link;
    if (truth[s].network.count() > 0)
      c.utilisation = static_cast<double>(truth[s].fullest_link_cycles) / static_cast<double>(truth[s].network.count());
    c.saturated = c.utilisation > saturation_share;
    for (std::size_t f = 0; f < kFidelities; ++f) {
      const StepResult& step = runs[f].steps[s];
      c.duration[f] = step.duration;
      c.work[f] = step.work;
      c.compute[f] = step.compute;
      c.network[f] = step.network;
      c.error[f] = error_of(step.duration.count(), truth[s].duration.count());
      c.work_error[f] = error_of(step.work.count(), truth[s].work.count());
    }
    all.push_back(c);
  }
  return all;
}

std::vector<CoreComparison> compare_cores(const ByFidelity<RunResult>& runs) {
  std::map<CoreId, CoreComparison> by_core;
  for (std::size_t f = 0; f < kFidelities; ++f) {
    for (const CoreResult& core : runs[f].cores) {
      CoreComparison& c = by_core[core.core];
      c.core = core.core;
      c.stages = core.stages;
      c.busy[f] = core.busy;
      c.energy[f] = core.energy;
      c.peak_receive_fifo[f] = core.peak_receive_fifo;
      c.peak_relay_buffer[f] = core.peak_relay_buffer;
    }
  }
  std::vector<CoreComparison> all;
  for (auto& [id, c] : by_core) all.push_back(std::move(c));
  return all;
}

ErrorSummary summarise(const FidelityCheck& check, Fidelity fidelity) {
  ErrorSummary s;
  if (check.steps.empty()) return s;
  std::vector<double> size;
  for (std::size_t i = 0; i < check.steps.size(); ++i) {
    const double error = of(check.steps[i].error, fidelity);
    size.push_back(std::abs(error));
    s.bias += error;
    if (size.back() > size[s.worst_step]) s.worst_step = i;
    if (check.steps[i].saturated) continue;
    ++s.steps_below_saturation;
    s.worst_below_saturation = std::max(s.worst_below_saturation, size.back());
  }
  const auto n = static_cast<double>(size.size());
  s.bias /= n;
  s.mean = std::accumulate(size.begin(), size.end(), 0.0) / n;
  std::sort(size.begin(), size.end());
  s.percentile95 = size[static_cast<std::size_t>(std::ceil(0.95 * n)) - 1];
  s.worst = size.back();
  s.total_time =
      error_of(of(check.runs, fidelity).total_time.count(), of(check.runs, Fidelity::kCycle).total_time.count());
  return s;
}

/// The ladder on the images of the worst steps, joined to the steps of the whole check.
void explain_worst(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                   std::span<const std::vector<std::int32_t>> images, const SimOptions& options, FidelityCheck& check) {
  std::map<std::int32_t, std::vector<Rung>> ladder;  // by image
  for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast}) {
    const std::size_t worst = of(check.summary, fidelity).worst_step;
    const std::int32_t image = check.steps[worst].image;
    if (ladder.count(image) == 0)
      ladder[image] = climb(problem, mapping, images.subspan(static_cast<std::size_t>(image), 1), options);
    if (ladder[image].size() + 1 < kMechanisms) return;  // interrupted
    check.attributions.push_back(attribute(check, fidelity, ladder[image], chips::clock_period(problem.board.chip)));
  }
}

}  // namespace

bool FidelityCheck::counts_equal() const {
  return std::all_of(counts.begin(), counts.end(), [](const CountComparison& c) { return c.equal; });
}

FidelityCheck compare_fidelities(ByFidelity<RunResult> runs, double saturation_share) {
  FidelityCheck check;
  check.runs = std::move(runs);
  check.saturation_share = saturation_share;
  check.steps = compare_steps(check.runs, saturation_share);
  check.cores = compare_cores(check.runs);
  check.counts = compare_counts(check.runs);
  for (const Fidelity f : {Fidelity::kAnalytic, Fidelity::kFast})
    check.summary[static_cast<std::size_t>(f)] = summarise(check, f);
  return check;
}

FidelityCheck check_fidelity(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                             std::span<const std::vector<std::int32_t>> images, const SimOptions& options,
                             bool explain) {
  ByFidelity<RunResult> runs;
  ByFidelity<double> wall_s{};
  for (const Fidelity fidelity : kAll) {
    SimOptions how = options;
    how.fidelity = fidelity;
    how.record_activities = false;
    const auto start = std::chrono::steady_clock::now();
    runs[static_cast<std::size_t>(fidelity)] = simulate(problem, mapping, images, how);
    wall_s[static_cast<std::size_t>(fidelity)] =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (runs[static_cast<std::size_t>(fidelity)].interrupted) break;
  }
  FidelityCheck check = compare_fidelities(std::move(runs), saturation_share(problem.board));
  check.wall_s = wall_s;
  if (explain && !check.steps.empty()) explain_worst(problem, mapping, images, options, check);
  return check;
}

}  // namespace ranvier::sim
