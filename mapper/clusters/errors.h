// SPDX-License-Identifier: Apache-2.0
// Errors of cluster graphs, their files and their placements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"

namespace ranvier::mapper::clusters {

/// A name that is no network's, or one whose number is out of range.
struct UnknownNetwork : Error {
  UnknownNetwork(std::string name, const std::string& problem);
  std::string name;
};

/// A line of a file of edges. `line` counts from 1; 0 is the file as a whole.
struct EdgeFileError : Error {
  EdgeFileError(std::string file_name, std::int64_t line_number, const std::string& reason);
  std::string file;
  std::int64_t line;
};

/// A line of a file that says where clusters are.
struct PlacementFileError : Error {
  PlacementFileError(std::string file_name, std::int64_t line_number, const std::string& reason);
  std::string file;
  std::int64_t line;
};

/// The mesh has too few cells.
struct MoreClustersThanCells : Error {
  MoreClustersThanCells(std::size_t cluster_count, std::uint32_t mesh_width, std::uint32_t mesh_height);
  std::size_t clusters;
  std::uint32_t width;
  std::uint32_t height;
};

}  // namespace ranvier::mapper::clusters
