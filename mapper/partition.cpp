// SPDX-License-Identifier: Apache-2.0
// Clusters of tiles and their chips.
#include "mapper/partition.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "mapper/chip_deal.h"
#include "mapper/chip_order.h"
#include "mapper/cluster_traffic.h"
#include "mapper/demand.h"
#include "mapper/errors.h"
#include "mapper/exact_packing.h"

namespace ranvier::mapper {

namespace {

constexpr std::int64_t kPackingTries = 200'000;

using Clusters = std::vector<std::vector<TileId>>;

/// Tiles that gain from sharing a core with each tile: ends of a flow, and fellow destinations of a multicast. Never
/// listed: of a neuron's flow to hundreds of tiles every pair would be.
class Pulls {
 public:
  explicit Pulls(const MappingProblem& problem) : problem_(problem), flows_of_(problem.tiles.size()) {
    for (std::size_t f = 0; f < problem.flows.size(); ++f) {
      const Flow& flow = problem.flows[f];
      if (flow.source.value() != 0) flows_of_[flow.source.value()].push_back(f);
      for (const TileId to : flow.destinations)
        if (auto& flows = flows_of_[to.value()]; flows.empty() || flows.back() != f) flows.push_back(f);
    }
  }

  /// visit(TileId, events), flow by flow.
  template <class Visit>
  void for_each(TileId tile, Visit&& visit) const {
    for (const std::size_t f : flows_of_[tile.value()]) {
      const Flow& flow = problem_.flows[f];
      const double events = problem_.flow_events[f];
      for (const TileId to : flow.destinations) {
        if (flow.source == tile) visit(to, events);
        if (to != tile) continue;
        if (flow.source.value() != 0) visit(flow.source, events);
        for (const TileId other : flow.destinations)
          if (other != to) visit(other, events);
      }
    }
  }

 private:
  const MappingProblem& problem_;
  std::vector<std::vector<std::size_t>> flows_of_;
};

std::string smallest_grid(const chips::Board& board, std::size_t clusters) {
  const std::size_t per_chip = board.cores() / board.chips();
  const std::size_t chips = (clusters + per_chip - 1) / per_chip;
  std::size_t columns = 1;
  while (columns * columns < chips) ++columns;
  const std::size_t rows = (chips + columns - 1) / columns;
  return fmt::format("{}:{}x{} has enough cores", board.chip.name, columns, rows);
}

/// The stage whose tiles take the largest share of the cores, in words.
std::string largest_stage(const MappingProblem& problem) {
  std::vector<double> cores(problem.program->stages.size(), 0);
  double all = 0;
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
    const double share = core_share(problem.board.chip.core, problem.tiles[t].demand);
    cores[problem.tiles[t].stage.value()] += share;
    all += share;
  }
  const auto most = std::max_element(cores.begin(), cores.end());
  const auto stage = StageId(static_cast<std::size_t>(most - cores.begin()));
  return fmt::format("the largest stage, {}, fills {:.1f} cores ({:.0f} %)", problem.program->stage(stage).name, *most,
                     all > 0 ? 100 * *most / all : 0);
}

double mean_level(const std::vector<TileId>& tiles, const std::vector<std::int32_t>& level) {
  double sum = 0;
  for (const TileId t : tiles) sum += level[t.value()];
  return tiles.empty() ? 0 : sum / static_cast<double>(tiles.size());
}

/// Tiles that have to share a core, in the order of the first of each: most are alone.
std::vector<std::vector<TileId>> units_of(const PlaceRules& rules, const std::vector<TileId>& tiles) {
  std::vector<std::vector<TileId>> units;
  std::set<TileId> seen;
  const std::set<TileId> here = rules.any() ? std::set<TileId>(tiles.begin(), tiles.end()) : std::set<TileId>();
  for (const TileId t : tiles) {
    if (!rules.any()) {
      units.push_back({t});
      continue;
    }
    if (seen.contains(t)) continue;
    auto& unit = units.emplace_back();
    for (const TileId mate : rules.company(t))
      if (here.contains(mate)) unit.push_back(mate);
    seen.insert(unit.begin(), unit.end());
  }
  return units;
}

/// What must share a core has to fit one.
void check_company(const TileNeeds& needs, const std::vector<TileId>& unit) {
  if (unit.size() < 2) return;
  const MappingProblem& problem = needs.problem();
  const auto excess = first_excess(problem.board.chip.core, CoreLoad().total_with(needs, unit));
  if (!excess) return;
  throw ConstraintsConflict(fmt::format("the {} tiles that share a core with tile {} of {} need {} {}, a core has {}",
                                        unit.size() - 1, unit.front().value(),
                                        problem.program->stage(problem.tiles[unit.front().value()].stage).name,
                                        excess->needed, excess->resource, excess->available));
}

/// True when the constraints leave a core for all of them.
bool may_meet(const PlaceRules& rules, const std::vector<TileId>& cluster, const std::vector<TileId>& unit) {
  if (!rules.any()) return true;
  if (rules.apart(cluster, unit)) return false;
  std::vector<TileId> all = cluster;
  all.insert(all.end(), unit.begin(), unit.end());
  const auto cores = rules.choices(all);
  return !cores || !cores->empty();
}

}  // namespace

