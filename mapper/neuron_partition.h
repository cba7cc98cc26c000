// SPDX-License-Identifier: Apache-2.0
// Irregular networks: the neurons of a stage with sparse synapses are partitioned by who listens to whom, not cut by
// their numbers. Then each part gets neighbouring numbers, so that it is a tile like any other.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "chips/chip.h"
#include "mapper/hypergraph/hypergraph.h"
#include "mapper/hypergraph/partition.h"
#include "mapper/mapping.h"
#include "workloads/program.h"
#include "workloads/reference.h"

namespace ranvier::mapper {

struct NeuronPartitionOptions {
  bool as_given = false;          // fill parts in the order of the numbers instead: the baseline
  std::int64_t most_neurons = 0;  // of a part, below the chip's limit; 0: that limit alone
  hypergraph::Effort effort = hypergraph::Effort::kDefault;
  std::uint64_t seed = 1;
  std::int32_t threads = 1;
  std::vector<std::vector<std::int32_t>> spikes{};  // by stage, then unit: weights of axons; empty: all alike
  /// Of a round: stages, or the steps of the only one. Never called from two threads at once.
  std::function<void(std::int32_t round, std::int64_t done, std::int64_t jobs)> progress{};
};

/// Axons into one stage: a vertex is a neuron of it, a hyperedge the axon of a source with the neurons that listen.
/// Sources outside of the stage have no vertex; the first that listens stands for them. Weight: spikes and a half.
hypergraph::Hypergraph axons_into(const workloads::Program& program, StageId stage,
                                  const std::vector<std::vector<std::int32_t>>& spikes = {});

struct PartitionedNetwork {
  workloads::Program program;             // renumbered (workloads/renumber.h)
  std::vector<std::vector<Range>> parts;  // by stage: outputs of its tiles; empty: the stage is not partitioned
  double connectivity = 0;                // of all stages, in the weights above
  std::int32_t rounds = 0;                // until each part held all limits of a core, exactly
};

/// Parts that each fit one core of the board's chip. Stages without sparse synapses stay as they are. Throws DoesNotFit
/// where a neuron alone fits no core.
PartitionedNetwork partition_neurons(const workloads::Program& program, const chips::Board& board,
                                     const NeuronPartitionOptions& options);

/// The problem with a tile a part. The network must outlive it. Throws as make_problem() does.
MappingProblem make_problem(const PartitionedNetwork& network, const chips::Board& board);

/// Events of flows from counts of spikes, in place of the guess.
void set_flow_events(MappingProblem& problem, const workloads::Activations& spikes);

}  // namespace ranvier::mapper
