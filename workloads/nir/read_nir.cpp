// SPDX-License-Identifier: Apache-2.0
// From the tree of an HDF5 file to NIR graphs: types, nodes, edges, with everything else kept.
#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "workloads/nir/hdf5_file.h"
#include "workloads/nir/nir_errors.h"
#include "workloads/nir/nir_graph.h"

namespace ranvier::workloads {
namespace {

std::vector<std::string> names_in(const Hdf5Group& group) {
  std::vector<std::string> names;
  for (const auto& [name, unused] : group.datasets) names.push_back(name);
  for (const Hdf5Group& inner : group.groups) names.push_back(inner.name);
  return names;
}

/// Of a scalar, or of an array with one string.
std::string one_text(const Hdf5Group& group, const std::string& name, const std::string& file,
                     const std::string& place) {
  const auto found = group.datasets.find(name);
  if (found == group.datasets.end()) throw NirMissing(file, place, name, names_in(group));
  const auto* texts = std::get_if<std::vector<std::string>>(&found->second.value.values);
  if (texts == nullptr || texts->size() != 1)
    throw NirBadParameter(file, fmt::format("{}/{}", place, name), "one string", "something else");
  return texts->front();
}

Hdf5Group take_group(Hdf5Group& from, const std::string& name, const std::string& file, const std::string& place) {
  const auto found =
      std::find_if(from.groups.begin(), from.groups.end(), [&](const Hdf5Group& group) { return group.name == name; });
  if (found == from.groups.end()) throw NirMissing(file, place, name, names_in(from));
  Hdf5Group taken = std::move(*found);
  from.groups.erase(found);
  return taken;
}

NirNode read_node(Hdf5Group group, const std::string& file, const std::string& place);

/// The edge list stays in the storage, too: it says which kind of strings the file has.
NirGraph read_graph(Hdf5Group& storage, const std::string& file, const std::string& place) {
  NirGraph graph;
  Hdf5Group nodes = take_group(storage, "nodes", file, place);
  if (!nodes.datasets.empty() || !nodes.attributes.empty()) {
    throw NirBadParameter(file, place + "/nodes", "groups, one a node",
                          nodes.datasets.empty() ? "an attribute" : "a dataset " + nodes.datasets.begin()->first);
  }
  std::vector<std::string> names;
  for (Hdf5Group& node : nodes.groups) {
    names.push_back(node.name);
    const std::string below = fmt::format("{}/nodes/{}", place, node.name);
    graph.nodes.push_back(read_node(std::move(node), file, below));
  }
  const auto found = storage.datasets.find("edges");
  if (found == storage.datasets.end()) throw NirMissing(file, place, "edges", names_in(storage));
  const Hdf5Value& value = found->second.value;
  if (value.count() == 0) return graph;  // an empty list has no element type of its own
  const auto* ends = std::get_if<std::vector<std::string>>(&value.values);
  if (ends == nullptr || value.shape.size() != 2 || value.shape[1] != 2)
    throw NirBadParameter(file, place + "/edges", "pairs of strings", "something else");
  for (std::size_t i = 0; i + 1 < ends->size(); i += 2) {
    for (const std::string& end : {(*ends)[i], (*ends)[i + 1]}) {
      if (std::binary_search(names.begin(), names.end(), end)) continue;
      throw NirDanglingEdge(file, place + "/edges", i / 2, (*ends)[i], (*ends)[i + 1], end, names);
    }
    graph.edges.push_back({(*ends)[i], (*ends)[i + 1]});
  }
  return graph;
}

NirNode read_node(Hdf5Group group, const std::string& file, const std::string& place) {
  NirNode node;
  node.name = group.name;
  node.type = one_text(group, "type", file, place);
  node.storage = std::move(group);
  if (node.type == "NIRGraph") {
    node.nested.push_back(read_graph(node.storage, file, place));
    Hdf5Group without_edges = node.storage;
    without_edges.datasets.erase("edges");
    check_nir_node({node.name, node.type, std::move(without_edges), {}}, file, place);
  } else {
    check_nir_node(node, file, place);
  }
  return node;
}

}  // namespace

NirFile nir_of_tree(Hdf5Group tree, const std::string& path) {
  NirFile file;
  file.path = path;
  file.rest = std::move(tree);
  if (file.rest.datasets.contains("version")) file.version = one_text(file.rest, "version", path, "");
  Hdf5Group root = take_group(file.rest, "node", path, "");
  const std::string type = one_text(root, "type", path, "/node");
  if (type != "NIRGraph") throw NirBadParameter(path, "/node/type", "a NIRGraph", fmt::format("'{}'", type));
  file.root = read_node(std::move(root), path, "/node");
  return file;
}

NirFile parse_nir(std::span<const std::uint8_t> bytes, const std::string& path) {
  return nir_of_tree(parse_hdf5(bytes, path), path);
}

NirFile read_nir(const std::filesystem::path& path) { return parse_nir(read_bytes(path), path.string()); }

}  // namespace ranvier::workloads
