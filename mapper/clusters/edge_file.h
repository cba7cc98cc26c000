// SPDX-License-Identifier: Apache-2.0
// Cluster graphs and placements as CSV. Formats: docs/reference/place.md.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "mapper/clusters/cluster_graph.h"

namespace ranvier::mapper::clusters {

/// Greatest number of a cluster in a file.
inline constexpr Cluster kMostCluster = (1u << 28) - 1;

struct EdgeList {
  std::size_t clusters = 0;  // the greatest number plus 1; the last ones may have no edges
  std::vector<Edge> edges;
};

/// Lines source,target,weight; a number alone is a cluster, with edges or without. Blank lines and those that begin
/// with # are passed over; the first other line may be names of columns. Throws EdgeFileError, also for a file without
/// edges.
EdgeList parse_edges(std::string_view text, const std::string& file);
/// The same without the whole text in memory. Throws FileMissing, FileUnreadable, EdgeFileError.
EdgeList read_edges(const std::filesystem::path& path);
/// Weights in the fewest digits that read back the same, and the last cluster where no edge names it. Throws
/// FileWriteFailed.
void write_edges(const std::filesystem::path& path, const EdgeList& list);

/// Lines cluster,x,y in any order: every one of `clusters` once, on cells of the mesh that differ. Throws
/// PlacementFileError.
Placement parse_placement(std::string_view text, const std::string& file, std::size_t clusters, Mesh mesh);
/// Throws FileMissing, FileUnreadable, PlacementFileError.
Placement read_placement(const std::filesystem::path& path, std::size_t clusters, Mesh mesh);
/// In order of clusters. Throws FileWriteFailed.
void write_placement(const std::filesystem::path& path, const Placement& placement, Mesh mesh);

}  // namespace ranvier::mapper::clusters
