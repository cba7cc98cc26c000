// SPDX-License-Identifier: Apache-2.0
// Ids and quantities: exact sums in any order, energy of a power over a time, no mixing of kinds.
#include "base/quantities.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <numeric>
#include <type_traits>

#include "base/ids.h"

namespace ranvier {
namespace {

template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept Comparable = requires(A a, B b) {
  a == b;
};

static_assert(Addable<Energy, Energy> && !Addable<Energy, Duration> && !Addable<Energy, std::int64_t>);
static_assert(Comparable<CoreId, CoreId> && !Comparable<CoreId, TileId>);
static_assert(!std::is_convertible_v<std::int64_t, Energy> && !std::is_convertible_v<std::size_t, CoreId>);
static_assert(sizeof(CoreId) == 4 && sizeof(Cycles) == 8);

TEST(Quantities, SumsAreExactWhereDoublesAreNot) {
  // 0.1 pJ ten million times is 1 uJ to the last attojoule.
  Energy sum;
  for (int i = 0; i < 10'000'000; ++i) sum += Energy(100'000);
  EXPECT_EQ(sum, Energy(1'000'000'000'000));
  EXPECT_EQ(sum - Energy(1), Energy(999'999'999'999));
}

TEST(Quantities, AnyOrderGivesTheSameSum) {
  EXPECT_TRUE(rc::check([](std::vector<std::int32_t> counts) {
    Energy forward, backward;
    for (const auto c : counts) forward += Energy(c) * 1'000'003;
    std::reverse(counts.begin(), counts.end());
    for (const auto c : counts) backward += 1'000'003 * Energy(c);
    RC_ASSERT(forward == backward);
  }));
}

TEST(Quantities, ConversionsOfKnownValues) {
  EXPECT_DOUBLE_EQ(picojoules(Energy(23'600'000)), 23.6);
  EXPECT_DOUBLE_EQ(nanojoules(Energy(23'600'000)), 0.0236);
  EXPECT_DOUBLE_EQ(nanoseconds(Duration(3'333'333)), 3.333333);
  EXPECT_DOUBLE_EQ(microseconds(Duration(16'833'333'333)), 16.833333333);
  EXPECT_DOUBLE_EQ(seconds(Duration(1'000'000'000'000'000)), 1.0);
}

TEST(Quantities, EnergyOfPowerOverTime) {
  // 100 mW over one 5 050-clock phase at 300 MHz (16.833 us): 1.683 uJ.
  EXPECT_EQ(energy_over(Power(100'000), Duration(16'833'333'333)), Energy(1'683'333'333'300));
  EXPECT_EQ(energy_over(Power(1), Duration(999)), Energy(0));
  EXPECT_EQ(energy_over(Power(1), Duration(1000)), Energy(1));
  // 1 W over 9 s: the product of the counts is 9e21, beyond 64 bits; the energy is not.
  EXPECT_EQ(energy_over(Power(1'000'000), Duration(9'000'000'000'000'000)), Energy(9'000'000'000'000'000'000));
}

TEST(Ids, DefaultIsInvalidAndOrderIsThatOfTheIndex) {
  EXPECT_FALSE(CoreId().valid());
  EXPECT_TRUE(CoreId(0).valid());
  EXPECT_LT(CoreId(3), CoreId(4));
  EXPECT_EQ(std::hash<CoreId>{}(CoreId(7)), std::hash<std::uint32_t>{}(7));
}

TEST(Quantity, RefusesToWrap) {
  const Cycles most(INT64_MAX);
  EXPECT_THROW((void)(most + Cycles(1)), QuantityOverflow);
  EXPECT_THROW((void)(Cycles(INT64_MIN) - Cycles(1)), QuantityOverflow);
  EXPECT_THROW((void)(most * 2), QuantityOverflow);
  Cycles sum = most;
  EXPECT_THROW(sum += Cycles(1), QuantityOverflow);
  EXPECT_EQ(most - Cycles(1) + Cycles(1), most);
}

// 9.2 J is what 63 bits of attojoules hold; boards of many watts spend it in a second.
TEST(Quantity, EnergyGoesOnBeyond63Bits) {
  const Energy nine_joules(INT64_MAX);
  const Energy more = nine_joules + nine_joules + Energy(5);
  EXPECT_GT(more, nine_joules);
  EXPECT_EQ(more - nine_joules - nine_joules, Energy(5));
  EXPECT_THROW((void)more.count(), QuantityOverflow);
  EXPECT_EQ((more - more + Energy(7)).count(), 7);
  EXPECT_NEAR(joules(more), 18.446744073709552, 1e-12);
  EXPECT_EQ(nine_joules * 1'000 - nine_joules * 999, nine_joules);
  // 3 kW over 2 h: 21.6 MJ.
  const Energy day = energy_over(Power(3'000'000'000), Duration(7'200'000'000'000'000'000));
  EXPECT_DOUBLE_EQ(joules(day), 21.6e6);
  Energy top = Energy::of(static_cast<Wide>(INT64_MAX) << 63);
  EXPECT_THROW((void)(top * 4), QuantityOverflow);
  EXPECT_THROW(top += top += top, QuantityOverflow);
}

}  // namespace
}  // namespace ranvier
