// SPDX-License-Identifier: Apache-2.0
// The vectorised loops of the executor against one-by-one sums and the scalar neuron, for every instruction set that
// this machine has: odd sizes, rests of blocks, more rows than one 16-bit sum takes, and the extremes.
#include "workloads/executor_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/random.h"
#include "tests/workloads/highway_target.h"
#include "workloads/fire_kernels.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

using Row = std::vector<std::int32_t>;

class Kernels : public testing::TestWithParam<std::int64_t> {
 protected:
  HighwayTarget target_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Targets, Kernels, testing::ValuesIn(highway_targets()), highway_target_name);

constexpr std::int32_t kSizes[] = {1, 3, 4, 7, 8, 15, 16, 17, 31, 50, 63, 64, 65, 127, 128, 200, 256, 263, 600};

struct Events {
  Row plus, minus;
  std::vector<WideEvent> wide;
  RowEvents view() const { return {plus, minus, wide}; }
};

Events random_events(std::uint64_t seed, std::uint32_t rows, std::size_t count, std::int32_t largest) {
  Events e;
  const auto channel = [&](std::uint64_t list, std::size_t i) {
    return static_cast<std::int32_t>(random_below(rows, seed, list, i));
  };
  for (std::size_t i = 0; i < count; ++i) {
    e.plus.push_back(channel(1, i));
    if (i % 3 != 0) e.minus.push_back(channel(2, i));
    const auto span = static_cast<std::uint32_t>(2 * largest + 1);
    e.wide.push_back({channel(3, i), static_cast<std::int32_t>(random_below(span, seed, 4, i)) - largest});
  }
  return e;
}

template <class Weight>
Row one_by_one(const std::vector<Weight>& weight, std::int32_t stride, std::int32_t outputs, const Events& events,
               Row total) {
  const auto add = [&](std::int32_t channel, std::int32_t value) {
    for (std::int32_t o = 0; o < outputs; ++o) {
      const auto w = static_cast<std::uint32_t>(std::int32_t{weight[static_cast<std::size_t>(channel * stride + o)]});
      auto& sum = total[static_cast<std::size_t>(o)];
      sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) + static_cast<std::uint32_t>(value) * w);
    }
  };
  for (const std::int32_t channel : events.plus) add(channel, 1);
  for (const std::int32_t channel : events.minus) add(channel, -1);
  for (const WideEvent& event : events.wide) add(event.channel, event.value);
  return total;
}

