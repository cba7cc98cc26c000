// SPDX-License-Identifier: Apache-2.0
#include "sim/fluid_queue.h"

#include <gtest/gtest.h>

namespace ranvier::sim {
namespace {

std::vector<double> waits(std::vector<Inflow> inflows, double expected_end) {
  FluidQueue queue;
  EXPECT_DOUBLE_EQ(queue.serve(inflows), expected_end);
  std::vector<double> all;
  for (const Inflow& f : inflows) all.push_back(f.wait);
  return all;
}

TEST(FluidQueue, LetsPassWhatComesNoFasterThanItCanBeServed) {
  EXPECT_EQ(waits({{10, 30, 20}}, 30), std::vector<double>{0});
  EXPECT_EQ(waits({{10, 50, 20}, {20, 40, 10}}, 50), (std::vector<double>{0, 0}));
  EXPECT_EQ(waits({}, 0), std::vector<double>{});
}

TEST(FluidQueue, MakesABurstWaitForItsOwnWork) {
  // 30 of work in 10: 20 are left when the last of it is there.
  EXPECT_EQ(waits({{5, 15, 30}}, 35), std::vector<double>{20});
  // All at once.
  EXPECT_EQ(waits({{5, 5, 30}}, 35), std::vector<double>{30});
}

TEST(FluidQueue, SharesAServerBetweenInflows) {
  // Both at rate 1 from 0 to 10: 10 behind at 10.
  EXPECT_EQ(waits({{0, 10, 10}, {0, 10, 10}}, 20), (std::vector<double>{10, 10}));
  // The second comes while the queue of the first drains: 10 left at 10, all gone at 20, and it brings 5 from 14 on.
  EXPECT_EQ(waits({{0, 10, 20}, {14, 19, 5}}, 25), (std::vector<double>{10, 6}));
  // After an idle time nothing is left of it.
  EXPECT_EQ(waits({{0, 10, 20}, {30, 35, 5}}, 35), (std::vector<double>{10, 0}));
}

TEST(FluidQueue, GivesTheSameWhateverTheOrderOfInflows) {
  EXPECT_EQ(waits({{14, 19, 5}, {0, 10, 20}}, 25), (std::vector<double>{6, 10}));
}

}  // namespace
}  // namespace ranvier::sim
