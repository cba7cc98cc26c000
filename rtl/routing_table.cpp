// SPDX-License-Identifier: Apache-2.0
#include "rtl/routing_table.h"

#include <algorithm>
#include <map>

namespace ranvier::rtl {
namespace {

using mapper::Range;

/// Places of the chain whose cores get a packet of the source's own.
std::vector<std::size_t> packet_starts(const mapper::Route& route, chips::Multicast multicast) {
  std::vector<std::size_t> places;
  if (route.chain.empty()) return places;
  places.push_back(0);
  if (multicast == chips::Multicast::kRelay) {
    places.insert(places.end(), route.starts.begin(), route.starts.end());
  } else if (multicast == chips::Multicast::kUnicast) {
    for (std::size_t place = 1; place < route.chain.size(); ++place) places.push_back(place);
  }
  return places;
}

std::int32_t modulo(std::int32_t value, int bits) { return value & ((1 << bits) - 1); }

}  // namespace

RoutingTable routing_table(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, TileId tile) {
  const mapper::Tile& source = problem.tiles[tile.value()];
  const chips::Multicast multicast = problem.board.chip.noc.multicast;
  const auto neurons = static_cast<std::size_t>(source.outputs.size());
  std::vector<std::vector<std::size_t>> flows_of(neurons);
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const mapper::Flow& flow = problem.flows[f];
    if (flow.source != tile) continue;
    for (std::size_t n = 0; n < neurons; ++n)
      if (flow.channels.contains(source.outputs.begin + static_cast<std::int32_t>(n))) flows_of[n].push_back(f);
  }
  RoutingTable table;
  std::map<std::vector<std::size_t>, RouteList> lists;
  for (const std::vector<std::size_t>& flows : flows_of) {
    const auto [at, is_new] = lists.try_emplace(flows);
    if (is_new) {
      at->second.first = static_cast<std::int32_t>(table.entries.size());
      for (const std::size_t f : flows) {
        const mapper::Route& route = mapping.routes[f];
        const Range tokens = problem.flows[f].tokens;
        const std::int32_t first = std::max(tokens.begin, source.tokens.begin) - source.tokens.begin;
        const std::int32_t last = std::min(tokens.end, source.tokens.end) - source.tokens.begin - 1;
        if (last < first) continue;
        for (const std::size_t place : packet_starts(route, multicast)) {
          const bool relay = multicast == chips::Multicast::kRelay && route.passes_on(place);
          table.entries.push_back({static_cast<std::int32_t>(route.chain[place].value()), relay, source.outputs.begin,
                                   source.tokens.begin, first, last});
        }
      }
      at->second.count = static_cast<std::int32_t>(table.entries.size()) - at->second.first;
    }
    table.neurons.push_back(at->second);
  }
  return table;
}

std::vector<RoutedPacket> routed(const RoutingTable& table, const CoreSpike& spike, const RoutingTableSize& size) {
  std::vector<RoutedPacket> packets;
  const RouteList& list = table.neurons[static_cast<std::size_t>(spike.neuron)];
  for (std::int32_t e = list.first; e < list.first + list.count; ++e) {
    const RouteEntry& entry = table.entries[static_cast<std::size_t>(e)];
    if (spike.token < entry.first_token || spike.token > entry.last_token) continue;
    packets.push_back({entry.core, modulo(spike.token + entry.add_token, size.token_bits),
                       modulo(spike.neuron + entry.add_axon, size.axon_bits), spike.payload, entry.relay});
  }
  return packets;
}

std::int64_t routing_cycles(const RoutingTable& table, const CoreSpike& spike) {
  return 2 + table.neurons[static_cast<std::size_t>(spike.neuron)].count;
}

}  // namespace ranvier::rtl
