// SPDX-License-Identifier: Apache-2.0
// Packets on trees: forked in the routers. Replication is asynchronous: every output of a fork goes on for itself, and
// a flit's slot is free when all have taken it. A packet that forks fits a buffer whole, so all of it gets to a router
// even while a branch there is held up, and no branch waits for a sibling: channels wait for one another as those of
// unicast packets do, without a cycle.
#pragma once

#include "sim/cycle_network_engine.h"
#include "sim/network_errors.h"
#include "sim/network_topology.h"

namespace ranvier::sim {

template <class S>
TreeId CycleEngine<S>::add_tree(CoreId source, std::span<const CoreId> destinations) {
  return note_tree(trees_.add(source, destinations));
}

template <class S>
TreeId CycleEngine<S>::add_tree(CoreId source, std::span<const CoreId> destinations, std::span<const LinkId> links) {
  return note_tree(trees_.add(source, destinations, links));
}

template <class S>
TreeId CycleEngine<S>::note_tree(TreeId tree) {
  if (forks_.empty()) {
    forks_.resize(inputs_.size());
    branches_.resize(inputs_.size() * ports());
  }
  if (trees_.nodes() > kMostTreeNodes) {
    throw NetworkParameterError("routers in all multicast trees", trees_.nodes(), 1, kMostTreeNodes);
  }
  tell_trees();
  return tree;
}

template <class S>
void CycleEngine<S>::tell_trees() {
  if (watch_ == nullptr) return;
  for (; trees_told_ < trees_.trees(); ++trees_told_)
    tell_node(trees_.root(trees_told_), mesh_.router_of(trees_.source(trees_told_)));
}

template <class S>
void CycleEngine<S>::tell_node(std::uint32_t node, std::int32_t router) {
  const TreeNode here = trees_[node];
  WatchedNode told{node, here.outputs, {}};
  for (std::uint32_t links = here.links; links != 0; links &= links - 1) {
    const auto o = static_cast<std::uint32_t>(std::countr_zero(links));
    told.next[o] = trees_.child(node, o);
    tell_node(told.next[o], router_next_to(mesh_, router, o));
  }
  watch_->grows(static_cast<std::size_t>(router), told);
}

template <class S>
void CycleEngine<S>::inject_tree(const Packet& packet, TreeId tree, std::int64_t at) {
  assert(packet.source == trees_.source(tree) && packet.flits > 0);
  if (trees_.forks(tree) && packet.flits > mesh_.buffer_flits) {
    throw NetworkParameterError("flits of a packet that forks", packet.flits, 1, mesh_.buffer_flits);
  }
  std::uint32_t number;
  if (free_tree_packets_.empty()) {
    number = static_cast<std::uint32_t>(tree_packets_.size());
    tree_packets_.emplace_back();
  } else {
    number = free_tree_packets_.back();
    free_tree_packets_.pop_back();
  }
  tree_packets_[number] = {packet.id, tree, packet.flits, trees_.destinations(tree)};
  schedule(packet, number, true, at);
  packets_inside_ += trees_.destinations(tree);
}

/// A head on a tree has come to the front of its buffer and asks for all outputs of its node.
template <class S>
void CycleEngine<S>::begin_fork(std::uint32_t r, std::uint32_t port, std::uint32_t vc, InputVc& input) {
  const std::size_t i = index(r, port, vc);
  const std::uint32_t node = flits_[input.front()].node();
  const TreeNode& here = trees_[node];
  forks_[i] = {node, here.outputs};
  input.forked = 1;
  ++routers_[r].forks;
  for (std::uint32_t outputs = here.outputs; outputs != 0; outputs &= outputs - 1) {
    const auto o = static_cast<std::uint32_t>(std::countr_zero(outputs));
    branch(i, o) = {input.read, 0};
    ask(r, port, vc, o, has(here.wraps, o));
  }
}

/// A further flit of a packet that forks has arrived: for the branches that have sent all before it.
template <class S>
void CycleEngine<S>::feed_branches(Place place, InputVc& input) {
  Router& router = routers_[place.router];
  const std::size_t i = index(place);
  const auto arrived = static_cast<std::uint16_t>(input.read + input.visible++);
  for (std::uint32_t outputs = forks_[i].pending; outputs != 0; outputs &= outputs - 1) {
    const auto o = static_cast<std::uint32_t>(std::countr_zero(outputs));
    if (branch(i, o).read != arrived) continue;
    include(router.output[o].bodies, place.side * vcs() + place.vc);
    include(router.wanted, o);
  }
  routers_at_work_.insert(place.router);
}

/// Of the outputs `others`, those that wait with input VC (port, vc) for the same flit as `o`, without `o`.
template <class S>
std::uint32_t CycleEngine<S>::same_flit(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o,
                                        std::uint32_t others, const InputSet* able) const {
  const std::size_t i = index(r, port, vc);
  if (inputs_[i].forked == 0) return 0;
  std::uint32_t same = 0;
  for (others &= forks_[i].pending & ~(1u << o); others != 0; others &= others - 1) {
    const auto other = static_cast<std::uint32_t>(std::countr_zero(others));
    if (has(able[other], port * vcs() + vc) && branch(i, other).read == branch(i, o).read) same |= 1u << other;
  }
  return same;
}

/// send() for one branch of the packet in front of input VC (port, vc).
template <class S>
void CycleEngine<S>::send_branch(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o,
                                 std::int64_t now) {
  Router& router = routers_[r];
  OutputPort& output = router.output[o];
  const std::size_t i = index(r, port, vc);
  InputVc& input = inputs_[i];
  Fork& fork = forks_[i];
  Branch& here = branch(i, o);
  Flit flit = flits_[input.base + (here.read & input.mask)];
  const std::uint32_t out_vc = here.vc;
  ++here.read;
  const std::uint32_t bit = port * vcs() + vc;
  exclude(output.bodies, bit);
  if (flit.tail()) {
    include(output.free_vcs, out_vc);
    exclude(fork.pending, o);
  } else if (static_cast<std::uint16_t>(here.read - input.read) < input.visible) {
    include(output.bodies, bit);
  }
  if ((output.heads | output.bodies) == 0) exclude(router.wanted, o);
  if (o < kLinks) flit.climb(trees_.child(fork.node, o));
  if (watch_ != nullptr) watch_->sends(r, {port, vc}, {o, out_vc}, watched(flit), now);
  launch(r, o, out_vc, flit, now);

  // The slot is free once no branch is still to take its flit.
  for (std::uint32_t outputs = fork.pending; outputs != 0; outputs &= outputs - 1) {
    if (branch(i, static_cast<std::uint32_t>(std::countr_zero(outputs))).read == input.read) return;
  }
  ++input.read;
  --input.visible;
  if (watch_ != nullptr) watch_->frees(r, {port, vc}, now);
  return_credit(r, port, vc, now);
  if (fork.pending != 0) return;
  input.forked = 0;
  --router.forks;
  if (input.visible != 0) bid(r, port, vc, input, now + 1);
}

/// The user's number of a packet whose tail has left.
template <class S>
std::uint32_t CycleEngine<S>::delivered_id(Flit flit) {
  if (!flit.on_tree()) return flit.id;
  TreePacket& packet = tree_packets_[flit.id];
  if (--packet.left == 0) free_tree_packets_.push_back(flit.id);
  return packet.id;
}

}  // namespace ranvier::sim
