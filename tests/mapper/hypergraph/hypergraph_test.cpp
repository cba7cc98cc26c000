// SPDX-License-Identifier: Apache-2.0
// Connectivity and in-axons of a small hypergraph, counted by hand.
#include "mapper/hypergraph/hypergraph.h"

#include <gtest/gtest.h>

namespace ranvier::mapper::hypergraph {
namespace {

/// 0 -> {1, 2, 3} at 2, 1 -> {1, 3} at 0.5, 3 -> {} at 9.
Hypergraph small() { return {4, {{0, 4, 7, 8}, {0, 1, 2, 3, 1, 1, 3, 3}}, {2, 0.5, 9}}; }

TEST(Hypergraph, CountsDistinctPartsLessOne) {
  EXPECT_DOUBLE_EQ(connectivity(small(), {0, 0, 0, 0}), 0);
  EXPECT_DOUBLE_EQ(connectivity(small(), {0, 1, 1, 2}), 2 * 2 + 0.5);
  EXPECT_DOUBLE_EQ(connectivity(small(), {3, 1, 3, 1}), 2);
}

TEST(Hypergraph, InAxonsAreTheHyperedgesListenedTo) {
  const SharedResource axons = in_axons(small(), 7);
  EXPECT_EQ(axons.limit, 7);
  ASSERT_EQ(axons.items_of.size(), 4u);
  EXPECT_TRUE(axons.items_of[0].empty());
  EXPECT_EQ(axons.items_of[1].size(), 2u);
  EXPECT_EQ(axons.items_of[2].size(), 1u);
  EXPECT_EQ(axons.items_of[3].size(), 2u);
}

TEST(Hypergraph, TransposesTwiceToItself) {
  const Lists lists{{0, 2, 2, 3}, {1, 4, 0}};
  const Lists back = transposed(transposed(lists, 5), 3);
  EXPECT_EQ(back.offset, lists.offset);
  EXPECT_EQ(back.items, lists.items);
}

}  // namespace
}  // namespace ranvier::mapper::hypergraph
