// SPDX-License-Identifier: Apache-2.0
// Trained universal group operators against the true functions and against the networks that STA's authors released.
#include "workloads/methods/ugo_network.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/shared_data.h"
#include "workloads/methods/ugo_errors.h"
#include "workloads/npz.h"

namespace ranvier::workloads {
namespace {

using enum UgoFunction;

UgoErrors on_own_domain(UgoFunction function, int hidden) {
  const UgoNetwork& network = UgoLibrary::bundled().find(function, hidden);
  return ugo_errors(network, network.low, network.high);
}

TEST(UgoNetwork, ErrorsAreThoseOfTheDocumentation) {
  struct Row {
    UgoFunction function;
    double at_8, at_16, at_32, at_64;
  };
  // docs/explanation/ugo.md
  for (const Row& row :
       {Row{kGelu, 1.53e-2, 3.5e-3, 9.1e-4, 2.4e-4}, Row{kGeluTanh, 1.51e-2, 3.6e-3, 8.9e-4, 2.4e-4},
        Row{kQuickGelu, 1.75e-2, 3.5e-3, 1.06e-3, 2.8e-4}, Row{kExp, 6.2e-3, 1.8e-3, 4.9e-4, 1.34e-4},
        Row{kExpRaw, 0.123, 3.6e-2, 1.01e-2, 2.65e-3}, Row{kReciprocal, 5.0e-3, 1.26e-3, 3.15e-4, 7.9e-5},
        Row{kReciprocalWide, 4.4e-2, 1.12e-2, 2.8e-3, 7.2e-4}, Row{kReciprocalRaw, 1.27e-2, 3.2e-3, 8.1e-4, 2.1e-4},
        Row{kRoot, 7.5e-3, 1.89e-3, 4.7e-4, 1.19e-4}, Row{kRootWide, 4.6e-2, 1.17e-2, 2.9e-3, 7.5e-4}}) {
    EXPECT_NEAR(on_own_domain(row.function, 8).greatest / row.at_8, 1, 0.04) << ugo_function_name(row.function);
    EXPECT_NEAR(on_own_domain(row.function, 16).greatest / row.at_16, 1, 0.04) << ugo_function_name(row.function);
    EXPECT_NEAR(on_own_domain(row.function, 32).greatest / row.at_32, 1, 0.04) << ugo_function_name(row.function);
    EXPECT_NEAR(on_own_domain(row.function, 64).greatest / row.at_64, 1, 0.04) << ugo_function_name(row.function);
  }
}

TEST(UgoNetwork, ErrorFallsWithTheSquareOfTheNeurons) {
  for (const UgoFunction function : ugo_functions()) {
    const double per_octave =
        std::log2(on_own_domain(function, 16).greatest / on_own_domain(function, 64).greatest) / 2;
    EXPECT_GT(per_octave, 1.7) << ugo_function_name(function);
    EXPECT_LT(per_octave, 2.1) << ugo_function_name(function);
  }
}

TEST(UgoNetwork, TailsAreThoseOfTheFunctions) {
  const UgoNetwork& gelu = UgoLibrary::bundled().find(kGelu, 32);
  EXPECT_NEAR(gelu.evaluate(-1000), 0, 2e-3);
  EXPECT_NEAR(gelu.evaluate(1000), 1000, 2e-3);
  const UgoNetwork& exp = UgoLibrary::bundled().find(kExp, 16);
  EXPECT_EQ(exp.evaluate(-1e6), 0);
  EXPECT_EQ(exp.b2, 0);
}

/// The released weights as networks of this kind.
UgoNetwork released(const NpzFile& file, const std::string& name, UgoFunction function) {
  UgoNetwork network;
  network.function = function;
  network.w1 = file.f32(name + ".0.weight", {-1, 1});
  network.b1 = file.f32(name + ".0.bias", {-1});
  network.w2 = file.f32(name + ".2.weight", {1, -1});
  network.b2 = file.f32(name + ".2.bias", {1}).at(0);
  return network;
}

TEST(UgoNetwork, ReleasedNetworksAreWorse) {
  RANVIER_NEEDS_SHARED_DATA("sta-approximators/approximators.npz");
  const NpzFile file = NpzFile::read(shared_data("sta-approximators/approximators.npz"));
  const UgoNetwork quick = released(file, "gelu", kQuickGelu), erf = released(file, "gelu", kGelu);
  const UgoNetwork exp = released(file, "exp", kExpRaw), inverse = released(file, "inv", kReciprocalRaw);
  const UgoNetwork root = released(file, "sqrtinv", kRootWide);
  ASSERT_EQ(quick.hidden(), 64u);
  ASSERT_EQ(exp.hidden(), 32u);
  ASSERT_EQ(inverse.hidden(), 64u);
  ASSERT_EQ(root.hidden(), 8u);
  EXPECT_NEAR(ugo_errors(quick, -10, 10).greatest, 0.0046, 0.0001);
  EXPECT_NEAR(ugo_errors(quick, -10, 10).root_mean_square, 0.0007, 0.0001);
  EXPECT_NEAR(ugo_errors(erf, -10, 10).greatest, 0.020, 0.001);
  EXPECT_NEAR(ugo_errors(exp, -20, 3).greatest, 0.16, 0.01);
  EXPECT_NEAR(ugo_errors(exp, -20, 1).greatest, 0.025, 0.001);
  EXPECT_NEAR(ugo_errors(inverse, 2.7, 60).greatest, 0.012, 0.001);
  EXPECT_GT(ugo_errors(inverse, 1, 60).greatest, 0.4);
  EXPECT_NEAR(ugo_errors(root, 0.01, 1).greatest, 0.05, 0.01);  // relative

  // The shipped ones at the same size, on the same ranges.
  const UgoLibrary& ours = UgoLibrary::bundled();
  EXPECT_LT(ugo_errors(ours.find(kQuickGelu, 64), -10, 10).greatest, 0.0046 / 16);
  EXPECT_LT(ugo_errors(ours.find(kGelu, 64), -10, 10).greatest, 0.0046 / 16);
  EXPECT_LT(ugo_errors(ours.find(kExpRaw, 32), -20, 3).greatest, 0.16 / 15);
  EXPECT_LT(ugo_errors(ours.find(kReciprocalRaw, 64), 2.7, 60).greatest, 0.012 / 50);
  EXPECT_LT(ugo_errors(ours.find(kRootWide, 8), 0.02, 1).greatest, 0.05);
}

TEST(UgoNetwork, GapsOfThePaper) {
  const UgoNetwork& exp = UgoLibrary::bundled().find(kExp, 16);
  const UgoGaps gaps = ugo_gaps(exp, 32);
  // Hidden values are scaled to reach 1, and the weights of a convex function that starts at 0 sum to its end.
  EXPECT_NEAR(gaps.quantisation, 0.998 / 32, 1e-4);
  EXPECT_NEAR(gaps.parameterisation, 1.0 / 256, 1e-4);  // slope 1, value 1, N 16
  EXPECT_NEAR(gaps.approximation, 1.8e-3, 5e-5);
  EXPECT_LT(gaps.approximation, gaps.parameterisation);
  EXPECT_DOUBLE_EQ(ugo_gaps(exp, 64).quantisation, gaps.quantisation / 2);
}

TEST(UgoNetwork, ActivationsHaveTheirs) {
  EXPECT_EQ(ugo_function_of(Activation::kGelu), kGelu);
  EXPECT_EQ(ugo_function_of(Activation::kGeluTanh), kGeluTanh);
  EXPECT_EQ(ugo_function_of(Activation::kQuickGelu), kQuickGelu);
  EXPECT_THROW(ugo_function_of(Activation::kRelu), std::logic_error);
}

std::string one_network(const std::string& body) {
  return R"({"format": "ranvier-ugo", "version": 1, "networks": [)" + body + "]}";
}
const char* kGood =
    R"({"function": "exp", "low": -1, "high": 0, "w1": [1, 2], "b1": [0, 1], "w2": [3, -1], "b2": 0.5})";

TEST(UgoLibrary, ReadsWhatItIsGiven) {
  const UgoLibrary library = UgoLibrary::parse(one_network(kGood), "a.json");
  const UgoNetwork& network = library.find(kExp, 2);
  EXPECT_DOUBLE_EQ(network.evaluate(1), 0.5 + 3 * 1 - 3);
  EXPECT_DOUBLE_EQ(network.evaluate(-0.25), 0.5 - 0.5);
  EXPECT_EQ(library.sizes(kExp), std::vector<int>{2});
}

TEST(UgoLibrary, SaysWhatIsNotTrained) {
  try {
    UgoLibrary::bundled().find(kExp, 7);
    FAIL();
  } catch (const UgoNotTrained& e) {
    EXPECT_EQ(e.hidden, 7);
    EXPECT_EQ(e.function, "exp");
    EXPECT_STREQ(e.what(),
                 "no universal group operator of 7 hidden units for 'exp': trained are 4, 8, 12, 16, 24, 32, 48, 64; "
                 "take one of these");
  }
}

TEST(UgoLibrary, RefusesDamagedFiles) {
  const std::string good = kGood;
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return one_network(text);
  };
  for (const std::string& text :
       {std::string("{"), std::string("[]"), std::string(R"({"format": "ranvier-ugo", "version": 2, "networks": []})"),
        std::string(R"({"format": "ranvier-ugo", "version": 1})"), one_network("3"), one_network(good + "," + good),
        changed("exp", "sine"), changed("\"b2\": 0.5", "\"b2\": \"x\""), changed("[1, 2]", "[1, 2, 3]"),
        changed("[1, 2]", "[]"), changed("[1, 2]", "[1, null]"), changed("[1, 2]", "[1, 1e39]"),
        changed("\"high\": 0", "\"high\": -1"), changed("\"low\": -1, ", ""), changed("\"low\"", "\"lowest\"")})
    EXPECT_THROW(UgoLibrary::parse(text, "a.json"), UgoFileError) << text;
  try {
    UgoLibrary::parse(changed("exp", "sine"), "a.json");
    FAIL();
  } catch (const UgoFileError& e) {
    EXPECT_EQ(e.entry, "networks[0]");
    EXPECT_STREQ(
        e.what(),
        "a.json: networks[0]: 'function' names none that is known; write it with workloads/train/ugo_train.py");
  }
}

}  // namespace
}  // namespace ranvier::workloads
