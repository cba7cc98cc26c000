// SPDX-License-Identifier: Apache-2.0
// The synapse store against a plain matrix: rows, parts of rows over block borders, counts, dense storage, memory.
#include "workloads/sparse_synapses.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace ranvier::workloads {
namespace {

using Matrix = std::vector<std::map<std::int32_t, std::int32_t>>;  // by source: weight by target

Matrix random_matrix(std::int32_t sources, std::int32_t targets, double density) {
  Matrix m(static_cast<std::size_t>(sources));
  for (std::int32_t s = 0; s < sources; ++s) {
    for (std::int32_t t = 0; t < targets; ++t) {
      const auto at = static_cast<std::uint64_t>(t);
      if (random_unit(1, static_cast<std::uint64_t>(s), at) >= density) continue;
      m[static_cast<std::size_t>(s)][t] =
          static_cast<std::int32_t>(random_below(256, 2, static_cast<std::uint64_t>(s), at)) - 128;
    }
  }
  return m;
}

SparseSynapses stored(const Matrix& m, std::int32_t targets, int threads = 1) {
  return SparseSynapses(
      static_cast<std::int32_t>(m.size()), targets,
      [&](std::int32_t source, IndexRange range, std::uint16_t* target, std::int8_t* weight) {
        std::uint32_t n = 0;
        for (const auto& [t, w] : m[static_cast<std::size_t>(source)]) {
          if (!range.contains(t)) continue;
          target[n] = static_cast<std::uint16_t>(t - range.first);
          weight[n++] = static_cast<std::int8_t>(w);
        }
        return n;
      },
      threads);
}

void expect_equal(const SparseSynapses& synapses, const Matrix& m, IndexRange range) {
  std::int64_t all = 0;
  for (std::int32_t s = 0; s < synapses.sources(); ++s) {
    std::vector<std::pair<std::int32_t, std::int32_t>> wanted, got;
    for (const auto& [t, w] : m[static_cast<std::size_t>(s)])
      if (range.contains(t)) wanted.emplace_back(t, w);
    synapses.for_each(s, range, [&](std::int32_t t, std::int32_t w) { got.emplace_back(t, w); });
    ASSERT_EQ(got, wanted) << "source " << s;
    EXPECT_EQ(synapses.count(s, range), static_cast<std::int64_t>(wanted.size()));
    all += static_cast<std::int64_t>(wanted.size());
  }
  EXPECT_EQ(synapses.count(range), all);
}

TEST(SparseSynapses, RowsAreThoseOfTheMatrixWithinAnyRange) {
  const Matrix m = random_matrix(70, 5000, 0.03);
  const SparseSynapses synapses = stored(m, 5000);
  ASSERT_EQ(synapses.blocks().size(), 3u);
  EXPECT_FALSE(synapses.dense());
  for (const IndexRange range : {IndexRange{0, 5000}, {0, 1}, {2047, 2049}, {2048, 4096}, {1000, 4999}, {17, 17}})
    expect_equal(synapses, m, range);
  EXPECT_EQ(synapses.synapses(), synapses.count({0, 5000}));
}

TEST(SparseSynapses, FullRowsAreStoredWithoutTargets) {
  const Matrix m = random_matrix(9, 2100, 1);
  const SparseSynapses synapses = stored(m, 2100);
  EXPECT_TRUE(synapses.dense());
  EXPECT_EQ(synapses.synapses(), 9 * 2100);
  EXPECT_LT(synapses.bytes(), 9 * 2100 + 400);
  for (const SparseSynapses::Block& block : synapses.blocks())
    EXPECT_TRUE(block.target.empty() && block.offset.empty());
  for (const IndexRange range : {IndexRange{0, 2100}, {2040, 2060}, {2099, 2100}}) expect_equal(synapses, m, range);
  Matrix hole = m;
  hole[4].erase(2050);
  EXPECT_FALSE(stored(hole, 2100).dense());
  expect_equal(stored(hole, 2100), hole, {0, 2100});
}

TEST(SparseSynapses, ThreadsChangeNothing) {
  const Matrix m = random_matrix(300, 2500, 0.1);
  const SparseSynapses one = stored(m, 2500, 1), four = stored(m, 2500, 4);
  for (std::size_t b = 0; b < 2; ++b) {
    EXPECT_EQ(one.blocks()[b].offset, four.blocks()[b].offset);
    EXPECT_EQ(one.blocks()[b].target, four.blocks()[b].target);
    EXPECT_EQ(one.blocks()[b].weight, four.blocks()[b].weight);
  }
}

TEST(SparseSynapses, WeightsAndBytes) {
  const Matrix m{{{0, -3}, {5, 4}}, {}, {{7, 12}}};
  const SparseSynapses synapses = stored(m, 8);
  EXPECT_EQ(synapses.weights().low, -3);
  EXPECT_EQ(synapses.weights().high, 12);
  const SparseSynapses large = stored(random_matrix(500, 2000, 0.1), 2000);
  // Two bytes of target and one of weight, 8 a target, and a little for rows.
  EXPECT_LT(large.bytes(), large.synapses() * 31 / 10 + 8 * 2001);
  EXPECT_GE(large.bytes(), large.synapses() * 3);
}

TEST(SparseSynapses, MoreSynapsesThanTargetsIsRefused) {
  EXPECT_THROW(SparseSynapses(
                   1, 4, [](std::int32_t, IndexRange, std::uint16_t*, std::int8_t*) { return 5u; }, 1),
               std::logic_error);
}

}  // namespace
}  // namespace ranvier::workloads
