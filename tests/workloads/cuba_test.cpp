// SPDX-License-Identifier: Apache-2.0
// The integer neuron by hand-computed numbers: rounding, threshold, refractory steps, bias, exponents, saturation.
#include "workloads/cuba.h"

#include <gtest/gtest.h>

namespace ranvier::workloads {
namespace {

CubaParams loihi() {
  CubaParams p;
  p.current_decay = 1024;
  p.voltage_decay = 128;
  p.threshold_mantissa = 80;
  return p;
}

TEST(Cuba, DecaysTruncateTowardZeroOnBothSides) {
  CubaState s{.u = -7, .v = -33, .refractory = 0};
  EXPECT_FALSE(cuba_step(s, 0, loihi()));
  EXPECT_EQ(s.u, -5);       // -7 * 3072 / 4096 = -5.25
  EXPECT_EQ(s.v, -31 - 5);  // -33 * 3968 / 4096 = -31.97
  s = {.u = 7, .v = 33, .refractory = 0};
  EXPECT_FALSE(cuba_step(s, 0, loihi()));
  EXPECT_EQ(s.u, 5);
  EXPECT_EQ(s.v, 31 + 5);
}

TEST(Cuba, InputReachesTheVoltageInTheSameStep) {
  CubaState s;
  EXPECT_FALSE(cuba_step(s, 3, loihi()));
  EXPECT_EQ(s.u, 192);
  EXPECT_EQ(s.v, 192);
  EXPECT_FALSE(cuba_step(s, -1, loihi()));
  EXPECT_EQ(s.u, 144 - 64);
  EXPECT_EQ(s.v, 186 + 80);
}

TEST(Cuba, ThresholdIsStrict) {
  CubaState at;
  EXPECT_FALSE(cuba_step(at, 80, loihi()));
  EXPECT_EQ(at.v, 5120);
  CubaState above{.u = 1, .v = 0, .refractory = 0};
  CubaParams keep = loihi();
  keep.current_decay = 0;
  EXPECT_TRUE(cuba_step(above, 80, keep));
  EXPECT_EQ(above.u, 5121);  // a spike resets the voltage alone
  EXPECT_EQ(above.v, 0);
}

TEST(Cuba, RefractoryStepsHoldTheVoltageWhileTheCurrentGoesOn) {
  CubaParams p = loihi();
  p.refractory_steps = 2;
  CubaState s;
  EXPECT_TRUE(cuba_step(s, 200, p));
  EXPECT_FALSE(cuba_step(s, 200, p));
  EXPECT_EQ(s.v, 0);
  EXPECT_FALSE(cuba_step(s, 0, p));
  EXPECT_EQ(s.v, 0);
  EXPECT_EQ(s.u, 16800);  // 12800, 22400, 16800
  EXPECT_TRUE(cuba_step(s, 0, p));
}

TEST(Cuba, BiasIsMantissaTimesPowerOfTwo) {
  CubaParams p = loihi();
  p.bias_mantissa = -3;
  p.bias_exponent = 4;
  CubaState s;
  EXPECT_FALSE(cuba_step(s, 0, p));
  EXPECT_EQ(s.v, -48);
  EXPECT_EQ(s.u, 0);
  p.bias_mantissa = 3;
  p.bias_exponent = 7;
  p.voltage_decay = 0;
  s = {};
  int steps = 1;
  while (!cuba_step(s, 0, p)) ++steps;
  EXPECT_EQ(steps, 14);  // 14 * 384 > 5120
}

TEST(Cuba, WeightExponentScalesTheInput) {
  CubaParams p = loihi();
  p.weight_exponent = 2;
  CubaState s;
  cuba_step(s, 3, p);
  EXPECT_EQ(s.u, 3 * 256);
  p.weight_exponent = -6;
  s = {};
  cuba_step(s, -3, p);
  EXPECT_EQ(s.u, -3);
}

TEST(Cuba, SaturatesInsteadOfOverflowing) {
  CubaParams p = loihi();
  CubaState s;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(cuba_step(s, -(std::int64_t{1} << 31), p));
  EXPECT_EQ(s.u, -2147483647);
  EXPECT_EQ(s.v, -2147483647);
  EXPECT_TRUE(cuba_step(s = {}, std::int64_t{1} << 31, p));
  EXPECT_EQ(s.u, 2147483647);
}

TEST(Cuba, RestMeansThatNothingChanges) {
  CubaParams p = loihi();
  CubaState s;
  EXPECT_TRUE(at_rest(s));
  cuba_step(s, 1, p);
  EXPECT_FALSE(at_rest(s));
  int steps = 0;
  for (; !at_rest(s); ++steps) cuba_step(s, 0, p);
  EXPECT_GT(steps, 40);  // truncation ends the decay: 64 takes 71 steps or so, never forever
  EXPECT_LT(steps, 200);
  p.bias_mantissa = 1;
  EXPECT_FALSE(at_rest(s, p));
  EXPECT_FALSE(at_rest({.u = 0, .v = 0, .refractory = 1}));
}

}  // namespace
}  // namespace ranvier::workloads
