// SPDX-License-Identifier: Apache-2.0
// Neurons of the rate family: scenarios by hand, laws for any input, and rows against the scalar definitions.
#include "workloads/methods/neuron_kinds.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

#include "workloads/methods/neuron_rows.h"

namespace ranvier::workloads {
namespace {

// theta = 20, unit 10, burst 2.
TEST(SignedIf, MainSpikeThenBurst) {
  std::int32_t residual = 45, memory = 0;
  EXPECT_EQ(signed_if_site<2>(residual, memory, 10, 0), 4);  // theta, then two halves
  EXPECT_EQ(residual, 5);
  EXPECT_EQ(memory, 4);
  residual -= 15;                                             // -10
  EXPECT_EQ(signed_if_site<2>(residual, memory, 10, 0), -1);  // above -theta: no main spike, one half back
  EXPECT_EQ(residual, 0);
  residual -= 100;
  EXPECT_EQ(signed_if_site<2>(residual, memory, 10, 0), -3);  // -theta, then no more than the memory holds
  EXPECT_EQ(memory, 0);
  EXPECT_EQ(signed_if_site<2>(residual, memory, 10, 0), 0);  // nothing to take back
  EXPECT_EQ(residual, -70);
}

// A main spike of -theta with a memory of one half: the burst gives the other half back.
TEST(SignedIf, BurstRepairsAMainSpikeBeyondTheMemory) {
  std::int32_t residual = -35, memory = 1;
  EXPECT_EQ(signed_if_site<2>(residual, memory, 10, 0), -1);
  EXPECT_EQ(memory, 0);
  EXPECT_EQ(residual, -25);
}

TEST(SignedIf, WithoutBurstOnlyWholeThresholds) {
  std::int32_t residual = 45, memory = 0;
  EXPECT_EQ(signed_if_site<0>(residual, memory, 10, 0), 2);
  EXPECT_EQ(signed_if_site<0>(residual, memory, 10, 0), 2);
  EXPECT_EQ(signed_if_site<0>(residual, memory, 10, 0), 0);
  EXPECT_EQ(residual, 5);
}

TEST(SignedIf, StartRoundsWhatWouldBeCutOff) {
  std::int32_t residual = 5, memory = 0;
  EXPECT_EQ(signed_if_site<2>(residual, memory, 10, 5), 1);
  EXPECT_EQ(residual, -5);
  residual = 4, memory = 0;
  EXPECT_EQ(signed_if_site<2>(residual, memory, 10, 5), 0);
}

TEST(If, NeverTakesBack) {
  std::int32_t residual = 25, count = 0;
  EXPECT_EQ(if_site(residual, count, 10, 0), 1);
  EXPECT_EQ(if_site(residual, count, 10, 0), 1);
  EXPECT_EQ(if_site(residual, count, 10, 0), 0);
  residual -= 50;
  EXPECT_EQ(if_site(residual, count, 10, 0), 0);
  EXPECT_EQ(count, 2);
}

// Thresholds 10, 20, 40, 80 less 5.
TEST(MultiThreshold, LargestThatIsReached) {
  EXPECT_EQ(multi_threshold_fire(4, 10, 4, 8), 0);
  EXPECT_EQ(multi_threshold_fire(5, 10, 4, 8), 1);
  EXPECT_EQ(multi_threshold_fire(14, 10, 4, 8), 1);
  EXPECT_EQ(multi_threshold_fire(15, 10, 4, 8), 2);
  EXPECT_EQ(multi_threshold_fire(34, 10, 4, 8), 2);
  EXPECT_EQ(multi_threshold_fire(35, 10, 4, 8), 4);
  EXPECT_EQ(multi_threshold_fire(1000, 10, 4, 8), 8);
  EXPECT_EQ(multi_threshold_fire(-35, 10, 4, 8), -4);
  EXPECT_EQ(multi_threshold_fire(-1000, 10, 4, 3), -2);  // 3 have been emitted: 4 or 8 would be too many
  EXPECT_EQ(multi_threshold_fire(-1000, 10, 4, 0), 0);
}

std::vector<std::int32_t> inputs(std::int32_t most) {
  return *rc::gen::container<std::vector<std::int32_t>>(rc::gen::inRange(-most, most + 1));
}

/// The paper's neuron as it is written (section "signed IF with memory and burst"): own potential, real comparisons
/// with theta and theta / 2.
struct PaperNeuron {
  std::int64_t v, m = 0;
  std::int64_t step(std::int64_t in, std::int64_t half, int burst) {
    const std::int64_t theta = 2 * half;
    v += in;
    std::int64_t s = v >= theta ? theta : v <= -theta && m > 0 ? -theta : 0;
    v -= s, m += s;
    const std::int64_t r = std::max(v, -m), n = std::min<std::int64_t>(std::abs(r) / half, burst) * (r < 0 ? -1 : 1);
    v -= n * half, m += n * half;
    return s + n * half;
  }
};

TEST(SignedIf, PairIsThePapersTwoNeurons) {
  rc::check([] {
    const std::int32_t half = 2 * *rc::gen::inRange(1, 50);
    const std::int32_t start = *rc::gen::inRange(0, 3) * half / 2;
    PaperNeuron plus{start}, minus{start};
    std::int32_t residual = 0, m_plus = 0, m_minus = 0;
    for (const std::int32_t in : inputs(8 * half)) {
      residual += in;
      const std::int32_t emitted = signed_if_pair<2>(residual, m_plus, m_minus, half, start);
      const std::int64_t expected = plus.step(in, half, 2) - minus.step(-in, half, 2);
      RC_ASSERT(emitted * std::int64_t{half} == expected);
      RC_ASSERT(m_plus * std::int64_t{half} == plus.m);
      RC_ASSERT(m_minus * std::int64_t{half} == minus.m);
      RC_ASSERT(m_plus >= 0);
      RC_ASSERT(m_minus >= 0);
      RC_ASSERT(start + residual - half * m_minus == plus.v);
      RC_ASSERT(start - residual - half * m_plus == minus.v);
    }
  });
}

// For a constant input within reach, what has been put out never strays from what came in by a unit: the running mean
// is within unit / T of the input.
TEST(SignedIf, RunningMeanOfAConstantInput) {
  rc::check([] {
    const std::int32_t unit = 2 * *rc::gen::inRange(1, 50);
    const std::int32_t in = *rc::gen::inRange(-3 * unit, 3 * unit + 1);
    const std::int32_t start = *rc::gen::inRange(0, 2) * unit / 2;
    std::int32_t residual = 0, plus = 0, minus = 0;
    for (int t = 1; t <= 50; ++t) {
      residual += in;
      signed_if_pair<2>(residual, plus, minus, unit, start);
      RC_ASSERT(std::abs(residual) <= unit - start);
      RC_ASSERT(residual == t * in - unit * (plus - minus));
    }
  });
}

TEST(MultiThreshold, RunningMeanOfAConstantInput) {
  rc::check([] {
    const std::int32_t unit = 2 * *rc::gen::inRange(1, 50);
    const std::int32_t in = *rc::gen::inRange(-128 * unit, 128 * unit + 1);
    std::int32_t residual = 0;
    for (int t = 1; t <= 50; ++t) {
      residual += in;
      residual -= unit * multi_threshold_fire(residual, unit, 8, 128);
      RC_ASSERT(std::abs(residual) <= std::max(std::abs(in), unit / 2));
    }
  });
}

Encoder encoder_of(NeuronKind kind, std::int32_t levels, bool is_signed, std::vector<std::int32_t> thresholds) {
  Encoder e;
  e.present = true;
  e.neuron = kind;
  e.levels = levels;
  const NeuronBounds bounds = neuron_bounds(kind, levels, is_signed);
  e.lo = bounds.lo;
  e.hi = bounds.hi;
  e.initial = kind == NeuronKind::kMultiThreshold ? 0 : 1;
  e.threshold = std::move(thresholds);
  return e;
}

std::int32_t fire_one(const Encoder& e, std::int32_t unit, std::int32_t& residual, std::int32_t& plus,
                      std::int32_t& minus) {
  const std::int32_t start = unit / 2 * e.initial;
  if (e.neuron == NeuronKind::kMultiThreshold) {
    const std::int32_t fired = multi_threshold_fire(residual, unit, e.levels, e.lo < 0 ? 1 << 30 : plus);
    residual -= fired * unit;
    plus += fired;
    return fired;
  }
  if (e.neuron == NeuronKind::kIf)
    return e.lo < 0 ? if_pair(residual, plus, minus, unit, start) : if_site(residual, plus, unit, start);
  switch (e.levels) {
    case 0:
      return e.lo < 0 ? signed_if_pair<0>(residual, plus, minus, unit, start)
                      : signed_if_site<0>(residual, plus, unit, start);
    case 1:
      return e.lo < 0 ? signed_if_pair<1>(residual, plus, minus, unit, start)
                      : signed_if_site<1>(residual, plus, unit, start);
    default:
      return e.lo < 0 ? signed_if_pair<2>(residual, plus, minus, unit, start)
                      : signed_if_site<2>(residual, plus, unit, start);
  }
}

TEST(NeuronRows, AreTheScalarNeurons) {
  rc::check([] {
    const auto kind = *rc::gen::element(NeuronKind::kSignedIf, NeuronKind::kMultiThreshold, NeuronKind::kIf);
    const std::int32_t levels = kind == NeuronKind::kMultiThreshold ? *rc::gen::inRange(1, 9) : *rc::gen::inRange(0, 3);
    const auto count = static_cast<std::size_t>(*rc::gen::inRange(1, 40));
    std::vector<std::int32_t> unit;
    for (std::size_t c = 0; c < count; ++c) unit.push_back(2 * *rc::gen::inRange(1, 100));
    const Encoder e = encoder_of(kind, levels, *rc::gen::arbitrary<bool>(), unit);
    std::vector<std::int32_t> residual(count), plus(count), minus(is_pair(e) ? count : 0), emitted(count);
    std::vector<std::int32_t> residual_1(count), plus_1(count), minus_1(count);
    for (int t = 0; t < 5; ++t) {
      for (std::size_t c = 0; c < count; ++c) {
        const std::int32_t in = *rc::gen::inRange(-2000, 2001);
        residual[c] += in;
        residual_1[c] += in;
      }
      fire_row(e, {residual, plus, minus, emitted});
      RowTally tally;
      for (std::size_t c = 0; c < count; ++c) {
        const std::int32_t one = fire_one(e, unit[c], residual_1[c], plus_1[c], minus_1[c]);
        RC_ASSERT(emitted[c] == one);
        tally.events += one != 0;
        for (int i = 0; i < 16; ++i) tally.shifts += std::abs(one) == 1 << i;
      }
      RC_ASSERT(residual == residual_1);
      RC_ASSERT(plus == plus_1);
      RC_ASSERT(tally_row(emitted).events == tally.events);
      RC_ASSERT(tally_row(emitted).shifts == tally.shifts);
    }
  });
}

// Goals beyond the width are held, not wrapped.
TEST(NeuronRows, ResidualsOfGoalsAreHeld) {
  const Encoder e = encoder_of(NeuronKind::kSignedIf, 2, true, {10, 10, 10});
  std::vector<std::int32_t> residual(3), plus = {1, 5, 0}, minus = {0, 1, 0}, emitted(3);
  const std::vector<std::int64_t> goal = {-15, 47, std::int64_t{1} << 40};
  take_goals(e, goal, 1000, {residual, plus, minus, emitted});
  EXPECT_EQ(residual, (std::vector<std::int32_t>{-25, 7, 1000}));
}

}  // namespace
}  // namespace ranvier::workloads
