// SPDX-License-Identifier: Apache-2.0
// Whatever the program, the board and the options: the mapping is legal, and the same when made twice.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <chrono>

#include "fixtures.h"
#include "mapper/cost.h"
#include "mapper/mapping_io.h"
#include "mapper/remap.h"
#include "workloads/random_program.h"

namespace ranvier::mapper {
namespace {

using testing::toy_board;

workloads::Program vit() { return workloads::random_vit_program(1, 50, 64, 4, 4, 256); }

/// Tianjic-like 3 x 3.
chips::Board large_board() { return chips::load_target("tianjic-like:3x3"); }

TEST(MapVit, IsLegalAndFast) {
  const workloads::Program program = vit();
  const chips::Board board = large_board();
  for (const Preset preset : {Preset::kCompact, Preset::kLatency}) {
    for (const Schedule schedule : {Schedule::kStagedGraded, Schedule::kAsynchronousUnary}) {
      const auto start = std::chrono::steady_clock::now();
      const MappingProblem problem = make_problem(program, board, schedule, {.preset = preset});
      const auto cut = std::chrono::steady_clock::now();
      const Mapping mapping = map_program(problem, {.preset = preset});
      const auto done = std::chrono::steady_clock::now();
      const auto findings = verify(problem, mapping);
      const auto verified = std::chrono::steady_clock::now();
      EXPECT_TRUE(findings.empty()) << testing::texts(findings);
      const Metrics m = estimate(problem, mapping);
      const auto ms = [](auto a, auto b) { return std::chrono::duration_cast<std::chrono::milliseconds>(b - a).count(); };
      std::printf("%s %d: tiles %ld cores %ld chips %ld flows %zu tree %.0f load %.3f cut %ld ms map %ld ms verify %ld ms step %.0f ns\n",
                  name_of(preset), static_cast<int>(schedule), static_cast<long>(m.tiles), static_cast<long>(m.cores),
                  static_cast<long>(m.chips), problem.flows.size(), m.tree_hops, m.max_link_load, static_cast<long>(ms(start, cut)), static_cast<long>(ms(cut, done)),
                  static_cast<long>(ms(done, verified)), m.step_time_ns_mean);
    }
  }
}

}  // namespace
}  // namespace ranvier::mapper
