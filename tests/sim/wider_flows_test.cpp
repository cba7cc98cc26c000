// SPDX-License-Identifier: Apache-2.0
// Spikes that also go where nobody has a synapse for them: fewer flows for routing tables, the same spikes, verified.
#include "mapper/wider_flows.h"

#include <gtest/gtest.h>

#include <numeric>

#include "mapper/mapper.h"
#include "mapper/neuron_partition.h"
#include "mapper/verifier.h"
#include "sim/simulate.h"
#include "tests/sim/temporal_fixture.h"
#include "workloads/random_program.h"
#include "workloads/synapse_list.h"

namespace ranvier::mapper {
namespace {

chips::Board tree_board() {
  chips::Board board = sim::testing::loihi_board();
  board.chip.noc.multicast = chips::Multicast::kTree;
  return board;
}

/// One stage of `neurons`, neuron n heard by `heard_by(n)`; the host feeds neuron 0. Tiles of `part` neurons.
PartitionedNetwork network_of(std::int32_t neurons, std::int32_t part,
                              const std::vector<std::pair<std::int32_t, std::int32_t>>& edges) {
  PartitionedNetwork network;
  workloads::Program& p = network.program;
  p.name = "made";
  p.timesteps = 5;
  p.input_code_max = 1;
  p.stages.push_back(sim::testing::spike_input(1, 1, 1));
  workloads::Stage s;
  s.name = "neurons";
  s.kind = workloads::StageKind::kLif;
  s.inputs = {{StageId(0), 1}, {StageId(1), 1}};
  s.tokens = 1;
  s.channels = neurons;
  s.in_channels = 1 + neurons;
  std::vector<workloads::ListedSynapse> list{{0, 0, 2}};
  for (const auto& [from, to] : edges) list.push_back({1 + from, to, 2});
  s.sparse = workloads::synapses_of_list(std::move(list), s.in_channels, s.channels, 127).synapses;
  s.cuba.voltage_decay = 4096;
  s.cuba.threshold_mantissa = 1;
  p.stages.push_back(s);
  network.parts = {{}, {}};
  for (std::int32_t n = 0; n < neurons; n += part) network.parts[1].push_back({n, n + part});
  return network;
}

// Tiles {0, 1}, {2, 3}, {4, 5}; 0 is heard by 2, 1 by 4, 2 by 3: two flows of tile 1 become one to both others.
TEST(WiderFlows, OneFlowATileToAllThatHearIt) {
  const PartitionedNetwork network = network_of(6, 2, {{0, 2}, {1, 4}, {2, 3}});
  MappingProblem problem = make_problem(network, tree_board());
  ASSERT_EQ(problem.flows.size(), 4U);  // the host's, two of tile 1, one of tile 2 to itself
  problem.flow_events = {1, 10, 20, 5};
  ASSERT_TRUE(widen_flows(problem));
  ASSERT_EQ(problem.flows.size(), 3U);
  EXPECT_EQ(problem.flows[0].source, TileId(0));
  EXPECT_EQ(problem.flows[1].source, TileId(1));
  EXPECT_EQ(problem.flows[1].channels, (Range{0, 2}));
  EXPECT_EQ(problem.flows[1].destinations, (std::vector{TileId(2), TileId(3)}));
  EXPECT_EQ(problem.flow_events, (std::vector<double>{1, 30, 5}));
  EXPECT_FALSE(widen_flows(problem));  // nothing is left to widen
}

TEST(WiderFlows, OnlyWhereRoutersForkByTables) {
  const PartitionedNetwork network = network_of(6, 2, {{0, 2}, {1, 4}, {2, 3}});
  for (const auto multicast : {chips::Multicast::kRelay, chips::Multicast::kUnicast}) {
    chips::Board board = tree_board();
    board.chip.noc.multicast = multicast;
    MappingProblem problem = make_problem(network, board);
    EXPECT_FALSE(widen_flows(problem));
    EXPECT_EQ(problem.flows.size(), 4U);
  }
}

// Neurons 0 .. n - 1 of the first tile each have a listener of their own, on a core of its own: n copies become n x n.
TEST(WiderFlows, NotAtMoreThanSixteenTimesTheCopies) {
  for (const std::int32_t n : {16, 17}) {
    std::vector<std::pair<std::int32_t, std::int32_t>> edges;
    for (std::int32_t k = 0; k < n; ++k) edges.push_back({k, n + k});
    PartitionedNetwork network = network_of(2 * n, 1, edges);
    network.parts[1].erase(network.parts[1].begin(), network.parts[1].begin() + n);
    network.parts[1].insert(network.parts[1].begin(), Range{0, n});
    chips::Board board = tree_board();
    MappingProblem problem = make_problem(network, board);
    EXPECT_EQ(widen_flows(problem), n == 16) << n;
  }
}

TEST(WiderFlows, TheSpikesAreTheSameAndTheVerifierAgrees) {
  std::size_t fewer = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const workloads::Program program = workloads::random_recurrent_program(seed);
    const std::vector<std::vector<std::int32_t>> samples{workloads::random_spikes(program, seed)};
    chips::Board board = tree_board();
    board.chip.core.neurons.value = 2 + static_cast<std::int64_t>(seed % 5);
    board.chip.core.route_entries.value = 10000;
    const auto network = partition_neurons(program, board, {.effort = hypergraph::Effort::kFast, .seed = seed});
    MappingProblem problem = make_problem(network, board);
    const MapOptions how{.seed = seed, .place = {.moves = 100}};
    const auto spikes = [&] {
      const Mapping mapping = map_program(problem, how);
      const auto findings = verify(problem, mapping);
      EXPECT_TRUE(findings.empty()) << seed << ": " << findings[0].text;
      std::vector<std::int32_t> logits;
      for (const auto fidelity : {sim::Fidelity::kAnalytic, sim::Fidelity::kFast, sim::Fidelity::kCycle}) {
        sim::SimOptions options;
        options.fidelity = fidelity;
        const sim::RunResult r = sim::simulate(problem, mapping, samples, options);
        EXPECT_TRUE(r.images[0].exact) << seed;
        logits = r.images[0].logits;
      }
      return logits;
    };
    const std::size_t before = problem.flows.size();
    const auto wanted = spikes();
    if (!widen_flows(problem)) continue;
    fewer += before - problem.flows.size();
    EXPECT_EQ(spikes(), wanted) << seed;
  }
  EXPECT_GT(fewer, 20U);
}

TEST(WiderFlows, WhatNobodyDropsIsStillAStray) {
  const PartitionedNetwork network = network_of(6, 2, {{0, 2}, {1, 4}, {2, 3}});
  MappingProblem problem = make_problem(network, tree_board());
  ASSERT_TRUE(widen_flows(problem));
  const Mapping mapping = map_program(problem, {.place = {.moves = 10}});
  EXPECT_TRUE(verify(problem, mapping).empty());
  // On another chip a core has no look-up that could miss.
  MappingProblem elsewhere = problem;
  elsewhere.board.chip.noc.multicast = chips::Multicast::kRelay;
  const Mapping there = map_program(elsewhere, {.place = {.moves = 10}});
  const auto findings = verify(elsewhere, there);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].kind, FindingKind::kFlowStray);
  // Twice the same spike is twice the synapse.
  MappingProblem twice = problem;
  twice.flows.push_back(twice.flows[1]);
  twice.flow_events.push_back(twice.flow_events[1]);
  const auto doubled = verify(twice, map_program(twice, {.place = {.moves = 10}}));
  ASSERT_FALSE(doubled.empty());
  EXPECT_EQ(doubled[0].kind, FindingKind::kFlowDuplicate);
}

}  // namespace
}  // namespace ranvier::mapper
