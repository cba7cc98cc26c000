// SPDX-License-Identifier: Apache-2.0
// Bytes moved, as flits from the host.
#include "mapper/migration.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "mapper/mesh.h"

namespace ranvier::mapper {

namespace {

/// Cores that hold an entry for the flow: where it starts and where it is passed on; unicasts only start.
std::vector<CoreId> entry_holders(const MappingProblem& problem, const Mapping& mapping, std::size_t flow) {
  std::vector<CoreId> holders;
  const auto& chain = mapping.routes[flow].chain;
  const CoreId source = mapping.core_of[problem.flows[flow].source.value()];
  if (source.valid() && !chain.empty()) holders.push_back(source);
  if (problem.board.chip.noc.multicast == chips::Multicast::kUnicast) {
    // An out axon a destination.
    if (source.valid() && chain.size() > 1) holders.insert(holders.end(), chain.size() - 1, source);
  } else {
    for (std::size_t i = 0; i + 1 < chain.size(); ++i)
      if (mapping.routes[flow].passes_on(i)) holders.push_back(chain[i]);
    if (source.valid()) holders.insert(holders.end(), mapping.routes[flow].starts.size(), source);
  }
  return holders;
}

}  // namespace

Migration migration(const MappingProblem& problem, const Mapping& before, const Mapping& after) {
  const chips::Chip& chip = problem.board.chip;
  Migration m;
  std::int64_t host_flits = 0;
  const auto send = [&](CoreId to, std::int64_t bytes) {
    if (bytes == 0) return;
    const std::int64_t flits = chips::flits_of(chip.noc, bytes * 8);
    const WayLinks way = way_links(problem.board, CoreId(0), to);
    m.bytes += Bytes(bytes);
    m.energy += chip.energy.host_flit.value * flits + chip.energy.router_hop.value * (flits * (way.links + 1)) +
                chip.energy.link_hop.value * (flits * way.horizontal()) +
                chip.energy.link_hop_vertical.value * (flits * way.vertical) +
                chip.energy.chip_link_hop.value * (flits * way.edges);
    host_flits += flits;
  };
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
    if (before.core_of[t] == after.core_of[t] || !after.core_of[t].valid()) continue;
    ++m.moved_tiles;
    const Demand& d = problem.tiles[t].demand;
    send(after.core_of[t], (d.synapse_bytes + d.state_bytes + d.bulk_bytes).count());
  }
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const bool moved =
        before.core_of[problem.flows[f].source.value()] != after.core_of[problem.flows[f].source.value()];
    if (!moved && before.routes[f].chain == after.routes[f].chain && before.routes[f].starts == after.routes[f].starts)
      continue;
    for (const CoreId core : entry_holders(problem, after, f)) {
      ++m.table_entries;
      send(core, kTableEntryBytes);
    }
  }
  if (host_flits > 0)
    m.time = chips::clock_period(chip) * (chip.host_link.latency_cycles.value +
                                          host_flits * std::max<std::int64_t>(1, chip.host_link.cycles_per_flit.value));
  return m;
}

double break_even(double cost, double saved_per_image) {
  if (cost <= 0) return 0;
  return saved_per_image > 0 ? cost / saved_per_image : std::numeric_limits<double>::infinity();
}

}  // namespace ranvier::mapper
