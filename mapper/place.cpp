// SPDX-License-Identifier: Apache-2.0
// Curve starts refined by threshold accepting (Dueck and Scheuer, 1990): a worse placement is kept while it is worse by
// less than a threshold that falls to zero. No exponential is taken, so results do not depend on the mathematics
// library.
#include "mapper/place.h"

#include <algorithm>
#include <array>
#include <thread>

#include "base/random.h"
#include "mapper/curves.h"
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
  Refiner(const MappingProblem& problem, const Clustering& clustering, PlacementState& state, std::uint64_t seed,
          std::uint64_t start)
      : problem_(problem), state_(state), seed_(seed), start_(start), chip_in_use_(problem.board.chips(), 0) {
    for (const ChipId chip : clustering.chip) chip_in_use_[chip.value()] = 1;
  }

  void run(std::int64_t moves) {
    double worsening = 0;
    for (std::int64_t m = 0; m < kSample; ++m) {
      if (!propose(m)) continue;
      const double change = state_.move(relocations_);
      worsening += std::max(0.0, change);
      state_.revert();
    }
    const double first = kFirstThreshold * worsening / kSample;
    for (std::int64_t m = 0; m < moves; ++m) {
      if (!propose(kSample + m)) continue;
      const double progress = static_cast<double>(m) / static_cast<double>(moves);
      const double threshold = progress < kGreedyFrom ? first * (1 - progress / kGreedyFrom) : 0;
      const double change = state_.move(relocations_);
      if (change >= threshold && change >= 0) state_.revert();
    }
  }

 private:
  std::uint32_t below(std::size_t n, std::uint32_t draw) const {
    return random_below(static_cast<std::uint32_t>(n), seed_, start_, step_, draw);
  }

  /// Fills relocations_; false when the draw leads nowhere.
  bool propose(std::int64_t step) {
    step_ = static_cast<std::uint64_t>(step);
    const TileId tile(1 + below(problem_.tiles.size() - 1, 0));
    const CoreId from = state_.core_of()[tile.value()];
    if (!from.valid()) return false;
    const bool single = below(100, 1) < kSingleTilePercent && state_.tiles_on(from).size() > 1;
    const CoreId to = target(tile, from, single);
    // No chip comes into use here: each draws static power.
    if (to == from || chip_in_use_[problem_.board.chip_of(to).value()] == 0) return false;
    relocations_.clear();
    if (single) {
      // A tile alone may join a core in use: the number of cores never grows.
      if (state_.tiles_on(to).empty() || !state_.has_room(tile, to)) return false;
      relocations_.push_back({tile, to});
      return true;
    }
    for (const TileId t : state_.tiles_on(from)) relocations_.push_back({t, to});
    for (const TileId t : state_.tiles_on(to)) relocations_.push_back({t, from});
    return true;
  }

  CoreId target(TileId tile, CoreId from, bool single) const {
    const chips::Board& board = problem_.board;
    std::int32_t x = board.x(from);
    std::int32_t y = board.y(from);
    std::int32_t reach = 3;
    if (below(100, 2) < kNearPeerPercent) {
      const auto& flows = state_.flows_of(tile);
      if (flows.empty()) return from;
      const Flow& flow = problem_.flows[flows[below(flows.size(), 3)]];
      const TileId peer = flow.source == tile ? flow.destinations[below(flow.destinations.size(), 4)] : flow.source;
      const CoreId at = state_.core_of()[peer.value()];
      x = at.valid() ? board.x(at) : 0;
      y = at.valid() ? board.y(at) : 0;
      if (single) return at.valid() ? at : from;
      reach = 1;
    }
    const auto span = static_cast<std::size_t>(2 * reach + 1);
    x = std::clamp(x + static_cast<std::int32_t>(below(span, 5)) - reach, 0, board.width() - 1);
    y = std::clamp(y + static_cast<std::int32_t>(below(span, 6)) - reach, 0, board.height() - 1);
    return CoreId(board.core_at(x, y).value() + below(board.cores_per_router(), 7));
  }

  const MappingProblem& problem_;
  PlacementState& state_;
  std::uint64_t seed_;
  std::uint64_t start_;
  std::uint64_t step_ = 0;
  std::vector<std::uint8_t> chip_in_use_;
  std::vector<Relocation> relocations_;
};

std::vector<CoreId> along_curve(const MappingProblem& problem, const Clustering& clustering, Curve curve) {
  const chips::Board& board = problem.board;
  std::vector<CoreId> core_of(problem.tiles.size());
  std::vector<std::vector<CoreId>> cores(board.chips());
  std::vector<std::size_t> next(board.chips(), 0);
  for (std::size_t c = 0; c < clustering.clusters.size(); ++c) {
    const std::size_t chip = clustering.chip[c].value();
    if (cores[chip].empty()) cores[chip] = cores_along(board, clustering.chip[c], curve);
    for (const TileId t : clustering.clusters[c]) core_of[t.value()] = cores[chip].at(next[chip]);
    ++next[chip];
  }
  return core_of;
}

}  // namespace

std::vector<CoreId> place(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                          const Clustering& clustering, const PlaceOptions& options, std::uint64_t seed,
                          std::int32_t threads) {
  const auto used = static_cast<std::int64_t>(clustering.clusters.size());
  if (used == 0) return std::vector<CoreId>(problem.tiles.size());
  const std::int64_t moves = options.moves > 0 ? options.moves : std::clamp<std::int64_t>(200 * used, 20000, 60000);
  struct Outcome {
    std::vector<CoreId> core_of;
    double cost = 0;
  };
  std::array<Outcome, kCurves> outcomes;
  const auto run_start = [&](std::size_t start) {
    PlacementState state(problem, level, options.weights, along_curve(problem, clustering, static_cast<Curve>(start)));
    outcomes[start] = {state.core_of(), state.cost()};
    Refiner(problem, clustering, state, seed, start).run(moves);
    if (state.cost() < outcomes[start].cost) outcomes[start] = {state.core_of(), state.cost()};
  };
  if (threads > 1) {
    std::vector<std::jthread> workers;
    for (std::size_t s = 0; s < outcomes.size(); ++s) workers.emplace_back(run_start, s);
  } else {
    for (std::size_t s = 0; s < outcomes.size(); ++s) run_start(s);
  }
  const auto best = std::min_element(outcomes.begin(), outcomes.end(),
                                     [](const Outcome& a, const Outcome& b) { return a.cost < b.cost; });
  return best->core_of;
}

}  // namespace ranvier::mapper
