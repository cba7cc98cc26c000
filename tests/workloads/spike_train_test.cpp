// SPDX-License-Identifier: Apache-2.0
// Spike trains: packing, text lists, and what each refuses.
#include "workloads/spike_train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "base/file.h"
#include "base/random.h"
#include "tests/workloads/made_model.h"
#include "workloads/temporal_errors.h"

namespace ranvier::workloads {
namespace {

using testing::HasSubstr;

Program three_inputs() {
  Program program;
  program.name = "three";
  program.timesteps = 10;
  Stage input;
  input.tokens = 3;
  input.channels = 1;
  program.stages.push_back(input);
  return program;
}

std::vector<Spike> unpack(std::vector<std::int32_t> packed) { return unpack_spikes(three_inputs(), packed); }

/// The index that the error names.
std::size_t refused_at(std::vector<std::int32_t> packed) {
  try {
    check_spikes(three_inputs(), packed);
  } catch (const BadSpikeTrain& e) {
    EXPECT_EQ(e.program, "three");
    return e.index;
  }
  return 999;
}

TEST(SpikeTrain, PacksPairsInOrder) {
  const std::vector<Spike> spikes{{0, 2}, {4, 0}, {4, 1}, {9, 2}};
  const auto packed = pack_spikes(spikes);
  EXPECT_EQ(packed, (std::vector<std::int32_t>{0, 2, 4, 0, 4, 1, 9, 2}));
  EXPECT_EQ(unpack(packed), spikes);
  EXPECT_TRUE(unpack({}).empty());
}

TEST(SpikeTrain, RefusesWhatIsNoSample) {
  EXPECT_EQ(refused_at({0, 1, 3}), 2U);
  EXPECT_EQ(refused_at({10, 1}), 0U);
  EXPECT_EQ(refused_at({-1, 1}), 0U);
  EXPECT_EQ(refused_at({1, 3}), 1U);
  EXPECT_EQ(refused_at({1, 0, 1, -1}), 3U);
  EXPECT_EQ(refused_at({1, 1, 1, 0}), 2U);  // descending
  EXPECT_EQ(refused_at({1, 1, 1, 1}), 2U);  // twice
  EXPECT_EQ(refused_at({9, 2}), 999U);
}

TEST(SpikeList, ReadsNeuronThenStepSorted) {
  const auto spikes = parse_spike_list("# neuron step\n  3   10\r\n1 2 # first\n\n3 10\n0 10", "s.txt");
  EXPECT_EQ(spikes, (std::vector<Spike>{{2, 1}, {10, 0}, {10, 3}}));
}

TEST(SpikeList, RefusesWhatIsNoPairOfWholeNumbers) {
  const auto place = [](const char* text) {
    try {
      parse_spike_list(text, "s.txt");
    } catch (const BadTextNumber& e) {
      return std::to_string(e.place.line) + ":" + std::to_string(e.place.column) + " " + e.got;
    }
    return std::string("none");
  };
  EXPECT_EQ(place("1 2\n3 x\n"), "2:3 x");
  EXPECT_EQ(place("1 -2"), "1:3 -2");
  EXPECT_EQ(place("1.5 2"), "1:1 1.5");
  EXPECT_EQ(place("1 2 3"), "1:5 3");
  EXPECT_EQ(place("\n\n 7"), "3:2 7");
  EXPECT_EQ(place("1 99999999999"), "1:3 99999999999");
  EXPECT_EQ(place("1 2"), "none");
}

TEST(SpikeTrain, AnyTextIsReadOrRefused) {
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    std::vector<std::uint8_t> bytes(random_below(60, seed, 0, 0));
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(random_below(256, seed, 1, i));
    const std::string alphabet = "0123456789 \n-+.e#x\r\t";
    std::string text(bytes.size(), ' ');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = alphabet[bytes[i] % alphabet.size()];
    try {
      parse_spike_list(text, "f");
      parse_spike_list(std::string(bytes.begin(), bytes.end()), "f");
    } catch (const BadTextNumber&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace ranvier::workloads