TEST_P(Kernels, WeightRowsEqualTheOneByOneSum) {
  constexpr std::uint32_t kRows = 40;
  for (const std::int32_t outputs : kSizes) {
    const std::int32_t stride = outputs + 5;
    for (const std::size_t count : {0u, 1u, 2u, 7u, 254u, 255u, 256u, 600u}) {
      std::vector<std::int8_t> weight(kRows * static_cast<std::size_t>(stride));
      for (std::size_t i = 0; i < weight.size(); ++i)
        weight[i] = count > 200 && i % 3 == 0 ? std::int8_t{-128} : static_cast<std::int8_t>(random_u64(1, i, count));
      const Events events = random_events(count, kRows, count, 32'767);
      Row total(static_cast<std::size_t>(outputs) + 1, 5);
      const Row expected = one_by_one(weight, stride, outputs, events, total);
      add_weight_rows(weight.data(), stride, outputs, events.view(), total.data());
      ASSERT_EQ(total, expected) << outputs << " outputs, " << count << " rows";
    }
  }
}

TEST_P(Kernels, WeightRowsTakeFactorsWiderThanSixteenBits) {
  const std::vector<std::int8_t> weight{1, 2, -128, 127};
  Row potential{0, 1};
  const std::vector<WideEvent> wide{{1, 40'000}, {1, -32'768}};
  add_weight_rows(weight.data(), 2, 2, {{}, {}, wide}, potential.data());
  EXPECT_EQ(potential, (Row{-5'120'000 + 4'194'304, 5'080'001 - 4'161'536}));
  std::vector<std::int8_t> wider(2 * 300, 127);
  Row totals(300);
  add_weight_rows(wider.data(), 300, 300, {{}, {}, wide}, totals.data());
  EXPECT_EQ(totals, Row(300, 127 * 7'232));
}

TEST_P(Kernels, CodeRowsEqualTheOneByOneSum) {
  constexpr std::int32_t kFirst = 11;
  for (const std::int32_t outputs : kSizes) {
    Row codes(40 * static_cast<std::size_t>(outputs));
    for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::int32_t>(random_u64(2, i, 0) & 0xffff);
    Events events = random_events(static_cast<std::uint64_t>(outputs), 40, 33, 300);
    Row total(static_cast<std::size_t>(outputs) + 1, -9);
    Row by_row = total;
    const Row expected = one_by_one(codes, outputs, outputs, events, total);
    for (const WideEvent& e : events.wide)
      add_code_row(&codes[static_cast<std::size_t>(e.channel * outputs)], outputs, e.value, by_row.data());
    ASSERT_EQ(by_row, one_by_one(codes, outputs, outputs, Events{{}, {}, events.wide}, total)) << outputs;
    for (Row* channels : {&events.plus, &events.minus})
      for (std::int32_t& channel : *channels) channel += kFirst;
    for (WideEvent& event : events.wide) event.channel += kFirst;
    add_code_rows(codes.data(), outputs, kFirst, outputs, events.view(), total.data());
    ASSERT_EQ(total, expected) << outputs;
  }
}

struct Neurons {
  Row threshold, potential, tracer;
  NeuronRow row(std::int32_t lo, std::int32_t hi) {
    const auto count = static_cast<std::int32_t>(threshold.size());
    return {count, threshold.data(), lo, hi, potential.data(), tracer.data()};
  }
};

/// Thresholds from 2 to 2^20, potentials in all of 32 bits for some, around the threshold for most; tracers at and
/// within the bounds.
Neurons random_neurons(std::uint64_t seed, std::int32_t count, std::int32_t lo, std::int32_t hi) {
  Neurons n;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(count); ++i) {
    const auto theta =
        2 * (1 + static_cast<std::int32_t>(random_below(1u << random_below(20, seed, 1, i), seed, 2, i)));
    n.threshold.push_back(theta);
    const auto wide = static_cast<std::int32_t>(random_u64(seed, 3, i));
    const auto near =
        static_cast<std::int32_t>(random_below(static_cast<std::uint32_t>(4 * theta), seed, 4, i)) - theta;
    n.potential.push_back(i % 5 == 0 ? wide : i % 7 == 0 ? theta : i % 11 == 0 ? -1 : near);
    n.tracer.push_back(lo +
                       static_cast<std::int32_t>(random_below(static_cast<std::uint32_t>(hi - lo + 1), seed, 5, i)));
  }
  return n;
}

TEST_P(Kernels, NeuronsFireOnceAsTheScalarOne) {
  std::size_t fired = 0;
  for (const std::int32_t count : kSizes) {
    for (const auto& [lo, hi] : {std::pair{-1, 0}, std::pair{-128, 127}, std::pair{0, 255}, std::pair{0, 1}}) {
      Neurons n = random_neurons(static_cast<std::uint64_t>(count + hi), count, lo, hi);
      Neurons scalar = n;
      Row plus, minus;
      bool again = false;
      for (std::size_t c = 0; c < n.threshold.size(); ++c) {
        const auto fire = st_bif_fire(scalar.potential[c], scalar.tracer[c], n.threshold[c], lo, hi);
        if (fire != 0) (fire > 0 ? plus : minus).push_back(static_cast<std::int32_t>(c));
        std::int32_t v = scalar.potential[c], s = scalar.tracer[c];
        again = again || st_bif_fire(v, s, n.threshold[c], lo, hi) != 0;
      }
      Row got_plus(n.threshold.size() + kFireSlack), got_minus(got_plus.size());
      const FiredRow row = fire_row_once(n.row(lo, hi), got_plus.data(), got_minus.data());
      got_plus.resize(row.plus);
      got_minus.resize(row.minus);
      ASSERT_EQ(got_plus, plus) << count;
      ASSERT_EQ(got_minus, minus) << count;
      ASSERT_EQ(row.again, again) << count;
      ASSERT_EQ(n.potential, scalar.potential);
      ASSERT_EQ(n.tracer, scalar.tracer);
      fired += plus.size() + minus.size();
    }
  }
  EXPECT_GT(fired, 1000u);
}

TEST_P(Kernels, NeuronsFireToRestAsTheScalarOne) {
  for (const std::int32_t count : kSizes) {
    for (const auto& [lo, hi] : {std::pair{-128, 127}, std::pair{0, 255}, std::pair{-5, 1 << 20}}) {
      Neurons n = random_neurons(static_cast<std::uint64_t>(count + hi), count, lo, hi);
      n.potential[0] = std::numeric_limits<std::int32_t>::min() + n.threshold[0];
      n.potential[n.potential.size() / 2] = 5 * n.threshold[n.potential.size() / 2] - 1;
      Neurons scalar = n;
      std::vector<WideEvent> expected;
      for (std::size_t c = 0; c < n.threshold.size(); ++c) {
        const auto sum = st_bif_to_rest(scalar.potential[c], scalar.tracer[c], n.threshold[c], lo, hi);
        if (sum != 0) expected.push_back({static_cast<std::int32_t>(c), sum});
      }
      std::vector<WideEvent> events(n.threshold.size() + 1);
      events.resize(fire_row_to_rest(n.row(lo, hi), events.data()));
      ASSERT_EQ(events.size(), expected.size());
      for (std::size_t i = 0; i < events.size(); ++i) {
        ASSERT_EQ(events[i].channel, expected[i].channel);
        ASSERT_EQ(events[i].value, expected[i].value);
      }
      ASSERT_EQ(n.potential, scalar.potential);
      ASSERT_EQ(n.tracer, scalar.tracer);
    }
  }
}

TEST(RowEvents, BetweenCutsEachList) {
  const Row plus{1, 4, 9}, minus{0, 5};
  const std::vector<WideEvent> wide{{3, 7}, {4, 8}, {8, 9}};
  const RowEvents cut = RowEvents{plus, minus, wide}.between(4, 9);
  EXPECT_EQ(Row(cut.plus.begin(), cut.plus.end()), Row{4});
  EXPECT_EQ(Row(cut.minus.begin(), cut.minus.end()), Row{5});
  ASSERT_EQ(cut.wide.size(), 2u);
  EXPECT_EQ(cut.wide[0].value, 8);
  EXPECT_EQ(cut.size(), 4u);
}

}  // namespace
}  // namespace ranvier::workloads
