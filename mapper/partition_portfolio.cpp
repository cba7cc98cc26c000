// SPDX-License-Identifier: Apache-2.0
// Members of the partition portfolio.
#include "mapper/partition_portfolio.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "mapper/chip_deal.h"
#include "mapper/chip_order.h"
#include "mapper/cluster_traffic.h"
#include "mapper/demand.h"
#include "mapper/errors.h"
#include "mapper/tile_hypergraph.h"

namespace ranvier::mapper {

namespace {

using Clusters = std::vector<std::vector<TileId>>;

/// Above this many items of tiles (runs of axons between borders) the hypergraph takes too much memory.
constexpr std::size_t kMostItems = 20'000'000;

/// Tiles with so many runs of axons each, in the mean, are parts of an irregular network: their neurons have been
/// partitioned already, and cutting the tiles again takes longer than all that follows.
constexpr std::size_t kManyItemsOfATile = 1000;

class Members {
 public:
  Members(const MappingProblem& problem, const std::vector<std::int32_t>& level,
          const PortfolioPartitionOptions& options)
      : problem_(problem), level_(level), options_(options), needs_(problem), rules_(problem) {
    for (std::size_t t = 1; t < problem.tiles.size(); ++t)
      if (problem.tiles[t].engine != Engine::kOffload) tiles_.push_back(TileId(t));
  }

  std::vector<NamedClustering> run() {
    std::vector<NamedClustering> all{{"greedy", partition(problem_, level_, options_.partition)}};
    const Clustering& greedy = all.front().clustering;
    if (!options_.others || greedy.clusters.empty()) return all;
    cores_ = greedy.clusters.size();
    one_each_ = cores_ == tiles_.size();
    const auto add = [&](const char* name, std::optional<Clustering> clustering) {
      if (!clustering) return;
      // `compact` asks for few cores first.
      if (options_.partition.preset == Preset::kCompact && clustering->clusters.size() > cores_) return;
      for (const NamedClustering& other : all)
        if (other.clustering.clusters == clustering->clusters && other.clustering.chip == clustering->chip) return;
      all.push_back({name, std::move(*clustering)});
    };
    PartitionOptions along_snake = options_.partition;
    along_snake.by_traffic = false;
    add("greedy along the snake", partition(problem_, level_, along_snake));
    if (items() > kManyItemsOfATile * tiles_.size()) return all;
    add("connectivity", on_chips(by_connectivity()));
    if (!one_each_) add("metis", on_chips(by_metis()));
    return all;
  }

 private:
  /// Within every limit, and each with a core that it may go to.
  bool valid(const Clusters& clusters) const {
    if (clusters.empty() || clusters.size() > rules_.working_cores()) return false;
    return std::all_of(clusters.begin(), clusters.end(), [&](const auto& cluster) {
      const auto cores = rules_.choices(cluster);
      return fits(problem_.board.chip.core, CoreLoad().total_with(needs_, cluster)) && (!cores || !cores->empty());
    });
  }

  std::size_t items() const {
    std::size_t items = 0;
    for (const TileId t : tiles_) items += needs_.axons(t).size();
    return items;
  }

  Clusters by_connectivity() const {
    if (one_each_) return cluster_tiles(needs_, rules_, by_level(tiles_), true);
    if (items() * 2 > kMostItems) return {};
    const auto result = hypergraph::partition(cores_problem(needs_, rules_, tiles_, rules_.working_cores()), how());
    if (!result.valid()) return {};
    return clusters_of(result.parts);
  }

  hypergraph::PartitionOptions how() const {
    hypergraph::PartitionOptions how;
    how.effort = options_.effort;
    how.seed = options_.partition.seed;
    how.threads = options_.threads;
    return how;
  }

  Clusters by_metis() const {
    const auto part = split_to_parts(problem_, static_cast<std::int32_t>(cores_), options_.partition.seed);
    std::vector<TileId> order = tiles_;
    std::stable_sort(order.begin(), order.end(), [&](TileId a, TileId b) { return part[a.value()] < part[b.value()]; });
    return cluster_tiles(needs_, rules_, order, false);
  }

