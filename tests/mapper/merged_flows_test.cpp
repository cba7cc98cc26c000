// SPDX-License-Identifier: Apache-2.0
// Placing by merged flows: the same hops for every placement, and left alone where multicasts share links.
#include "mapper/merged_flows.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "fixtures.h"
#include "mapper/levels.h"
#include "mapper/placement_state.h"

namespace ranvier::mapper {
namespace {

using testing::kInput;
using testing::ProgramBuilder;
using testing::toy_board;

/// Four tiles; a flow a channel from each stage to the next, to both halves or one.
MappingProblem many_flows(const workloads::Program& program, chips::Multicast multicast) {
  chips::Board board = toy_board(4, 4);
  board.chip.noc.multicast = multicast;
  board.chip.core.route_entries.value = 100000;
  MappingProblem problem = make_problem(program, board, Schedule::kStagedGraded);
  std::vector<Flow> split;
  std::vector<double> events;
  for (std::size_t f = 0; f < problem.flows.size(); ++f)
    for (std::int32_t c = problem.flows[f].channels.begin; c < problem.flows[f].channels.end; ++c) {
      Flow one = problem.flows[f];
      one.channels = {c, c + 1};
      split.push_back(one);
      events.push_back(1 + c % 5);
    }
  problem.flows = split;
  problem.flow_events = events;
  return problem;
}

workloads::Program chain_of_stages() {
  ProgramBuilder b(1, 60);
  const StageId a = b.linear("a", kInput, 60);
  const StageId c = b.linear("b", a, 60);
  b.linear("c", b.sum("sum", a, c), 40);
  return b.finish();
}

TEST(MergedFlows, CostsOfHopsAreTheSame) {
  const auto program = chain_of_stages();
  const MappingProblem problem = many_flows(program, chips::Multicast::kUnicast);
  const auto merged = merged_flows(problem);
  ASSERT_TRUE(merged.has_value());
  EXPECT_LT(merged->flows.size() * 10, problem.flows.size());
  const auto level = compute_levels(problem);
  const PlaceWeights hops_only{.time = 0, .hop = 1, .crossing = 0, .load = 0, .busy = 0};
  for (std::uint64_t draw = 0; draw < 20; ++draw) {
    std::vector<CoreId> core_of(problem.tiles.size());
    for (std::size_t t = 1; t < core_of.size(); ++t) core_of[t] = CoreId((t * 3 + random_below(3, draw, t, 0)) % 16);
    std::sort(core_of.begin() + 1, core_of.end());
    if (std::adjacent_find(core_of.begin() + 1, core_of.end()) != core_of.end()) continue;  // a core each
    EXPECT_DOUBLE_EQ(PlacementState(*merged, level, hops_only, core_of).cost(),
                     PlacementState(problem, level, hops_only, core_of).cost());
  }
}

TEST(MergedFlows, OnlyWhereItIsExactAndWorthIt) {
  const auto program = chain_of_stages();
  EXPECT_FALSE(merged_flows(many_flows(program, chips::Multicast::kRelay)).has_value());
  chips::Board board = toy_board(4, 4);
  board.chip.noc.multicast = chips::Multicast::kUnicast;
  board.chip.core.route_entries.value = 100000;
  EXPECT_FALSE(merged_flows(make_problem(program, board, Schedule::kStagedGraded)).has_value());
}

}  // namespace
}  // namespace ranvier::mapper
