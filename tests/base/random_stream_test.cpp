// SPDX-License-Identifier: Apache-2.0
// The stream: repeats, differs between entities, and covers its ranges evenly.
#include "base/random_stream.h"

#include <array>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

TEST(RandomStream, RepeatsAndDiffersBetweenEntities) {
  RandomStream a(1, 2), b(1, 2), c(1, 3);
  EXPECT_EQ(a.next(), b.next());
  EXPECT_NE(b.next(), c.next());
}

TEST(RandomStream, CoversItsRangeEvenly) {
  RandomStream stream(7, 0);
  std::array<int, 10> seen{};
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    ++seen.at(stream.below(10));
    sum += stream.unit();
  }
  for (const int n : seen) EXPECT_NEAR(n, 10000, 400);  // four standard deviations
  EXPECT_NEAR(sum / 100000, 0.5, 0.004);
}

}  // namespace
}  // namespace ranvier
