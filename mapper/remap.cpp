// SPDX-License-Identifier: Apache-2.0
// Measured counts in, better placement out.
#include "mapper/remap.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/random.h"
#include "mapper/errors.h"
#include "mapper/mesh.h"
#include "mapper/placement_state.h"
#include "mapper/routing/route.h"

namespace ranvier::mapper {

namespace {

enum class Neighbourhood : std::uint8_t { kBusiestCores, kFullestLinks, kSwapCores, kMoveTiles };
constexpr int kAttempts = 4;
constexpr double kLoadFactor = 4;        // dearer link load with every attempt that made the fullest link fuller
constexpr double kWorthTraffic = 0.001;  // gain of time or energy for which hops and link load may rise
constexpr std::uint64_t kHotShare = 8;   // tiles of one in so many used cores, at least one, count as hot

/// Tiles that the neighbourhood looks at, ascending.
std::vector<TileId> candidates(const MappingProblem& problem, const Mapping& mapping, const Profile& profile,
                               const PlacementState& state, Neighbourhood where) {
  std::vector<TileId> tiles;
  const chips::Board& board = problem.board;
  if (where == Neighbourhood::kBusiestCores) {
    std::vector<CoreId> used;
    for (std::size_t c = 0; c < board.cores(); ++c)
      if (!state.tiles_on(CoreId(c)).empty()) used.push_back(CoreId(c));
    std::stable_sort(used.begin(), used.end(),
                     [&](CoreId a, CoreId b) { return state.core_busy(a) > state.core_busy(b); });
    used.resize(std::max<std::size_t>(1, used.size() / kHotShare));
    for (const CoreId c : used) tiles.insert(tiles.end(), state.tiles_on(c).begin(), state.tiles_on(c).end());
  } else if (where == Neighbourhood::kFullestLinks) {
    // Measured link flits where there are any: they hold relays and everything else that the model leaves out.
    const bool measured = profile.link_flits.size() == link_count(board);
    const auto flits = [&](LinkId l) { return measured ? profile.link_flits[l.value()] : state.link_flits(l); };
    double most = 0;
    for (std::size_t l = 0; l < link_count(board); ++l) most = std::max(most, flits(LinkId(l)));
    for (std::size_t f = 0; f < problem.flows.size() && most > 0; ++f) {
      bool hot = false;
      routing::for_each_route_link(problem, mapping.core_of, problem.flows[f], mapping.routes[f],
                                   [&](LinkId l) { hot = hot || flits(l) >= 0.75 * most; });
      if (!hot) continue;
      if (problem.flows[f].source.value() != 0) tiles.push_back(problem.flows[f].source);
      tiles.insert(tiles.end(), problem.flows[f].destinations.begin(), problem.flows[f].destinations.end());
    }
  } else {
    for (std::size_t t = 1; t < problem.tiles.size(); ++t) tiles.push_back(TileId(t));
  }
  std::erase_if(tiles, [&](TileId t) { return !mapping.core_of[t.value()].valid(); });
  std::sort(tiles.begin(), tiles.end());
  tiles.erase(std::unique(tiles.begin(), tiles.end()), tiles.end());
  return tiles;
}

class Search {
 public:
  Search(const MappingProblem& problem, PlacementState& state, const RemapOptions& options)
      : problem_(problem), state_(state), options_(options) {}

  void run(const std::vector<TileId>& tiles, bool single) {
    if (tiles.empty()) return;
    for (std::int64_t n = 0; n < options_.tries; ++n) {
      step_ = static_cast<std::uint64_t>(n);
      const TileId tile = tiles[below(tiles.size(), 0)];
      const CoreId from = state_.core_of()[tile.value()];
      const CoreId to = target(tile, from);
      if (to == from) continue;
      relocations_.clear();
      // A tile of a shared core may leave it, for a core in use or a free one; else whole cores change places.
      const bool alone = state_.tiles_on(from).size() == 1;
      if ((single || below(2, 1) == 0) && !alone) {
        if (!state_.has_room(tile, to)) continue;
        relocations_.push_back({tile, to});
      } else {
        for (const TileId t : state_.tiles_on(from)) relocations_.push_back({t, to});
        for (const TileId t : state_.tiles_on(to)) relocations_.push_back({t, from});
      }
      if (!state_.allows(relocations_)) continue;
      const double change = state_.move(relocations_);
      if (change >= 0 || static_cast<std::int64_t>(state_.moved_tiles()) > options_.max_moves) state_.revert();
    }
  }

 private:
  std::uint32_t below(std::size_t n, std::uint32_t draw) const {
    return random_below(static_cast<std::uint32_t>(n), options_.seed, static_cast<std::uint64_t>(options_.iteration),
                        step_, draw);
  }

