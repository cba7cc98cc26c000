// SPDX-License-Identifier: Apache-2.0
// Depth-first search with a counting bound at the root.
#include "mapper/exact_packing.h"

#include <algorithm>
#include <limits>

#include "mapper/demand.h"

namespace ranvier::mapper {

namespace {

class Search {
 public:
  Search(const TileNeeds& needs, std::span<const TileId> tiles, std::int64_t cores, std::int64_t most_tries)
      : needs_(needs), order_(tiles.begin(), tiles.end()), cores_(cores), left_(most_tries) {
    const chips::CoreKind& core = needs.problem().board.chip.core;
    std::stable_sort(order_.begin(), order_.end(), [&](TileId a, TileId b) {
      return core_share(core, needs.demand(a)) > core_share(core, needs.demand(b));
    });
  }

  Packing run() {
    if (!counts_allow()) return {PackingVerdict::kImpossible, {}};
    const bool found = place(0);
    if (!found) return {left_ < 0 ? PackingVerdict::kGaveUp : PackingVerdict::kImpossible, {}};
    Packing packing{PackingVerdict::kFound, {}};
    for (const CoreLoad& load : loads_) packing.clusters.push_back(load.tiles());
    return packing;
  }

 private:
  bool counts_allow() const {
    CoreLoad all;
    for (const TileId t : order_) all.add(needs_, t);
    for (const ResourceUse& use : resource_uses(needs_.problem().board.chip.core, all.total(needs_))) {
      if (use.available == std::numeric_limits<std::int64_t>::max()) continue;
      if (use.needed > 0 && (use.available <= 0 || (use.needed + use.available - 1) / use.available > cores_))
        return false;
    }
    return true;
  }

  /// False: none of the ways to go on works, or the tries are used up (left_ below 0).
  bool place(std::size_t at) {
    if (at == order_.size()) return true;
    const TileId tile = order_[at];
    for (std::size_t c = 0; c < loads_.size(); ++c) {
      if (--left_ < 0) return false;
      if (!loads_[c].has_room(needs_, tile)) continue;
      loads_[c].add(needs_, tile);
      if (place(at + 1)) return true;
      loads_[c].remove(needs_, tile);
    }
    if (static_cast<std::int64_t>(loads_.size()) >= cores_ || --left_ < 0) return false;
    loads_.emplace_back();
    if (loads_.back().has_room(needs_, tile)) {
      loads_.back().add(needs_, tile);
      if (place(at + 1)) return true;
    }
    loads_.pop_back();
    return false;
  }

  const TileNeeds& needs_;
  std::vector<TileId> order_;
  std::int64_t cores_;
  std::int64_t left_;
  std::vector<CoreLoad> loads_;
};

}  // namespace

Packing pack_exactly(const TileNeeds& needs, std::span<const TileId> tiles, std::int64_t cores,
                     std::int64_t most_tries) {
  return Search(needs, tiles, cores, most_tries).run();
}

}  // namespace ranvier::mapper
