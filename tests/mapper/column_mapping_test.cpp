// SPDX-License-Identifier: Apache-2.0
// Mappings without a search, and what the verifier sees of sparse layers in them.
#include "mapper/column_mapping.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mapper/errors.h"
#include "mapper/tiler.h"
#include "mapper/verifier.h"
#include "workloads/layered_lif.h"
#include "workloads/sparse_synapses.h"

namespace ranvier::mapper {
namespace {

struct Mapped {
  Mapped(const workloads::LayeredLif& net, std::int32_t parts)
      : program(workloads::layered_lif_program(net, 1)),
        problem(make_cut_problem(program, chips::load_target("loihi-fitted"), Schedule::kTimesteps,
                                 std::vector<std::int32_t>(program.stages.size(), parts))),
        mapping(map_by_column(problem)) {}
  std::vector<FindingKind> kinds() const {
    std::vector<FindingKind> all;
    for (const Finding& f : verify(problem, mapping)) all.push_back(f.kind);
    return all;
  }
  workloads::Program program;
  MappingProblem problem;
  Mapping mapping;
};

TEST(ColumnMapping, CoresGoDownTheColumnsRouterByRouter) {
  const chips::Board board = chips::load_target("loihi-fitted");
  const auto cores = cores_by_column(board);
  ASSERT_EQ(cores.size(), 128u);
  for (std::size_t c = 0; c < cores.size(); ++c) {
    const auto tile = static_cast<std::int32_t>(c) / 4;
    EXPECT_EQ(board.x(cores[c]), tile / 4);
    EXPECT_EQ(board.y(cores[c]), tile % 4);
    EXPECT_EQ(cores[c].value() % 4, c % 4);
  }
}

TEST(ColumnMapping, SparseLayersAreLegalAndEventsGoOnlyWhereTheyHaveSynapses) {
  const Mapped m({1024, 0.1, 0.1, 10, 12345}, 32);
  EXPECT_EQ(m.kinds(), std::vector<FindingKind>{});
  std::int64_t ways = 0, wanted = 0;
  for (const Flow& flow : m.problem.flows)
    ways += static_cast<std::int64_t>(flow.destinations.size()) * flow.channels.size();
  for (std::size_t t = 1; t < m.problem.tiles.size(); ++t) {
    const Tile& tile = m.problem.tiles[t];
    const auto& synapses = *m.program.stage(tile.stage).sparse;
    for (std::int32_t s = 0; s < synapses.sources(); ++s)
      wanted += synapses.count(s, {tile.outputs.begin, tile.outputs.end}) > 0 ? 1 : 0;
    std::int64_t axons = 0;
    for (std::int32_t s = 0; s < synapses.sources(); ++s)
      axons += synapses.count(s, {tile.outputs.begin, tile.outputs.end}) > 0 ? 1 : 0;
    EXPECT_EQ(tile.demand.axons, axons);
  }
  EXPECT_EQ(ways, wanted);
  EXPECT_LT(wanted, std::int64_t{3} * 1024 * 32);
}

TEST(ColumnMapping, VerifierSeesMissingAndStrayEventsOfSparseLayers) {
  Mapped m({1024, 0.05, 0.1, 10, 12345}, 32);
  Mapped missing = m;
  missing.problem.program = &missing.program;
  missing.problem.flows.front().destinations.pop_back();
  const auto found = missing.kinds();
  EXPECT_NE(std::find(found.begin(), found.end(), FindingKind::kFlowMissing), found.end());

  // A tile that the flow does not go to, of the same layer as those that it goes to.
  Flow& flow = m.problem.flows.front();
  const StageId layer = m.problem.tiles[flow.destinations.front().value()].stage;
  for (std::size_t t = 1; t < m.problem.tiles.size(); ++t) {
    const TileId tile(t);
    if (m.problem.tiles[t].stage != layer) continue;
    if (std::find(flow.destinations.begin(), flow.destinations.end(), tile) != flow.destinations.end()) continue;
    flow.destinations.push_back(tile);
    break;
  }
  std::sort(flow.destinations.begin(), flow.destinations.end());
  const auto stray = m.kinds();
  EXPECT_NE(std::find(stray.begin(), stray.end(), FindingKind::kFlowStray), stray.end());
}

TEST(ColumnMapping, WhatALargeLayerAsksIsFoundByTheVerifierAndNotRefused) {
  // 256 neurons with 4 096 inputs each at 10 %: two synapses of 9 + 10 bits in a word of 54, far over 16 384 words.
  const Mapped sparse({4096, 0.1, 0.1, 2, 12345}, 16);
  const auto kinds = sparse.kinds();
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), FindingKind::kCapacity), 48);  // three layers of 16 cores
  EXPECT_EQ(kinds.size(), 48u);
  // 1 024 x 256 dense weights of 9 bits, six in a word.
  const Mapped dense({1024, 1, 0.1, 2, 12345}, 4);
  EXPECT_EQ(dense.problem.tiles[5].demand.synapse_bytes, Bytes(1024 * 43 * 8));
  EXPECT_EQ(dense.kinds().size(), 12u);
}

TEST(ColumnMapping, TooSmallABoardIsRefused) {
  const workloads::Program program = workloads::layered_lif_program({1024, 0.1, 0.1, 2, 1}, 1);
  const MappingProblem problem =
      make_cut_problem(program, chips::load_target("loihi-fitted"), Schedule::kTimesteps, {1, 64, 64, 64, 64});
  EXPECT_THROW(map_by_column(problem), DoesNotFit);
}

}  // namespace
}  // namespace ranvier::mapper
