// SPDX-License-Identifier: Apache-2.0
// Trees from ways: destinations whose ways begin with the same link share it.
#include "sim/multicast_tree.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "sim/network_topology.h"

namespace ranvier::sim {

TreeId MulticastTrees::add(CoreId source, std::span<const CoreId> destinations) {
  if (destinations.empty()) throw std::logic_error("a tree without destinations");
  std::vector<CoreId> key(destinations.begin(), destinations.end());
  std::sort(key.begin(), key.end());
  key.erase(std::unique(key.begin(), key.end()), key.end());
  if (key.back().value() >= static_cast<std::size_t>(mesh_.cores()))
    throw std::logic_error("a destination off the mesh");
  const std::vector<CoreId> to = key;
  key.insert(key.begin(), source);
  const auto [known, added] = known_.try_emplace(std::move(key), static_cast<TreeId>(trees_.size()));
  if (!added) return known->second;
  const auto root = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  // A single destination is reached as a unicast packet reaches it.
  const std::int32_t here = mesh_.router_of(source);
  const bool forks = fill(root, here, to, up_first(mesh_, to.size() == 1 ? mesh_.router_of(to[0]) : here));
  trees_.push_back({root, static_cast<std::uint32_t>(to.size()), forks, source});
  return known->second;
}

TreeId MulticastTrees::add(CoreId source, std::span<const CoreId> destinations, std::span<const LinkId> links) {
  if (mesh_.topology != Topology::kMesh) throw std::logic_error("a tree of links on a torus");
  std::map<std::int32_t, TreeNode> nodes;  // by router
  const std::int32_t root = mesh_.router_of(source);
  nodes[root] = {};
  for (const LinkId link : links) {
    const auto from = static_cast<std::int32_t>(link.value() / 4);
    const std::uint32_t direction = link.value() % 4;
    const std::int32_t to = nodes.contains(from) ? router_next_to(mesh_, from, direction) : -1;
    if (to < 0 || !nodes.try_emplace(to).second) throw std::logic_error("the links of a tree are none");
    nodes[from].outputs |= 1u << direction;
    nodes[from].links |= 1u << direction;
  }
  for (const CoreId to : destinations) {
    const auto at = nodes.find(mesh_.router_of(to));
    if (at == nodes.end()) throw std::logic_error("a tree does not come to its destination");
    at->second.outputs |= 1u << (mesh_.links() + static_cast<std::int32_t>(to.value()) % mesh_.cores_per_router);
  }
  const auto first = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  place(first, root, nodes);
  const bool forks = std::any_of(nodes.begin(), nodes.end(), [](const auto& n) { return n.second.forks(); });
  trees_.push_back({first, static_cast<std::uint32_t>(destinations.size()), forks, source});
  return static_cast<TreeId>(trees_.size() - 1);
}

/// Children of a node stand side by side.
void MulticastTrees::place(std::uint32_t node, std::int32_t router, const std::map<std::int32_t, TreeNode>& nodes) {
  TreeNode made = nodes.at(router);
  made.first_child = static_cast<std::uint32_t>(nodes_.size());
  nodes_.resize(nodes_.size() + static_cast<std::size_t>(std::popcount(made.links)));
  nodes_[node] = made;
  for (std::uint32_t d = 0; d < 4; ++d)
    if ((made.links >> d & 1) != 0) place(child(node, d), router_next_to(mesh_, router, d), nodes);
}

/// Says whether the packet forks at this router or after it.
bool MulticastTrees::fill(std::uint32_t node, std::int32_t router, std::span<const CoreId> destinations,
                          bool up_first) {
  std::array<std::vector<CoreId>, 6> by_link;
  TreeNode made;
  for (const CoreId to : destinations) {
    const std::int32_t there = mesh_.router_of(to);
    if (there == router) {
      made.outputs |= 1u << (mesh_.links() + static_cast<std::int32_t>(to.value()) % mesh_.cores_per_router);
      continue;
    }
    const FirstLink link =
        first_link(mesh_, router % mesh_.width, router / mesh_.width, way_between(mesh_, router, there, up_first));
    by_link[link.direction].push_back(to);
    made.outputs |= 1u << link.direction;
    made.links |= 1u << link.direction;
    if (link.wraps) made.wraps |= 1u << link.direction;
  }
  made.first_child = static_cast<std::uint32_t>(nodes_.size());
  nodes_.resize(nodes_.size() + static_cast<std::size_t>(std::popcount(made.links)));
  nodes_[node] = made;
  bool forks = made.forks();
  for (std::uint32_t d = 0; d < by_link.size(); ++d) {
    if (by_link[d].empty()) continue;
    const std::uint32_t next = child(node, d);
    forks |= fill(next, router_next_to(mesh_, router, d), by_link[d], up_first);
  }
  return forks;
}

}  // namespace ranvier::sim
