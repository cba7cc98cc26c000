// SPDX-License-Identifier: Apache-2.0
// Synthetic traffic by its properties. The comparison with published curves is in noc_curves_slow_test.cpp.
#include "sim/traffic.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/network_errors.h"

namespace ranvier::sim {
namespace {

TEST(Traffic, SameSeedSameResult) {
  TrafficOptions options;
  options.rate = 0.3;
  options.cycles = 600;
  const TrafficResult a = run_traffic(options);
  const TrafficResult b = run_traffic(options);
  EXPECT_EQ(a.latency_mean_cycles, b.latency_mean_cycles);
  EXPECT_EQ(a.network_latency_mean_cycles, b.network_latency_mean_cycles);
  EXPECT_EQ(a.packets, b.packets);
  EXPECT_EQ(a.cycles_run, b.cycles_run);
  options.seed = 2;
  EXPECT_NE(run_traffic(options).latency_mean_cycles, a.latency_mean_cycles);
}

TEST(Traffic, PatternsHaveTheirMeanHops) {
  TrafficOptions options;
  options.rate = 0.02;
  options.cycles = 20'000;
  const auto hops = [&](const std::string& traffic) {
    options.traffic = traffic;
    return run_traffic(options).hops_mean;
  };
  EXPECT_NEAR(hops("uniform"), 6.25, 0.05);    // 2 (64 - 1) / (3 * 8) + 1
  EXPECT_NEAR(hops("transpose"), 6.25, 0.05);  // 2 * 21 / 8 + 1
  EXPECT_NEAR(hops("bitcomp"), 9, 0.05);       // 2 * 4 + 1
  EXPECT_NEAR(hops("neighbour"), 4.5, 0.05);   // 2 (7 + 7) / 8 + 1
  EXPECT_NEAR(hops("hotspot"), 6, 0.05);       // a quarter of it hot, 5 hops; the rest (6.25 * 64 - 4 * 5) / 60
}

TEST(Traffic, NearIdleLatencyIsTheClosedForm) {
  TrafficOptions options;
  options.rate = 0.001;
  options.cycles = 50'000;
  for (const auto& [preset, cycles_per_hop] : {std::pair("p3", 3), std::pair("s3", 3), std::pair("d5", 5)}) {
    options.preset = preset;
    const TrafficResult result = run_traffic(options);
    EXPECT_NEAR(result.latency_mean_cycles, cycles_per_hop * result.hops_mean + 2, 0.05) << preset;
    EXPECT_NEAR(result.network_latency_mean_cycles, result.latency_mean_cycles, 0.01);
    EXPECT_FALSE(result.saturated);
  }
}

TEST(Traffic, SaysWhenItIsSaturated) {
  TrafficOptions options;
  options.rate = 0.6;
  options.cycles = 1500;
  const TrafficResult drained = run_traffic(options);
  EXPECT_TRUE(drained.saturated);
  EXPECT_LT(drained.accepted, 0.42);
  EXPECT_NEAR(drained.offered, 0.6, 0.02);
  options.drain = false;
  const TrafficResult cut = run_traffic(options);
  EXPECT_EQ(cut.cycles_run, 2000);
  EXPECT_EQ(cut.accepted, drained.accepted);
  EXPECT_TRUE(cut.saturated);
}

TEST(Traffic, BernoulliSourcesOfferTheirRate) {
  TrafficOptions options;
  options.cycles = 30'000;
  for (const double rate : {0.001, 0.05, 0.25}) {
    options.rate = rate;
    const double trials = 64.0 * static_cast<double>(options.cycles);
    EXPECT_NEAR(run_traffic(options).offered, rate, 4 * std::sqrt(rate / trials)) << rate;
  }
  options.rate = 0;
  EXPECT_EQ(run_traffic(options).packets, 0);
  options.rate = 1;
  options.traffic = "neighbour";
  options.cycles = 100;
  EXPECT_EQ(run_traffic(options).offered, 1);
}

TEST(Traffic, RefusesWhatItCannotRun) {
  TrafficOptions options;
  options.rate = 1.5;
  try {
    run_traffic(options);
    FAIL();
  } catch (const RateError& e) {
    EXPECT_EQ(e.rate, 1.5);
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
  }
  options.rate = 0.1;
  options.traffic = "tornado";
  try {
    run_traffic(options);
    FAIL();
  } catch (const TrafficError& e) {
    EXPECT_EQ(e.traffic, "tornado");
  }
  options.traffic = "transpose";
  options.height = 4;
  EXPECT_THROW(run_traffic(options), TrafficError);
  options = {};
  options.preset = "d6";
  EXPECT_THROW(run_traffic(options), UnknownPreset);
  options = {};
  options.cycles = 0;
  EXPECT_THROW(run_traffic(options), NetworkParameterError);
}

}  // namespace
}  // namespace ranvier::sim
