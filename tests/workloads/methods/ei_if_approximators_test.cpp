// SPDX-License-Identifier: Apache-2.0
// CustomNeuron and what is built of it: hand-worked neurons, error bounds of the shipped weights, norms against
// floating point, damaged weight files.
#include "workloads/methods/ei_if_approximators.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "base/data_folder.h"
#include "base/file.h"
#include "base/random.h"
#include "workloads/activation.h"
#include "workloads/methods/ei_if_errors.h"
#include "workloads/methods/ei_if_norm.h"

namespace ranvier::workloads {
namespace {

constexpr auto kOne = static_cast<double>(kApproximatorOne);

std::int64_t fixed(double x) { return std::llround(x * kOne); }

const Approximators& shipped() {
  static const Approximators all = load_approximators();
  return all;
}

TEST(CustomNeuron, ByHand) {
  // lambda 1/2, x = 10: V = 10, 15, 17 without reset.
  CustomNeuronParams params{1 << 15, CustomReset::kNone, {10, 16, 17}, {100, 20, 3}};
  ApproximatorWork work;
  EXPECT_EQ(custom_neuron_total(params, 10, work), 103);
  EXPECT_EQ(work, (ApproximatorWork{3, 2}));
  // Reset to zero: 10 fires, 10 is below 16, 5 + 10 is below 17.
  params.reset = CustomReset::kZero;
  CustomNeuron zero(params);
  EXPECT_EQ(zero.step(10), 100);
  EXPECT_EQ(zero.potential(), 0);
  EXPECT_EQ(zero.step(10), 0);
  EXPECT_EQ(zero.step(10), 0);
  EXPECT_EQ(zero.potential(), 15);
  // Subtraction: 12 - 10 = 2 is left, then 1 + 12, then 6 + 12.
  params.reset = CustomReset::kSubtract;
  CustomNeuron subtract(params);
  EXPECT_EQ(subtract.step(12), 100);
  EXPECT_EQ(subtract.potential(), 2);
  EXPECT_EQ(subtract.step(12), 0);
  EXPECT_EQ(subtract.step(12), 3);
  EXPECT_EQ(subtract.potential(), 1);
  // Negative potentials: floor((-3) / 2) = -2.
  params = {1 << 15, CustomReset::kNone, {0, 0}, {1, 1}};
  CustomNeuron negative(params);
  EXPECT_EQ(negative.step(-3), 0);
  EXPECT_EQ(negative.step(-3), 0);
  EXPECT_EQ(negative.potential(), -5);
}

struct Errors {
  double rms = 0, largest = 0;
  std::size_t levels = 0;
};

Errors errors_on(const std::function<double(double)>& approximate, const std::function<double(double)>& exact,
                 double lo, double hi, bool relative = false) {
  constexpr int kPoints = 4000;
  Errors e;
  std::set<double> levels;
  for (int i = 0; i < kPoints; ++i) {
    const double x = lo + (hi - lo) * i / kPoints;
    const double y = approximate(x), gap = (y - exact(x)) / (relative ? exact(x) : 1);
    e.rms += gap * gap;
    e.largest = std::max(e.largest, std::abs(gap));
    levels.insert(y);
  }
  e.rms = std::sqrt(e.rms / kPoints);
  e.levels = levels.size();
  return e;
}

std::function<double(double)> shipped_activation(const std::string& name) {
  return [name](double x) {
    ApproximatorWork work;
    return static_cast<double>(shipped().activations.at(name)(fixed(x), work)) / kOne;
  };
}

// The table of docs/explanation/ei-if.md. Released SiLU weights: 0.030 rms on [0, 1], 0.031 on [-6, 0], error 3.0 at 8.
TEST(SnnActivation, ErrorsOfTheShippedWeights) {
  const auto silu = [](double x) { return x / (1 + std::exp(-x)); };
  const Errors low = errors_on(shipped_activation("silu"), silu, 0, 1);
  EXPECT_NEAR(low.rms, 0.0352, 2e-4);
  EXPECT_EQ(low.levels, 7U);
  const Errors negative = errors_on(shipped_activation("silu"), silu, -6, 0);
  EXPECT_NEAR(negative.rms, 0.0040, 1e-4);
  EXPECT_EQ(negative.levels, 35U);
  EXPECT_NEAR(shipped_activation("silu")(8), silu(8), 0.25);
  for (const auto& [name, kind] : {std::pair{"gelu", Activation::kGelu}, std::pair{"gelu_tanh", Activation::kGeluTanh},
                                   std::pair{"quick_gelu", Activation::kQuickGelu}}) {
    const auto exact = [k = kind](double x) { return activation_value(k, x); };
    EXPECT_LT(errors_on(shipped_activation(name), exact, 0, 8).largest, 0.245) << name;
    EXPECT_LT(errors_on(shipped_activation(name), exact, 0, 1).rms, 0.0385) << name;
    EXPECT_LT(errors_on(shipped_activation(name), exact, -6, 0).largest, 0.008) << name;
    EXPECT_EQ(shipped_activation(name)(-4.01), 0) << name;
  }
}

// Without a reset a spike's step fires from one x on, so each branch of SiLU rises wherever all amplitudes do.
TEST(SnnActivation, StepsOfTheReferenceBands) {
  const SnnActivation& silu = shipped().activations.at("silu");
  ASSERT_EQ(silu.branches.size(), 4U);
  EXPECT_EQ(silu.neurons(), 6);
  EXPECT_EQ(silu.branches[0].neurons[2].leak, 1 << 16);
  EXPECT_EQ(silu.branches[1].from, -2 * kApproximatorOne);
  EXPECT_EQ(silu.branches[1].neurons[0].threshold.size(), 20U);
  EXPECT_EQ(silu.branches[3].neurons[0].threshold.size(), 5U);
  ApproximatorWork work;
  EXPECT_EQ(silu(-6 * kApproximatorOne - 1, work), 0);
  EXPECT_EQ(work, ApproximatorWork{});
  silu(-kApproximatorOne, work);
  EXPECT_EQ(work.steps, 20);
  silu(kApproximatorOne, work);
  EXPECT_EQ(work.steps, 50);
}

TEST(SnnSquare, ErrorsByBand) {
  const auto approximate = [](double x) {
    ApproximatorWork work;
    return static_cast<double>(shipped().square(fixed(x), work)) / kOne;
  };
  const auto exact = [](double x) { return x * x; };
  const double bands[][3] = {{0, 2, 0.0126}, {2, 4, 0.0300}, {4, 6, 0.0478}, {6, 8, 0.0525}, {8, 16, 2.77}};
  for (const auto& [lo, hi, rms] : bands) {
    EXPECT_LT(errors_on(approximate, exact, lo, hi).rms, rms) << lo;
    EXPECT_GT(errors_on(approximate, exact, lo, hi).rms, 0.9 * rms) << lo;
  }
  EXPECT_EQ(approximate(-3.3), approximate(3.3));
  EXPECT_EQ(shipped().square.neurons(), 3 * 46 + 2 * 21 + 1);
}

TEST(SnnRoot, ErrorsInAndOutsideItsCells) {
  const auto approximate = [](double m) {
    ApproximatorWork work;
    const Root root = shipped().root(std::llround(std::ldexp(m, kRootOperandFraction)), work);
    EXPECT_EQ(work.steps, 4);
    return std::ldexp(static_cast<double>(root.value), root.shift - kRootFraction);
  };
  const auto exact = [](double m) { return std::sqrt(m); };
  EXPECT_LT(errors_on(approximate, exact, 1e-5, 1e-3, true).largest, 0.0095);
  EXPECT_LT(errors_on(approximate, exact, 0.009, 0.02, true).largest, 0.0095);
  EXPECT_LT(errors_on(approximate, exact, 1, 200, true).largest, 0.0095);
  EXPECT_EQ(shipped().root.cells.size(), 64U);
  ApproximatorWork work;
  const Root tiny = shipped().root(0, work);  // counts as one unit of 2^-32
  EXPECT_NEAR(std::ldexp(static_cast<double>(tiny.value), tiny.shift - kRootFraction), std::exp2(-16), 2e-7);
  // A power of four more is a shift of one, exactly.
  const Root once = shipped().root(shipped().root.end - 1, work),
             more = shipped().root(4 * shipped().root.end - 4, work);
  EXPECT_EQ(once.value, more.value);
  EXPECT_EQ(more.shift, once.shift + 1);
}

TEST(SnnNorm, ByHandWithExactParts) {
  // Square and root that are exact where they are asked: x = +-2 has square 4, mean 4, root 2.
  SnnSquare square;
  square.bands.push_back({0, 0, {{0, {0, CustomReset::kZero, {0}, {4 * kApproximatorOne}}}}});
  square.outlier_from = 8 * kApproximatorOne;
  SnnRoot root;
  root.cells = {{1, {0, CustomReset::kZero, {1}, {std::int64_t{2} << kRootFraction}}}};
  root.end = std::int64_t{1} << 40;
  SnnNormParams params{{kApproximatorOne, 3 * kApproximatorOne}, {5, -7}, 0};
  const std::vector<std::int64_t> x{2 * kApproximatorOne, -2 * kApproximatorOne};
  std::vector<std::int64_t> y(2);
  ApproximatorWork work;
  snn_rms_norm(square, root, params, x, y, work);
  EXPECT_EQ(y, (std::vector<std::int64_t>{kApproximatorOne, -3 * kApproximatorOne}));
  EXPECT_EQ(work.steps, 3);
  snn_layer_norm(square, root, params, std::vector<std::int64_t>{x[0] + 99, x[1] + 99}, y, work);
  EXPECT_EQ(y, (std::vector<std::int64_t>{kApproximatorOne + 5, -3 * kApproximatorOne - 7}));
}

RC_GTEST_PROP(SnnNorm, LayerNormIsWithinThreePercentOfFloatingPoint, (std::uint64_t seed)) {
  constexpr std::size_t kWidth = 48;
  const double spread = std::exp2(*rc::gen::inRange(-2, 8));
  SnnNormParams params;
  params.epsilon = 42950;  // 1e-5
  std::vector<double> real;
  std::vector<std::int64_t> x, y(kWidth);
  for (std::size_t i = 0; i < kWidth; ++i) {
    real.push_back(spread * (2 * random_unit(seed, i, 0) - 1) + spread / 3);
    x.push_back(fixed(real.back()));
    params.gain.push_back(fixed(1 + 0.5 * random_unit(seed, i, 1)));
    params.bias.push_back(fixed(random_unit(seed, i, 2) - 0.5));
  }
  ApproximatorWork work;
  snn_layer_norm(shipped().square, shipped().root, params, x, y, work);
  double mean = 0, squares = 0;
  for (const double v : real) mean += v / kWidth;
  for (const double v : real) squares += (v - mean) * (v - mean) / kWidth;
  for (std::size_t i = 0; i < kWidth; ++i) {
    const double scaled = (real[i] - mean) / std::sqrt(squares + 1e-5) * static_cast<double>(params.gain[i]) / kOne;
    const double got = static_cast<double>(y[i] - params.bias[i]) / kOne;
    RC_ASSERT(std::abs(got - scaled) < 0.03 * std::abs(scaled) + 1e-3);
  }
  RC_ASSERT(work.steps == static_cast<std::int64_t>(4 * (kWidth + 1)));
}

std::string shipped_text() { return read_file(find_data("workloads/models/ei-if/approximators.json")); }

std::string place_of_error(const std::string& text) {
  try {
    parse_approximators(text, "weights.json");
  } catch (const ApproximatorFileError& error) {
    EXPECT_EQ(error.file, "weights.json");
    EXPECT_NE(std::string(error.what()).find("ei_if.py"), std::string::npos);
    return error.place;
  }
  return "no error";
}

TEST(ApproximatorFile, WhatIsWrongAndWhere) {
  const auto changed = [](const std::string& from, const std::string& to) {
    std::string text = shipped_text();
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  EXPECT_EQ(place_of_error(shipped_text()), "no error");
  EXPECT_EQ(place_of_error("{"), "");
  EXPECT_EQ(place_of_error("[]"), "");
  EXPECT_EQ(place_of_error(changed("approximators 1", "approximators 2")), "format");
  EXPECT_EQ(place_of_error(changed("\"quick_gelu\"", "\"slow_gelu\"")), "activations");
  EXPECT_EQ(place_of_error(changed("\"lambda\":62259", "\"lambda\":-1")), "activations.silu[0].lambda");
  EXPECT_EQ(place_of_error(changed("\"lambda\":62259", "\"lambda\":1e99")), "activations.silu[0].lambda");
  EXPECT_EQ(place_of_error(changed("\"lambda\":62259", "\"lambda\":18446744073709551615")),
            "activations.silu[0].lambda");
  EXPECT_EQ(place_of_error(changed("\"delta\":[", "\"delta\":[1,")), "activations.silu[0]");
  EXPECT_EQ(place_of_error(changed("\"from\":-131072", "\"from\":131072")), "activations.silu[1]");
  EXPECT_EQ(place_of_error(changed("\"cells\":[{\"edge\":0,", "\"cells\":[{\"edge\":99999,")),
            "square.bands[0].cells[1]");
  EXPECT_EQ(place_of_error(changed("\"outlier_from\":524288", "\"outlier_from\":0")), "square.outlier_from");
  EXPECT_EQ(place_of_error(changed("\"edge\":4295", "\"edge\":0")), "root.cells[0]");
  EXPECT_EQ(place_of_error(changed("\"end\":42949673", "\"end\":5000")), "root.end");
}

// Any bytes: either weights that compute, or the one error.
RC_GTEST_PROP(ApproximatorFile, DamagedFilesAreRefusedOrCompute, (std::uint64_t seed)) {
  static const std::string whole = shipped_text();
  std::string text = whole;
  const std::uint32_t changes = 1 + random_below(6, seed, 0, 0);
  for (std::uint64_t i = 0; i < changes; ++i) {
    const std::size_t at = random_below(static_cast<std::uint32_t>(text.size()), seed, 1, i);
    switch (random_below(4, seed, 2, i)) {
      case 0:
        text[at] = static_cast<char>(random_below(256, seed, 3, i));
        break;
      case 1:
        text[at] = static_cast<char>('0' + random_below(10, seed, 3, i));
        break;
      case 2:
        text.erase(at, random_below(40, seed, 3, i));
        break;
      default:
        text.insert(at, text.substr(random_below(static_cast<std::uint32_t>(text.size()), seed, 3, i), 20));
    }
    if (text.empty()) text = "0";
  }
  try {
    const Approximators parsed = parse_approximators(text, "damaged.json");
    SnnNormParams params{std::vector<std::int64_t>(4, fixed(1)), std::vector<std::int64_t>(4), 1};
    std::vector<std::int64_t> y(4);
    ApproximatorWork work;
    snn_layer_norm(parsed.square, parsed.root, params, std::vector<std::int64_t>{fixed(-3), 0, 7, fixed(100)}, y, work);
    for (const auto& [name, activation] : parsed.activations) activation(fixed(1.5), work);
  } catch (const ApproximatorFileError&) {
  }
}

}  // namespace
}  // namespace ranvier::workloads
