// SPDX-License-Identifier: Apache-2.0
// Clusters of tiles and their chips.
#include "mapper/partition.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "mapper/demand.h"
#include "mapper/errors.h"

namespace ranvier::mapper {

namespace {

using Clusters = std::vector<std::vector<TileId>>;

struct Pull {
  TileId tile;
  double events;
};

/// Tiles that gain from sharing a core with each tile: ends of a flow, and fellow destinations of a multicast.
std::vector<std::vector<Pull>> pulls_of(const MappingProblem& problem) {
  std::vector<std::vector<Pull>> pulls(problem.tiles.size());
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    const double events = problem.flow_events[f];
    for (const TileId to : flow.destinations) {
      if (flow.source.value() != 0) {
        pulls[flow.source.value()].push_back({to, events});
        pulls[to.value()].push_back({flow.source, events});
      }
      for (const TileId other : flow.destinations)
        if (other != to) pulls[to.value()].push_back({other, events});
    }
  }
  return pulls;
}

/// Chips of the board along a snake from chip 0.
std::vector<ChipId> chip_snake(const chips::Board& board) {
  std::vector<ChipId> order;
  for (std::int32_t y = 0; y < board.rows; ++y)
    for (std::int32_t i = 0; i < board.columns; ++i) {
      const std::int32_t x = y % 2 == 0 ? i : board.columns - 1 - i;
      order.push_back(ChipId(static_cast<std::size_t>(y * board.columns + x)));
    }
  return order;
}

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

/// Clusters dealt to chips in order, each chip filled evenly.
Clustering deal(const chips::Board& board, Clusters clusters, std::size_t chips_used) {
  const auto snake = chip_snake(board);
  Clustering result;
  for (std::size_t i = 0; i < clusters.size(); ++i) result.chip.push_back(snake[i * chips_used / clusters.size()]);
  result.clusters = std::move(clusters);
  return result;
}

}  // namespace

std::vector<std::vector<TileId>> cluster_tiles(const MappingProblem& problem, const std::vector<TileId>& tiles,
                                               bool one_each) {
  Clusters clusters;
  if (one_each) {
    for (const TileId t : tiles) clusters.push_back({t});
    return clusters;
  }
  const auto pulls = pulls_of(problem);
  constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  std::vector<std::size_t> cluster_of(problem.tiles.size(), kNowhere);
  std::vector<Demand> used;
  const chips::CoreKind& core = problem.board.chip.core;
  for (const TileId t : tiles) {
    std::vector<double> pull(clusters.size(), 0.0);
    for (const Pull& p : pulls[t.value()])
      if (cluster_of[p.tile.value()] != kNowhere) pull[cluster_of[p.tile.value()]] += p.events;
    const Demand& demand = problem.tiles[t.value()].demand;
    std::size_t best = kNowhere;
    for (std::size_t c = 0; c < clusters.size(); ++c) {
      if (!fits(core, used[c] + demand)) continue;
      if (best == kNowhere || pull[c] > pull[best] ||
          (pull[c] == pull[best] && core_share(core, used[c]) > core_share(core, used[best])))
        best = c;
    }
    if (best == kNowhere) {
      best = clusters.size();
      clusters.emplace_back();
      used.emplace_back();
    }
    clusters[best].push_back(t);
    used[best] += demand;
    cluster_of[t.value()] = best;
  }
  return clusters;
}

Clustering partition(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                     const PartitionOptions& options) {
  const chips::Board& board = problem.board;
  const std::size_t per_chip = board.cores() / board.chips();
  std::vector<TileId> order;
  for (std::size_t t = 1; t < problem.tiles.size(); ++t)
    if (problem.tiles[t].engine != Engine::kOffload) order.push_back(TileId(t));
  std::stable_sort(order.begin(), order.end(), [&](TileId a, TileId b) { return level[a.value()] < level[b.value()]; });
  if (order.empty()) return {};

  const bool one_each = options.preset == Preset::kLatency && order.size() <= board.cores();
  Clusters whole = cluster_tiles(problem, order, one_each);
  if (whole.size() > board.cores())
    throw DoesNotFit({{"cores", StageId(), "", CoreId(), static_cast<std::int64_t>(whole.size()),
                       static_cast<std::int64_t>(board.cores()), "board " + board.name}},
                     largest_stage(problem) + "; " + smallest_grid(board, whole.size()));
  const std::size_t needed = (whole.size() + per_chip - 1) / per_chip;
  const std::size_t chips_used = options.spread_chips ? std::min(board.chips(), whole.size()) : needed;
  if (chips_used <= 1) return deal(board, std::move(whole), 1);

  const auto part = split_to_parts(problem, static_cast<std::int32_t>(chips_used), options.seed);
  std::vector<std::vector<TileId>> tiles_of_part(chips_used);
  for (const TileId t : order) tiles_of_part[static_cast<std::size_t>(part[t.value()])].push_back(t);
  std::stable_sort(tiles_of_part.begin(), tiles_of_part.end(),
                   [&](const auto& a, const auto& b) { return mean_level(a, level) < mean_level(b, level); });

  const auto snake = chip_snake(board);
  Clustering result;
  std::vector<std::vector<TileId>> spilled;
  std::vector<std::size_t> filled(chips_used, 0);
  for (std::size_t p = 0; p < chips_used; ++p) {
    for (auto& cluster : cluster_tiles(problem, tiles_of_part[p], one_each)) {
      if (filled[p] == per_chip) {
        spilled.push_back(std::move(cluster));
        continue;
      }
      ++filled[p];
      result.clusters.push_back(std::move(cluster));
      result.chip.push_back(snake[p]);
    }
  }
  // METIS balances approximately: what is too much for a chip goes to the first along the snake that has room, then to
  // chips not used so far. Without room the tiles are clustered across the parts, which took fewer cores.
  for (auto& cluster : spilled) {
    std::size_t p = 0;
    while (p < filled.size() && filled[p] == per_chip) ++p;
    if (p == filled.size()) {
      if (p == board.chips()) return deal(board, std::move(whole), needed);
      filled.push_back(0);
    }
    ++filled[p];
    result.clusters.push_back(std::move(cluster));
    result.chip.push_back(snake[p]);
  }
  return result;
}

}  // namespace ranvier::mapper
