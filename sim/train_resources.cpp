// SPDX-License-Identifier: Apache-2.0
#include "sim/train_resources.h"

#include "mapper/mesh.h"
#include "sim/network_timing.h"

namespace ranvier::sim {

TrainResources::TrainResources(ChipRun& run)
    : chip_(run.problem().board.chip),
      links_(mapper::link_count(run.problem().board)),
      cores_(run.problem().board.cores()),
      buffered_flits_(chip_.noc.buffer_flits.value * chip_.noc.virtual_channels.value),
      cost_(links_),
      resources_(links_ + kUnits * cores_),
      units_(cores_) {
  const chips::Board& board = run.problem().board;
  const MeshSpec mesh = mesh_of(board);
  for (std::size_t f = 0; f < run.flows().size(); ++f) {
    const FlowPath& path = run.flows()[f];
    const auto first = static_cast<std::uint32_t>(way_links_.size());
    for (const LinkId link : path.tree) {
      cost_[link.value()] = mapper::cycles_per_flit(board, link) * kPart;
      way_links_.push_back(link.value());
    }
    for (const Leg& leg : path.legs) {
      Way way;
      way.forked = path.forked && &leg == &path.legs.front();
      way.forked_off = path.forked && !way.forked;
      way.tree_begin = first;
      way.tree_end = first + static_cast<std::uint32_t>(path.tree.size());
      if (way.forked) way.legs = static_cast<std::uint32_t>(path.legs.size());
      way.begin = static_cast<std::uint32_t>(way_links_.size());
      way.zero_load = zero_load_cycles(mesh, leg.way, path.flits);
      way.flits = path.flits;
      way.from = leg.from;
      way.to = leg.to;
      way.relayed = leg.relayed;
      way.ends_on_core = !path.to_device && !run.flows().is_readout(f);
      for_each_leg_link(board, path, leg, [&](LinkId link) {
        cost_[link.value()] = mapper::cycles_per_flit(board, link) * kPart;
        way_links_.push_back(static_cast<std::uint32_t>(link.value()));
      });
      way.end = static_cast<std::uint32_t>(way_links_.size());
      ways_.push_back(way);
    }
  }
}

void TrainResources::begin_step(std::int64_t slice_cycles) {
  slice_ = slice_cycles;
  for (Resource& r : resources_) r.slice = -1;
  for (const CoreId core : used_) units_[core.value()] = {};
  used_.clear();
}

}  // namespace ranvier::sim
