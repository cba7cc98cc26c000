// SPDX-License-Identifier: Apache-2.0
// Each unit of the hybrid core at its edges, with numbers worked out by hand, on the check model.
#include <gmock/gmock.h>

#include "tests/rtl/event_beside_config.h"
#include "tests/rtl/hybrid/hybrid_fixture.h"
#include "workloads/units.h"

namespace ranvier::rtl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(HybridCoreTest, FiresAtTheThresholdAndNotBelow) {
  driver_.load(element_tile(3, 10, true));  // V = 5 + X
  driver_.send({0, 0, 0, 4});
  driver_.send({0, 0, 1, 5});
  driver_.send({0, 0, 2, -5});
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 1, 1}));
  driver_.send({0, 0, 2, -1});
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 2, -1}));
}

TEST_F(HybridCoreTest, FiresToRestOrOnceATick) {
  driver_.load(element_tile(1, 10, true));
  driver_.send({0, 0, 0, 64});
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 6}));
  driver_.load(element_tile(1, 10, false));
  driver_.send({0, 0, 0, 24});
  EXPECT_TRUE(driver_.restless());
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 1}));
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 1}));
  EXPECT_FALSE(driver_.restless());
  EXPECT_THAT(tick(), IsEmpty());
}

TEST_F(HybridCoreTest, CodesStayWithinTheirBounds) {
  driver_.load(element_tile(2, 2, true));
  driver_.send({0, 0, 0, 1 << 20});
  driver_.send({0, 0, 1, -(1 << 20)});
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 7}, HybridSpike{0, 1, -8}));
  driver_.send({0, 0, 0, -(1 << 20) - 4});
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, -9}));  // 7 to -2
}

TEST_F(HybridCoreTest, FiresFromOneEndToTheOther) {
  driver_.load(element_tile(1, 2, true, -128, 127));
  driver_.send({0, 0, 0, 100000});
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 127}));
  driver_.send({0, 0, 0, -200000});
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, -255}));
}

TEST_F(HybridCoreTest, ADryTickChangesAndSendsNothing) {
  driver_.load(element_tile(1, 10, true));
  driver_.send({0, 0, 0, 64});
  const HybridState before = driver_.read_state();
  EXPECT_TRUE(driver_.restless());
  EXPECT_EQ(driver_.read_state().sums, before.sums);
  EXPECT_EQ(driver_.read_state().codes, before.codes);
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 6}));
}

TEST_F(HybridCoreTest, DifferencesAreOfWhatWasSent) {
  HybridTile tile = element_tile(2, 2, true);
  tile.encoder = HybridEncoder::kDifference;
  tile.gain = {3, 5};
  driver_.load(tile);
  driver_.send({0, 0, 0, 1000});
  driver_.send({1, 0, 1, -7});
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 3000}, HybridSpike{0, 1, -35}));
  driver_.send({1, 0, 0, -600});
  driver_.send({0, 0, 1, 5});
  driver_.send({1, 0, 1, -3});  // and back
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, -3000}));
}

TEST_F(HybridCoreTest, DirectEventsTakeNoGain) {
  HybridTile tile = element_tile(2, 2, true);
  tile.encoder = HybridEncoder::kDifference;
  tile.gain = {3, 5, 7, 65535};
  driver_.load(tile);
  driver_.send({kDirectPort, 0, 0, 1000});
  driver_.send({3, 0, 1, -100});
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 1000}, HybridSpike{0, 1, -6553500}));
}

/// Two tokens, two inputs, 17 outputs: output o is weighted o - 8 by input 0, 3 by input 1, and starts at 100 o.
HybridTile dense_head() {
  HybridTile tile;
  tile.dense = true;
  tile.encoder = HybridEncoder::kNone;
  tile.tokens = 2;
  tile.values = 17;
  tile.inputs = 2;
  std::vector<std::int32_t> first, second(17, 3);
  for (std::int32_t o = 0; o < 17; ++o) first.push_back(o - 8);
  for (const auto& row : {first, second})
    for (std::int32_t w = 0; w < 2; ++w) tile.operands.push_back(lanes_word(tile, row.data(), w, 9));
  for (std::int32_t i = 0; i < 2; ++i) tile.axons[0].push_back({i, i, 0, 2});
  for (std::int32_t t = 0; t < 2; ++t)
    for (std::int32_t o = 0; o < 17; ++o) tile.start.push_back(100 * o);
  return tile;
}

