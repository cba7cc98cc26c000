// SPDX-License-Identifier: Apache-2.0
// A NIR file as it is (Pedersen et al., Nature Communications 15, 2024): graphs, nodes with their parameters, edges in
// their order. Everything that the file holds is kept, so that writing it gives it back.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/nir/hdf5_value.h"

namespace ranvier::workloads {

struct NirGraph;

struct NirNode {
  std::string name;
  std::string type;              // "LIF", "NIRGraph", "ranvier.LayerNorm"
  Hdf5Group storage;             // parameters as datasets, metadata as a group
  std::vector<NirGraph> nested;  // one where the type is NIRGraph, its content; else none

  bool has(const std::string& parameter) const;  // and it is no null
  /// Values of a number parameter that check_node() has let pass; std::logic_error where it is not there.
  std::vector<double> numbers(const std::string& parameter) const;
  std::vector<std::int64_t> integers(const std::string& parameter) const;
  const std::vector<std::string>& texts(const std::string& parameter) const;
  const std::vector<std::int64_t>& shape_of(const std::string& parameter) const;
  friend bool operator==(const NirNode&, const NirNode&) = default;
};

struct NirEdge {
  std::string from;
  std::string to;
  friend auto operator<=>(const NirEdge&, const NirEdge&) = default;
};

struct NirGraph {
  std::vector<NirNode> nodes;  // ascending by name, as HDF5 lists them
  std::vector<NirEdge> edges;
  const NirNode* find(std::string_view name) const;
  friend bool operator==(const NirGraph&, const NirGraph&) = default;
};

struct NirFile {
  std::string path;     // for messages
  std::string version;  // of the library that wrote it; empty where the file does not say
  NirNode root;         // type NIRGraph
  Hdf5Group rest;       // of the file, without the root node
  const NirGraph& graph() const { return root.nested.front(); }
};

/// Strict: an unknown node type, parameter or edge end is an error. Throws FileMissing, NirError's kinds.
NirFile read_nir(const std::filesystem::path& path);
/// The same of bytes in memory; `path` is for messages.
NirFile parse_nir(std::span<const std::uint8_t> bytes, const std::string& path);
/// The same of what an HDF5 file holds.
NirFile nir_of_tree(Hdf5Group tree, const std::string& path);

/// Equal content gives equal bytes: uncompressed, whatever the file that was read had.
std::vector<std::uint8_t> nir_bytes(const NirFile& file);
/// Throws FileWriteFailed.
void write_nir(const std::filesystem::path& path, const NirFile& file);

/// A node to be put into a graph; `type` is set as its parameter, too.
NirNode make_nir_node(std::string name, std::string type);
/// A file of such nodes, sorted by name here.
NirFile make_nir_file(std::string path, NirGraph graph);

/// Parameters are those of the node's type, with fitting element types, ranks and values. `place`: its path in the
/// file.
void check_nir_node(const NirNode& node, const std::string& file, const std::string& place);
/// Types of NIR that are known, and the extension types of Ranvier (prefix "ranvier.").
const std::vector<std::string>& nir_types();

}  // namespace ranvier::workloads
