// SPDX-License-Identifier: Apache-2.0
// Hypergraphs as hMETIS text, and parts as one number a line. docs/reference/partition.md has the format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "mapper/hypergraph/hypergraph.h"

namespace ranvier::mapper::hypergraph {

struct HypergraphFile {
  Hypergraph graph;
  std::vector<std::int64_t> vertex_weight;  // empty: the file has none
};

/// The first pin of a hyperedge is its source. Throws HypergraphFileError with the line.
HypergraphFile parse_hmetis(std::string_view text, const std::string& file);
HypergraphFile read_hmetis(const std::filesystem::path& path);

/// Text that reads back the same, with the weights that are not all 1.
std::string hmetis_text(const HypergraphFile& file);

/// A part for each vertex, counted from 0, one a line. Throws HypergraphFileError.
Parts parse_parts(std::string_view text, const std::string& file, std::size_t vertices);
std::string parts_text(const Parts& parts);

}  // namespace ranvier::mapper::hypergraph