TEST_F(HybridCoreTest, ADenseHeadMakesItsSumsInATickAndSendsNothing) {
  driver_.load(dense_head());
  driver_.send({0, 0, 0, 5});
  driver_.send({0, 0, 1, -2});
  driver_.send({0, 1, 1, 7});
  driver_.send({kDirectPort, 1, 16, -40});
  std::vector<std::int32_t> bias, sums;
  for (std::int32_t t = 0; t < 2; ++t) {
    for (std::int32_t o = 0; o < 17; ++o) {
      bias.push_back(100 * o);
      sums.push_back(100 * o + (t == 0 ? 5 * (o - 8) - 6 : 21 - (o == 16 ? 40 : 0)));
    }
  }
  EXPECT_EQ(codes_in(driver_.tile(), driver_.read_state()), bias);  // until a tick
  EXPECT_FALSE(driver_.restless());
  EXPECT_EQ(codes_in(driver_.tile(), driver_.read_state()), bias);  // a dry one makes nothing
  for (int again = 0; again < 2; ++again) {
    EXPECT_THAT(tick(), IsEmpty());
    EXPECT_EQ(codes_in(driver_.tile(), driver_.read_state()), sums);
  }
  EXPECT_EQ(tick_cycles(driver_.tile(), 0), 2 * 2 * (3 + 2 + 1));
}

TEST_F(HybridCoreTest, ADenseHeadsSumBeyond24BitsIsAnOverflow) {
  HybridTile tile = dense_head();
  tile.start[20] = (1 << 23) - 1 - 255 * -5 - 255 * 3;
  driver_.load(tile);
  driver_.send({0, 1, 0, 255});
  driver_.send({0, 1, 1, 255});
  tick();
  EXPECT_EQ(driver_.read_state().codes[20], (1 << 23) - 1);
  EXPECT_FALSE(driver_.overflow());
  driver_.send({kDirectPort, 1, 3, 1});
  tick();
  EXPECT_TRUE(driver_.overflow());
}

TEST_F(HybridCoreTest, ConfigWaitsWhileBusy) {
  driver_.load(element_tile(40, 2, true));
  port_->in.tick_valid = true;
  port_->cycle();
  port_->in.tick_valid = false;
  port_->in.config_valid = true;
  port_->in.config_write = false;
  std::int32_t waited = 0;
  for (port_->cycle(); !port_->out.config_ready && waited < 1000; port_->cycle()) ++waited;
  port_->in.config_valid = false;
  EXPECT_EQ(waited, tick_cycles(driver_.tile(), 0));
}

TEST_F(HybridCoreTest, ConfigWaitsForAnEventOfTheSameCycle) {
  driver_.load(element_tile(16, 100, true));
  port_->in.event_port = 0;
  port_->in.event_token = 0;
  port_->in.event_channel = 3;
  port_->in.event_payload = 7;
  port_->in.config_select = HybridSelect::kSums;
  port_->in.config_address = 0;
  EXPECT_EQ(read_beside_event(*port_)[3], 7u);
}

TEST_F(HybridCoreTest, TableMapsFromItsFirstCode) {
  HybridTile tile = element_tile(2, 256, true);
  tile.map = HybridMap::kTable;
  tile.first_code = -2;
  tile.table = {-1000, -300, 0, 300, 1000};
  driver_.load(tile);
  EXPECT_THAT(tick(), IsEmpty());
  driver_.send({0, 0, 0, 2});
  driver_.send({0, 0, 1, -2});
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 4}, HybridSpike{0, 1, -4}));  // floor(+-1000 / 256 + 1/2)
  EXPECT_FALSE(driver_.overflow());
}

TEST_F(HybridCoreTest, AValueBeyondTheTableIsAnOverflow) {
  HybridTile tile = element_tile(1, 256, true);
  tile.map = HybridMap::kTable;
  tile.table = std::vector<std::int32_t>(512, 0);
  driver_.load(tile);
  driver_.send({0, 0, 0, 511});
  tick();
  EXPECT_FALSE(driver_.overflow());
  driver_.send({0, 0, 0, 1});
  tick();
  EXPECT_TRUE(driver_.overflow());
  driver_.clear_overflow();
  EXPECT_FALSE(driver_.overflow());
}

TEST_F(HybridCoreTest, SoftmaxOfEqualScoresAndOfOneAlone) {
  HybridTile tile;
  tile.events = HybridEvents::kProduct;
  tile.map = HybridMap::kSoftmax;
  tile.values = tile.keys = 2;
  tile.hi = 15;
  tile.scale = 1 << 26;  // a score more is 2^10 times as much
  tile.table.assign(256, 0);
  tile.table[0] = 1 << 15;
  tile.axons[0] = tile.axons[1] = {{0, 0, 0, 1}};
  tile.theta = {1 << 13, 1 << 13};
  driver_.load(tile);
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 4}, HybridSpike{0, 1, 4}));  // half of 2^16 each
  driver_.send({0, 0, 0, 1});
  driver_.send({1, 1, 0, 16});  // key 1: score 16, the other's exponential is 2^15 >> 16
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, -4}, HybridSpike{0, 1, 4}));
}

