// SPDX-License-Identifier: Apache-2.0
#include "sim/flow_table.h"

#include <algorithm>
#include <set>

#include "mapper/engines.h"
#include "mapper/flows.h"
#include "mapper/mesh.h"
#include "mapper/routing/tree.h"
#include "sim/core_model.h"

namespace ranvier::sim {

using mapper::Range;
using workloads::Stage;
using workloads::StageKind;

namespace {

constexpr CoreId kHostCore{0};

/// Ports on which `tile` takes events of `source`, with what it takes there.
void append_targets(const mapper::MappingProblem& problem, TileId source, TileId tile, std::vector<Target>& out) {
  const mapper::Tile& from = problem.tiles[source.value()];
  const mapper::Tile& to = problem.tiles[tile.value()];
  if (from.partial_of.valid()) {
    if (from.partial_of == tile) out.push_back({tile, kPartialPort, {to.tokens, to.outputs}});
    return;
  }
  if (from.statistics) {
    if (from.stage == to.stage && !to.statistics) out.push_back({tile, kStatisticsPort, {to.tokens, from.outputs}});
    return;
  }
  const Stage& stage = problem.program->stage(to.stage);
  for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
    if (stage.inputs[port].stage != from.stage) continue;
    out.push_back({tile, static_cast<std::int32_t>(port), mapper::reach_of(*problem.program, to, port)});
  }
}

/// Numbers the positions of `range` so that positions with the same number lie in the same ones of `parts`.
std::vector<std::uint32_t> classes(Range range, const std::vector<Range>& parts) {
  std::set<std::int32_t> cuts;
  for (const Range& p : parts) cuts.insert({p.begin, p.end});
  std::vector<std::uint32_t> number;
  std::uint32_t now = 0;
  for (std::int32_t i = range.begin; i < range.end; ++i) {
    if (i > range.begin && cuts.count(i) > 0) ++now;
    number.push_back(now);
  }
  return number;
}

void set_tree_way(const chips::Board& board, std::span<const LinkId> tree, Leg& leg) {
  leg.links = mapper::routing::way_to(board, leg.from, leg.to, tree);
  leg.way = {};
  for (const LinkId link : leg.links) mapper::count_link(board, link, leg.way);
}

}  // namespace

FlowTable::FlowTable(const mapper::MappingProblem& problem, const mapper::Mapping& mapping)
    : problem_flows_(problem.flows.size()), unicast_(problem.board.chip.noc.multicast == chips::Multicast::kUnicast) {
  const bool relays = problem.board.chip.noc.multicast == chips::Multicast::kRelay;
  std::vector<std::vector<std::uint32_t>> by_tile(problem.tiles.size());
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    paths_.push_back(path_of(problem, mapping, f));
    const FlowPath& path = paths_.back();
    const CoreId entry = path.from_host ? kHostCore : mapping.core_of[path.source.value()];
    const mapper::Route& route = mapping.routes[f];
    for (std::size_t i = 0; i < route.chain.size(); ++i) {
      const bool relayed = relays && i > 0 && route.passes_on(i - 1);
      add_leg(problem.board, paths_.back(), relayed ? route.chain[i - 1] : entry, route.chain[i], relayed);
      if (paths_.back().forked) set_tree_way(problem.board, route.tree, paths_.back().legs.back());
    }
    for (const TileId tile : problem.flows[f].destinations) {
      const CoreId core = mapping.core_of[tile.value()];
      std::vector<Target>* targets = &paths_.back().local;
      if (path.to_device && !path.from_host) targets = &paths_.back().legs.front().targets;
      for (Leg& leg : paths_.back().legs) {
        if (leg.to == core) targets = &leg.targets;
      }
      append_targets(problem, path.source, tile, *targets);
    }
    by_tile[path.source.value()].push_back(static_cast<std::uint32_t>(f));
  }
  const StageId head(problem.program->stages.size() - 1);
  for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
    const mapper::Tile& tile = problem.tiles[t];
    if (problem.program->closed || tile.stage != head || tile.sums_for_others() || !mapping.core_of[t].valid())
      continue;
    FlowPath readout;
    readout.source = TileId(t);
    readout.stage = head;
    readout.flits = static_cast<std::int32_t>(chips::flits_of(problem.board.chip.noc, mapper::kPotentialBits));
    readout.first_leg = legs_;
    paths_.push_back(std::move(readout));
    add_leg(problem.board, paths_.back(), mapping.core_of[t], kHostCore, false);
  }
  for (std::size_t t = 0; t < problem.tiles.size(); ++t) grids_.push_back(grid_of(problem, t, by_tile[t]));
}

