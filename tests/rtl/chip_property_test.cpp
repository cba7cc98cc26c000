// SPDX-License-Identifier: Apache-2.0
// The rule of the house with RTL in it: random programs, random legal placements, random network delays, with and
// without Verilated cores, references on 1 and 2 threads: the same integers.
#include <gtest/gtest.h>

#include "rtl/cosim/rtl_cores.h"
#include "sim/errors.h"
#include "sim/simulate.h"
#include "sim/tile_selection.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"
#include "workloads/reference.h"

namespace ranvier::rtl {
namespace {

using mapper::Schedule;
using sim::testing::Case;

constexpr Schedule kSchedules[] = {Schedule::kStagedGraded, Schedule::kStagedUnary, Schedule::kAsynchronousUnary};

/// A Verilated core for every tile that the RTL can run.
std::vector<sim::CoreFactory> all_on_rtl(const Case& c) {
  std::vector<sim::CoreFactory> cores(c.problem.tiles.size(), nullptr);
  for (const workloads::Stage& stage : c.program.stages) {
    try {
      for (const TileId tile : sim::select_tiles(c.problem, c.mapping, stage.name, why_no_rtl_core))
        cores[tile.value()] = make_rtl_core;
    } catch (const sim::NotOnRtl&) {
    }
  }
  return cores;
}

TEST(AnyMappingOnRtl, GivesTheIntegersOfTheReference) {
  std::int64_t compared = 0;
  for (std::uint64_t seed = 101; seed <= 115; ++seed) {
    SCOPED_TRACE(seed);
    const auto c = sim::testing::random_case(workloads::random_vit_program(seed, 5, 8, 2, 1, 12),
                                             sim::testing::small_board(6, 6), kSchedules[seed % 3], seed);
    ASSERT_TRUE(mapper::verify(c->problem, c->mapping).empty());
    const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(c->program, 2 * seed),
                                                        workloads::random_input_codes(c->program, 2 * seed + 1)};
    const auto one_thread = workloads::run_reference_batch(c->program, images, 1);
    EXPECT_EQ(one_thread, workloads::run_reference_batch(c->program, images, 2));
    for (const bool with_rtl : {false, true}) {
      sim::SimOptions options;
      options.network.seed = seed + with_rtl;
      options.network.random_delay_cycles = static_cast<std::int32_t>(random_below(60, seed, 3, with_rtl));
      if (with_rtl) options.core_of_tile = all_on_rtl(*c);
      const sim::RunResult result = sim::simulate(c->problem, c->mapping, images, options);
      ASSERT_EQ(result.images.size(), images.size());
      for (std::size_t i = 0; i < images.size(); ++i) {
        EXPECT_TRUE(result.images[i].exact) << "with RTL: " << with_rtl << ", image " << i;
        EXPECT_EQ(result.images[i].logits, one_thread[i].logits);
      }
      EXPECT_EQ(result.verilated_cycles > 0, with_rtl);
      compared += result.lockstep_events_compared;
    }
  }
  EXPECT_GT(compared, 1000);
}

}  // namespace
}  // namespace ranvier::rtl
