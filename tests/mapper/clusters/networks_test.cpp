// SPDX-License-Identifier: Apache-2.0
// Sizes and weights of the published networks, and synapses of convolutional ones against a count neuron by neuron.
#include "mapper/clusters/networks.h"

#include <map>

#include <gtest/gtest.h>

#include "mapper/clusters/conv_networks.h"
#include "mapper/clusters/errors.h"

namespace ranvier::mapper::clusters {
namespace {

double weight_of(const Network& network) {
  double sum = 0;
  for (const Edge& e : network.edges) sum += e.weight;
  return sum;
}

struct Checksum {
  const char* name;
  std::size_t clusters;
  std::size_t edges;
  double weight;
};

class Layered : public testing::TestWithParam<Checksum> {};

TEST_P(Layered, EqualsThePublishedGenerator) {
  const Network network = make_network(GetParam().name);
  EXPECT_EQ(network.clusters, GetParam().clusters);
  EXPECT_EQ(network.edges.size(), GetParam().edges);
  EXPECT_NEAR(weight_of(network), GetParam().weight, 0.5e-6 + 1e-13 * GetParam().weight);
}

INSTANTIATE_TEST_SUITE_P(
    Asplos23, Layered,
    testing::Values(Checksum{"dnn_16", 256, 3584, 1789.345006}, Checksum{"dnn_32", 1024, 30720, 15348.732726},
                    Checksum{"dnn_64", 4096, 253952, 126860.388436},
                    Checksum{"dnn_128", 16384, 2064384, 1032661.241092}, Checksum{"cnn_16", 256, 1512, 731.680237},
                    Checksum{"cnn_32", 1024, 7560, 3772.385439}, Checksum{"cnn_64", 4096, 33480, 16721.366403},
                    Checksum{"cnn_128", 16384, 140616, 70273.426143}, Checksum{"cnn_256", 65536, 576072, 288061.057900},
                    Checksum{"cnn_512", 262144, 2331720, 1166391.983985},
                    Checksum{"cnn_1024", 1048576, 9381960, 4689682.427501},
                    Checksum{"sdnn_512", 262144, 16769024, 8382857.752435}));

TEST(LayeredEdges, FirstWeightIsThePublishedOne) {
  EXPECT_NEAR(layered_edges(16, 16, 0).front().weight, 0.131537788, 0.5e-9);
}

TEST(LayeredEdges, KernelsReachRightOnly) {
  const Network network = make_network("cnn_5_k2");
  ASSERT_EQ(network.edges.size(), 3u * 9u);
  EXPECT_EQ(network.edges[0].target, 5u);
  EXPECT_EQ(network.edges[1].target, 6u);
  EXPECT_EQ(network.edges[8].source, 4u);
  EXPECT_EQ(network.edges[8].target, 9u);
  EXPECT_EQ(make_network("cnn_5_k7").edges.size(), 3u * 15u);
}

TEST(LayeredEdges, FewLayersHaveNoEdges) {
  EXPECT_TRUE(make_network("dnn_1").edges.empty());
  EXPECT_TRUE(make_network("dnn_2").edges.empty());
  EXPECT_EQ(make_network("dnn_3").edges.size(), 9u);
}

struct RealSize {
  const char* name;
  std::int64_t neurons;
  double synapses;  // rounded as published
  double half_digit;
  std::size_t clusters;
  std::uint32_t side;
  std::size_t edges;
};

class Convolutional : public testing::TestWithParam<RealSize> {};

TEST_P(Convolutional, HasThePublishedSize) {
  const RealSize& size = GetParam();
  const Network network = make_network(size.name);
  EXPECT_EQ(network.neurons, size.neurons);
  EXPECT_NEAR(static_cast<double>(network.synapses), size.synapses, size.half_digit);
  EXPECT_EQ(network.clusters, size.clusters);
  EXPECT_EQ(square_mesh(network.clusters).width, size.side);
  EXPECT_EQ(network.edges.size(), size.edges);
}

INSTANTIATE_TEST_SUITE_P(ChannelsLast, Convolutional,
                         testing::Values(RealSize{"lenet", 8878, 412960, 0, 3, 2, 2},
                                         RealSize{"alexnet", 936323, 1.045e9, 0.5e6, 229, 16, 831},
                                         RealSize{"mobilenet_v1", 5195240, 5.679e8, 0.5e5, 1269, 36, 3667},
                                         RealSize{"vgg16", 15237608, 1.498e10, 0.5e7, 3721, 61, 19247}));

/// Every synapse of a small network, one by one, by the plain definition.
TEST(ConvNetworks, CountsEverySynapseOnce) {
  using Kind = ConvLayer::Kind;
  const ConvNetwork net{
      "small", 5, 4, 3, {{Kind::kDense, 3, 2, 1, 5}, {Kind::kPerChannel, 2, 1, 0, 0}, {Kind::kFull, 1, 1, 0, 6}}};
  std::map<std::pair<int, int>, double> want;
  double synapses = 0;
  const int per = 7;
  const auto connect = [&](int a, int b) {
    ++synapses;
    if (a / per != b / per) ++want[{a / per, b / per}];
  };
  for (int y = 0; y < 3; ++y)  // 5 x 4 x 3 -> 3 x 2 x 5, from neuron 60
    for (int x = 0; x < 2; ++x)
      for (int o = 0; o < 5; ++o)
        for (int iy = 2 * y - 1; iy <= 2 * y + 1; ++iy)
          for (int ix = 2 * x - 1; ix <= 2 * x + 1; ++ix)
            for (int c = 0; c < 3; ++c)
              if (iy >= 0 && iy < 5 && ix >= 0 && ix < 4) connect((iy * 4 + ix) * 3 + c, 60 + (y * 2 + x) * 5 + o);
  for (int y = 0; y < 2; ++y)  // -> 2 x 1 x 5, from neuron 90
    for (int o = 0; o < 5; ++o)
      for (int iy = y; iy < y + 2; ++iy)
        for (int ix = 0; ix < 2; ++ix) connect(60 + (iy * 2 + ix) * 5 + o, 90 + y * 5 + o);
  for (int a = 0; a < 10; ++a)
    for (int b = 0; b < 6; ++b) connect(90 + a, 100 + b);
  const Network network = cut_into_clusters(net, per);
  EXPECT_EQ(network.neurons, 106);
  EXPECT_EQ(network.clusters, 16u);
  EXPECT_EQ(static_cast<double>(network.synapses), synapses);
  std::map<std::pair<int, int>, double> got;
  for (const Edge& e : network.edges) got[{static_cast<int>(e.source), static_cast<int>(e.target)}] = e.weight;
  EXPECT_EQ(got.size(), network.edges.size());
  EXPECT_EQ(got, want);
}

TEST(MakeNetwork, NamesWhatIsWrong) {
  try {
    make_network("alexnett");
    FAIL();
  } catch (const UnknownNetwork& e) {
    EXPECT_EQ(e.name, "alexnett");
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
    EXPECT_NE(std::string(e.what()).find("alexnet"), std::string::npos);
  }
  EXPECT_THROW(make_network("dnn_0"), UnknownNetwork);
  EXPECT_THROW(make_network("dnn_x"), UnknownNetwork);
  EXPECT_THROW(make_network("cnn_8_k0"), UnknownNetwork);
  EXPECT_THROW(make_network("dnn_2048"), UnknownNetwork);  // 8.6e9 edges
  EXPECT_THROW(make_network("sdnn_9"), UnknownNetwork);
}

}  // namespace
}  // namespace ranvier::mapper::clusters
