// SPDX-License-Identifier: Apache-2.0
// How much neurons share with those nearest to them: groups, random networks, and neurons that hear nothing.
#include "mapper/shared_sources.h"

#include <gtest/gtest.h>

#include "base/random_stream.h"

namespace ranvier::mapper {
namespace {

hypergraph::Lists groups(std::uint32_t count, std::uint32_t neurons, std::uint32_t sources) {
  hypergraph::Lists heard;
  for (std::uint32_t g = 0; g < count; ++g)
    for (std::uint32_t n = 0; n < neurons; ++n) {
      for (std::uint32_t s = 0; s < sources; ++s) heard.items.push_back(g * sources + s);
      heard.offset.push_back(heard.items.size());
    }
  return heard;
}

TEST(Nearness, GroupsWithTheSameSourcesShareAllButTheMean) {
  // 10 groups of 20: of the 199 others 19 share everything.
  EXPECT_DOUBLE_EQ(nearness(groups(10, 20, 30), 300), 1.0 - 19.0 / 199.0);
}

TEST(Nearness, NobodyIsNearWhereAllHearTheSame) { EXPECT_DOUBLE_EQ(nearness(groups(1, 40, 25), 25), 0.0); }

TEST(Nearness, RandomNetworksHaveLittle) {
  hypergraph::Lists heard;
  RandomStream random(7, 1);
  for (int n = 0; n < 1000; ++n) {
    for (std::uint32_t s = 0; s < 4000; ++s)
      if (random.below(100) < 8) heard.items.push_back(s);
    heard.offset.push_back(heard.items.size());
  }
  const double near = nearness(heard, 4000);
  EXPECT_GT(near, 0.0);
  EXPECT_LT(near, 0.1);
}

TEST(Nearness, NeuronsThatHearNothingDoNotCount) {
  hypergraph::Lists heard = groups(2, 12, 5);
  const double before = nearness(heard, 10);
  EXPECT_DOUBLE_EQ(before, 1.0 - 11.0 / 23.0);
  hypergraph::Lists silent;
  silent.offset = {0, 0, 0, 0};
  EXPECT_EQ(nearness(silent, 10), 0.0);
  EXPECT_EQ(nearness({}, 10), 0.0);
}

}  // namespace
}  // namespace ranvier::mapper
