// SPDX-License-Identifier: Apache-2.0
// Dense devices: bounds that any tiling keeps, closed forms where the answer is plain, and measured throughput of the
// Ascend 310.
#include "mapper/dense_cost.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "mapper/errors.h"
#include "mapper/layer_work.h"

namespace ranvier::mapper {
namespace {

const chips::Device& ascend() {
  static const chips::Device device = chips::load_device("ascend-310");
  return device;
}

DenseWork product(std::int64_t m, std::int64_t k, std::int64_t n) {
  DenseWork w;
  w.name = "product";
  w.m = m;
  w.k = k;
  w.n = n;
  w.weight_bytes = k * n;
  w.input_bytes = m * k;
  w.output_bytes = m * n;
  return w;
}

Duration total_of(const chips::Device& device, const std::string& network, std::int64_t batch, Precision precision) {
  Duration total;
  for (const DenseWork& w : dense_works_of(workloads::load_layer_table(network), device, precision))
    total += dense_cost(device, w, batch, precision).total;
  return total;
}

double images_per_second(const std::string& network, std::int64_t batch) {
  return static_cast<double>(batch) / seconds(total_of(ascend(), network, batch, Precision::kFp16));
}

// reference arithmetic of VGG-16 at batch 1: the fully connected layers wait for their weights, the convolutions for
// the matrix unit; 247 MB / 45.56 GB/s = 5.43 ms and 15.35 G / 5.57 T = 2.76 ms.
TEST(DenseCost, FirstOrderCheckOfVgg16) {
  const workloads::LayerTable table = workloads::load_layer_table("vgg16");
  std::int64_t weights = 0, convolutions = 0;
  for (const workloads::Layer& layer : table.layers)
    (layer.kind == workloads::LayerKind::kFullyConnected ? weights : convolutions) +=
        layer.kind == workloads::LayerKind::kFullyConnected ? layer.weights() : layer.multiply_adds();
  EXPECT_EQ(weights, 123'633'664);
  EXPECT_EQ(convolutions, 15'346'630'656);
  const double bytes_per_second = 67.0 * 680e6;
  const double multiply_adds_per_second = 2.0 * 4096 * 680e6;
  EXPECT_NEAR(static_cast<double>(2 * weights) / bytes_per_second * 1e3, 5.43, 0.005);
  EXPECT_NEAR(static_cast<double>(convolutions) / multiply_adds_per_second * 1e3, 2.76, 0.006);

  Duration dense, convolution_cube;
  for (const DenseWork& w : dense_works_of(table, ascend(), Precision::kFp16)) {
    const DenseCost c = dense_cost(ascend(), w, 1, Precision::kFp16);
    if (w.name.starts_with("fc")) dense += c.memory;
    if (w.name.starts_with("conv") && w.taps == 9) convolution_cube += c.cube;
  }
  EXPECT_NEAR(seconds(dense) * 1e3, 5.427, 0.002);
  // 2.755 ms, and what the zeros cost: 3 channels in a depth of 16, 196 positions in 208 rows.
  EXPECT_NEAR(seconds(convolution_cube) * 1e3, 2.837, 0.002);
}

// Published images a second of one chip (a card holds four). ResNet-18 at batch 1 set launch_cycles; the others judge.
// The errors pin what the model achieves: a change of any of them is news.
TEST(DenseCost, MeasuredThroughputOfAscend310) {
  struct Point {
    const char* network;
    std::int64_t batch;
    double published;
    double error_percent;  // achieved
  };
  const Point points[] = {{"vgg16", 1, 115.2, -3.8},    {"vgg16", 8, 236.8, 4.7},      {"vgg16", 32, 269.1, 6.2},
                          {"resnet18", 1, 787.7, 0.0},  {"resnet18", 8, 1446.0, 16.5}, {"resnet18", 16, 1509.6, 12.5},
                          {"resnet50", 1, 404.0, -8.6}, {"resnet50", 8, 603.0, 4.2},   {"resnet50", 16, 610.0, -0.6}};
  for (const Point& p : points) {
    const double error = (images_per_second(p.network, p.batch) / p.published - 1) * 100;
    EXPECT_NEAR(error, p.error_percent, 0.1) << p.network << " at batch " << p.batch;
  }
}

TEST(DenseCost, PlainProductTakesTheCubesTime) {
  // 4096 x 4096 x 4096 fp16: 256^3 blocks over two cores, one a cycle.
  const DenseCost c = dense_cost(ascend(), product(4096, 4096, 4096), 1, Precision::kFp16);
  EXPECT_EQ(c.cube, chips::device_time(ascend(), 256LL * 256 * 256 / 2));
  EXPECT_EQ(c.bound, Bound::kCube);
  EXPECT_EQ(c.multiply_adds, 4096LL * 4096 * 4096);
  EXPECT_EQ(c.cube_multiply_adds, c.multiply_adds);
  EXPECT_LT(seconds(c.total - c.launch), 1.02 * seconds(c.cube));
  // 32 MiB each: half of L2 holds an eighth of one matrix while the other streams past it, eight times.
  EXPECT_EQ(c.memory_bytes, (1 + 8 + 1) * (32LL << 20));
  // int8 fits twice the depth into a cycle.
  const DenseCost half = dense_cost(ascend(), product(4096, 4096, 4096), 1, Precision::kInt8);
  EXPECT_EQ(half.cube, chips::device_time(ascend(), 256LL * 256 * 128 / 2));
}

TEST(DenseCost, PartBlocksWasteTheCube) {
  const DenseCost c = dense_cost(ascend(), product(17, 17, 17), 1, Precision::kFp16);
  EXPECT_EQ(c.cube_multiply_adds, 32 * 32 * 32);
  EXPECT_EQ(c.multiply_adds, 17 * 17 * 17);
  EXPECT_EQ(dense_cost(ascend(), product(17, 17, 17), 1, Precision::kInt8).cube_multiply_adds, 32 * 32 * 32);
  // Each tap is filled up by itself.
  DenseWork taps = product(16, 9 * 3, 16);
  taps.taps = 9;
  EXPECT_EQ(dense_cost(ascend(), taps, 1, Precision::kFp16).cube_multiply_adds, 16 * 9 * 16 * 16);
}

TEST(DenseCost, BatchFillsRowsOrRepeatsImages) {
  DenseWork w = product(1, 1024, 1024);
  EXPECT_EQ(dense_cost(ascend(), w, 16, Precision::kFp16).cube_multiply_adds, 16LL * 1024 * 1024);
  w.merge_batch = false;
  EXPECT_EQ(dense_cost(ascend(), w, 16, Precision::kFp16).cube_multiply_adds, 16LL * 16 * 1024 * 1024);
}

TEST(DenseCost, WeightsComeOnceABatch) {
  const DenseWork w = product(64, 1024, 1024);  // everything stays in L2 but the weights
  const std::int64_t weights = 2 * 1024 * 1024;
  EXPECT_EQ(dense_cost(ascend(), w, 1, Precision::kFp16).memory_bytes, weights);
  EXPECT_EQ(dense_cost(ascend(), w, 8, Precision::kFp16).memory_bytes, weights);
  DenseWork first = w;
  first.input_in_memory = true;
  EXPECT_EQ(dense_cost(ascend(), first, 1, Precision::kFp16).memory_bytes, weights + 2 * 64 * 1024);
}

TEST(DenseCost, LargeActivationsLeaveTheSharedBuffer) {
  DenseWork w;
  w.name = "map";
  w.input_bytes = w.output_bytes = 1 << 20;
  w.vector_bytes = 2 << 20;
  EXPECT_EQ(dense_cost(ascend(), w, 1, Precision::kFp16).memory_bytes, 0);
  EXPECT_EQ(dense_cost(ascend(), w, 2, Precision::kFp16).memory_bytes, 0);  // 4 MiB: half of L2
  EXPECT_EQ(dense_cost(ascend(), w, 4, Precision::kFp16).memory_bytes, 16 << 20);
  EXPECT_EQ(dense_cost(ascend(), w, 1, Precision::kFp16).vector_operations, (2 << 20) / 256);
}

TEST(DenseCost, EnergyIsCountsTimesTable) {
  const DenseCost c = dense_cost(ascend(), product(64, 256, 64), 3, Precision::kInt8);
  const chips::Device& d = ascend();
  EXPECT_EQ(c.compute, d.multiply_add_int8.value * c.cube_multiply_adds);
  EXPECT_EQ(c.memory_energy, d.memory_byte.value * c.memory_bytes);
  EXPECT_EQ(c.buffer_energy, d.buffer_byte.value * c.buffer_bytes + d.shared_byte.value * c.shared_bytes);
  EXPECT_EQ(c.static_energy, energy_over(d.static_device.value, c.total));
  EXPECT_EQ(c.energy(), c.compute + c.vector_energy + c.buffer_energy + c.memory_energy + c.static_energy);
}

TEST(DenseCost, LinkTakesLatencyAndBytes) {
  EXPECT_EQ(link_time(ascend(), 0), chips::device_time(ascend(), 6800));
  EXPECT_EQ(link_time(ascend(), 11), chips::device_time(ascend(), 6803));
  EXPECT_EQ(link_energy(ascend(), 11).count(), 11 * 60'000'000LL);
}

TEST(DenseCost, BusyDeviceStaysBelowItsPublishedPower) {
  const chips::Device device = chips::load_device("ascend-910");
  Energy energy;
  for (const DenseWork& w : dense_works_of(workloads::load_layer_table("vgg16"), device, Precision::kFp16))
    energy += dense_cost(device, w, 128, Precision::kFp16).energy();
  const double watts = nanojoules(energy) * 1e-9 / seconds(total_of(device, "vgg16", 128, Precision::kFp16));
  EXPECT_NEAR(watts, 340, 1);  // published: 350 at most
}

TEST(DenseCost, NothingCostsNothing) {
  const DenseCost c = dense_cost(ascend(), DenseWork{}, 1, Precision::kInt8);
  EXPECT_EQ(c.total.count(), 0);
  EXPECT_EQ(c.energy().count(), 0);
}

TEST(DenseCost, AbsurdSizesAreRefused) {
  EXPECT_THROW(dense_cost(ascend(), product(1 << 20, 1 << 20, 1 << 20), 1 << 10, Precision::kInt8), QuantityOverflow);
}

TEST(DenseCost, BoundsOfAnyProduct) {
  EXPECT_TRUE(rc::check("total covers every part, waste is never negative, more work never takes less", [] {
    const auto side = [] { return *rc::gen::inRange<std::int64_t>(1, 700); };
    DenseWork w = product(side(), side(), side());
    w.merge_batch = *rc::gen::arbitrary<bool>();
    w.groups = *rc::gen::inRange<std::int64_t>(1, 4);
    if (*rc::gen::arbitrary<bool>()) {
      w.weight_bytes = 0;
      w.input_bytes += w.k * w.n;
    }
    w.input_bytes *= w.groups;
    w.output_bytes *= w.groups;
    w.weight_bytes *= w.groups;
    const auto batch = *rc::gen::inRange<std::int64_t>(1, 20);
    const Precision precision = *rc::gen::arbitrary<bool>() ? Precision::kInt8 : Precision::kFp16;
    const DenseCost c = dense_cost(ascend(), w, batch, precision);
    RC_ASSERT(c.total - c.launch >= std::max({c.cube, c.move, c.memory, c.vector}));
    RC_ASSERT(c.cube_multiply_adds >= c.multiply_adds);
    RC_ASSERT(c.cube_multiply_adds < w.groups * batch * (w.m + 15) * (w.k + 31) * (w.n + 15) + 1);
    RC_ASSERT(c.memory_bytes >= w.weight_bytes);
    RC_ASSERT(dense_cost(ascend(), w, batch + 16, precision).total >= c.total);
    const DenseCost again = dense_cost(ascend(), w, batch, precision);
    RC_ASSERT(again.total == c.total && again.buffer_bytes == c.buffer_bytes);
  }));
}

TEST(DenseCost, MoreOfAnythingIsNeverSlower) {
  using chips::Device;
  const std::vector<void (*)(Device&)> larger = {[](Device& d) { d.memory_bytes_per_cycle.value *= 2; },
                                                 [](Device& d) { d.shared_read_bytes_per_cycle.value *= 2; },
                                                 [](Device& d) { d.shared_write_bytes_per_cycle.value *= 2; },
                                                 [](Device& d) { d.output_bytes_per_cycle.value *= 2; },
                                                 [](Device& d) { d.left_bytes_per_cycle.value *= 2; },
                                                 [](Device& d) { d.right_bytes_per_cycle.value *= 2; },
                                                 [](Device& d) { d.result_bytes_per_cycle.value *= 2; },
                                                 [](Device& d) { d.left_buffer.value = d.left_buffer.value * 2; },
                                                 [](Device& d) { d.right_buffer.value = d.right_buffer.value * 2; },
                                                 [](Device& d) { d.result_buffer.value = d.result_buffer.value * 2; },
                                                 [](Device& d) { d.unified_buffer.value = d.unified_buffer.value * 2; },
                                                 [](Device& d) { d.core_buffer.value = d.core_buffer.value * 2; },
                                                 [](Device& d) { d.shared_buffer.value = d.shared_buffer.value * 2; }};
  EXPECT_TRUE(rc::check("a doubled rate or buffer never costs time", [&] {
    const auto side = [] { return *rc::gen::inRange<std::int64_t>(1, 3000); };
    DenseWork w = product(side(), side(), side());
    w.input_in_memory = *rc::gen::arbitrary<bool>();
    w.merge_batch = *rc::gen::arbitrary<bool>();
    w.vector_bytes = side() * 1000;
    Device device = ascend();
    const DenseCost before = dense_cost(device, w, 3, Precision::kFp16);
    larger[*rc::gen::inRange<std::size_t>(0, larger.size())](device);
    RC_ASSERT(dense_cost(device, w, 3, Precision::kFp16).total <= before.total);
  }));
}

TEST(DenseWorks, ResidualSumsJoinTheirConvolution) {
  const auto works = dense_works_of(workloads::load_layer_table("resnet18"), ascend(), Precision::kFp16);
  ASSERT_EQ(works.size(), 24U);  // image layout, 20 convolutions, 2 pools, 1 fully connected; 8 sums joined
  EXPECT_EQ(works[0].name, "conv1 image");
  EXPECT_TRUE(works[0].input_in_memory);
  EXPECT_EQ(works[0].input_bytes, 224 * 224 * 3 * 2);  // 4 bytes a value, doubled by fp16
  EXPECT_EQ(works[0].output_bytes, 224 * 224 * 16);
  EXPECT_EQ(works[4].name, "layer1_1_conv2 + layer1_1_add");
  EXPECT_EQ(works[4].residual_bytes, 56 * 56 * 64);
}

workloads::Stage stage(workloads::StageKind kind, std::int32_t tokens, std::int32_t in, std::int32_t out,
                       std::int32_t heads) {
  workloads::Stage s;
  s.name = "stage";
  s.kind = kind;
  s.tokens = tokens;
  s.in_channels = in;
  s.channels = out;
  s.heads = heads;
  return s;
}

TEST(DenseWorks, StagesOfAProgram) {
  using workloads::StageKind;
  workloads::Program program;
  program.stages = {stage(StageKind::kInput, 50, 0, 3072, 1),        stage(StageKind::kLinear, 50, 3072, 768, 1),
                    stage(StageKind::kScores, 50, 768, 12 * 50, 12), stage(StageKind::kMix, 50, 12 * 50, 768, 12),
                    stage(StageKind::kAdd, 50, 768, 768, 1),         stage(StageKind::kLif, 1, 1, 1, 1)};
  program.stages[4].inputs = {{StageId(1), 1}, {StageId(3), 1}};
  EXPECT_EQ(dense_work_of(program, StageId(0)).output_bytes, 0);
  const DenseWork linear = dense_work_of(program, StageId(1));
  EXPECT_EQ(linear.m * linear.k * linear.n * linear.groups, 50LL * 3072 * 768);
  EXPECT_EQ(linear.weight_bytes, 3072 * 768);
  const DenseWork scores = dense_work_of(program, StageId(2));
  EXPECT_EQ(scores.m * scores.k * scores.n * scores.groups, 50LL * 50 * 768);
  EXPECT_EQ(scores.weight_bytes, 0);
  EXPECT_EQ(scores.input_bytes, 2 * 50 * 768);
  const DenseWork mix = dense_work_of(program, StageId(3));
  EXPECT_EQ(mix.m * mix.k * mix.n * mix.groups, 50LL * 50 * 768);
  EXPECT_EQ(mix.input_bytes, 50 * 600 + 50 * 768);
  const DenseWork add = dense_work_of(program, StageId(4));
  EXPECT_EQ(add.m, 0);
  EXPECT_EQ(add.input_bytes, 2 * 50 * 768);
  EXPECT_THROW(dense_work_of(program, StageId(5)), NoDenseForm);
}

/// DeiT-S: 197 tokens of 384, 12 blocks of 6 heads, 1000 classes.
workloads::Program deit_small() {
  using workloads::StageKind;
  constexpr std::int32_t kTokens = 197, kWidth = 384, kHeads = 6;
  workloads::Program program;
  const auto add = [&](StageKind kind, std::int32_t tokens, std::int32_t in, std::int32_t out, std::int32_t heads) {
    program.stages.push_back(stage(kind, tokens, in, out, heads));
    program.stages.back().inputs.resize(kind == StageKind::kAdd ? 2 : 1);
  };
  add(StageKind::kLinear, kTokens, 768, kWidth, 1);
  for (int block = 0; block < 12; ++block) {
    add(StageKind::kLayerNorm, kTokens, kWidth, kWidth, 1);
    for (int i = 0; i < 3; ++i) add(StageKind::kLinear, kTokens, kWidth, kWidth, 1);
    add(StageKind::kScores, kTokens, kWidth, kHeads * kTokens, kHeads);
    add(StageKind::kMix, kTokens, kHeads * kTokens, kWidth, kHeads);
    add(StageKind::kLinear, kTokens, kWidth, kWidth, 1);
    add(StageKind::kAdd, kTokens, kWidth, kWidth, 1);
    add(StageKind::kLayerNorm, kTokens, kWidth, kWidth, 1);
    add(StageKind::kLinear, kTokens, kWidth, 4 * kWidth, 1);
    add(StageKind::kGelu, kTokens, 4 * kWidth, 4 * kWidth, 1);
    add(StageKind::kLinear, kTokens, 4 * kWidth, kWidth, 1);
    add(StageKind::kAdd, kTokens, kWidth, kWidth, 1);
  }
  add(StageKind::kLayerNorm, kTokens, kWidth, kWidth, 1);
  add(StageKind::kLinear, 1, kWidth, 1000, 1);
  return program;
}

// The published DeiT-S runs as its exporter spelt it out: transposes, reshapes, normalisation in nine operators. Ours
// runs an operator a stage, and is too fast by the factors below; docs/chips/ascend-310.md says what that means.
TEST(DenseWorks, TransformersAreTooFastByAKnownFactor) {
  const workloads::Program program = deit_small();
  const auto images_a_second = [&](std::int64_t batch) {
    Duration total;
    for (std::size_t i = 0; i < program.stages.size(); ++i)
      total += dense_cost(ascend(), dense_work_of(program, StageId(i)), batch, Precision::kFp16).total;
    return static_cast<double>(batch) / seconds(total);
  };
  EXPECT_NEAR(images_a_second(1) / 103.8, 2.04, 0.01);
  EXPECT_NEAR(images_a_second(8) / 122.1, 4.32, 0.01);
}

}  // namespace
}  // namespace ranvier::mapper
