// SPDX-License-Identifier: Apache-2.0
// The lines that the errors of cluster graphs say.
#include "mapper/clusters/errors.h"

#include <utility>

#include <fmt/format.h>

#include "base/counted.h"

namespace ranvier::mapper::clusters {

namespace {

std::string place_in(const std::string& file, std::int64_t line) {
  return line > 0 ? fmt::format("{}:{}", file, line) : file;
}

/// Side of the smallest square that holds `clusters`.
std::size_t square_side(std::size_t clusters) {
  std::size_t side = 1;
  while (side * side < clusters) ++side;
  return side;
}

}  // namespace

UnknownNetwork::UnknownNetwork(std::string name_, const std::string& problem)
    : Error(ExitCode::kUsage, fmt::format("network '{}': {}", name_, problem)), name(std::move(name_)) {}

EdgeFileError::EdgeFileError(std::string file_name, std::int64_t line_number, const std::string& reason)
    : Error(ExitCode::kBadInput, fmt::format("{}: {}", place_in(file_name, line_number), reason)),
      file(std::move(file_name)),
      line(line_number) {}

PlacementFileError::PlacementFileError(std::string file_name, std::int64_t line_number, const std::string& reason)
    : Error(ExitCode::kBadInput, fmt::format("{}: {}", place_in(file_name, line_number), reason)),
      file(std::move(file_name)),
      line(line_number) {}

MoreClustersThanCells::MoreClustersThanCells(std::size_t cluster_count, std::uint32_t mesh_width,
                                             std::uint32_t mesh_height)
    : Error(ExitCode::kDoesNotFit,
            fmt::format("{} {} not fit the {} of a {}x{} mesh; take a larger one, e.g. --mesh {}x{}",
                        counted(cluster_count, "cluster"), cluster_count == 1 ? "does" : "do",
                        counted(std::size_t{mesh_width} * mesh_height, "core"), mesh_width, mesh_height,
                        square_side(cluster_count), square_side(cluster_count))),
      clusters(cluster_count),
      width(mesh_width),
      height(mesh_height) {}

}  // namespace ranvier::mapper::clusters
