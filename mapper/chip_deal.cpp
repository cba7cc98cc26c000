// SPDX-License-Identifier: Apache-2.0
// Pinned clusters by augmenting paths (Kuhn, 1955), then those that some cores are forbidden to, then all others.
#include "mapper/chip_deal.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "mapper/curves.h"
#include "mapper/errors.h"

namespace ranvier::mapper {

namespace {

/// A core of its own for each cluster that has choices.
class Matching {
 public:
  explicit Matching(const std::vector<std::vector<CoreId>>& choices) : choices_(choices) {}

  bool add(std::size_t cluster) {
    seen_.clear();
    return augment(cluster);
  }
  std::map<CoreId, std::size_t> owner;

 private:
  bool augment(std::size_t cluster) {
    for (const CoreId core : choices_[cluster]) {
      if (!seen_.insert(core).second) continue;
      const auto held = owner.find(core);
      if (held == owner.end() || augment(held->second)) {
        owner[core] = cluster;
        return true;
      }
    }
    return false;
  }

  const std::vector<std::vector<CoreId>>& choices_;
  std::set<CoreId> seen_;
};

/// Of the wanted chip or, where that has none, those behind it.
CoreId first_allowed(const chips::Board& board, const PlaceRules& rules, const std::vector<TileId>& cluster,
                     const std::vector<ChipId>& snake, std::size_t wanted, const std::set<CoreId>& taken) {
  for (std::size_t i = 0; i < snake.size(); ++i)
    for (const CoreId core : cores_along(board, snake[(wanted + i) % snake.size()], Curve::kSnake))
      if (!taken.contains(core) && rules.allows(cluster, core)) return core;
  throw ConstraintsConflict(
      fmt::format("no core is left for tile {}, to which some are forbidden", cluster.front().value()));
}

}  // namespace

std::vector<ChipId> chip_snake(const chips::Board& board) {
  std::vector<ChipId> order;
  for (std::int32_t y = 0; y < board.rows; ++y)
    for (std::int32_t i = 0; i < board.columns; ++i) {
      const std::int32_t x = y % 2 == 0 ? i : board.columns - 1 - i;
      order.push_back(ChipId(static_cast<std::size_t>(y * board.columns + x)));
    }
  return order;
}

Clustering deal_to_chips(const chips::Board& board, const PlaceRules& rules, std::vector<std::vector<TileId>> clusters,
                         std::vector<std::size_t> wanted) {
  Clustering result;
  const auto snake = chip_snake(board);
  std::vector<std::size_t> free;
  for (const ChipId chip : snake) free.push_back(rules.working_cores(chip));
  std::vector<std::size_t> place(clusters.size(), snake.size());
  if (rules.any()) {
    result.pinned.resize(clusters.size());
    std::vector<std::vector<CoreId>> choices(clusters.size());
    Matching matching(choices);
    for (std::size_t c = 0; c < clusters.size(); ++c) {
      auto cores = rules.choices(clusters[c]);
      if (!cores) continue;
      choices[c] = std::move(*cores);
      if (!matching.add(c))
        throw ConstraintsConflict(
            fmt::format("{} groups of tiles are pinned to cores that cannot hold one each", matching.owner.size() + 1));
    }
    const auto pin = [&](std::size_t c, CoreId core) {
      result.pinned[c] = core;
      const auto at = std::find(snake.begin(), snake.end(), board.chip_of(core));
      place[c] = static_cast<std::size_t>(at - snake.begin());
      --free[place[c]];
    };
    std::set<CoreId> taken;
    for (const auto& [core, c] : matching.owner) {
      pin(c, core);
      taken.insert(core);
    }
    for (std::size_t c = 0; c < clusters.size(); ++c) {
      if (place[c] < snake.size() || !rules.forbidden_anywhere(clusters[c])) continue;
      const CoreId core = first_allowed(board, rules, clusters[c], snake, std::min(wanted[c], snake.size() - 1), taken);
      pin(c, core);
      taken.insert(core);
    }
  }
  std::vector<bool> asked_for(snake.size(), false);  // a chip more draws static power
  for (const std::size_t p : wanted) asked_for[std::min(p, snake.size() - 1)] = true;
  const auto next_with_room = [&](std::size_t from, bool any) {
    for (std::size_t i = 0; i < snake.size(); ++i)
      if (const std::size_t p = (from + i) % snake.size(); free[p] > 0 && (any || asked_for[p])) return p;
    return snake.size();
  };
  for (std::size_t c = 0; c < clusters.size(); ++c) {
    if (place[c] < snake.size()) continue;
    const std::size_t from = std::min(wanted[c], snake.size() - 1);
    place[c] = next_with_room(from, false);
    if (place[c] == snake.size()) place[c] = next_with_room(from, true);
    if (place[c] == snake.size()) throw ConstraintsConflict("pinned tiles take the cores that the others need");
    --free[place[c]];
  }
  for (const std::size_t p : place) result.chip.push_back(snake[p]);
  result.clusters = std::move(clusters);
  return result;
}

Clustering deal_evenly(const chips::Board& board, const PlaceRules& rules, std::vector<std::vector<TileId>> clusters,
                       std::size_t chips) {
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < clusters.size(); ++i) wanted.push_back(i * chips / clusters.size());
  return deal_to_chips(board, rules, std::move(clusters), std::move(wanted));
}

}  // namespace ranvier::mapper
