// SPDX-License-Identifier: Apache-2.0
// Preset half-rate against what is known of Noxim's links: zero-load delay of every pair, capacity of every link.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "sim/network_errors.h"
#include "sim/traffic.h"

namespace ranvier::sim {
namespace {

TrafficOptions half_rate(std::int32_t width, std::int32_t height) {
  TrafficOptions options;
  options.preset = kHalfRate;
  options.traffic = "trace";
  options.width = width;
  options.height = height;
  options.buffer_flits = 4;
  options.keep_packets = true;
  return options;
}

/// 2 + 2 (|dx| + |dy|) from generation until the head goes out of the last router.
TEST(HalfRate, ZeroLoadDelayOfEveryPair) {
  constexpr std::int32_t kWidth = 8;
  constexpr std::uint32_t kCores = 64;
  TrafficOptions options = half_rate(kWidth, 8);
  for (std::uint32_t from = 0; from < kCores; ++from) {
    for (std::uint32_t to = 0; to < kCores; ++to) {
      options.trace.push_back({100 * static_cast<std::int64_t>(options.trace.size()), CoreId(from), CoreId(to), 2});
    }
  }
  const TrafficResult result = run_traffic(options);
  ASSERT_EQ(result.packets, kCores * kCores);
  for (std::size_t i = 0; i < options.trace.size(); ++i) {
    const TracePacket& p = options.trace[i];
    const auto from = static_cast<std::int32_t>(p.source.value());
    const auto to = static_cast<std::int32_t>(p.destination.value());
    const int links = std::abs(from % kWidth - to % kWidth) + std::abs(from / kWidth - to / kWidth);
    ASSERT_EQ(result.times[i].delivered - p.cycle, 2 + 2 * links) << from << " to " << to;
  }
  EXPECT_EQ(result.latency_mean_cycles, result.empty_latency_mean_cycles);
  EXPECT_FALSE(result.saturated);
}

/// One source to one sink: a flit every two cycles into the router, over the link and out, without a gap.
TEST(HalfRate, AStreamTakesALinkEverySecondCycle) {
  TrafficOptions options = half_rate(2, 1);
  options.trace.assign(500, {0, CoreId(0), CoreId(1), 2});
  const TrafficResult result = run_traffic(options);
  for (std::int64_t packet = 0; packet < 500; ++packet) {
    const PacketTimes& times = result.times[static_cast<std::size_t>(packet)];
    EXPECT_EQ(times.entered, 4 * packet);
    EXPECT_EQ(times.delivered, 4 * packet + 4);
  }
  EXPECT_TRUE(result.saturated);
}

/// Two streams share what one link carries, 0.5 flits a cycle, and neither starves.
TEST(HalfRate, StreamsShareALink) {
  TrafficOptions options = half_rate(3, 1);
  for (int i = 0; i < 500; ++i) {
    options.trace.push_back({0, CoreId(0), CoreId(2), 2});
    options.trace.push_back({0, CoreId(1), CoreId(2), 2});
  }
  const TrafficResult result = run_traffic(options);
  std::int64_t last[2] = {0, 0};
  for (std::size_t i = 0; i < result.times.size(); ++i) last[i % 2] = std::max(last[i % 2], result.times[i].delivered);
  // 2 000 flits pass; the first gets there in 4 cycles, or 6 from the far source.
  EXPECT_GE(std::max(last[0], last[1]), 2 * 1998 + 4);
  EXPECT_LE(std::max(last[0], last[1]), 2 * 1998 + 6);
  EXPECT_LE(std::abs(last[0] - last[1]), 8);
}

TEST(HalfRate, SyntheticTrafficHasPacketsOfTwoFlits) {
  TrafficOptions options;
  options.preset = kHalfRate;
  options.rate = 1;  // as much as there is
  options.traffic = "neighbour";
  options.width = 2, options.height = 2;
  options.cycles = 3000;
  options.drain = false;
  EXPECT_EQ(packet_flits(options), 2);
  const TrafficResult result = run_traffic(options);
  EXPECT_EQ(result.link_load_max, 0.5);
  EXPECT_NEAR(result.accepted, 0.5, 0.001);
  EXPECT_TRUE(result.saturated);
  options.multicast = 2;
  EXPECT_THROW(run_traffic(options), TrafficError);
}

}  // namespace
}  // namespace ranvier::sim
