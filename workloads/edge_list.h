// SPDX-License-Identifier: Apache-2.0
// Wiring of a nervous system as a list of edges: `source,target,synapses`, an edge a line, ids of any kind.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace ranvier::workloads {

struct WiringEdge {
  std::int32_t source = 0;  // into EdgeList::ids
  std::int32_t target = 0;
  std::int32_t synapses = 0;
};

struct EdgeList {
  std::vector<std::string> ids;   // of the neurons, in the order in which the file names them first
  std::vector<WiringEdge> edges;  // in the order of the file, each pair once
};

/// A line that is no edge, or one that stands twice; line 1 is the header.
struct BadEdgeLine : Error {
  BadEdgeLine(const FilePlace& place_, const std::string& what_is_wrong);
  FilePlace place;
};

/// Header `source,target,synapses`, then lines of three fields: two ids (any text without a comma, a quotation mark or
/// blanks at its ends) and a whole number of synapses from 1 to 1 000 000 (`9` or `9.0`). Empty lines and those that
/// begin with "#" are skipped. Throws FileMissing, BadEdgeLine (also for a file without edges).
EdgeList read_edge_list(const std::filesystem::path& path);
EdgeList parse_edge_list(const std::string& text, const std::string& file);

}  // namespace ranvier::workloads
