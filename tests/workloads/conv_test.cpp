// SPDX-License-Identifier: Apache-2.0
// Connections of a convolution against their definition: output (oy, ox) sees input (oy s - p + ky, ox s - p + kx).
#include "workloads/conv.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>
#include <vector>

#include "workloads/random_program.h"

namespace ranvier::workloads {
namespace {

struct Synapse {
  std::int32_t in_channel, in_token, out_channel, out_token, weight;
  auto operator<=>(const Synapse&) const = default;
};

std::vector<Synapse> by_definition(const Stage& stage) {
  const ConvParams& c = stage.conv;
  std::vector<Synapse> all;
  for (std::int32_t o = 0; o < stage.channels; ++o) {
    for (std::int32_t i = 0; i < stage.in_channels; ++i) {
      if (c.depthwise && i != o) continue;
      for (std::int32_t oy = 0; oy < c.out_height; ++oy) {
        for (std::int32_t ox = 0; ox < c.out_width; ++ox) {
          for (std::int32_t ky = 0; ky < c.kernel_height; ++ky) {
            for (std::int32_t kx = 0; kx < c.kernel_width; ++kx) {
              const std::int32_t y = oy * c.stride - c.padding + ky;
              const std::int32_t x = ox * c.stride - c.padding + kx;
              if (y < 0 || y >= c.in_height || x < 0 || x >= c.in_width) continue;
              const std::int32_t row = c.depthwise ? o : o * stage.in_channels + i;
              const std::int32_t at = (row * c.kernel_height + ky) * c.kernel_width + kx;
              all.push_back({i, y * c.in_width + x, o, oy * c.out_width + ox, c.weight[static_cast<std::size_t>(at)]});
            }
          }
        }
      }
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<Synapse> visited(const Stage& stage, IndexRange channels, IndexRange tokens) {
  std::vector<Synapse> all;
  for (std::int32_t token = 0; token < in_tokens(stage.conv); ++token) {
    for (std::int32_t i = 0; i < stage.in_channels; ++i) {
      for_each_synapse(stage.conv, stage.in_channels, i, token, channels, tokens,
                       [&](std::int32_t o, std::int32_t to, std::int16_t w) {
                         all.push_back({i, token, o, to, w});
                       });
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// Stages of random programs and some windows of their outputs.
template <class Check>
void for_random_windows(const Check& check) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Program program = random_temporal_program(seed);
    for (std::size_t s = 1; s < program.stages.size(); ++s) {
      const Stage& stage = program.stages[s];
      const std::int32_t third = stage.tokens / 3;
      for (const IndexRange tokens :
           {IndexRange{0, stage.tokens}, IndexRange{third, stage.tokens - third}, IndexRange{third, third + 1}}) {
        for (const IndexRange channels :
             {IndexRange{0, stage.channels}, IndexRange{stage.channels / 2, stage.channels}}) {
          check(stage, channels, tokens);
        }
      }
    }
  }
}

TEST(Conv, VisitsEverySynapseOfAWindowOnceAndNoOther) {
  for_random_windows([](const Stage& stage, IndexRange channels, IndexRange tokens) {
    std::vector<Synapse> expected;
    for (const Synapse& s : by_definition(stage)) {
      if (channels.contains(s.out_channel) && tokens.contains(s.out_token)) expected.push_back(s);
    }
    ASSERT_EQ(visited(stage, channels, tokens), expected);
    ASSERT_EQ(synapse_count(stage, channels, tokens), static_cast<std::int64_t>(expected.size()));
  });
}

TEST(Conv, WindowsHoldWhatIsConnected) {
  for_random_windows([](const Stage& stage, IndexRange, IndexRange tokens) {
    const IndexRange inputs = input_tokens_for(stage.conv, tokens);
    const IndexRange of_first = output_tokens_for(stage.conv, {0, 1});
    const IndexRange of_all = output_tokens_for(stage.conv, {0, in_tokens(stage.conv)});
    for (const Synapse& s : by_definition(stage)) {
      ASSERT_TRUE(!tokens.contains(s.out_token) || inputs.contains(s.in_token));
      ASSERT_TRUE(s.in_token != 0 || of_first.contains(s.out_token));
      ASSERT_TRUE(of_all.contains(s.out_token));
    }
  });
}

ConvParams gesture_conv1() {
  return {.in_height = 32,
          .in_width = 32,
          .out_height = 32,
          .out_width = 32,
          .kernel_height = 5,
          .kernel_width = 5,
          .stride = 1,
          .padding = 2,
          .depthwise = false,
          .weight = {}};
}

TEST(Conv, WindowOfARowIsTheRowsOfItsKernel) {
  const ConvParams c = gesture_conv1();
  EXPECT_EQ(input_tokens_for(c, {0, 32}), (IndexRange{0, 3 * 32}));
  EXPECT_EQ(input_tokens_for(c, {10 * 32, 11 * 32}), (IndexRange{8 * 32, 13 * 32}));
  EXPECT_EQ(input_tokens_for(c, {10 * 32 + 4, 10 * 32 + 6}), (IndexRange{8 * 32 + 2, 12 * 32 + 8}));
  EXPECT_EQ(input_tokens_for(c, {5, 5}), (IndexRange{}));
  EXPECT_EQ(output_tokens_for(c, {31 * 32 + 31, 32 * 32}), (IndexRange{29 * 32 + 29, 32 * 32}));
}

TEST(Conv, CountsOfTheGestureNetworksFirstConvolution) {
  Stage stage;
  stage.conv = gesture_conv1();
  stage.tokens = 1024;
  stage.channels = 16;
  stage.in_channels = 2;
  EXPECT_EQ(tap_count(stage.conv, {0, 1}), 9);             // a corner sees 3 x 3
  EXPECT_EQ(tap_count(stage.conv, {0, 1024}), 154 * 154);  // 32 * 5 - 2 * (2 + 1) a side
  EXPECT_EQ(synapse_count(stage), 154 * 154 * 32);
  EXPECT_EQ(stored_weight_count(stage), 800);
  EXPECT_EQ(stored_weight_count(stage, {3, 7}), 200);
}

TEST(Conv, InputsThatAStrideSkipsReachNothing) {
  ConvParams c{.in_height = 5,
               .in_width = 5,
               .out_height = 2,
               .out_width = 2,
               .kernel_height = 2,
               .kernel_width = 2,
               .stride = 3,
               .padding = 0,
               .depthwise = false,
               .weight = {}};
  std::set<std::int32_t> connected;
  for (std::int32_t token = 0; token < 25; ++token) {
    for_each_tap(c, token, {0, 4}, [&](std::int32_t, std::int32_t) { connected.insert(token); });
  }
  EXPECT_EQ(connected, (std::set<std::int32_t>{0, 1, 3, 4, 5, 6, 8, 9, 15, 16, 18, 19, 20, 21, 23, 24}));
  EXPECT_EQ(output_tokens_for(c, {10, 15}).size(), 0);
}

}  // namespace
}  // namespace ranvier::workloads
