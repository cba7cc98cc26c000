// SPDX-License-Identifier: Apache-2.0
// Irregular networks as workloads of the command line: an edge list (.csv) or the parameters of the cortical
// microcircuit (.json), with their numbers after --set.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/program.h"

namespace ranvier::cli {

enum class NeuronCut : std::uint8_t {
  kGraph,  // neurons partitioned by who listens to whom
  kOrder,  // in the order of the file: the baseline
};

struct GraphWorkload {
  std::string file;
  std::string description;  // one sentence
  workloads::Program program;
  std::vector<std::int32_t> stimulus;  // packed spikes; none where the network is closed
  std::vector<std::string> ids;        // of the neurons of an edge list
  NeuronCut cut = NeuronCut::kGraph;
  std::int32_t core_neurons = 0;  // of a part at most; 0: as many as a core takes
};

/// A regular .csv file, or a .json that is no mapping.
bool is_graph_workload(const std::string& path);

/// KEY=VALUE, separated by commas, each key at most once (docs/reference/connectome.md). Throws UsageError and what the
/// readers do.
GraphWorkload load_graph_workload(const std::string& path, const std::string& set, int threads);

}  // namespace ranvier::cli
