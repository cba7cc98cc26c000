// SPDX-License-Identifier: Apache-2.0
// Exact decimal scaling and unit text.
#include "chips/units.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace ranvier::chips {
namespace {

std::int64_t exact(std::string_view text, std::int64_t scale) {
  const Scaled s = scale_decimal(text, scale);
  EXPECT_EQ(s.status, ScaleStatus::kOk) << text;
  return s.value;
}

TEST(Units, ScalesDecimalsExactly) {
  EXPECT_EQ(exact("23.6", 1'000'000), 23'600'000);
  EXPECT_EQ(exact("0.1", 1'000'000), 100'000);
  EXPECT_EQ(exact("1.5", 1024), 1536);
  EXPECT_EQ(exact("-4", 1000), -4000);
  EXPECT_EQ(exact("1e3", 1), 1000);
  EXPECT_EQ(exact("2.50e-1", 1000), 250);
  EXPECT_EQ(exact("1.500000000000000000000000000", 1000), 1500);
  EXPECT_EQ(exact("9223372036854775807", 1), INT64_MAX);
  EXPECT_EQ(exact("0e9999", 1), 0);
  EXPECT_EQ(exact("100", 1), 100);
  EXPECT_EQ(exact(".5", 10), 5);
}

TEST(Units, RefusesWhatItCannotHold) {
  EXPECT_EQ(scale_decimal("0.0000001", 1'000'000).status, ScaleStatus::kNotExact);
  EXPECT_EQ(scale_decimal("9223372036854775808", 1).status, ScaleStatus::kTooLarge);
  EXPECT_EQ(scale_decimal("1e60", 1).status, ScaleStatus::kTooLarge);
  EXPECT_EQ(scale_decimal("1e-60", 1).status, ScaleStatus::kNotExact);
  for (const char* text : {"", "x", "1.2.3", "1e", "--1", ".", "nan", "0x10", "1 2", "-"}) {
    EXPECT_EQ(scale_decimal(text, 1).status, ScaleStatus::kNotANumber) << text;
  }
}

TEST(Units, SplitsNumberAndUnit) {
  const auto split = [](std::string_view text) {
    const NumberText t = split_unit(text);
    return t.number + "|" + t.unit;
  };
  EXPECT_EQ(split("23.6 pJ"), "23.6|pJ");
  EXPECT_EQ(split(" 50 cycles "), "50|cycles");
  EXPECT_EQ(split("1e-3mW"), "1e-3|mW");
  EXPECT_EQ(split("7 events"), "7|events");
  EXPECT_EQ(split("7events"), "7|events");
  EXPECT_EQ(split("8 B/cycle"), "8|B/cycle");
  EXPECT_EQ(split("pJ"), "|pJ");
  EXPECT_EQ(split(""), "|");
}

TEST(Units, DecimalTextRoundTrips) {
  EXPECT_EQ(decimal_text(23'600'000, 1'000'000), "23.6");
  EXPECT_EQ(decimal_text(-1, 1000), "-0.001");
  EXPECT_EQ(decimal_text(300'000, 1000), "300");
  EXPECT_TRUE(rc::check("decimal_text and scale_decimal undo each other", [](std::int64_t value) {
    for (const std::int64_t scale : {1, 1000, 1'000'000}) {
      RC_ASSERT(scale_decimal(decimal_text(value / 1000, scale), scale).value == value / 1000);
    }
  }));
}

}  // namespace
}  // namespace ranvier::chips
