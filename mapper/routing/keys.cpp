// SPDX-License-Identifier: Apache-2.0
// Keys in order of tiles and flows, each block at a multiple of its size.
#include "mapper/routing/keys.h"

#include <algorithm>
#include <bit>

#include "mapper/engines.h"
#include "mapper/errors.h"

namespace ranvier::mapper::routing {

namespace {

int bits_for(std::uint64_t count) { return count <= 1 ? 0 : static_cast<int>(std::bit_width(count - 1)); }

}  // namespace

std::vector<KeyBlock> assign_keys(const MappingProblem& problem, const std::vector<Route>& routes) {
  struct TileKeys {
    std::uint64_t flows = 0;
    int neuron_bits = 0;
    std::uint64_t base = 0;
  };
  std::vector<TileKeys> tiles(problem.tiles.size());
  std::vector<std::uint64_t> place(problem.flows.size(), 0);  // of the flow in its tile
  const auto has_tree = [&](std::size_t f) {
    return !routes[f].chain.empty() && !to_device(problem.tiles, problem.flows[f]);
  };
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    if (!has_tree(f)) continue;
    const Flow& flow = problem.flows[f];
    TileKeys& tile = tiles[flow.source.value()];
    place[f] = tile.flows++;
    const auto events =
        static_cast<std::uint64_t>(flow.tokens.size()) * static_cast<std::uint64_t>(flow.channels.size());
    tile.neuron_bits = std::max(tile.neuron_bits, bits_for(events));
  }
  std::uint64_t next = 0;
  for (TileKeys& tile : tiles) {
    if (tile.flows == 0) continue;
    const std::uint64_t size = std::uint64_t{1} << std::min(62, tile.neuron_bits + bits_for(tile.flows));
    tile.base = (next + size - 1) / size * size;
    next = tile.base + size;
  }
  if (next >= std::uint64_t{1} << kKeyBits)
    throw DoesNotFit({{"routing keys", StageId(), "", CoreId(), static_cast<std::int64_t>(next),
                       std::int64_t{1} << kKeyBits, "packet"}},
                     "cut fewer tiles: a key names a tile, a flow and an event of it");
  std::vector<KeyBlock> keys(problem.flows.size());
  for (std::size_t f = 0; f < keys.size(); ++f) {
    if (!has_tree(f)) continue;
    const TileKeys& tile = tiles[problem.flows[f].source.value()];
    keys[f].mask = static_cast<std::uint32_t>(~((std::uint64_t{1} << tile.neuron_bits) - 1));
    keys[f].key = static_cast<std::uint32_t>(tile.base + (place[f] << tile.neuron_bits));
  }
  return keys;
}

}  // namespace ranvier::mapper::routing
