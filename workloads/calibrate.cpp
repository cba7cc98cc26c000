// SPDX-License-Identifier: Apache-2.0
// Two passes over the calibration images: extremes, then histograms. Counts are integers, so threads cannot change
// them.
#include "workloads/calibrate.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "workloads/float_network.h"

namespace ranvier::workloads {
namespace {

struct Extremes {
  float lowest = std::numeric_limits<float>::infinity();
  float highest = -std::numeric_limits<float>::infinity();
  void widen(const Extremes& o) {
    lowest = std::min(lowest, o.lowest);
    highest = std::max(highest, o.highest);
  }
};

/// Calls visit(local, activations) for every image; `locals` holds one value a thread.
template <class Local, class Visit>
void for_each_image(const FloatNetwork& network, std::span<const std::vector<std::int32_t>> inputs, int threads,
                    tbb::enumerable_thread_specific<Local>& locals, const Visit& visit) {
  tbb::task_arena arena(threads > 0 ? threads : tbb::task_arena::automatic);
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, inputs.size(),
                      [&](std::size_t i) { visit(locals.local(), network.run(inputs[i])); });
  });
}

}  // namespace

ActivationHistogram::ActivationHistogram(float lowest, float highest)
    : lowest_(lowest), highest_(highest), count_(kBins) {}

void ActivationHistogram::add(std::span<const float> values) {
  const double per_unit =
      highest_ > lowest_ ? kBins / (static_cast<double>(highest_) - static_cast<double>(lowest_)) : 0;
  for (const float value : values) {
    const double bin = (static_cast<double>(value) - static_cast<double>(lowest_)) * per_unit;
    ++count_[static_cast<std::size_t>(std::clamp(bin, 0.0, static_cast<double>(kBins - 1)))];
  }
}

void ActivationHistogram::merge(const ActivationHistogram& other) {
  for (std::size_t i = 0; i < kBins; ++i) count_[i] += other.count_[i];
}

double ActivationHistogram::squared_error(double scale, CodeBounds bounds) const {
  const double width = (static_cast<double>(highest_) - static_cast<double>(lowest_)) / kBins;
  double error = 0;
  for (std::size_t i = 0; i < kBins; ++i) {
    if (count_[i] == 0) continue;
    const double x = static_cast<double>(lowest_) + (static_cast<double>(i) + 0.5) * width;
    const double code =
        std::clamp(std::floor(x / scale + 0.5), static_cast<double>(bounds.lo), static_cast<double>(bounds.hi));
    const double gap = x - code * scale;
    error += static_cast<double>(count_[i]) * gap * gap;
  }
  return error;
}

double best_scale(const ActivationHistogram& histogram, CodeBounds bounds) {
  double clips_nothing = static_cast<double>(histogram.highest()) / bounds.hi;
  if (bounds.lo < 0) clips_nothing = std::max(clips_nothing, static_cast<double>(histogram.lowest()) / bounds.lo);
  double best = 0, least = std::numeric_limits<double>::infinity();
  for (int per_mille = 1000; per_mille >= 50; per_mille -= 5) {
    const double scale = clips_nothing * per_mille / 1000;
    const double error = scale > 0 ? histogram.squared_error(scale, bounds) : least;
    if (error < least) best = scale, least = error;
  }
  return best;
}

std::map<std::string, double> calibrate(const VitModel& model, std::span<const std::string> stages,
                                        const std::map<std::string, CodeBounds>& bounds,
                                        std::span<const std::vector<std::int32_t>> inputs, int threads) {
  std::map<std::string, double> scales;
  if (stages.empty()) return scales;
  if (inputs.empty()) throw CannotCalibrate(stages.front(), "no calibration images");
  const std::vector<std::string> names = stage_names(model.config);
  std::vector<std::size_t> wanted;
  for (const std::string& stage : stages)
    wanted.push_back(static_cast<std::size_t>(std::find(names.begin(), names.end(), stage) - names.begin()));
  const FloatNetwork network(model);

  tbb::enumerable_thread_specific<std::vector<Extremes>> local_extremes(std::vector<Extremes>(wanted.size()));
  for_each_image(
      network, inputs, threads, local_extremes, [&](std::vector<Extremes>& local, const FloatActivations& a) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
          const auto [lowest, highest] = std::minmax_element(a.before[wanted[i]].begin(), a.before[wanted[i]].end());
          local[i].widen({*lowest, *highest});
        }
      });
  std::vector<Extremes> extremes(wanted.size());
  for (const auto& local : local_extremes)
    for (std::size_t i = 0; i < wanted.size(); ++i) extremes[i].widen(local[i]);

  std::vector<ActivationHistogram> histograms;
  for (const Extremes& e : extremes) histograms.emplace_back(e.lowest, e.highest);
  tbb::enumerable_thread_specific<std::vector<ActivationHistogram>> local_histograms(histograms);
  for_each_image(network, inputs, threads, local_histograms,
                 [&](std::vector<ActivationHistogram>& local, const FloatActivations& a) {
                   for (std::size_t i = 0; i < wanted.size(); ++i) local[i].add(a.before[wanted[i]]);
                 });
  for (const auto& local : local_histograms)
    for (std::size_t i = 0; i < wanted.size(); ++i) histograms[i].merge(local[i]);

  std::vector<double> found(wanted.size());
  tbb::task_arena arena(threads > 0 ? threads : tbb::task_arena::automatic);
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, wanted.size(),
                      [&](std::size_t i) { found[i] = best_scale(histograms[i], bounds.at(site_kind(stages[i]))); });
  });
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!(found[i] > 0)) throw CannotCalibrate(stages[i], "it is zero or out of its range on every calibration image");
    scales[stages[i]] = found[i];
  }
  return scales;
}

}  // namespace ranvier::workloads
