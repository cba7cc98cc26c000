// SPDX-License-Identifier: Apache-2.0
// Neurons partitioned by their axons: parts hold every limit, whole rings stay together, what cannot fit is named.
#include "mapper/neuron_partition.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mapper/demand.h"
#include "mapper/errors.h"
#include "tests/sim/temporal_fixture.h"
#include "workloads/random_program.h"
#include "workloads/synapse_list.h"

namespace ranvier::mapper {
namespace {

/// `rings` rings of `size` neurons, neuron n in ring n % rings; the host feeds neuron 0.
workloads::Program rings(std::int32_t rings, std::int32_t size) {
  workloads::Program p;
  p.name = "rings";
  p.timesteps = 5;
  p.input_code_max = 1;
  p.stages.push_back(sim::testing::spike_input(1, 1, 1));
  workloads::Stage s;
  s.name = "rings";
  s.kind = workloads::StageKind::kLif;
  s.inputs = {{StageId(0), 1}, {StageId(1), 1}};
  s.tokens = 1;
  s.channels = rings * size;
  s.in_channels = 1 + s.channels;
  std::vector<workloads::ListedSynapse> list{{0, 0, 2}};
  for (std::int32_t n = 0; n < s.channels; ++n) list.push_back({1 + n, (n + rings) % s.channels, 2});
  s.sparse = workloads::synapses_of_list(std::move(list), s.in_channels, s.channels, 127).synapses;
  s.cuba.voltage_decay = 4096;
  s.cuba.threshold_mantissa = 1;
  p.stages.push_back(s);
  return p;
}

TEST(NeuronPartition, AxonsIntoAStage) {
  const auto graph = axons_into(rings(2, 3), StageId(1), {{4}, {1, 0, 0, 0, 0, 9}});
  EXPECT_EQ(graph.vertices, 6U);
  ASSERT_EQ(graph.pins.size(), 7U);
  // The host has no vertex: the neuron that listens stands for it.
  EXPECT_EQ(std::vector<std::uint32_t>(graph.pins[0].begin(), graph.pins[0].end()), (std::vector<std::uint32_t>{0, 0}));
  EXPECT_EQ(std::vector<std::uint32_t>(graph.pins[6].begin(), graph.pins[6].end()), (std::vector<std::uint32_t>{5, 1}));
  EXPECT_EQ(graph.weight, (std::vector<double>{4.5, 1.5, 0.5, 0.5, 0.5, 0.5, 9.5}));
}

TEST(NeuronPartition, RingsStayWhole) {
  const workloads::Program p = rings(4, 5);
  chips::Board board = sim::testing::loihi_board();
  NeuronPartitionOptions how;
  how.most_neurons = 5;
  const PartitionedNetwork network = partition_neurons(p, board, how);
  EXPECT_EQ(network.parts[1].size(), 4U);
  EXPECT_EQ(network.connectivity, 0);
  how.as_given = true;
  const PartitionedNetwork given = partition_neurons(p, board, how);
  EXPECT_EQ(given.parts[1].size(), 4U);
  EXPECT_EQ(given.connectivity, 16);  // of twenty axons n -> n + 4 the first of each part stays
  // Renumbered, a ring is five neighbours, and no flow leaves a tile but the host's.
  const MappingProblem problem = make_problem(network, board);
  for (const Flow& flow : problem.flows) {
    const TileId own = flow.source == TileId(0) ? flow.destinations.at(0) : flow.source;
    EXPECT_EQ(flow.destinations, std::vector<TileId>{own});
  }
}

TEST(NeuronPartition, EveryTileFitsACoreWhateverIsShort) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const workloads::Program p = workloads::random_recurrent_program(seed);
    chips::Board board = sim::testing::loihi_board();
    std::int64_t widest = 1;
    for (const auto& stage : p.stages) widest = std::max<std::int64_t>(widest, stage.in_channels);
    board.chip.core.fan_in_axons.value = widest;
    board.chip.core.synapse_memory.value = Bytes(8 * widest * 2);
    board.chip.core.route_entries.value = 40;
    if (seed % 2 == 0) board.chip.noc.multicast = chips::Multicast::kUnicast;
    NeuronPartitionOptions how;
    how.effort = hypergraph::Effort::kFast;
    how.seed = seed;
    how.as_given = seed % 3 == 0;
    PartitionedNetwork network;
    try {
      network = partition_neurons(p, board, how);
    } catch (const DoesNotFit& e) {
      EXPECT_EQ(e.shortfalls.at(0).resource, "route_entries") << seed;  // one neuron to more cores than it has axons
      continue;
    }
    const MappingProblem problem = make_problem(network, board);
    for (const Tile& tile : problem.tiles) EXPECT_FALSE(first_excess(board.chip.core, tile.demand)) << seed;
    for (std::size_t s = 1; s < network.parts.size(); ++s) {
      std::int32_t at = 0;
      for (const Range& part : network.parts[s]) {
        EXPECT_EQ(part.begin, at);
        at = part.end;
      }
      EXPECT_TRUE(network.parts[s].empty() || at == p.stages[s].channels) << seed;
    }
  }
}

TEST(NeuronPartition, ANeuronWithTooManyInputsIsNamed) {
  workloads::Program p = rings(1, 6);
  std::vector<workloads::ListedSynapse> all;
  for (std::int32_t n = 0; n < 7; ++n) all.push_back({n, 0, 2});
  all.push_back({1, 1, 2});
  p.stages[1].sparse = workloads::synapses_of_list(std::move(all), 7, 6, 127).synapses;
  chips::Board board = sim::testing::loihi_board();
  board.chip.core.fan_in_axons.value = 6;
  try {
    partition_neurons(p, board, {});
    FAIL();
  } catch (const DoesNotFit& e) {
    EXPECT_EQ(e.shortfalls.at(0).resource, "fan_in_axons");
    EXPECT_EQ(e.shortfalls.at(0).stage_name, "rings");
    EXPECT_EQ(e.shortfalls.at(0).needed, 7);
    EXPECT_EQ(e.shortfalls.at(0).available, 6);
    EXPECT_NE(std::string(e.what()).find("1 of 6 neurons of rings"), std::string::npos) << e.what();
  }
}

TEST(NeuronPartition, FlowEventsAreSpikesOfTheirNeurons) {
  const workloads::Program p = rings(1, 4);
  PartitionedNetwork network;
  network.program = p;
  network.parts = {{}, {{0, 1}, {1, 4}}};
  MappingProblem problem = make_problem(network, sim::testing::loihi_board());
  set_flow_events(problem, {{{7}, {1, 2, 4, 8}}, {}});
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    double events = 0;
    for (std::int32_t c = flow.channels.begin; c < flow.channels.end; ++c)
      events += flow.source == TileId(0) ? 7 : 1 << c;
    EXPECT_EQ(problem.flow_events[f], events) << f;
  }
}

}  // namespace
}  // namespace ranvier::mapper
