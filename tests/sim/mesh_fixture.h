// SPDX-License-Identifier: Apache-2.0
// Boards and random traffic for the tests of the network models.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/random.h"
#include "chips/chip.h"
#include "mapper/mesh.h"
#include "sim/network.h"

namespace ranvier::sim {

struct BoardShape {
  std::int32_t columns = 1, rows = 1, width = 4, height = 4;
  std::int64_t vcs = 1, buffer = 8, router = 1, link = 1, credit = 1, edge_latency = 1, edge_cycles_per_flit = 1;
};

inline chips::Board board_of(const BoardShape& shape) {
  chips::Board board;
  board.columns = shape.columns;
  board.rows = shape.rows;
  chips::Noc& noc = board.chip.noc;
  noc.width = shape.width;
  noc.height = shape.height;
  noc.virtual_channels.value = shape.vcs;
  noc.buffer_flits.value = shape.buffer;
  noc.router_cycles.value = shape.router;
  noc.link_cycles.value = shape.link;
  noc.credit_cycles.value = shape.credit;
  board.chip.chip_link.latency_cycles.value = shape.edge_latency;
  board.chip.chip_link.cycles_per_flit.value = shape.edge_cycles_per_flit;
  return board;
}

struct TimedPacket {
  Packet packet;
  std::int64_t at = 0;
};

/// `count` packets of 1 to `longest` flits between random cores, at random times below `window`, ids from 0.
inline std::vector<TimedPacket> random_packets(const chips::Board& board, std::uint32_t count, std::uint32_t longest,
                                               std::uint32_t window, std::uint64_t seed) {
  std::vector<TimedPacket> packets;
  const auto cores = static_cast<std::uint32_t>(board.cores());
  for (std::uint32_t id = 0; id < count; ++id) {
    packets.push_back({{id, CoreId(random_below(cores, seed, id, 0)), CoreId(random_below(cores, seed, id, 1)),
                        static_cast<std::int32_t>(1 + random_below(longest, seed, id, 2))},
                       random_below(window, seed, id, 3)});
  }
  return packets;
}

/// Flits by link if every packet takes its XY path once.
inline std::vector<std::int64_t> path_flits(const chips::Board& board, const std::vector<TimedPacket>& packets) {
  std::vector<std::int64_t> flits(mapper::link_count(board));
  for (const TimedPacket& p : packets) {
    mapper::for_each_xy_link(board, p.packet.source, p.packet.destination,
                             [&](LinkId link) { flits[link.value()] += p.packet.flits; });
  }
  return flits;
}

inline std::vector<Delivery> run_all(Network& network, const std::vector<TimedPacket>& packets,
                                     std::int64_t until = 1'000'000) {
  for (const TimedPacket& p : packets) network.inject(p.packet, p.at);
  std::vector<Delivery> out;
  network.advance(until, out);
  return out;
}

inline bool operator==(const Delivery& a, const Delivery& b) {
  return a.id == b.id && a.destination == b.destination && a.at == b.at;
}

}  // namespace ranvier::sim
