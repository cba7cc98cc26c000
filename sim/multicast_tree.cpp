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
