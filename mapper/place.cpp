// SPDX-License-Identifier: Apache-2.0
// Starts refined by threshold accepting (Dueck and Scheuer, 1990): a worse placement is kept while it is worse by
// less than a threshold that falls to zero. No exponential is taken, so results do not depend on the mathematics
// library.
#include "mapper/place.h"

#include <algorithm>

#include "base/random_stream.h"
#include "mapper/placement_state.h"

namespace ranvier::mapper {

namespace {

constexpr std::int64_t kSample = 200;    // trial moves that set the first threshold
constexpr double kFirstThreshold = 0.2;  // of the mean worsening in the sample
constexpr double kGreedyFrom = 0.7;      // share of the moves after which only gains are kept
constexpr std::uint32_t kSingleTilePercent = 15;
constexpr std::uint32_t kNearPeerPercent = 70;

class Refiner {
 public:
  Refiner(const MappingProblem& problem, PlacementState& state, std::uint64_t seed, std::uint64_t stream)
      : problem_(problem), state_(state), random_(seed, stream), chip_in_use_(problem.board.chips(), 0) {
    for (const CoreId core : state.core_of())
      if (core.valid()) chip_in_use_[problem.board.chip_of(core).value()] = 1;
  }

  void run(std::int64_t moves) {
    double worsening = 0;
    for (std::int64_t m = 0; m < kSample; ++m) {
      if (!propose()) continue;
      const double change = state_.move(relocations_);
      worsening += std::max(0.0, change);
      state_.revert();
    }
    const double first = kFirstThreshold * worsening / kSample;
    for (std::int64_t m = 0; m < moves; ++m) {
      if (!propose()) continue;
      const double progress = static_cast<double>(m) / static_cast<double>(moves);
      const double threshold = progress < kGreedyFrom ? first * (1 - progress / kGreedyFrom) : 0;
      const double change = state_.move(relocations_);
      if (change >= threshold && change >= 0) state_.revert();
    }
  }

 private:
  std::size_t below(std::size_t n) { return random_.below(static_cast<std::uint32_t>(n)); }

  /// Fills relocations_; false when the draw leads nowhere.
  bool propose() {
    const TileId tile(1 + below(problem_.tiles.size() - 1));
    const CoreId from = state_.core_of()[tile.value()];
    if (!from.valid()) return false;
    const bool single = below(100) < kSingleTilePercent && state_.tiles_on(from).size() > 1;
    const CoreId to = target(tile, from, single);
    // No chip comes into use here: each draws static power.
    if (to == from || chip_in_use_[problem_.board.chip_of(to).value()] == 0) return false;
    relocations_.clear();
    if (single) {
      // A tile alone may join a core in use: the number of cores never grows.
      if (state_.tiles_on(to).empty() || !state_.has_room(tile, to)) return false;
      relocations_.push_back({tile, to});
      return state_.allows(relocations_);
    }
    for (const TileId t : state_.tiles_on(from)) relocations_.push_back({t, to});
    for (const TileId t : state_.tiles_on(to)) relocations_.push_back({t, from});
    return state_.allows(relocations_);
  }

  CoreId target(TileId tile, CoreId from, bool single) {
    const chips::Board& board = problem_.board;
    std::int32_t x = board.x(from);
    std::int32_t y = board.y(from);
    std::int32_t reach = 3;
    if (below(100) < kNearPeerPercent) {
      const auto& flows = state_.flows_of(tile);
      if (flows.empty()) return from;
      const Flow& flow = problem_.flows[flows[below(flows.size())]];
      const TileId peer = flow.source == tile ? flow.destinations[below(flow.destinations.size())] : flow.source;
      const CoreId at = state_.core_of()[peer.value()];
      x = at.valid() ? board.x(at) : 0;
      y = at.valid() ? board.y(at) : 0;
      if (single) return at.valid() ? at : from;
      reach = 1;
    }
    const auto span = static_cast<std::size_t>(2 * reach + 1);
    x = std::clamp(x + static_cast<std::int32_t>(below(span)) - reach, 0, board.width() - 1);
    y = std::clamp(y + static_cast<std::int32_t>(below(span)) - reach, 0, board.height() - 1);
    return CoreId(board.core_at(x, y).value() + below(board.cores_per_router()));
  }

  const MappingProblem& problem_;
  PlacementState& state_;
  RandomStream random_;
  std::vector<std::uint8_t> chip_in_use_;
  std::vector<Relocation> relocations_;
};

}  // namespace

Refinement refine_placement(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                            const std::shared_ptr<const TileNeeds>& needs, const PlaceWeights& weights,
                            const std::vector<CoreId>& start, std::int64_t moves, std::uint64_t seed,
                            std::uint64_t stream, const std::shared_ptr<const StepWork>& work) {
  PlacementState state(problem, level, weights, start, needs, work);
  Refinement best{start, state.cost()};
  Refiner(problem, state, seed, stream).run(moves);
  if (state.cost() < best.cost) best = {state.core_of(), state.cost()};
  return best;
}

std::int64_t default_moves(std::size_t cores) {
  return std::clamp<std::int64_t>(200 * static_cast<std::int64_t>(cores), 20000, 60000);
}

}  // namespace ranvier::mapper
