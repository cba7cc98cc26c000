// SPDX-License-Identifier: Apache-2.0
// Sweeps of rates, named hotspots, multicast and longer packets as `ranvier noc` offers them.
#include "sim/traffic_sweep.h"

#include <gtest/gtest.h>

#include "sim/network_errors.h"

namespace ranvier::sim {
namespace {

TrafficOptions small() {
  TrafficOptions options;
  options.width = options.height = 4;
  options.cycles = 1500;
  return options;
}

/// Every core sends to one: its sink takes a flit a cycle, so 16 cores saturate it at 1/16 each.
TEST(Sweep, FindsTheRateAtWhichASinkIsFull) {
  TrafficOptions options = small();
  options.traffic = "hotspot";
  options.hotspots = {{5}, 1000};
  options.cycles = 6000;
  const Sweep sweep = run_sweep(options, {0.03, 0.09, 0.03});
  ASSERT_EQ(sweep.rates.size(), 3u);
  EXPECT_FALSE(sweep.results[0].saturated);
  EXPECT_TRUE(sweep.results[2].saturated);
  ASSERT_TRUE(sweep.saturation_rate);
  // 1000 parts of 1015 go to core 5.
  EXPECT_NEAR(*sweep.saturation_rate, 1015.0 / 1000 / 16, 0.005);
}

TEST(Sweep, NoSaturationRateWithoutBothSides) {
  const Sweep below = run_sweep(small(), {0.01, 0.03, 0.01});
  EXPECT_EQ(below.rates.size(), 3u);
  EXPECT_FALSE(below.saturation_rate);
  EXPECT_NEAR(below.accepted_max, 0.03, 0.005);
  const Sweep above = run_sweep(small(), {0.95, 0.95, 0.1});
  EXPECT_EQ(above.rates.size(), 1u);
  EXPECT_FALSE(above.saturation_rate);
}

TEST(Sweep, RefusesRangesThatLeadNowhere) {
  for (const RateRange& range : {RateRange{0.2, 0.1, 0.1}, {0.1, 0.2, 0}, {-0.1, 0.2, 0.1}, {0, 1, 1e-6}}) {
    try {
      run_sweep(small(), range);
      FAIL();
    } catch (const RateRangeError& e) {
      EXPECT_EQ(e.step, range.step);
      EXPECT_EQ(e.exit_code, ExitCode::kUsage);
    }
  }
}

TEST(Multicast, EveryDestinationCounts) {
  TrafficOptions options = small();
  options.rate = 0.02;
  options.cycles = 20'000;
  options.multicast = 4;
  const TrafficResult result = run_traffic(options);
  EXPECT_NEAR(result.accepted, 4 * result.offered, 0.002);
  EXPECT_FALSE(result.saturated);
  EXPECT_GE(result.latency_mean_cycles, result.empty_latency_mean_cycles);
  EXPECT_NEAR(result.empty_latency_mean_cycles, 3 * result.hops_mean + 2, 1e-9);
  options.multicast = 17;
  EXPECT_THROW(run_traffic(options), NetworkParameterError);
  options.multicast = 2;
  options.traffic = "transpose";
  EXPECT_THROW(run_traffic(options), TrafficError);
}

TEST(Multicast, TreesAreSetsOfDifferentCores) {
  for (std::uint32_t tree = 0; tree < 50; ++tree) {
    const std::vector<CoreId> cores = draw_tree(16, 15, 1, CoreId(3), tree);
    ASSERT_EQ(cores.size(), 15u);
    for (std::size_t i = 1; i < cores.size(); ++i) EXPECT_LT(cores[i - 1].value(), cores[i].value());
    EXPECT_LT(cores.back().value(), 16u);
  }
  EXPECT_NE(draw_tree(16, 4, 1, CoreId(3), 0), draw_tree(16, 4, 1, CoreId(3), 1));
}

TEST(Packets, LongerOnesComeSeldom) {
  TrafficOptions options = small();
  options.cycles = 20'000;
  options.rate = 0.1;
  options.flits = 5;
  const TrafficResult result = run_traffic(options);
  EXPECT_NEAR(result.offered, 0.1, 0.005);
  EXPECT_NEAR(static_cast<double>(result.packets), 0.1 / 5 * 16 * 20'000, 300);
  EXPECT_NEAR(result.empty_latency_mean_cycles, 3 * result.hops_mean + 2 + 4, 1e-9);
  EXPECT_LE(result.latency_p99_cycles, result.latency_max_cycles);
  EXPECT_GE(static_cast<double>(result.latency_p99_cycles), result.latency_mean_cycles);
}

TEST(Hotspots, AreRefusedWhereTheyAreNot) {
  TrafficOptions options = small();
  options.traffic = "hotspot";
  options.hotspots.cores = {16};
  EXPECT_THROW(run_traffic(options), NetworkParameterError);
  options.hotspots.cores = {3, 4, 3};
  EXPECT_THROW(run_traffic(options), TrafficError);
  options.hotspots = {{3}, 0};
  EXPECT_THROW(run_traffic(options), NetworkParameterError);
}

TEST(TrafficMesh, DelaysAndNamesOverrideThePreset) {
  TrafficOptions options = small();
  options.rate = 0.01;
  options.delays.link = 4;
  options.delays.router = 3;
  options.delays.inject = 7;
  EXPECT_EQ(mesh_of(options).timing.hop(), 7);
  const TrafficResult result = run_traffic(options);
  EXPECT_NEAR(result.empty_latency_mean_cycles, 7 * result.hops_mean + 7, 1e-9);
  options.topology = "cmesh";
  EXPECT_EQ(mesh_of(options).cores(), 64);
  options.topology = "star";
  EXPECT_THROW(mesh_of(options), UnknownTopology);
  options = small();
  options.allocator = "wavefront";
  try {
    mesh_of(options);
    FAIL();
  } catch (const UnknownAllocator& e) {
    EXPECT_EQ(e.allocator, "wavefront");
  }
}

TEST(TrafficMesh, ToriHaveShorterWays) {
  TrafficOptions options;
  options.rate = 0.02;
  options.cycles = 6000;
  options.virtual_channels = 2;
  options.topology = "torus";
  EXPECT_NEAR(run_traffic(options).hops_mean, 5, 0.05);  // 2 rings of 8: mean 2 links each
  options.topology = "triangular-torus";
  const TrafficResult triangular = run_traffic(options);
  EXPECT_LT(triangular.hops_mean, 4.9);
  EXPECT_NEAR(triangular.empty_latency_mean_cycles, 3 * triangular.hops_mean + 2, 1e-9);
}

}  // namespace
}  // namespace ranvier::sim
