// SPDX-License-Identifier: Apache-2.0
// "Did you mean": distances with known values, thresholds, and the laws of a distance.
#include "base/nearest_name.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

namespace ranvier {
namespace {

const std::vector<std::string> kNames{"synapse_read", "soma_update", "static_chip", "accumulate"};

TEST(NearestName, KnownDistances) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abcd", "abdc"), 1u);  // neighbours swapped
  EXPECT_EQ(edit_distance("Lanes", "lanes"), 0u);
}

TEST(NearestName, FindsMisspellings) {
  EXPECT_EQ(nearest_name("synapse_raed", kNames), "synapse_read");
  EXPECT_EQ(nearest_name("somaupdate", kNames), "soma_update");
  EXPECT_EQ(nearest_name("tianjik", std::vector<std::string>{"tianjic-like", "loihi"}), "tianjic-like");
  EXPECT_EQ(did_you_mean("acumulate", kNames), "; did you mean 'accumulate'?");
}

TEST(NearestName, SaysNothingRatherThanNonsense) {
  EXPECT_EQ(nearest_name("voltage", kNames), "");
  EXPECT_EQ(nearest_name("", kNames), "");
  EXPECT_EQ(did_you_mean("x", std::vector<std::string>{}), "");
}

TEST(NearestName, DistanceIsSymmetricAndZeroOnlyForEquals) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint8_t>& x, const std::vector<std::uint8_t>& y) {
    std::string a, b;
    for (const auto c : x) a += static_cast<char>('a' + c % 3);
    for (const auto c : y) b += static_cast<char>('a' + c % 3);
    RC_ASSERT(edit_distance(a, b) == edit_distance(b, a));
    RC_ASSERT((edit_distance(a, b) == 0) == (a == b));
    RC_ASSERT(edit_distance(a, b) <= std::max(a.size(), b.size()));
  }));
}

}  // namespace
}  // namespace ranvier
