// SPDX-License-Identifier: Apache-2.0
// The integer form of a universal group operator: its neurons are STA's, and the paper's error bound holds.
#include "workloads/methods/ugo_unit.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "workloads/errors.h"
#include "workloads/methods/neuron_kinds.h"
#include "workloads/methods/ugo_errors.h"
#include "workloads/methods/ugo_groups.h"

namespace ranvier::workloads {
namespace {

using enum UgoFunction;

struct Case {
  UgoFunction function;
  double in_scale, out_scale;
};
const std::vector<Case> kCases = {{kGelu, 0.1, 1.0 / 2048},
                                  {kQuickGelu, 0.07, 1.0 / 1024},
                                  {kExp, 0.01, 1.0 / 4096},
                                  {kReciprocal, 1.0 / 4096, 1.0 / 8192},
                                  {kRoot, 1.0 / 1024, 1.0 / 8192}};

UgoDesign design_of(const Case& c, const UgoNetwork& network, int steps) {
  UgoDesign design;
  design.in_scale = c.in_scale;
  design.out_scale = c.out_scale;
  design.low = network.low;
  design.high = network.high;
  design.steps = steps;
  design.rule = UgoThreshold::kShare;
  design.largest_input =
      static_cast<std::int64_t>(std::ceil(std::max(std::abs(network.low), std::abs(network.high)) / c.in_scale));
  return design;
}

RC_GTEST_PROP(UgoUnit, NeuronsAreTheSignedIfOfSta, ()) {
  const Case c = *rc::gen::elementOf(kCases);
  const UgoNetwork& network = UgoLibrary::bundled().find(c.function, 8);
  UgoDesign design = design_of(c, network, 24);
  design.centred = *rc::gen::arbitrary<bool>();
  design.share = *rc::gen::element(0.25, 0.5, 1.0);
  const UgoUnit unit = make_ugo_unit("gelu", network, design);
  constexpr std::size_t kGroups = 5;
  UgoGroups groups(unit, kGroups);
  std::vector<std::int32_t> totals(kGroups);
  std::vector<std::int64_t> outputs(kGroups);
  std::vector<std::vector<std::int32_t>> potential(unit.hidden.size(), std::vector<std::int32_t>(kGroups));
  auto memory = potential;
  for (std::size_t i = 0; i < unit.hidden.size(); ++i) potential[i].assign(kGroups, unit.hidden[i].initial);
  std::int64_t events = 0, multiplies = 0;
  const int largest = static_cast<int>(design.largest_input);
  for (int t = 1; t <= design.steps; ++t) {
    for (std::size_t g = 0; g < kGroups; ++g) {
      const std::int32_t payload = *rc::gen::inRange(-largest, largest + 1);
      totals[g] += payload;
      outputs[g] += unit.offset;
      for (std::size_t i = 0; i < unit.hidden.size(); ++i) {
        const UgoHidden& h = unit.hidden[i];
        potential[i][g] += h.sign * payload * (1 << unit.input_shift) + h.bias;
        const std::int32_t emitted = signed_if_site<kUgoBurst>(potential[i][g], memory[i][g], h.half, 0);
        outputs[g] += h.weight * emitted;
        events += emitted != 0;
        multiplies += std::abs(emitted) == 3;
      }
    }
    const auto made = groups.step(totals);
    RC_ASSERT(std::vector<std::int64_t>(made.begin(), made.end()) == outputs);
    for (std::size_t i = 0; i < unit.hidden.size(); ++i)
      for (std::size_t g = 0; g < kGroups; ++g) RC_ASSERT(groups.emitted(i, g) == memory[i][g]);
  }
  RC_ASSERT(groups.firings().events == events);
  RC_ASSERT(groups.firings().multiplies == multiplies);
}

/// Spiking against the network in float: the quantisation gap, and what the integers' own rounding adds.
RC_GTEST_PROP(UgoUnit, ObeysTheErrorBoundOfThePaper, ()) {
  const Case c = *rc::gen::elementOf(kCases);
  const UgoNetwork& network = UgoLibrary::bundled().find(c.function, *rc::gen::element(4, 16, 64));
  const int steps = *rc::gen::inRange(1, 129);
  UgoDesign design = design_of(c, network, steps);
  design.rule = *rc::gen::element(UgoThreshold::kShare, UgoThreshold::kMmse);
  design.share = *rc::gen::element(0.5, 0.75, 1.0);
  design.centred = *rc::gen::arbitrary<bool>();
  const UgoUnit unit = make_ugo_unit("gelu", network, design);
  UgoGroups groups(unit, 1);
  const int x = *rc::gen::inRange(static_cast<int>(std::ceil(network.low / c.in_scale)),
                                  static_cast<int>(std::floor(network.high / c.in_scale)) + 1);
  const double of_one_step = ugo_gaps(network, 1).quantisation;
  std::int64_t sum = 0;
  for (int t = 1; t <= steps; ++t) {
    sum = groups.step(std::vector<std::int32_t>{t * x})[0];
    // At every step on the way as well, not only at the last one. Rounding of half a unit of output in b2, and one of
    // potential in threshold and knot of each neuron.
    const double mean = static_cast<double>(sum) * c.out_scale / t;
    double rounding = c.out_scale / 2;
    for (std::size_t i = 0; i < unit.hidden.size(); ++i) rounding += c.out_scale * 2;
    const double bound = of_one_step / t;
    RC_ASSERT(std::abs(mean - network.evaluate(x * c.in_scale)) <= bound + rounding);
    // The sharper one, of these thresholds.
    RC_ASSERT(std::abs(static_cast<double>(sum) / t - ugo_unit_value(unit, x)) <= ugo_unit_bound(unit, t) + 1e-9);
  }
}

/// Inputs that arrive as they like, within the step size that a neuron can follow.
RC_GTEST_PROP(UgoUnit, BoundHoldsForChangingInputs, ()) {
  const Case c = *rc::gen::elementOf(kCases);
  const UgoNetwork& network = UgoLibrary::bundled().find(c.function, 16);
  const int steps = *rc::gen::inRange(1, 65);
  UgoDesign design = design_of(c, network, steps);
  design.share = 2;  // theta such that any input of the domain is within 2 theta of any other
  design.low = std::min(design.low, -design.high);
  const UgoUnit unit = make_ugo_unit("gelu", network, design);
  int largest = static_cast<int>(design.largest_input);
  while (largest > 0 && !ugo_bound_applies(unit, largest)) largest /= 2;
  RC_PRE(largest > 0);
  UgoGroups groups(unit, 1);
  std::int32_t total = 0;
  for (int t = 1; t <= steps; ++t) {
    total += *rc::gen::inRange(-largest, largest + 1);
    const std::int64_t sum = groups.step(std::vector<std::int32_t>{total})[0];
    RC_ASSERT(std::abs(static_cast<double>(sum) / t - ugo_unit_value(unit, static_cast<double>(total) / t)) <=
              ugo_unit_bound(unit, t) + 1e-9);
  }
}

TEST(UgoUnit, BoundIsTightEnoughToFail) {
  // A neuron that may emit only half of what its input needs leaves the bound behind.
  const UgoNetwork& network = UgoLibrary::bundled().find(kExp, 16);
  UgoDesign design = design_of(kCases[2], network, 64);
  design.share = 0.25;
  const UgoUnit unit = make_ugo_unit("exp", network, design);
  UgoGroups groups(unit, 1);
  std::int64_t sum = 0;
  for (int t = 1; t <= 64; ++t) sum = groups.step(std::vector<std::int32_t>{0})[0];
  EXPECT_LT(static_cast<double>(sum) / 64.0 / 4096, 0.55);
  EXPECT_GT(std::abs(static_cast<double>(sum) / 64.0 - ugo_unit_value(unit, 0)), ugo_unit_bound(unit, 64));
}

TEST(UgoUnit, ConvergesToTheNetwork) {
  const UgoNetwork& network = UgoLibrary::bundled().find(kGelu, 32);
  const UgoUnit unit = make_ugo_unit("gelu", network, design_of(kCases[0], network, 4096));
  UgoGroups groups(unit, 201);
  std::vector<std::int32_t> totals(201);
  std::span<const std::int64_t> made;
  for (int t = 1; t <= 4096; ++t) {
    for (int x = 0; x <= 200; ++x) totals[static_cast<std::size_t>(x)] = t * (x - 100);
    made = groups.step(totals);
  }
  for (int x = 0; x <= 200; ++x)
    EXPECT_NEAR(static_cast<double>(made[static_cast<std::size_t>(x)]) / 4096.0 / 2048,
                ugo_function_value(kGelu, (x - 100) * 0.1), 0.008);
}

TEST(UgoUnit, LeavesOutWhatIsSilentInTheDomain) {
  const UgoNetwork& network = UgoLibrary::bundled().find(kGelu, 64);
  UgoDesign design = design_of(kCases[0], network, 32);
  EXPECT_EQ(make_ugo_unit("gelu", network, design).hidden.size(), 64u);
  design.low = -1, design.high = 1;
  const std::size_t left = make_ugo_unit("gelu", network, design).hidden.size();
  EXPECT_GT(left, 8u);
  EXPECT_LT(left, 48u);
}

TEST(UgoUnit, RefusesWhatDoesNotFit) {
  const UgoNetwork& network = UgoLibrary::bundled().find(kGelu, 16);
  UgoDesign design = design_of(kCases[0], network, 32);
  design.out_scale = 1e-6;
  try {
    make_ugo_unit("block0.gelu", network, design);
    FAIL();
  } catch (const DoesNotFitIntegers& e) {
    EXPECT_EQ(e.stage, "block0.gelu");
    EXPECT_EQ(e.quantity, "an output weight of a hidden neuron");
    EXPECT_EQ(e.limit, 32767);
  }
  design.out_scale = 1.0 / 2048;
  design.largest_input = std::int64_t{1} << 28;
  EXPECT_THROW(make_ugo_unit("block0.gelu", network, design), DoesNotFitIntegers);
}

TEST(UgoGroups, WantsOneInputAGroup) {
  const UgoNetwork& network = UgoLibrary::bundled().find(kGelu, 4);
  UgoGroups groups(make_ugo_unit("gelu", network, design_of(kCases[0], network, 8)), 3);
  EXPECT_EQ(groups.neurons(), 12);
  EXPECT_THROW(groups.step(std::vector<std::int32_t>(2)), std::logic_error);
  const std::vector<std::int32_t> none(3);
  for (int t = 0; t < kUgoMostSteps; ++t) groups.step(none);
  EXPECT_THROW(groups.step(none), TooManyUgoSteps);
}

}  // namespace
}  // namespace ranvier::workloads
