// SPDX-License-Identifier: Apache-2.0
#include "rtl/calibrate/toggle_report.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace ranvier::rtl {
namespace {

constexpr std::array<double, 2> kFittedScales{1.0, 0.7};
constexpr std::array<double, 3> kJudgedScales{1.0, 0.5, 2.0};

void append(std::vector<ToggleWindow>& all, std::vector<ToggleWindow> more) {
  for (ToggleWindow& w : more) all.push_back(std::move(w));
}

}  // namespace

ToggleReport fit_and_judge(const std::string& work, const std::vector<std::string>& layers, const LayerWindows& windows,
                           WindowOptions how) {
  ToggleReport r;
  r.work = work;
  const std::size_t half = (layers.size() + 1) / 2;
  std::vector<ToggleWindow> fit;
  for (std::size_t l = 0; l < half; ++l) {
    r.fitted_on.push_back(layers[l]);
    for (const double scale : kFittedScales) {
      how.threshold_scale = scale;
      append(fit, windows(l, how));
    }
  }
  r.costs = fit_toggles(fit);
  r.fitted = judge_toggles("fitted", r.costs, fit);
  how.first_image += how.images;
  const bool others = half < layers.size();
  for (const double scale : kJudgedScales) {
    how.threshold_scale = scale;
    std::vector<ToggleWindow> judged;
    for (std::size_t l = others ? half : 0; l < layers.size(); ++l) append(judged, windows(l, how));
    r.judged.push_back(judge_toggles(
        fmt::format("{}other images, thresholds x {}", others ? "other layers, " : "", scale), r.costs, judged));
  }
  return r;
}

}  // namespace ranvier::rtl
