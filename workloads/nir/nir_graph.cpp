// SPDX-License-Identifier: Apache-2.0
// Access to a node's parameters, and nodes and files that are made rather than read.
#include "workloads/nir/nir_graph.h"

#include <algorithm>
#include <stdexcept>

namespace ranvier::workloads {
namespace {

const Hdf5Value& parameter(const NirNode& node, const std::string& name) {
  const auto found = node.storage.datasets.find(name);
  if (found == node.storage.datasets.end()) throw std::logic_error(node.name + ": no parameter " + name);
  return found->second.value;
}

template <class To>
std::vector<To> converted(const NirNode& node, const std::string& name) {
  return std::visit(
      [&](const auto& values) -> std::vector<To> {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, std::vector<std::string>>) {
          throw std::logic_error(node.name + ": text where numbers belong: " + name);
        } else {
          std::vector<To> all;
          all.reserve(values.size());
          for (const auto v : values) all.push_back(static_cast<To>(v));
          return all;
        }
      },
      parameter(node, name).values);
}

}  // namespace

bool NirNode::has(const std::string& wanted) const {
  const auto found = storage.datasets.find(wanted);
  return found != storage.datasets.end() && !found->second.value.null;
}

std::vector<double> NirNode::numbers(const std::string& wanted) const { return converted<double>(*this, wanted); }
std::vector<std::int64_t> NirNode::integers(const std::string& wanted) const {
  return converted<std::int64_t>(*this, wanted);
}

const std::vector<std::string>& NirNode::texts(const std::string& wanted) const {
  const auto* all = std::get_if<std::vector<std::string>>(&parameter(*this, wanted).values);
  if (all == nullptr) throw std::logic_error(name + ": numbers where text belongs: " + wanted);
  return *all;
}

const std::vector<std::int64_t>& NirNode::shape_of(const std::string& wanted) const {
  return parameter(*this, wanted).shape;
}

const NirNode* NirGraph::find(std::string_view name) const {
  const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const NirNode& node) { return node.name == name; });
  return found == nodes.end() ? nullptr : &*found;
}

NirNode make_nir_node(std::string name, std::string type) {
  NirNode node;
  node.storage.name = name;
  node.storage.datasets["type"] = {Hdf5Value::text(type), {}};
  node.name = std::move(name);
  node.type = std::move(type);
  return node;
}

NirFile make_nir_file(std::string path, NirGraph graph) {
  std::sort(graph.nodes.begin(), graph.nodes.end(), [](const NirNode& a, const NirNode& b) { return a.name < b.name; });
  NirFile file;
  file.path = std::move(path);
  file.version = "1.0.7";  // the library version whose files these are like
  file.root = make_nir_node("node", "NIRGraph");
  file.root.nested.push_back(std::move(graph));
  return file;
}

}  // namespace ranvier::workloads
