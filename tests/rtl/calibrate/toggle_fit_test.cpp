// SPDX-License-Identifier: Apache-2.0
// Windows count what was told, fits find what made the toggles, and judgements see what is wrong.
#include "rtl/calibrate/toggle_fit.h"

#include <gtest/gtest.h>

#include "rtl/calibrate/toggle_reader.h"
#include "rtl/stimulus.h"

namespace ranvier::rtl {
namespace {

/// Two images of random graded events on a small tile.
RecordedTile recorded_tile() {
  Draws draws(5, 1);
  RecordedTile r;
  r.layer = "fc";
  CoreTile& t = r.tile;
  t.neurons = 40;
  t.axons = 20;
  t.tokens = 3;
  t.lo = -8;
  t.hi = 7;
  for (std::int32_t i = 0; i < t.axons * t.neurons; ++i)
    t.weight.push_back(static_cast<std::int8_t>(draws.between(-60, 60)));
  t.threshold.assign(40, 400);
  t.potential.assign(120, 200);
  for (int image = 0; image < 2; ++image) {
    auto& told = r.images.emplace_back();
    for (int step = 0; step < 6; ++step) {
      for (int i = 0; i < 30; ++i)
        told.push_back({false, {draws.between(0, 2), draws.between(0, 19), draws.between(-4, 5), false}});
      told.push_back({true});
    }
  }
  return r;
}

TEST(ToggleWindows, CountWhatWasTold) {
  WindowOptions options;
  options.cycles = 1;  // every train and every tick ends a window
  options.images = 2;
  options.idle_cycles = 50;
  double events = 0, adds = 0, updates = 0, spikes = 0, idle = 0, signs = 0;
  for (const ToggleWindow& w : toggle_windows(recorded_tile(), options)) {
    EXPECT_GT(w.toggles, 0);
    EXPECT_EQ(w.what, "fc");
    idle += w.counts[0];
    events += w.counts[1];
    adds += w.counts[2];
    updates += w.counts[3];
    spikes += w.counts[4];
    signs += w.counts[5];
  }
  EXPECT_EQ(events, 2 * 6 * 30);
  EXPECT_EQ(adds, 2 * 6 * 30 * 40);
  EXPECT_EQ(updates, 2 * 6 * 120);
  EXPECT_EQ(idle, 6 * 50) << "of the second image";
  EXPECT_GT(spikes, 0);
  EXPECT_GT(signs, 0);
}

TEST(ToggleWindows, AnIdleCoreHardlyToggles) {
  RecordedTile quiet = recorded_tile();
  quiet.images = {{}, {{true}}};
  WindowOptions options;
  options.cycles = 1;
  options.images = 2;
  options.idle_cycles = 10'000;
  const auto windows = toggle_windows(quiet, options);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_GT(windows[0].toggles, 100) << "the tick";
  EXPECT_LE(windows[0].idle_toggles, 10);
}

TEST(ToggleWindows, OtherThresholdsFireOtherwise) {
  WindowOptions options;
  options.cycles = 1;
  const auto spikes = [&](double scale) {
    options.threshold_scale = scale;
    double sum = 0;
    for (const ToggleWindow& w : toggle_windows(recorded_tile(), options)) sum += w.counts[4];
    return sum;
  };
  EXPECT_GT(spikes(0.5), spikes(4));
}

TEST(ToggleWindows, LeaveOutWhatIsNoWork) {
  EXPECT_FALSE(counts_as_work("clk_i"));
  EXPECT_FALSE(counts_as_work("cfg_wdata_i[3]"));
  EXPECT_FALSE(counts_as_work("busy_cycles_q[0]"));
  EXPECT_TRUE(counts_as_work("acc_state[17]"));
}

TEST(ToggleFit, FindsTheCostsAndJudgesOthers) {
  const ToggleCosts truth{0.5, 20, 3, 4, 9, 30};
  Draws draws(3, 0);
  std::vector<ToggleWindow> windows;
  for (int i = 0; i < 30; ++i) {
    ToggleWindow w;
    for (double& count : w.counts) count = draws.between(1, 1000);
    w.toggles = predicted(truth, w);
    w.idle_toggles = truth[0] * w.counts[0];
    windows.push_back(w);
  }
  const ToggleCosts fitted = fit_toggles(windows);
  for (std::size_t k = 0; k < kToggleKinds; ++k) EXPECT_NEAR(fitted[k], truth[k], 1e-6) << kToggleKindNames[k];
  EXPECT_NEAR(relative(fitted, ToggleKind::kSignChange), 10, 1e-6);
  EXPECT_NEAR(judge_toggles("same", fitted, windows).worst_error, 0, 1e-9);
  for (ToggleWindow& w : windows) w.toggles *= 2;
  const ToggleJudgement off = judge_toggles("twice", fitted, windows);
  EXPECT_EQ(off.windows, 30U);
  EXPECT_NEAR(off.mean_error, 0.5, 1e-9);
  EXPECT_NEAR(off.total_error, -0.5, 1e-9);
}

}  // namespace
}  // namespace ranvier::rtl
