// SPDX-License-Identifier: Apache-2.0
// Destination sets of packets that routers fork: the union of shortest ways in dimension order, as nodes that a flit
// carries from router to router. On tori the ways of a set keep to one order where both ways round are as short, so
// that they do not part and meet again.
#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "sim/network.h"
#include "sim/network_timing.h"

namespace ranvier::sim {

/// What a router does with a flit: sets of ports.
struct TreeNode {
  std::uint32_t outputs = 0;  // that the flit leaves by; local ports are its destinations here
  std::uint32_t wraps = 0;    // of these, those whose furthest way goes on over the edge of its ring
  std::uint32_t links = 0;    // of these, those that lead to another router
  std::uint32_t first_child = 0;
  bool forks() const { return std::popcount(outputs) > 1; }
};

class MulticastTrees {
 public:
  explicit MulticastTrees(const MeshSpec& mesh) : mesh_(mesh) {}

  TreeId add(CoreId source, std::span<const CoreId> destinations);
  /// Along these links, each after the one it goes on from; of a mesh. Throws std::logic_error where they are no tree
  /// that comes to all destinations.
  TreeId add(CoreId source, std::span<const CoreId> destinations, std::span<const LinkId> links);

  std::uint32_t trees() const { return static_cast<std::uint32_t>(trees_.size()); }
  std::uint32_t nodes() const { return static_cast<std::uint32_t>(nodes_.size()); }
  std::uint32_t root(TreeId tree) const { return trees_[tree].root; }
  std::uint32_t destinations(TreeId tree) const { return trees_[tree].destinations; }
  bool forks(TreeId tree) const { return trees_[tree].forks; }
  CoreId source(TreeId tree) const { return trees_[tree].source; }
  const TreeNode& operator[](std::uint32_t node) const { return nodes_[node]; }
  /// Node at the other end of an output of `node` that is a link.
  std::uint32_t child(std::uint32_t node, std::uint32_t output) const {
    const TreeNode& n = nodes_[node];
    return n.first_child + static_cast<std::uint32_t>(std::popcount(n.links & ((1u << output) - 1u)));
  }

 private:
  struct Tree {
    std::uint32_t root = 0;
    std::uint32_t destinations = 0;
    bool forks = false;  // anywhere
    CoreId source;
  };
  bool fill(std::uint32_t node, std::int32_t router, std::span<const CoreId> destinations, bool up_first);

  void place(std::uint32_t node, std::int32_t router, const std::map<std::int32_t, TreeNode>& nodes);

  MeshSpec mesh_;
  std::vector<TreeNode> nodes_;
  std::vector<Tree> trees_;
  std::map<std::vector<CoreId>, TreeId> known_;  // source, then destinations in order
};

}  // namespace ranvier::sim