TEST_F(HybridCoreTest, ScoresFarBelowTheMaximumCountNothing) {
  HybridTile tile;
  tile.events = HybridEvents::kProduct;
  tile.map = HybridMap::kSoftmax;
  tile.values = tile.keys = 2;
  tile.hi = 15;
  tile.scale = 1 << 30;
  tile.table.assign(256, 0);
  tile.table[0] = 1 << 15;
  tile.axons[0] = tile.axons[1] = {{0, 0, 0, 1}};
  tile.theta = {1 << 13, 1 << 13};
  driver_.load(tile);
  tick();  // half each
  driver_.send({0, 0, 0, 64});
  driver_.send({1, 1, 0, 64});  // key 1: 4096 more, 2^16 halvings of key 0's exponential
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, -4}, HybridSpike{0, 1, 4}));
}

/// One query, two heads of two channels, 17 keys.
TEST_F(HybridCoreTest, DenseScoresAreMadeBeforeTheirSoftmax) {
  HybridTile tile;
  tile.events = HybridEvents::kProduct;
  tile.dense = true;
  tile.map = HybridMap::kSoftmax;
  tile.rows = tile.inputs = tile.row_stride = tile.code_stride = 2;
  tile.values = tile.keys = 17;
  tile.hi = 31;
  tile.scale = 1 << 26;  // a score less halves the exponential
  tile.table.assign(256, 0);
  tile.table[0] = 1 << 15;
  for (std::int32_t c = 0; c < 4; ++c) tile.axons[0].push_back({c, c, c / 2 * 32, 2});
  tile.axons[1] = tile.axons[0];
  tile.theta.assign(34, 1 << 12);
  driver_.load(tile);
  EXPECT_EQ(tick().size(), 34u);  // a 17th of 2^16 each
  driver_.send({0, 0, 0, 1});
  driver_.send({1, 16, 0, 16});  // head 0, key 16: score 16, the others' exponentials are 2^15 >> 16
  driver_.send({0, 0, 2, 2});
  driver_.send({0, 0, 3, 3});
  driver_.send({1, 3, 2, 4});
  driver_.send({1, 3, 3, -5});  // head 1, key 3: -7, 2^8 to the others' 2^15
  EXPECT_TRUE(driver_.restless());
  std::vector<HybridSpike> changed;
  for (std::int32_t key = 0; key < 16; ++key) changed.push_back({0, key, -1});
  changed.push_back({0, 16, 15});
  changed.push_back({0, 17 + 3, -1});
  EXPECT_EQ(tick(), changed);
  const HybridState state = driver_.read_state();
  EXPECT_EQ(state.sums[16], 16);
  EXPECT_EQ(state.sums[17 + 3], -7);
  EXPECT_THAT(tick(), IsEmpty());  // from zero again
  EXPECT_FALSE(driver_.restless());
  // A row: two words of two products, two passes, and its values mapped; a word: 3, b = 5, map 3, division 17.
  EXPECT_EQ(tick_cycles(driver_.tile(), 0), 2 * (2 * (2 + 2) + 2 * (1 + 17) + 17 + 2 * (3 + 5 + 3 + 17)));
}

TEST_F(HybridCoreTest, ProductsSeeWhatCameBeforeOnTheOtherStream) {
  HybridTile tile;
  tile.events = HybridEvents::kProduct;
  tile.key_to_row = true;
  tile.tokens = 2;
  tile.keys = 2;
  tile.values = 1;
  tile.encoder = HybridEncoder::kDifference;
  tile.axons[0] = {{0, 0, 0, 1}, {1, 1, 0, 1}};
  tile.axons[1] = {{0, 0, 0, 1}};
  driver_.load(tile);
  driver_.send({0, 0, 1, 3});  // attention of query 0 to key 1
  EXPECT_THAT(tick(), IsEmpty());
  driver_.send({1, 1, 0, 5});  // value of key 1
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 15}));
  driver_.send({0, 1, 1, -2});  // attention of query 1
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{1, 0, -10}));
}

HybridTile statistics_tile() {
  HybridTile tile = element_tile(5, 2, true);
  tile.encoder = HybridEncoder::kDifference;
  tile.map = HybridMap::kStatistics;
  tile.gain = {3};
  return tile;
}

