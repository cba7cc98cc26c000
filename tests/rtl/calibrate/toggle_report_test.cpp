// SPDX-License-Identifier: Apache-2.0
// What is fitted is judged on nothing that it was fitted on.
#include "rtl/calibrate/toggle_report.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

namespace ranvier::rtl {
namespace {

using LayerRun = std::tuple<std::size_t, std::size_t, double>;  // layer, first image, scale

/// Windows of a core whose adds cost 3 and whose spikes cost 5, but for `odd` layers' adds, which cost 4.
LayerWindows windows(std::set<LayerRun>& runs, std::size_t odd) {
  return [&runs, odd](std::size_t layer, const WindowOptions& how) {
    EXPECT_TRUE(runs.emplace(layer, how.first_image, how.threshold_scale).second);
    EXPECT_EQ(how.images, 4U);
    std::vector<ToggleWindow> all;
    for (int i = 1; i <= 3; ++i) {
      ToggleWindow w;
      w.counts[static_cast<std::size_t>(ToggleKind::kSynapticAdd)] = 100.0 * i;
      w.counts[static_cast<std::size_t>(ToggleKind::kSpikeOut)] = 7.0 * i * i / how.threshold_scale;
      w.toggles = (layer == odd ? 400.0 : 300.0) * i + 5 * 7.0 * i * i / how.threshold_scale;
      all.push_back(w);
    }
    return all;
  };
}

WindowOptions four_images() {
  WindowOptions how;
  how.images = 4;
  return how;
}

TEST(ToggleReport, FitsTheFirstHalfAndJudgesTheOther) {
  std::set<LayerRun> runs;
  const ToggleReport r = fit_and_judge("linear", {"a", "b", "c"}, windows(runs, 9), four_images());
  EXPECT_EQ(runs,
            (std::set<LayerRun>{{0, 0, 1}, {0, 0, 0.7}, {1, 0, 1}, {1, 0, 0.7}, {2, 4, 1}, {2, 4, 0.5}, {2, 4, 2}}));
  EXPECT_EQ(r.fitted_on, (std::vector<std::string>{"a", "b"}));
  EXPECT_NEAR(r.costs[static_cast<std::size_t>(ToggleKind::kSynapticAdd)], 3, 1e-9);
  EXPECT_NEAR(r.costs[static_cast<std::size_t>(ToggleKind::kSpikeOut)], 5, 1e-9);
  ASSERT_EQ(r.judged.size(), 3U);
  for (const ToggleJudgement& j : r.judged) {
    EXPECT_EQ(j.windows, 3U);
    EXPECT_NEAR(j.worst_error, 0, 1e-9);
  }
  EXPECT_EQ(r.judged[1].what, "other layers, other images, thresholds x 0.5");
}

TEST(ToggleReport, ALayerThatDiffersIsFound) {
  std::set<LayerRun> runs;
  const ToggleReport r = fit_and_judge("linear", {"a", "b"}, windows(runs, 1), four_images());
  EXPECT_GT(r.judged[0].worst_error, 0.1);
  EXPECT_NEAR(r.fitted.worst_error, 0, 1e-9);
}

TEST(ToggleReport, ASingleLayerIsJudgedOnOtherImages) {
  std::set<LayerRun> runs;
  const ToggleReport r = fit_and_judge("mix", {"a"}, windows(runs, 9), four_images());
  EXPECT_EQ(runs, (std::set<LayerRun>{{0, 0, 1}, {0, 0, 0.7}, {0, 4, 1}, {0, 4, 0.5}, {0, 4, 2}}));
  EXPECT_EQ(r.judged[0].what, "other images, thresholds x 1");
  EXPECT_EQ(r.judged[0].windows, 3U);
}

}  // namespace
}  // namespace ranvier::rtl
