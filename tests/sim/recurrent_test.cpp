// SPDX-License-Identifier: Apache-2.0
// Networks that feed themselves on the chip: any partition of their neurons, at every fidelity, gives the spikes of the
// reference, and so does the network as it was given.
#include <gtest/gtest.h>

#include "mapper/mapper.h"
#include "mapper/neuron_partition.h"
#include "tests/sim/temporal_fixture.h"
#include "workloads/random_program.h"
#include "workloads/renumber.h"
#include "workloads/synapse_list.h"
#include "workloads/temporal_reference.h"

namespace ranvier::sim {
namespace {

using mapper::Range;
using mapper::Schedule;
using workloads::Program;
using workloads::Spike;

constexpr Fidelity kFidelities[] = {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle};

/// A ring of three neurons, one spike from the host; synapses of the sources input, 0, 1, 2.
Program ring() {
  Program p;
  p.name = "ring";
  p.timesteps = 7;
  p.input_code_max = 1;
  p.stages.push_back(testing::spike_input(1, 1, 1));
  workloads::Stage s;
  s.name = "ring";
  s.kind = workloads::StageKind::kLif;
  s.inputs = {{StageId(0), 1}, {StageId(1), 1}};
  s.tokens = 1;
  s.channels = 3;
  s.in_channels = 4;
  s.sparse = workloads::synapses_of_list({{0, 0, 2}, {1, 1, 2}, {2, 2, 2}, {3, 0, 2}}, 4, 3, 127).synapses;
  s.cuba.voltage_decay = 4096;
  s.cuba.threshold_mantissa = 1;
  p.stages.push_back(s);
  return p;
}

mapper::PartitionedNetwork cut(const Program& program, std::vector<std::vector<Range>> parts) {
  mapper::PartitionedNetwork network;
  network.program = program;
  network.parts = std::move(parts);
  return network;
}

TEST(RecurrentChip, ASpikeGoesRoundARingOfCores) {
  const chips::Board board = testing::loihi_board();
  for (const auto& parts : {std::vector<Range>{{0, 3}}, {{0, 1}, {1, 3}}, {{0, 1}, {1, 2}, {2, 3}}}) {
    const auto network = cut(ring(), {{}, parts});
    const auto problem = mapper::make_problem(network, board);
    mapper::MapOptions how;
    how.preset = mapper::Preset::kLatency;
    how.place.moves = 200;
    const auto mapping = mapper::map_program(problem, how);
    ASSERT_TRUE(mapper::verify(problem, mapping).empty());
    const std::vector<std::vector<std::int32_t>> samples{workloads::pack_spikes(std::vector<Spike>{{0, 0}})};
    for (const Fidelity fidelity : kFidelities) {
      SimOptions options;
      options.fidelity = fidelity;
      const RunResult r = simulate(problem, mapping, samples, options);
      EXPECT_TRUE(r.images[0].exact);
      EXPECT_EQ(r.images[0].logits, (std::vector<std::int32_t>{3, 2, 2}));
      EXPECT_EQ(r.layers[1].events_by_step, (std::vector<std::int64_t>{0, 1, 1, 1, 1, 1, 1, 1}));
    }
  }
}

TEST(RecurrentChip, VerifierSeesAMissingRecurrentFlow) {
  const auto network = cut(ring(), {{}, {{0, 1}, {1, 3}}});
  const auto problem = mapper::make_problem(network, testing::loihi_board());
  const auto mapping = mapper::map_program(problem, {});
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    auto without = problem;
    auto rest = mapping;
    without.flows.erase(without.flows.begin() + static_cast<std::ptrdiff_t>(f));
    without.flow_events.erase(without.flow_events.begin() + static_cast<std::ptrdiff_t>(f));
    rest.routes.erase(rest.routes.begin() + static_cast<std::ptrdiff_t>(f));
    rest.delay.erase(rest.delay.begin() + static_cast<std::ptrdiff_t>(f));
    const auto findings = mapper::verify(without, rest);
    ASSERT_FALSE(findings.empty()) << f;
    EXPECT_EQ(findings[0].kind, mapper::FindingKind::kFlowMissing) << f;
  }
  auto stray = problem;
  for (mapper::Flow& flow : stray.flows) flow.destinations = {TileId(1), TileId(2)};
  EXPECT_FALSE(mapper::verify(stray, mapping).empty());
}

TEST(RecurrentChip, AnyPartitionGivesTheSpikesOfTheReference) {
  std::int64_t spikes = 0;
  std::size_t parts = 0;
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    const Program program = workloads::random_recurrent_program(seed);
    const auto input = workloads::random_spikes(program, seed);
    chips::Board board = testing::loihi_board();
    board.chip.core.neurons.value = 1 + static_cast<std::int64_t>(seed % 7);
    if (seed % 2 == 0) board.chip.noc.multicast = chips::Multicast::kUnicast;
    mapper::NeuronPartitionOptions how;
    how.as_given = seed % 3 == 0;
    how.effort = mapper::hypergraph::Effort::kFast;
    how.seed = seed;
    const auto network = mapper::partition_neurons(program, board, how);
    const auto problem = mapper::make_problem(network, board);
    mapper::MapOptions options;
    options.preset = seed % 5 == 0 ? mapper::Preset::kCompact : mapper::Preset::kLatency;
    options.seed = seed;
    options.place.moves = 200;
    const auto mapping = mapper::map_program(problem, options);
    const auto findings = mapper::verify(problem, mapping);
    ASSERT_TRUE(findings.empty()) << seed << ": " << findings[0].text;
    for (const auto& of_stage : network.parts) parts += of_stage.size();
    const auto wanted = workloads::temporal_activations(program, workloads::run_temporal_reference(program, input));
    const auto own =
        workloads::temporal_activations(network.program, workloads::run_temporal_reference(network.program, input));
    EXPECT_EQ(workloads::as_given(network.program, own), wanted) << seed;
    for (const auto& codes : wanted.codes)
      for (const std::int32_t n : codes) spikes += n;
    const std::vector<std::vector<std::int32_t>> samples{input};
    for (const Fidelity fidelity : kFidelities) {
      SimOptions once;
      once.fidelity = fidelity;
      const RunResult r = simulate(problem, mapping, samples, once);
      EXPECT_TRUE(r.images[0].exact) << seed;
      EXPECT_EQ(r.images[0].logits, own.logits) << seed;
    }
  }
  EXPECT_GT(spikes, 1000);
  EXPECT_GT(parts, 100U);
}

}  // namespace
}  // namespace ranvier::sim