  Clusters clusters_of(const hypergraph::Parts& parts) const {
    const std::size_t count = parts.empty() ? 0 : std::size_t{*std::max_element(parts.begin(), parts.end())} + 1;
    Clusters clusters(count);
    for (std::size_t i = 0; i < parts.size(); ++i) clusters[parts[i]].push_back(tiles_[i]);
    std::erase_if(clusters, [](const auto& c) { return c.empty(); });
    return clusters;
  }

  std::vector<TileId> by_level(std::vector<TileId> tiles) const {
    std::stable_sort(tiles.begin(), tiles.end(),
                     [&](TileId a, TileId b) { return level_[a.value()] < level_[b.value()]; });
    return tiles;
  }

  double mean_level(const std::vector<TileId>& tiles) const {
    double sum = 0;
    for (const TileId t : tiles) sum += level_[t.value()];
    return sum / static_cast<double>(std::max<std::size_t>(1, tiles.size()));
  }

  void sort_by_level(Clusters& clusters) const {
    std::stable_sort(clusters.begin(), clusters.end(),
                     [&](const auto& a, const auto& b) { return mean_level(a) < mean_level(b); });
  }

  std::optional<Clustering> on_chips(Clusters clusters) const {
    if (!valid(clusters)) return std::nullopt;
    sort_by_level(clusters);
    const chips::Board& board = problem_.board;
    std::size_t least = board.cores() / board.chips();  // cores of the chip with most dead ones
    for (std::size_t chip = 0; rules_.any() && chip < board.chips(); ++chip)
      least = std::min(least, rules_.working_cores(ChipId(chip)));
    if (least == 0) return std::nullopt;
    const std::size_t needed = (clusters.size() + least - 1) / least;
    const std::size_t chips =
        options_.partition.spread_chips ? std::min(board.chips(), clusters.size()) : std::min(board.chips(), needed);
    try {
      if (chips <= 1) return deal_evenly(board, rules_, std::move(clusters), 1);
      const std::size_t each = options_.partition.spread_chips ? (clusters.size() + chips - 1) / chips : least;
      if (each * chips < clusters.size()) return std::nullopt;
      // A unicast crosses to each core apart, so pairs of tiles that have a core each are exact, and far fewer pins.
      const MappingProblem* by_pairs = options_.partition.by_pairs;
      const MappingProblem& traffic = one_each_ && by_pairs != nullptr ? *by_pairs : problem_;
      const auto result = hypergraph::partition(chips_problem(traffic, clusters, chips, each), how());
      if (!result.valid()) return std::nullopt;
      return laid_out(std::move(clusters), result.parts);
    } catch (const ConstraintsConflict&) {
      return std::nullopt;  // the greedy clusters hold
    }
  }

  Clustering laid_out(Clusters clusters, const hypergraph::Parts& parts) const {
    Clusters tiles_of_part(std::size_t{*std::max_element(parts.begin(), parts.end())} + 1);
    for (std::size_t c = 0; c < clusters.size(); ++c)
      tiles_of_part[parts[c]].insert(tiles_of_part[parts[c]].end(), clusters[c].begin(), clusters[c].end());
    std::vector<std::size_t> rank(tiles_of_part.size());
    std::iota(rank.begin(), rank.end(), std::size_t{0});
    std::stable_sort(rank.begin(), rank.end(), [&](std::size_t a, std::size_t b) {
      return mean_level(tiles_of_part[a]) < mean_level(tiles_of_part[b]);
    });
    Clusters in_order;
    std::vector<std::size_t> number(rank.size());
    for (const std::size_t p : rank) {
      number[p] = in_order.size();
      in_order.push_back(tiles_of_part[p]);
    }
    const auto places = order_chips(problem_.board, cluster_traffic(problem_, in_order));
    std::vector<std::size_t> wanted;
    for (const hypergraph::Part part : parts) wanted.push_back(places[number[part]]);
    return deal_to_chips(problem_.board, rules_, std::move(clusters), std::move(wanted));
  }

  const MappingProblem& problem_;
  const std::vector<std::int32_t>& level_;
  const PortfolioPartitionOptions& options_;
  TileNeeds needs_;
  PlaceRules rules_;
  std::vector<TileId> tiles_;
  std::size_t cores_ = 0;
  bool one_each_ = false;
};

}  // namespace

std::vector<NamedClustering> partitions(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                                        const PortfolioPartitionOptions& options) {
  return Members(problem, level, options).run();
}

}  // namespace ranvier::mapper