  CoreId target(TileId tile, CoreId from) const {
    const chips::Board& board = problem_.board;
    CoreId centre = from;
    std::int32_t reach = 4;
    const auto& flows = state_.flows_of(tile);
    if (!flows.empty() && below(4, 2) != 0) {
      const Flow& flow = problem_.flows[flows[below(flows.size(), 3)]];
      const TileId peer = flow.source == tile ? flow.destinations[below(flow.destinations.size(), 4)] : flow.source;
      centre = entry_core(state_.core_of(), peer);
      reach = 2;
    }
    const auto span = static_cast<std::size_t>(2 * reach + 1);
    const std::int32_t x = board.x(centre) + static_cast<std::int32_t>(below(span, 5)) - reach;
    const std::int32_t y = board.y(centre) + static_cast<std::int32_t>(below(span, 6)) - reach;
    const CoreId first = board.core_at(std::clamp(x, 0, board.width() - 1), std::clamp(y, 0, board.height() - 1));
    return CoreId(first.value() + below(board.cores_per_router(), 7));
  }

  const MappingProblem& problem_;
  PlacementState& state_;
  const RemapOptions& options_;
  std::uint64_t step_ = 0;
  std::vector<Relocation> relocations_;
};

double relative_gain(double before, double after) { return before > 0 ? 1 - after / before : 0; }

}  // namespace

MappingProblem with_profile(const MappingProblem& problem, const Profile& profile) {
  if (profile.flow_events.size() != problem.flows.size() || profile.tile_cycles.size() != problem.tiles.size())
    throw std::logic_error("the profile was measured on another problem");
  MappingProblem measured = problem;
  measured.flow_events = profile.flow_events;
  measured.tile_cycles = profile.tile_cycles;
  return measured;
}

namespace {

/// One search by the options' prices; the mapping itself when nothing moves.
Mapping search(const MappingProblem& measured, const Mapping& mapping, const Profile& profile,
               const RemapOptions& options) {
  const auto where = static_cast<Neighbourhood>(options.iteration % 4);
  PlacementState state(measured, mapping.level, options.weights, mapping.core_of);
  Search(measured, state, options)
      .run(candidates(measured, mapping, profile, state, where), where == Neighbourhood::kMoveTiles);
  if (state.moved_tiles() == 0) return mapping;
  Mapping proposal = mapping;
  proposal.core_of = state.core_of();
  try {
    routing::route(measured, proposal);
  } catch (const DoesNotFit&) {
    return mapping;  // the tables of the better placement overflow: keep what works
  }
  return proposal;
}

}  // namespace

Mapping propose_remap(const MappingProblem& problem, const Mapping& mapping, const Profile& profile,
                      const RemapOptions& options) {
  const MappingProblem measured = with_profile(problem, profile);
  Mapping best = mapping;
  double best_gain = 0;
  RemapOptions attempt = options;
  for (int tried = 0; tried < kAttempts; ++tried) {
    const Mapping proposal = search(measured, mapping, profile, attempt);
    const PredictedGain gain = predict_gain(problem, mapping, proposal, profile);
    if (gain.moved_tiles == 0) break;
    // Who judges the proposal wants neither time nor energy worse, and traffic not worse unless one of them gains.
    const double traffic = std::min(gain.max_link_load, gain.tree_hops);
    const double both = std::min(gain.step_time, gain.energy);
    if (both >= 0 && (traffic >= 0 || std::max(gain.step_time, gain.energy) >= kWorthTraffic)) return proposal;
    if (const double sum = gain.step_time + gain.energy; sum > best_gain) {
      best_gain = sum;
      best = proposal;
    }
    attempt.weights.load *= kLoadFactor;
    attempt.tries /= 2;
  }
  return best;
}

PredictedGain predict_gain(const MappingProblem& problem, const Mapping& before, const Mapping& after,
                           const Profile& profile) {
  const MappingProblem measured = with_profile(problem, profile);
  const Metrics a = estimate(measured, before);
  const Metrics b = estimate(measured, after);
  PredictedGain gain;
  // Of all steps: there may be more of them, in waves.
  gain.step_time = relative_gain(static_cast<double>(a.latency.count()), static_cast<double>(b.latency.count()));
  gain.energy = relative_gain(static_cast<double>(a.energy.exact()), static_cast<double>(b.energy.exact()));
  gain.max_link_load = relative_gain(a.max_link_load, b.max_link_load);
  gain.tree_hops = relative_gain(a.tree_hops, b.tree_hops);
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
    if (before.core_of[t] == after.core_of[t]) continue;
    ++gain.moved_tiles;
    const Demand& d = problem.tiles[t].demand;
    gain.migrated += d.synapse_bytes + d.state_bytes + d.bulk_bytes;
  }
  return gain;
}

}  // namespace ranvier::mapper
