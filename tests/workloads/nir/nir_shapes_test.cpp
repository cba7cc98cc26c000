// SPDX-License-Identifier: Apache-2.0
// Shapes found along NIR graphs; windows against a plain gather; mismatches named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "tests/workloads/nir/made_nir.h"
#include "workloads/nir/nir_errors.h"
#include "workloads/nir/simulate_nir.h"

namespace ranvier::workloads {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

NirFile fixture(const std::string& name) {
  return read_nir(std::filesystem::path(RANVIER_SOURCE_DIR) / "tests" / "data" / "nir" / name);
}

const NirUnit& unit(const NirNetwork& network, const std::string& path) {
  for (const NirUnit& one : network.units) {
    if (one.path == path) return one;
  }
  throw std::runtime_error("no unit " + path);
}

std::string mismatch(const NirFile& file) {
  try {
    make_nir_network(file);
  } catch (const NirShapeMismatch& error) {
    return error.what();
  }
  return "no mismatch";
}

TEST(NirShapes, FollowFromTheInput) {
  const NirFile all = fixture("all_nodes.nir");
  const NirNetwork network = make_nir_network(all);
  EXPECT_THAT(unit(network, "conv").out_shape, ElementsAre(4, 8, 8));
  EXPECT_THAT(unit(network, "avg").out_shape, ElementsAre(4, 2, 2));
  EXPECT_THAT(unit(network, "flat").out_shape, ElementsAre(16));
  EXPECT_THAT(unit(network, "output").out_shape, ElementsAre(4));
  const NirFile line = fixture("conv1d.nir");
  const NirNetwork conv1d = make_nir_network(line);
  EXPECT_THAT(unit(conv1d, "conv").out_shape, ElementsAre(3, 9));
  EXPECT_THAT(unit(conv1d, "valid").out_shape, ElementsAre(3, 4));
  const NirFile bare = fixture("no_input_shape.nir");
  EXPECT_THAT(unit(make_nir_network(bare), "conv").out_shape, ElementsAre(3, 3, 3));
  const NirFile scalars = fixture("scalars.nir");
  EXPECT_THAT(unit(make_nir_network(scalars), "lif").out_shape, ElementsAre(3));
  const NirFile ones = fixture("output_shape.nir");  // (1,) against [1, 1, 1]
  EXPECT_THAT(unit(make_nir_network(ones), "output").out_shape, ElementsAre(1));
}

TEST(NirShapes, MismatchesNameBothSides) {
  EXPECT_THAT(mismatch(fixture("wrong_input_shape.nir")),
              HasSubstr("conv: input_shape is [6, 5], but [2, 5, 5] arrives; correct or remove it"));
  EXPECT_THAT(mismatch(fixture("output_mismatch.nir")), HasSubstr("output: its shape is [3], but [1] arrives"));
  EXPECT_THAT(
      mismatch(made_chain({3}, {made_node("w", "Linear", {reals("weight", {2, 4}, std::vector<double>(8))})}, {2})),
      HasSubstr("w: weight [2, 4] takes [4], but [3] arrives"));
  EXPECT_THAT(mismatch(made_chain({1, 2, 2}, {made_pool("p", "SumPool2d", 3, 1)}, {1, 1, 1})),
              HasSubstr("p: a window of 3 over 2 with padding"));
  EXPECT_THAT(
      mismatch(made_chain({3, 4, 4}, {made_conv("c", {2, 3, 1, 1}, std::vector<double>(6), 1, 0, 2)}, {2, 4, 4})),
      HasSubstr("c: weight [2, 3, 1, 1] with 2 groups over 3 channels"));
  EXPECT_THAT(
      mismatch(made_chain({4}, {made_node("f", "Flatten", {whole("start_dim", {0}), whole("end_dim", {1})})}, {4})),
      HasSubstr("f: end_dim 1 of 1 dimensions"));
  EXPECT_THAT(mismatch(made_chain({4}, {made_node("n", "I", {reals("r", {3}, {1, 1, 1})})}, {4})),
              HasSubstr("n: r [3] for [4] elements"));
  NirFile two = made_chain({4}, {made_if("n", 1)}, {4});
  two.root.nested.front().nodes.push_back(made_node("other", "Input", {whole("shape", {3})}));
  two.root.nested.front().edges.push_back({"other", "n"});
  EXPECT_THAT(mismatch(two), HasSubstr("[4] from 'input' and [3] from 'other' cannot be added"));
}

/// Every output gathers its window: the definition, with none of the scattering.
std::vector<double> gathered(const NirWindow& w, const std::vector<double>& in, const std::vector<double>& weight) {
  std::vector<double> out;
  const std::int64_t inputs = w.in_channels / w.groups;
  const std::int64_t outputs = w.out_channels / w.groups;
  for (std::int64_t o = 0; o < w.out_channels; ++o) {
    for (std::int64_t oy = 0; oy < w.out[0]; ++oy) {
      for (std::int64_t ox = 0; ox < w.out[1]; ++ox) {
        double sum = 0;
        for (std::int64_t i = 0; i < inputs; ++i) {
          for (std::int64_t ky = 0; ky < w.kernel[0]; ++ky) {
            for (std::int64_t kx = 0; kx < w.kernel[1]; ++kx) {
              const std::int64_t y = oy * w.stride[0] - w.before[0] + ky * w.dilation[0];
              const std::int64_t x = ox * w.stride[1] - w.before[1] + kx * w.dilation[1];
              if (y < 0 || x < 0 || y >= w.in[0] || x >= w.in[1]) continue;
              const std::int64_t c = o / outputs * inputs + i;
              sum += in[static_cast<std::size_t>((c * w.in[0] + y) * w.in[1] + x)] *
                     weight[static_cast<std::size_t>(((o * inputs + i) * w.kernel[0] + ky) * w.kernel[1] + kx)];
            }
          }
        }
        out.push_back(sum);
      }
    }
  }
  return out;
}

TEST(NirShapes, ConvolutionsAreTheirDefinition) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    std::uint32_t draw = 0;
    const auto pick = [&](std::uint32_t below) { return std::int64_t{random_below(below, seed, 3, 0, draw++)}; };
    const std::int64_t groups = 1 + pick(3);
    const std::int64_t inputs = 1 + pick(2);
    const std::vector<std::int64_t> shape{groups * (1 + pick(2)), inputs, 1 + pick(3), 1 + pick(3)};
    const std::vector<std::int64_t> in{groups * inputs, 5 + pick(4), 5 + pick(4)};
    const auto random_values = [&](std::int64_t count) {
      std::vector<double> all;
      for (std::int64_t i = 0; i < count; ++i) all.push_back(static_cast<double>(pick(9)) - 4);
      return all;
    };
    const auto weight = random_values(nir_count(shape));
    NirNode conv = made_conv("c", shape, weight, 1, 0, groups);
    conv.storage.datasets["stride"].value = Hdf5Value::integers({1 + pick(3), 1 + pick(3)});
    conv.storage.datasets["dilation"].value = Hdf5Value::integers({1 + pick(2), 1 + pick(2)});
    conv.storage.datasets["padding"].value = Hdf5Value::integers({pick(3), pick(3)});
    if (pick(4) == 0) {
      conv.storage.datasets["padding"].value = Hdf5Value::text("same");
      conv.storage.datasets["stride"].value = Hdf5Value::integers({1});
    }
    const NirWindow window = nir_window(conv, in, "made.nir", "c");
    const NirFile file = made_chain(in, {conv}, {window.out_channels, window.out[0], window.out[1]});
    const auto image = random_values(nir_count(in));
    NirSimulator simulator(file, {});
    simulator.step(image);
    const auto out = simulator.output(1);
    EXPECT_EQ(std::vector<double>(out.begin(), out.end()), gathered(window, image, weight)) << "seed " << seed;
  }
}

TEST(NirShapes, PoolingSumsOrAveragesWithThePadding) {
  const std::vector<double> image{1, 2, 3, 4, 5, 6, 7, 8, 9};
  for (const bool average : {false, true}) {
    const NirFile file =
        made_chain({1, 3, 3}, {made_pool("p", average ? "AvgPool2d" : "SumPool2d", 2, 2, 1)}, {1, 2, 2});
    NirSimulator simulator(file, {});
    simulator.step(image);
    const auto out = simulator.output(1);
    const double of = average ? 4 : 1;
    EXPECT_THAT(std::vector<double>(out.begin(), out.end()), ElementsAre(1 / of, 5 / of, 11 / of, 28 / of));
  }
}

}  // namespace
}  // namespace ranvier::workloads
