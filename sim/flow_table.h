// SPDX-License-Identifier: Apache-2.0
// Flows and routes of a mapping, laid out for the simulator: which flows an event takes, which cores each visits in
// turn, which tiles take it there and on which port.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "mapper/delivery.h"
#include "mapper/mapping.h"
#include "mapper/mesh.h"

namespace ranvier::sim {

/// A tile that takes events of a flow on one of its ports.
struct Target {
  TileId tile;
  std::int32_t port = 0;
  mapper::Reach reach;
};

/// One unicast: of a relay chain, or from the source to one of its destination cores; or the way to one of them along
/// the tree that routers fork a packet on.
struct Leg {
  CoreId from, to;
  mapper::WayLinks way;
  bool relayed = false;            // sent on by the core that the leg before it ends at
  std::vector<LinkId> links = {};  // on trees; else the way is XY
  std::vector<Target> targets;
};

struct FlowPath {
  TileId source;
  StageId stage;
  bool from_host = false;  // or from the device: made by no core, enters at the router of core 0
  bool to_device = false;  // leaves at the router of core 0; from host or device it does not touch the chip
  bool zeros = false;      // carries values, zero or not
  std::int32_t flits = 1;
  std::int32_t delay = 0;     // steps that its events wait at their destination
  std::vector<Target> local;  // on the source's own core
  std::vector<Leg> legs;
  std::vector<LinkId> tree;   // that its packets are forked on: they cross each link once, whatever the legs
  bool forked = false;        // one packet an event goes to all legs' cores
  std::size_t first_leg = 0;  // number of legs[0] among all legs
  std::size_t packets = 0;    // that its source sends for an event
  /// Of a forked flow, whose legs are in order of their cores.
  std::uint32_t leg_to(CoreId core) const {
    const auto at = std::lower_bound(legs.begin(), legs.end(), core, [](const Leg& l, CoreId c) { return l.to < c; });
    return static_cast<std::uint32_t>(at - legs.begin());
  }
};

/// Calls visit(LinkId) for the links of a leg, in order.
template <class Visit>
void for_each_leg_link(const chips::Board& board, const FlowPath& path, const Leg& leg, Visit&& visit) {
  if (!path.forked) return mapper::for_each_xy_link(board, leg.from, leg.to, visit);
  for (const LinkId link : leg.links) visit(link);
}

/// Calls visit(LinkId) for the links that a packet sent over leg number `leg` crosses: of a forked one, sent over leg
/// 0, all of its tree, and none for the others.
template <class Visit>
void for_each_sent_link(const chips::Board& board, const FlowPath& path, std::size_t leg, Visit&& visit) {
  if (!path.forked) return mapper::for_each_xy_link(board, path.legs[leg].from, path.legs[leg].to, visit);
  if (leg > 0) return;
  for (const LinkId link : path.tree) visit(link);
}

class FlowTable {
 public:
  FlowTable(const mapper::MappingProblem& problem, const mapper::Mapping& mapping);

  /// Flows that an event of `source` takes, ascending.
  std::span<const std::uint32_t> flows_of(TileId source, std::int32_t token, std::int32_t channel) const {
    return flows_of_cell(source, cell_of(source, token, channel));
  }
  /// Whether the tile may emit such an event; what others keep and index by is asked.
  bool sends(TileId source, std::int32_t token, std::int32_t channel) const {
    const Grid& grid = grids_[source.value()];
    const auto within = [](std::int64_t i, const std::vector<std::uint32_t>& of) {
      return i >= 0 && i < static_cast<std::int64_t>(of.size());
    };
    return within(std::int64_t{token} - grid.first_token, grid.token_class) &&
           within(std::int64_t{channel} - grid.first_channel, grid.channel_class);
  }
  /// A tile's outputs fall into cells, rectangles of tokens and channels whose events all take the same flows.
  std::size_t cell_of(TileId source, std::int32_t token, std::int32_t channel) const {
    const Grid& grid = grids_[source.value()];
    return grid.token_class[static_cast<std::size_t>(token - grid.first_token)] * grid.channel_classes +
           grid.channel_class[static_cast<std::size_t>(channel - grid.first_channel)];
  }
  std::size_t cells(TileId source) const { return grids_[source.value()].begin.size() - 1; }
  std::span<const std::uint32_t> flows_of_cell(TileId source, std::size_t cell) const {
    const Grid& grid = grids_[source.value()];
    return {grid.flows.data() + grid.begin[cell], grid.begin[cell + 1] - grid.begin[cell]};
  }
  const FlowPath& operator[](std::size_t flow) const { return paths_[flow]; }

  /// All flows: first those of the problem, then one per head tile on a core that brings its potentials to the host at
  /// core 0.
  std::size_t size() const { return paths_.size(); }
  std::size_t problem_flows() const { return problem_flows_; }
  bool is_readout(std::size_t flow) const { return flow >= problem_flows_; }
  std::size_t legs() const { return legs_; }

  /// Packets of an event, each an emission more: on unicast chips all but the first of its first flow, elsewhere all
  /// but the first of each flow.
  std::int64_t further_packets(const FlowPath& path, bool first_flow) const;

 private:
  /// Flow lists by (token class, channel class): tokens and channels that no flow of the tile tells apart.
  struct Grid {
    std::int32_t first_token = 0, first_channel = 0;
    std::vector<std::uint32_t> token_class, channel_class;
    std::size_t channel_classes = 0;
    std::vector<std::uint32_t> begin;  // by cell, one more at the end; into flows
    std::vector<std::uint32_t> flows;
  };
  FlowPath path_of(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, std::size_t flow) const;
  void add_leg(const chips::Board& board, FlowPath& path, CoreId from, CoreId to, bool relayed);
  Grid grid_of(const mapper::MappingProblem& problem, std::size_t tile, const std::vector<std::uint32_t>& flows) const;

  std::vector<FlowPath> paths_;
  std::vector<Grid> grids_;  // by tile
  std::size_t problem_flows_ = 0;
  bool unicast_ = false;
  std::size_t legs_ = 0;
};

}  // namespace ranvier::sim
