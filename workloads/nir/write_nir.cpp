// SPDX-License-Identifier: Apache-2.0
// From NIR graphs back to the tree of an HDF5 file.
#include <algorithm>

#include "workloads/nir/hdf5_file.h"
#include "workloads/nir/nir_graph.h"

namespace ranvier::workloads {
namespace {

void put_group(Hdf5Group& into, Hdf5Group group) {
  const auto at = std::find_if(into.groups.begin(), into.groups.end(),
                               [&](const Hdf5Group& there) { return there.name > group.name; });
  into.groups.insert(at, std::move(group));
}

Hdf5Group group_of(const NirNode& node) {
  Hdf5Group group = node.storage;
  group.name = node.name;
  if (node.nested.empty()) return group;
  const NirGraph& graph = node.nested.front();
  Hdf5Value& edges = group.datasets["edges"].value;
  if (edges.type.kind != Hdf5Type::Class::kString && !graph.edges.empty()) edges.type = kText;
  if (!graph.edges.empty()) {
    std::vector<std::string> ends;
    std::size_t longest = 0;
    for (const NirEdge& edge : graph.edges) {
      for (const std::string& end : {edge.from, edge.to}) {
        ends.push_back(end);
        longest = std::max(longest, end.size());
      }
    }
    if (edges.type.bytes > 0 && edges.type.bytes < longest) edges.type = kText;  // renamed nodes may not fit any more
    edges.null = false;
    edges.shape = {static_cast<std::int64_t>(graph.edges.size()), 2};
    edges.values = std::move(ends);
  } else if (edges.count() > 0 || edges.shape.empty()) {
    edges = {kText, false, {0, 2}, std::vector<std::string>{}};
  }
  Hdf5Group nodes;
  nodes.name = "nodes";
  for (const NirNode& inner : graph.nodes) put_group(nodes, group_of(inner));
  put_group(group, std::move(nodes));
  return group;
}

Hdf5Group tree_of(const NirFile& file) {
  Hdf5Group root = file.rest;
  if (!file.version.empty() && !root.datasets.contains("version"))
    root.datasets["version"] = {Hdf5Value::text(file.version), {}};
  put_group(root, group_of(file.root));
  return root;
}

}  // namespace

std::vector<std::uint8_t> nir_bytes(const NirFile& file) { return hdf5_bytes(tree_of(file)); }

void write_nir(const std::filesystem::path& path, const NirFile& file) { write_hdf5(path, tree_of(file)); }

}  // namespace ranvier::workloads
