// SPDX-License-Identifier: Apache-2.0
// Parts of the verifier, for its own files only.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mapper/verifier.h"

namespace ranvier::mapper::verify_parts {

struct Findings {
  explicit Findings(std::size_t most) : limit(most) {}
  void add(Finding finding) {
    if (list.size() < limit) list.push_back(std::move(finding));
  }
  std::size_t limit;
  std::vector<Finding> list;
};

/// Events that a kLif tile takes: positions from the first to the last under its kernels.
struct InputWindow {
  Range tokens;
  Range channels;
};
InputWindow input_window(const workloads::Stage& stage, const Tile& tile);

/// Synapses that each source of a sparse stage has in the tile.
std::vector<std::int64_t> synapses_by_source(const workloads::Stage& stage, const Tile& tile);
/// Sources with any.
std::int64_t sparse_axons(const workloads::Stage& stage, const Tile& tile);

/// Synapse memory of a linear or kLif tile.
Bytes expected_synapse_bytes(const chips::CoreKind& core, const workloads::Stage& stage, const Tile& tile);

/// Demands as stated, and what each core's tiles take together within every limit.
void check_cores(const MappingProblem& problem, const Mapping& mapping, Findings& out);

/// Pins, forbidden and dead cores, tiles together and apart.
void check_constraints(const MappingProblem& problem, const Mapping& mapping, Findings& out);

/// Weights within the width of a synapse.
void check_weights(const MappingProblem& problem, Findings& out);

/// Whole stages on the device and on no core; dense mode only where the chip has it; no flow to both.
void check_engines(const MappingProblem& problem, const Mapping& mapping, Findings& out);

/// Every pair of an event and a tile that needs it is served exactly once, and no other.
void check_flows(const MappingProblem& problem, Findings& out);

/// Chains, table entries, and that link dependencies have no cycle.
void check_routes(const MappingProblem& problem, const Mapping& mapping, Findings& out);

/// Waves that the schedule has; what each core may get to pass on in a step within its relay buffer.
void check_relays(const MappingProblem& problem, const Mapping& mapping, Findings& out);

/// What is wrong with a tree from router `root` to the routers of its chain, empty if nothing is; adds what its links
/// wait for to `next`.
std::string tree_fault(const chips::Board& board, std::size_t root, const Route& route,
                       std::vector<std::set<std::size_t>>& next);

/// Keys and tables of tree chips: within their limits, and every key of a flow with a tree goes where its tree goes.
void check_tables(const MappingProblem& problem, const Mapping& mapping, const std::vector<std::uint8_t>& has_tree,
                  Findings& out);

/// One cycle of a directed graph given by successors, in order; empty when there is none.
std::vector<std::size_t> find_cycle(const std::vector<std::set<std::size_t>>& next);

}  // namespace ranvier::mapper::verify_parts