FlowPath FlowTable::path_of(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                            std::size_t flow) const {
  const mapper::Flow& f = problem.flows[flow];
  FlowPath path;
  path.source = f.source;
  path.stage = problem.tiles[f.source.value()].stage;
  path.from_host = !mapping.core_of[f.source.value()].valid();
  path.to_device = mapper::to_device(problem.tiles, f);
  path.zeros = mapper::carries_zeros(problem.tiles, f);
  path.flits = static_cast<std::int32_t>(chips::flits_of(problem.board.chip.noc, f.payload_bits));
  path.delay = flow < mapping.delay.size() ? mapping.delay[flow] : 0;
  path.first_leg = legs_;
  path.forked = problem.board.chip.noc.multicast == chips::Multicast::kTree && !path.to_device;
  if (path.forked) path.tree = mapping.routes[flow].tree;
  return path;
}

std::int64_t FlowTable::further_packets(const FlowPath& path, bool first_flow) const {
  const auto all = static_cast<std::int64_t>(path.packets);
  return unicast_ && !first_flow ? all : std::max<std::int64_t>(0, all - 1);
}

void FlowTable::add_leg(const chips::Board& board, FlowPath& path, CoreId from, CoreId to, bool relayed) {
  path.legs.push_back({from, to, mapper::way_links(board, from, to), relayed, {}, {}});
  if (!relayed && !(path.forked && path.packets == 1)) ++path.packets;
  ++legs_;
}

FlowTable::Grid FlowTable::grid_of(const mapper::MappingProblem& problem, std::size_t tile,
                                   const std::vector<std::uint32_t>& flows) const {
  const mapper::Tile& source = problem.tiles[tile];
  std::vector<Range> tokens, channels;
  for (const std::uint32_t f : flows) {
    tokens.push_back(problem.flows[f].tokens);
    channels.push_back(problem.flows[f].channels);
  }
  Grid grid;
  grid.first_token = source.tokens.begin;
  grid.first_channel = source.outputs.begin;
  grid.token_class = classes(source.tokens, tokens);
  grid.channel_class = classes(source.outputs, channels);
  std::uint32_t token_class = UINT32_MAX;
  for (std::size_t t = 0; t < grid.token_class.size(); ++t) {
    if (grid.token_class[t] == token_class) continue;
    token_class = grid.token_class[t];
    std::uint32_t channel_class = UINT32_MAX;
    for (std::size_t c = 0; c < grid.channel_class.size(); ++c) {
      if (grid.channel_class[c] == channel_class) continue;
      channel_class = grid.channel_class[c];
      grid.begin.push_back(static_cast<std::uint32_t>(grid.flows.size()));
      for (const std::uint32_t f : flows) {
        if (problem.flows[f].tokens.contains(source.tokens.begin + static_cast<std::int32_t>(t)) &&
            problem.flows[f].channels.contains(source.outputs.begin + static_cast<std::int32_t>(c))) {
          grid.flows.push_back(f);
        }
      }
    }
  }
  grid.channel_classes = grid.channel_class.empty() ? 0 : grid.channel_class.back() + 1;
  grid.begin.push_back(static_cast<std::uint32_t>(grid.flows.size()));
  return grid;
}

}  // namespace ranvier::sim
