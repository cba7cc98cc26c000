// SPDX-License-Identifier: Apache-2.0
// Dynamic programming over engines against all choices, one by one.
#include <gtest/gtest.h>

#include "base/random.h"
#include "mapper/engine_path.h"
#include "tests/mapper/fixtures.h"

namespace ranvier::mapper {
namespace {

using testing::kInput;
using testing::ProgramBuilder;

double cost(const Price& p, double per_second, double per_joule) {
  return per_second * p.seconds + per_joule * p.joules;
}

/// Least cost of all choices of allowed engines.
double least(const workloads::Program& program, const EnginePrices& prices, double per_second, double per_joule) {
  std::vector<Engine> engines(program.stages.size(), Engine::kSpiking);
  double best = 1e300;
  std::size_t choices = 1;
  for (std::size_t s = 1; s < engines.size(); ++s) choices *= kEngines;
  for (std::size_t n = 0; n < choices; ++n) {
    bool allowed = true;
    for (std::size_t s = 1, rest = n; s < engines.size(); ++s, rest /= kEngines) {
      engines[s] = static_cast<Engine>(rest % kEngines);
      allowed = allowed && prices.stage[s][rest % kEngines].has_value();
    }
    if (allowed) best = std::min(best, cost(price_of(program, prices, engines), per_second, per_joule));
  }
  return best;
}

EnginePrices random_prices(const workloads::Program& program, std::uint64_t seed) {
  EnginePrices prices;
  prices.stage.resize(program.stages.size());
  prices.crossing.resize(program.stages.size());
  const auto draw = [&](std::uint64_t a, std::uint64_t b) {
    return Price{static_cast<double>(random_below(100, seed, a, b)),
                 static_cast<double>(random_below(100, seed, a, b + 50))};
  };
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    for (std::size_t e = 0; e < kEngines; ++e)
      if (e == 0 || random_below(5, seed, s, 90 + e) != 0) prices.stage[s][e] = draw(s, e);
    for (std::size_t i = 0; i < program.stages[s].inputs.size(); ++i) {
      prices.crossing[s].emplace_back();
      for (std::size_t p = 0; p < kPlaces; ++p) prices.crossing[s][i][p] = draw(s, 10 + i * kPlaces + p);
    }
  }
  return prices;
}

TEST(CheapestEngines, IsTheLeastOfAllChoices) {
  ProgramBuilder b(4, 8);
  const StageId embed = b.linear("embed", kInput, 8);
  const StageId q = b.linear("q", embed, 8);
  const StageId k = b.linear("k", embed, 8);
  const StageId v = b.linear("v", embed, 8);
  const StageId a = b.scores("scores", q, k, 2);
  const StageId m = b.mix("mix", a, v, 2);
  const StageId sum = b.sum("sum", embed, m);
  b.linear("head", sum, 4);
  const workloads::Program program = b.finish();
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const EnginePrices prices = random_prices(program, seed);
    for (const double per_joule : {0.0, 0.5, 2.0}) {
      const auto found = cheapest_engines(program, prices, {.second = 1, .joule = per_joule});
      ASSERT_EQ(found.size(), program.stages.size());
      // A first crossing is paid by whoever reads first, so prices must not depend on the order: exact all the same.
      EXPECT_DOUBLE_EQ(cost(price_of(program, prices, found), 1, per_joule), least(program, prices, 1, per_joule))
          << "seed " << seed;
    }
  }
}

TEST(CheapestEngines, PaysACrossingOnceForAllReadersOfAPlace) {
  ProgramBuilder b(4, 8);
  const StageId embed = b.linear("embed", kInput, 8);
  const StageId q = b.linear("q", embed, 8);
  const StageId k = b.linear("k", embed, 8);
  b.sum("sum", q, k);
  const workloads::Program program = b.finish();
  EnginePrices prices;
  prices.stage.resize(5);
  prices.crossing.resize(5);
  for (std::size_t s = 1; s < 5; ++s) {
    prices.stage[s][0] = Price{10, 0};
    prices.stage[s][2] = Price{1, 0};
    for (std::size_t i = 0; i < program.stages[s].inputs.size(); ++i)
      prices.crossing[s].push_back({Price{0, 0}, Price{100, 0}, Price{7, 0}});
  }
  const std::vector<Engine> split{Engine::kSpiking, Engine::kSpiking, Engine::kOffload, Engine::kOffload,
                                  Engine::kOffload};
  // input to chip 100, embed 10, embed to device 7 once, three operators.
  EXPECT_DOUBLE_EQ(price_of(program, prices, split).seconds, 100 + 10 + 7 + 3);
  const std::vector<Engine> device{Engine::kSpiking, Engine::kOffload, Engine::kOffload, Engine::kOffload,
                                   Engine::kOffload};
  EXPECT_EQ(cheapest_engines(program, prices, {.second = 1}), device);
  EXPECT_DOUBLE_EQ(price_of(program, prices, device).seconds, 7 + 4);
}

TEST(CheapestEngines, IsEmptyWhereAStageCanRunNowhere) {
  ProgramBuilder b(2, 4);
  b.linear("head", kInput, 4);
  const workloads::Program program = b.finish();
  EnginePrices prices;
  prices.stage.resize(2);
  prices.crossing.resize(2);
  EXPECT_TRUE(cheapest_engines(program, prices, {.second = 1, .joule = 1}).empty());
}

}  // namespace
}  // namespace ranvier::mapper
