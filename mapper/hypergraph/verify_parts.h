// SPDX-License-Identifier: Apache-2.0
// Checks parts against a problem by its definition, and measures them; shares no code with the solvers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mapper/hypergraph/hypergraph.h"

namespace ranvier::mapper::hypergraph {

struct ResourceUse {
  std::string name;
  std::int64_t limit = 0;
  std::int64_t largest = 0;  // of a part
  Part where = 0;            // the first part that uses as much
  double mean = 0;           // over parts in use
};

struct PartsReport {
  std::vector<std::string> findings;   // one line each; empty: the parts are valid
  std::size_t parts = 0;               // in use
  double km1 = 0;                      // sum of weight x (parts of the pins, source included, - 1)
  double synapse_reuse = 0;            // synapses / pairs of a hyperedge and a part that listens to it
  std::vector<ResourceUse> resources;  // summed, then shared
  bool valid() const { return findings.empty(); }
};

/// Vertices are counted from 1 in findings, as in files; parts from 0.
PartsReport verify_parts(const PartitionProblem& problem, const Parts& parts);

}  // namespace ranvier::mapper::hypergraph