TEST_F(HybridCoreTest, StatisticsAreASumAndTwoDigitsOfASumOfSquares) {
  driver_.load(statistics_tile());
  EXPECT_THAT(tick(), IsEmpty());
  driver_.send({0, 0, 0, 1000});
  driver_.send({0, 0, 4, -7});
  EXPECT_TRUE(driver_.restless());
  // 3000 - 21; 9000441 = 8 * 2^20 + 611833
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 2979}, HybridSpike{0, 1, 611833}, HybridSpike{0, 2, 8}));
  EXPECT_FALSE(driver_.restless());
  driver_.send({0, 0, 0, -999});
  // 3 - 21; 450 - 9000441 = -9 * 2^20 + 437193
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, -2997}, HybridSpike{0, 1, 437193}, HybridSpike{0, 2, -9}));
  driver_.send({0, 0, 4, 8});
  // 3 + 3; 18 - 450 = -2^20 + 1048144
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 24}, HybridSpike{0, 1, 1048144}, HybridSpike{0, 2, -1}));
  EXPECT_EQ(tick_cycles(driver_.tile(), 3), 3 + (1 + 5) + 3);
  EXPECT_FALSE(driver_.overflow());
}

TEST_F(HybridCoreTest, StatisticsForDenseReadersComeWithTheirZeros) {
  HybridTile tile = statistics_tile();
  tile.zeros = true;
  driver_.load(tile);
  driver_.send({0, 0, 1, 1});
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 3}, HybridSpike{0, 1, 9}, HybridSpike{0, 2, 0}));
}

TEST_F(HybridCoreTest, AValueOfStatisticsBeyond16BitsIsAnOverflow) {
  driver_.load(statistics_tile());
  driver_.send({0, 0, 1, 10922});  // 2^15 - 2
  tick();
  EXPECT_FALSE(driver_.overflow());
  driver_.send({kDirectPort, 0, 1, 2});
  tick();
  EXPECT_TRUE(driver_.overflow());
}

TEST_F(HybridCoreTest, WithoutStatisticsGainAndBiasAreLeft) {
  HybridTile tile = element_tile(2, 256, true, -128, 127);
  tile.map = HybridMap::kAffine;
  const auto gain = static_cast<std::uint32_t>(-3 * 4096);
  tile.operands = {{gain, 100}, {4096, static_cast<std::uint32_t>(-700)}};
  driver_.load(tile);
  driver_.send({0, 0, 0, 500});
  driver_.send({0, 0, 1, -300});
  // -1500 + 100 = -1400: floor(-1400 / 256 + 1/2) = -5; -300 - 700 = -1000: -4
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, -5}, HybridSpike{0, 1, -4}));
}

TEST_F(HybridCoreTest, LayerNormOfATwoChannelRow) {
  HybridTile tile = element_tile(2, 256, true, -128, 127);
  tile.map = HybridMap::kLayerNorm;
  tile.scale = 2;
  tile.epsilon = 1;
  tile.operands = {{16 * 1000, 0}, {16 * 1000, 256}};
  tile.table.assign(256, 0);
  tile.table[200] = 37027;  // of 801 2^22, which is 200 in its top byte: round(2^31 / sqrt(200.5 2^24))
  driver_.load(tile);
  driver_.send({0, 0, 0, 10});
  driver_.send({0, 0, 1, -10});
  // c = +-20, of the root of 801 it is 0.7067; in 256ths 706.7 and -706.7 + 256
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 3}, HybridSpike{0, 1, -2}));
  EXPECT_FALSE(driver_.overflow());
}

/// Two of three channels of a row; outputs are in halves of f.
HybridTile part_of_a_row() {
  HybridTile tile = element_tile(2, 2, true, -256, 255);
  tile.map = HybridMap::kCutNorm;
  tile.scale = 3;
  tile.epsilon = 1;
  tile.operands = {{7094, 100}, {static_cast<std::uint32_t>(-7094), 0}};
  const auto& roots = workloads::reciprocal_root_table();
  tile.table.assign(64, 0);
  tile.table.insert(tile.table.end(), roots.begin(), roots.end());
  return tile;
}

