// SPDX-License-Identifier: Apache-2.0
// Layer tables: the shipped ones hold the known sizes of their networks, spoilt ones are refused with line and column.
#include "workloads/layer_table.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "tests/mutator.h"
#include "workloads/layer_errors.h"

namespace ranvier::workloads {
namespace {

const std::string kHeader = "layer,kind,input,residual,height,width,channels,outputs,kernel,stride,padding\n";

std::string bundled_text(const std::string& name) {
  return read_file(std::string(RANVIER_SOURCE_DIR) + "/workloads/models/layer-tables/" + name + ".csv");
}

/// Parses header and rows, which must fail with an E, and returns it.
template <class E>
E failure(const std::string& rows) {
  try {
    parse_layer_table(kHeader + rows, "net.csv");
  } catch (const E& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    return e;
  }
  throw std::logic_error("parsed");
}

TEST(LayerTable, Vgg16HasItsKnownSizes) {
  const LayerTable table = load_layer_table("vgg16");
  EXPECT_EQ(table.name, "vgg16");
  EXPECT_EQ(table.layers.size(), 21U);
  EXPECT_EQ(weights(table), 138'344'128);  // 138 357 544 parameters less 13 416 biases
  EXPECT_EQ(multiply_adds(table), 15'470'264'320);
  EXPECT_EQ(table.layers.back().output_values(), 1000);
}

TEST(LayerTable, Resnet18HasItsKnownSizes) {
  const LayerTable table = load_layer_table("resnet18");
  EXPECT_EQ(table.layers.size(), 31U);    // 20 convolutions, 2 pools, 8 sums, 1 fully connected
  EXPECT_EQ(weights(table), 11'678'912);  // 11 689 512 parameters less 9 600 of normalisation and 1 000 biases
  EXPECT_EQ(multiply_adds(table), 1'814'073'344);
  EXPECT_EQ(table.layers[0].out_height(), 112);
  EXPECT_EQ(table.layers[1].out_height(), 56);
}

TEST(LayerTable, Resnet50HasItsKnownSizes) {
  const LayerTable table = load_layer_table("resnet50");
  EXPECT_EQ(table.layers.size(), 72U);    // 53 convolutions, 2 pools, 16 sums, 1 fully connected
  EXPECT_EQ(weights(table), 25'502'912);  // 25 557 032 parameters less 53 120 of normalisation and 1 000 biases
  EXPECT_EQ(multiply_adds(table), 4'089'184'256);
}

TEST(LayerTable, NamesAndPaths) {
  EXPECT_EQ(bundled_layer_tables(), (std::vector<std::string>{"resnet18", "resnet50", "vgg16"}));
  const auto path = std::filesystem::temp_directory_path() / "ranvier-layer-table-test.csv";
  std::ofstream(path) << "# a remark\n" << kHeader << "\n a , convolution , image ,, 4, 4, 1, 2, 3, 1, 1\r\n";
  const LayerTable table = load_layer_table(path.string());
  std::filesystem::remove(path);
  ASSERT_EQ(table.layers.size(), 1U);
  EXPECT_EQ(table.layers[0].line, 4);
  EXPECT_EQ(table.layers[0].multiply_adds(), 4 * 4 * 9 * 2);
  try {
    load_layer_table("vgg61");
    FAIL();
  } catch (const UnknownLayerTable& e) {
    EXPECT_NE(std::string(e.what()).find("did you mean 'vgg16'"), std::string::npos) << e.what();
  }
}

TEST(LayerTable, EachErrorNamesItsPlace) {
  EXPECT_THROW(parse_layer_table("", "net.csv"), BadLayerHeader);
  EXPECT_THROW(parse_layer_table("a,b\n", "net.csv"), BadLayerHeader);
  EXPECT_THROW(parse_layer_table(kHeader, "net.csv"), NoLayers);
  const std::string good = "a,convolution,image,,8,8,3,4,3,1,1\n";
  EXPECT_EQ(failure<WrongCellCount>(good + "b,add\n").place.line, 3);
  EXPECT_EQ(failure<BadLayerValue>("a,conv,image,,8,8,3,4,3,1,1\n").column, "kind");
  EXPECT_EQ(failure<BadLayerValue>("image,convolution,image,,8,8,3,4,3,1,1\n").column, "layer");
  EXPECT_EQ(failure<BadLayerValue>("a,convolution,image,,8,-8,3,4,3,1,1\n").column, "width");
  EXPECT_EQ(failure<BadLayerValue>("a,convolution,image,,8,8,3x,4,3,1,1\n").column, "channels");
  EXPECT_EQ(failure<BadLayerValue>("a,convolution,image,,8,8,3,4,3,1,3\n").column, "padding");
  EXPECT_EQ(failure<BadLayerValue>("a,convolution,image,,8,8,3,4,9,1,0\n").column, "kernel");
  EXPECT_EQ(failure<BadLayerValue>("a,convolution,image,a,8,8,3,4,3,1,1\n").column, "residual");
  EXPECT_EQ(failure<BadLayerValue>(good + "b,add,a,,8,8,4,4,1,1,0\n").column, "residual");
  EXPECT_EQ(failure<BadLayerValue>("a,max_pool,image,,8,8,3,4,2,2,0\n").column, "outputs");
  EXPECT_EQ(failure<BadLayerValue>("a,fully_connected,image,,8,8,3,4,8,1,0\n").column, "kernel");
  EXPECT_EQ(failure<BadLayerValue>("a,convolution,image,,16384,16384,1048576,1048576,3,1,1\n").column, "outputs");
  EXPECT_EQ(failure<BadLayerName>(good + "b,max_pool,c,,8,8,4,4,2,2,0\n").name, "c");
  EXPECT_EQ(failure<BadLayerName>(good + "a,max_pool,a,,8,8,4,4,2,2,0\n").name, "a");
  const auto mismatch = failure<LayerShapeMismatch>(good + "b,max_pool,a,,8,8,3,3,2,2,0\n");
  EXPECT_EQ(mismatch.layer, "b");
  EXPECT_EQ(mismatch.input, "a");
  EXPECT_EQ(mismatch.place.line, 3);
  const std::string pooled = good + "p,max_pool,a,,8,8,4,4,2,2,0\n";
  EXPECT_EQ(failure<LayerShapeMismatch>(pooled + "b,add,a,p,8,8,4,4,1,1,0\n").input, "p");
}

TEST(LayerTable, SpoiltTextIsRefusedInOneLine) {
  const std::string text = bundled_text("resnet18");
  int parsed = 0;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    try {
      parse_layer_table(Mutator(4, i).spoil(text), "net.csv");
      ++parsed;
    } catch (const Error& e) {
      ASSERT_EQ(std::string(e.what()).find('\n'), std::string::npos) << "mutation " << i << ": " << e.what();
    }
  }
  EXPECT_GT(parsed, 100);
  EXPECT_LT(parsed, 2500);
  EXPECT_TRUE(rc::check("any text is refused in one line", [](const std::string& any) {
    try {
      parse_layer_table(kHeader + any, "net.csv");
    } catch (const Error& e) {
      RC_ASSERT(std::string(e.what()).find('\n') == std::string::npos);
    }
  }));
}

}  // namespace
}  // namespace ranvier::workloads