std::vector<std::vector<TileId>> cluster_tiles(const TileNeeds& needs, const PlaceRules& rules,
                                               const std::vector<TileId>& tiles, bool one_each) {
  const auto units = units_of(rules, tiles);
  for (const auto& unit : units) check_company(needs, unit);
  if (one_each) return units;
  const MappingProblem& problem = needs.problem();
  const Pulls pulls(problem);
  constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  std::vector<std::size_t> cluster_of(problem.tiles.size(), kNowhere);
  std::vector<CoreLoad> loads;
  const chips::CoreKind& core = problem.board.chip.core;
  for (const auto& unit : units) {
    const auto open = [&](const CoreLoad& load) {
      return load.has_room(needs, unit) && may_meet(rules, load.tiles(), unit);
    };
    std::size_t best = kNowhere;
    double best_share = 0;
    std::vector<double> pull;  // by cluster, once one has room
    for (std::size_t c = 0; c < loads.size(); ++c) {
      if (best != kNowhere && pull[c] < pull[best]) continue;
      if (!open(loads[c])) continue;
      if (best == kNowhere) {
        pull.assign(loads.size(), 0.0);
        for (const TileId t : unit)
          pulls.for_each(t, [&](TileId other, double events) {
            if (cluster_of[other.value()] != kNowhere) pull[cluster_of[other.value()]] += events;
          });
      }
      const double share = core_share(core, loads[c].total(needs));
      if (best != kNowhere && pull[c] == pull[best] && share <= best_share) continue;
      best = c;
      best_share = share;
    }
    if (best == kNowhere) {
      best = loads.size();
      loads.emplace_back();
    }
    for (const TileId t : unit) {
      loads[best].add(needs, t);
      cluster_of[t.value()] = best;
    }
  }
  Clusters clusters;
  for (const CoreLoad& load : loads) clusters.push_back(load.tiles());
  return clusters;
}

namespace {

/// Searches on where greedy clusters are too many; what is refused is proved, or says that it is not.
Clusters pack_or_refuse(const MappingProblem& problem, const TileNeeds& needs, const PlaceRules& rules,
                        const std::vector<TileId>& tiles, Clusters greedy) {
  const auto cores = static_cast<std::int64_t>(rules.working_cores());
  Packing packing;
  if (!rules.any()) packing = pack_exactly(needs, tiles, cores, kPackingTries);
  if (packing.verdict == PackingVerdict::kFound) return std::move(packing.clusters);
  const char* proof = packing.verdict == PackingVerdict::kImpossible ? "no arrangement fits (proved)"
                                                                     : "no arrangement in fewer cores was found";
  throw DoesNotFit(
      {{"cores", StageId(), "", CoreId(), static_cast<std::int64_t>(greedy.size()), cores,
        "board " + problem.board.name}},
      fmt::format("{}; {}; {}", proof, largest_stage(problem), smallest_grid(problem.board, greedy.size())));
}

}  // namespace

Clustering partition(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                     const PartitionOptions& options) {
  const chips::Board& board = problem.board;
  const std::size_t per_chip = board.cores() / board.chips();
  std::vector<TileId> order;
  for (std::size_t t = 1; t < problem.tiles.size(); ++t)
    if (problem.tiles[t].engine != Engine::kOffload) order.push_back(TileId(t));
  std::stable_sort(order.begin(), order.end(), [&](TileId a, TileId b) { return level[a.value()] < level[b.value()]; });
  if (order.empty()) return {};

  const TileNeeds needs(problem);
  const PlaceRules rules(problem);
  const bool one_each = options.preset == Preset::kLatency && order.size() <= rules.working_cores();
  Clusters whole = cluster_tiles(needs, rules, order, one_each);
  if (whole.size() > rules.working_cores()) whole = pack_or_refuse(problem, needs, rules, order, std::move(whole));
  const std::size_t needed = (whole.size() + per_chip - 1) / per_chip;
  const std::size_t chips_used = options.spread_chips ? std::min(board.chips(), whole.size()) : needed;
  if (chips_used <= 1) return deal_evenly(board, rules, std::move(whole), 1);

  const auto part = split_to_parts(options.by_pairs ? *options.by_pairs : problem,
                                   static_cast<std::int32_t>(chips_used), options.seed);
  std::vector<std::vector<TileId>> tiles_of_part(chips_used);
  for (const TileId t : order) {
    const TileId first = rules.any() ? rules.company(t).front() : t;
    tiles_of_part[static_cast<std::size_t>(part[first.value()])].push_back(t);
  }
  std::stable_sort(tiles_of_part.begin(), tiles_of_part.end(),
                   [&](const auto& a, const auto& b) { return mean_level(a, level) < mean_level(b, level); });
  // METIS balances approximately: what is too much for a chip goes to the next along the snake that has room. Without
  // room the tiles are clustered across the parts, which took fewer cores.
  std::vector<std::size_t> place(chips_used);
  std::iota(place.begin(), place.end(), std::size_t{0});
  if (options.by_traffic) place = order_chips(board, cluster_traffic(problem, tiles_of_part));
  Clusters clusters;
  std::vector<std::size_t> wanted;
  for (std::size_t p = 0; p < chips_used; ++p)
    for (auto& cluster : cluster_tiles(needs, rules, tiles_of_part[p], one_each)) {
      clusters.push_back(std::move(cluster));
      wanted.push_back(place[p]);
    }
  if (clusters.size() > rules.working_cores()) return deal_evenly(board, rules, std::move(whole), needed);
  return deal_to_chips(board, rules, std::move(clusters), std::move(wanted));
}

}  // namespace ranvier::mapper
