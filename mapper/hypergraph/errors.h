// SPDX-License-Identifier: Apache-2.0
// What can go wrong with a bare hypergraph: a file that is none, a name nobody knows, limits that nothing fits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace ranvier::mapper::hypergraph {

/// A hypergraph, or a file of parts, is none. `line` counts from 1; 0: the file as a whole.
struct HypergraphFileError : Error {
  HypergraphFileError(std::string file_name, std::size_t line_number, std::string what_is_wrong);
  std::string file;
  std::size_t line;
  std::string reason;
};

/// No network of this name can be made.
struct UnknownNetwork : Error {
  UnknownNetwork(std::string network_name, const std::vector<std::string>& known);
  std::string network;
};

/// A vertex (or vertices that stay together, named by their first) needs more of a resource than a part has, or all
/// need more than all parts have: then `vertex` is -1. Vertices count from 0.
struct NoPartition : Error {
  NoPartition(std::string resource_name, std::int64_t vertex_number, std::int64_t needed, std::int64_t available);
  std::string resource;
  std::int64_t vertex;
  std::int64_t demand;
  std::int64_t limit;
};

}  // namespace ranvier::mapper::hypergraph
