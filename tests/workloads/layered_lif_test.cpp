// SPDX-License-Identifier: Apache-2.0
// The conformance network against numbers that an independent program computed from its definition, and its refusals.
#include "workloads/layered_lif.h"

#include <gtest/gtest.h>

#include "workloads/lif_engine.h"
#include "workloads/sparse_synapses.h"
#include "workloads/temporal_errors.h"
#include "workloads/temporal_reference.h"

namespace ranvier::workloads {
namespace {

TEST(LayeredLif, HashIsSplitmixThreeTimes) {
  // First outputs of splitmix64 from state 0 (Vigna's test vector).
  EXPECT_EQ(splitmix64(0), 0xE220A8397B1DCDAFu);
  EXPECT_EQ(splitmix64(0x9E3779B97F4A7C15u), 0x6E789E6AA1B965F4u);
  EXPECT_EQ(layered_lif_hash(0, 0, 0, 0), splitmix64(splitmix64(0xE220A8397B1DCDAFu)));
}

TEST(LayeredLif, SynapsesAreThoseOfTheDefinition) {
  LayeredLif net;
  net.neurons = 100;
  net.density = 0.3;
  const Program program = layered_lif_program(net, 1);
  ASSERT_EQ(program.stages.size(), 5u);
  EXPECT_EQ(program.stages[1].sparse->synapses(), 0);
  for (std::uint64_t layer = 0; layer < 3; ++layer) {
    const SparseSynapses& synapses = *program.stages[layer + 2].sparse;
    for (std::uint64_t s = 0; s < 100; ++s) {
      std::vector<std::int32_t> weight(100, 0);
      synapses.for_each(static_cast<std::int32_t>(s), {0, 100},
                        [&](std::int32_t t, std::int32_t w) { weight[static_cast<std::size_t>(t)] = w; });
      for (std::uint64_t t = 0; t < 100; ++t) {
        const std::uint64_t h = layered_lif_hash(12345, layer, s, t);
        constexpr std::int32_t kWeights[] = {-2, -1, 1, 2};
        const bool exists = static_cast<double>(h >> 11) * 0x1p-53 < 0.3;
        ASSERT_EQ(weight[t], exists ? kWeights[h & 3] : 0) << layer << ' ' << s << ' ' << t;
      }
    }
  }
}

struct Counts {
  std::int32_t neurons;
  double density, rate;
  std::int32_t steps;
  std::int64_t spikes, synaptic_events;
};

/// Computed by a program in another language from the definition alone.
constexpr Counts kCounts[] = {
    {1024, 0.1, 0.1, 100, 40958, 3143074}, {1024, 0.1, 0.2, 50, 40940, 3142114},   {1024, 1, 0.1, 20, 8440, 6472704},
    {1024, 1, 0.2, 8, 6677, 5124096},      {2048, 0.05, 0.15, 12, 14686, 1124480}, {4096, 0.1, 0.1, 10, 16382, 4994261},
    {2048, 0.1, 0.3, 10, 24455, 3753530},  {256, 0.25, 0.5, 40, 20520, 983582},    {512, 0.02, 0.07, 60, 8586, 65866}};

TEST(LayeredLif, CountsOfManyNetworks) {
  for (const Counts& c : kCounts) {
    const Program program = layered_lif_program({c.neurons, c.density, c.rate, c.steps, 12345});
    LifEngine engine(program);
    engine.run({});
    std::int64_t spikes = 0;
    for (std::size_t s = 1; s < program.stages.size(); ++s) spikes += engine.spikes(StageId(s));
    EXPECT_EQ(spikes, c.spikes) << c.neurons;
    EXPECT_EQ(engine.synaptic_events(), c.synaptic_events) << c.neurons;
    EXPECT_LT(engine.bytes(), 11 * program.stages[2].sparse->synapses() * 3) << c.neurons;
  }
}

TEST(LayeredLif, ReferenceAndExecutorAgreeWithTheEngine) {
  const Program program = layered_lif_program({300, 0.2, 0.3, 25, 7});
  LifEngine engine(program);
  engine.run({});
  EXPECT_EQ(engine.activations(), run_reference(program, {}));
  EXPECT_GT(engine.spikes(StageId(4)), 0);
}

TEST(LayeredLif, NumbersOutOfRangeAreNamed) {
  const auto key_of = [](const LayeredLif& net) -> std::string {
    try {
      layered_lif_program(net, 1);
    } catch (const BadLayeredLif& e) {
      return e.key;
    }
    return "";
  };
  EXPECT_EQ(key_of({0, 0.1, 0.1, 10, 1}), "neurons");
  EXPECT_EQ(key_of({65537, 0.1, 0.1, 10, 1}), "neurons");
  EXPECT_EQ(key_of({32, 0, 0.1, 10, 1}), "density");
  EXPECT_EQ(key_of({32, 1.5, 0.1, 10, 1}), "density");
  EXPECT_EQ(key_of({32, 0.1, 0.004, 10, 1}), "rate");
  EXPECT_EQ(key_of({32, 0.1, 1.01, 10, 1}), "rate");
  EXPECT_EQ(key_of({32, 0.1, 0.1, 0, 1}), "steps");
  EXPECT_EQ(key_of({32, 0.1, 0.1, 10, 1}), "");
}

TEST(LayeredLif, BiasIsRoundedHalfToEven) {
  EXPECT_EQ(layered_lif_bias(0.1), 10);
  EXPECT_EQ(layered_lif_bias(0.125), 12);
  EXPECT_EQ(layered_lif_bias(0.135), 14);
  EXPECT_EQ(layered_lif_bias(0.005), 0);
}

}  // namespace
}  // namespace ranvier::workloads