TEST_F(HybridCoreTest, LayerNormOfAPartOfARowTakesItsSums) {
  driver_.load(part_of_a_row());
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 50}));  // a bias of 100
  driver_.send({0, 0, 0, 5});
  driver_.send({0, 0, 1, -7});
  // S = 0, Q = 78, in pieces: the third channel is 2.
  driver_.send({kDirectPort, 0, 16, -5});
  driver_.send({kDirectPort, 0, 17, 25 + (1 << 20)});
  driver_.send({kDirectPort, 0, 16, 5});
  driver_.send({kDirectPort, 0, 17, 53});
  driver_.send({kDirectPort, 0, 18, -1});
  EXPECT_EQ(driver_.read_state().row_sums, (std::vector<std::int32_t>{0, 78 + (1 << 20), -1}));
  EXPECT_THAT(tick(), ElementsAre(HybridSpike{0, 0, 126}, HybridSpike{0, 1, 176}));  // f = 351 and 351
  EXPECT_EQ(tick_cycles(driver_.tile(), 0), (2 + 1 + 2 + 7) + 2 + (3 + 9 + 3));
  EXPECT_FALSE(driver_.overflow());
}

TEST_F(HybridCoreTest, ARowIsNeverLessThanItsPart) {
  const HybridTile tile = part_of_a_row();
  workloads::LayerNormParams params;
  params.gain = {7094, -7094};
  params.bias = {100, 0};
  params.epsilon = 1;
  const std::vector<std::int32_t> x{5, -7};
  // Nothing has come; a sum without its squares; squares that are some, but too few.
  for (const workloads::RowStatistics row : {workloads::RowStatistics{0, 0}, {30, 0}, {0, 10}}) {
    driver_.load(tile);
    driver_.send({0, 0, 0, x[0]});
    driver_.send({0, 0, 1, x[1]});
    driver_.send({kDirectPort, 0, 16, static_cast<std::int32_t>(row.sum)});
    driver_.send({kDirectPort, 0, 17, static_cast<std::int32_t>(row.squares)});
    tick();
    std::vector<std::int32_t> f(2), codes;
    workloads::layer_norm_range(x.data(), 0, 2, 3, row, params, f.data());
    for (const std::int32_t y : f) codes.push_back(workloads::code_at_rest(y, 2, -256, 255));
    EXPECT_EQ(driver_.read_state().codes, codes);
  }
}

TEST_F(HybridCoreTest, SumsOfARowBeyondTheirWidthAreAnOverflow) {
  driver_.load(part_of_a_row());
  for (int i = 0; i < 4; ++i) driver_.send({kDirectPort, 0, 16, (1 << 23) - 1});
  tick();
  EXPECT_FALSE(driver_.overflow());  // 2^25 - 4
  driver_.send({kDirectPort, 0, 16, 4});
  tick();
  EXPECT_TRUE(driver_.overflow());
  driver_.load(part_of_a_row());
  driver_.send({kDirectPort, 0, 17, -1});  // no square is negative
  tick();
  EXPECT_TRUE(driver_.overflow());
}

TEST_F(HybridCoreTest, EventsOutWaitUntilTheyAreTaken) {
  driver_.load(element_tile(20, 2, true));
  for (std::int32_t o = 0; o < 20; ++o) driver_.send({0, 0, o, 2 * (o % 3 - 1)});
  const std::uint32_t stalls = port_->out.stall_cycles;
  port_->in.tick_valid = true;
  port_->in.spike_ready = false;
  port_->cycle();
  port_->in.tick_valid = false;
  std::vector<std::int32_t> outputs;
  for (int cycle = 0; cycle < 400; ++cycle) {
    port_->in.spike_ready = cycle % 5 == 0;
    port_->cycle();
    if (port_->out.spike_valid && port_->in.spike_ready) outputs.push_back(port_->out.spike_output);
  }
  port_->in.spike_ready = true;
  EXPECT_FALSE(port_->out.busy);
  EXPECT_THAT(outputs, ElementsAre(0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18));
  EXPECT_GT(port_->out.stall_cycles - stalls, 40u);
}

TEST_F(HybridCoreTest, AWaitingTickIsNotStarvedByAStreamOfEvents) {
  driver_.load(element_tile(1, 1000, true));
  std::int32_t taken = 0;
  port_->in.event_valid = true;
  port_->in.event_payload = 1;
  for (int i = 0; i < 40; ++i) {
    port_->cycle();
    taken += port_->out.event_ready;
  }
  port_->in.tick_valid = true;
  std::int32_t before_tick = 0;
  for (int i = 0; i < 200; ++i) {
    port_->cycle();
    if (port_->out.tick_ready) break;
    before_tick += port_->out.event_ready;
  }
  EXPECT_TRUE(port_->out.tick_ready);
  EXPECT_LE(before_tick, 1);
  const std::int32_t in_tick = port_->out.event_ready;  // belongs to the next step
  port_->in.tick_valid = false;
  port_->in.event_valid = false;
  for (int i = 0; i < 100; ++i) port_->cycle();
  EXPECT_EQ(driver_.read_state().sums[0], taken + before_tick + in_tick);
}

}  // namespace
}  // namespace ranvier::rtl
