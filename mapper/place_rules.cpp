// SPDX-License-Identifier: Apache-2.0
// Constraints by tile.
#include "mapper/place_rules.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <numeric>

#include "base/nearest_name.h"
#include "mapper/errors.h"

namespace ranvier::mapper {

namespace {

template <class T>
bool contains(const std::vector<T>& sorted, T value) {
  return std::binary_search(sorted.begin(), sorted.end(), value);
}

template <class T>
std::vector<T> sorted(std::vector<T> list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

std::string describe(const MappingProblem& problem, TileId tile) {
  return fmt::format("tile {} of {}", tile.value(), problem.program->stage(problem.tiles[tile.value()].stage).name);
}

constexpr const char* kTilePrefix = "tile:";

/// All stages where they are few, else the first of them.
std::string names_that_exist(const MappingProblem& problem, const std::string& given) {
  constexpr std::size_t kListed = 40;
  std::vector<std::string> names;
  for (std::size_t s = 1; s < problem.program->stages.size(); ++s) names.push_back(problem.program->stages[s].name);
  const std::size_t listed = std::min(names.size(), kListed);
  std::string text = fmt::format("no stage matches that, nor is it tile:1 to tile:{}{}; stages are {}",
                                 problem.tiles.size() - 1, did_you_mean(given, names),
                                 fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(listed), ", "));
  if (listed < names.size()) text += fmt::format(" and {} more", names.size() - listed);
  return text;
}

}  // namespace

std::vector<TileId> tiles_named(const MappingProblem& problem, const ConstraintName& name) {
  const std::string& text = name.text;
  std::vector<TileId> tiles;
  const auto on_cores = [&](std::size_t t) { return problem.tiles[t].engine != Engine::kOffload; };
  bool known = false;
  if (text.starts_with(kTilePrefix)) {
    const char* begin = text.data() + std::char_traits<char>::length(kTilePrefix);
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
    known = error == std::errc() && end == text.data() + text.size() && number > 0 && number < problem.tiles.size();
    if (known && on_cores(number)) tiles.emplace_back(number);
  } else {
    for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
      if (fnmatch(text.c_str(), problem.program->stage(problem.tiles[t].stage).name.c_str(), 0) != 0) continue;
      known = true;
      if (on_cores(t)) tiles.emplace_back(t);
    }
  }
  if (!known) throw ConstraintNamesNoTile(name, names_that_exist(problem, text));
  return tiles;
}

std::vector<ConstraintName> idle_names(const MappingProblem& problem) {
  std::vector<ConstraintName> idle;
  for (ConstraintName& name : names_of(problem.constraints))
    if (tiles_named(problem, name).empty()) idle.push_back(std::move(name));
  return idle;
}

PlaceRules::PlaceRules(const MappingProblem& problem) : problem_(&problem) {
  const MapConstraints& c = problem.constraints;
  if (c.empty()) return;
  any_ = true;
  const std::size_t tiles = problem.tiles.size();
  dead_ = sorted(c.dead_cores);
  pins_.resize(tiles);
  forbids_.resize(tiles);
  apart_.resize(tiles);
  company_of_.resize(tiles);
  std::iota(company_of_.begin(), company_of_.end(), 0u);
  for (std::size_t t = 0; t < tiles; ++t) companies_.push_back({TileId(t)});
  for (std::size_t i = 0; i < c.pins.size(); ++i)
    add(tiles_named(problem, {kPin, i, 0, c.pins[i].tiles}), {c.pins[i].cores, c.pins[i].chips}, pins_);
  for (std::size_t i = 0; i < c.forbids.size(); ++i)
    add(tiles_named(problem, {kForbid, i, 0, c.forbids[i].tiles}), {c.forbids[i].cores, c.forbids[i].chips}, forbids_);
  const auto group = [&](const char* list, const std::vector<std::vector<std::string>>& groups, std::size_t g) {
    std::vector<TileId> all;
    for (std::size_t n = 0; n < groups[g].size(); ++n) {
      const auto some = tiles_named(problem, {list, g, n, groups[g][n]});
      all.insert(all.end(), some.begin(), some.end());
    }
    return sorted(std::move(all));
  };
  for (std::size_t g = 0; g < c.together.size(); ++g) join(group(kTogether, c.together, g));
  for (std::size_t g = 0; g < c.apart.size(); ++g)
    for (const TileId t : group(kApart, c.apart, g)) apart_[t.value()].push_back(static_cast<std::uint32_t>(g));
  join_those_of_one_core();
  check();
}

void PlaceRules::add(const std::vector<TileId>& tiles, Rule rule, std::vector<std::vector<std::uint32_t>>& by_tile) {
  rule.cores = sorted(std::move(rule.cores));
  rule.chips = sorted(std::move(rule.chips));
  for (const TileId t : tiles) by_tile[t.value()].push_back(static_cast<std::uint32_t>(rules_.size()));
  rules_.push_back(std::move(rule));
}

void PlaceRules::join(const std::vector<TileId>& tiles) {
  if (tiles.empty()) return;
  const std::uint32_t into = company_of_[tiles.front().value()];
  for (const TileId t : tiles) {
    const std::uint32_t from = company_of_[t.value()];
    if (from == into) continue;
    for (const TileId mate : companies_[from]) company_of_[mate.value()] = into;
    companies_[into].insert(companies_[into].end(), companies_[from].begin(), companies_[from].end());
    companies_[from].clear();
  }
  std::sort(companies_[into].begin(), companies_[into].end());
}

/// Companies with one core to choose from, and the same, are one.
void PlaceRules::join_those_of_one_core() {
  std::map<CoreId, std::vector<TileId>> only;
  for (const auto& company : companies_) {
    const auto cores = choices(company);
    if (!cores || cores->size() != 1) continue;
    auto& tiles = only[cores->front()];
    tiles.insert(tiles.end(), company.begin(), company.end());
  }
  for (const auto& [core, tiles] : only) join(tiles);
}

void PlaceRules::check() const {
  for (const auto& company : companies_) {
    if (company.empty() || company.front().value() == 0) continue;
    if (const auto cores = choices(company); cores && cores->empty())
      throw ConstraintsConflict(
          describe(*problem_, company.front()) +
          (company.size() > 1 ? fmt::format(" and {} with it have", company.size() - 1) : " has") +
          " no core that works, is pinned to and is not forbidden");
    for (auto t = company.begin(); t != company.end(); ++t)
      if (apart(std::span(company.begin(), t), std::span(&*t, 1)))
        throw ConstraintsConflict(describe(*problem_, *t) +
                                  " must share a core with a tile that it must be apart from");
  }
  if (working_cores() == 0) throw ConstraintsConflict("every core of the board is dead");
}

bool PlaceRules::lists(const Rule& rule, CoreId core) const {
  return contains(rule.cores, core) || (!rule.chips.empty() && contains(rule.chips, problem_->board.chip_of(core)));
}

bool PlaceRules::works(CoreId core) const { return dead_.empty() || !contains(dead_, core); }

std::size_t PlaceRules::working_cores(ChipId chip) const {
  const std::size_t all = problem_->board.cores() / problem_->board.chips();
  return all - static_cast<std::size_t>(std::count_if(dead_.begin(), dead_.end(),
                                                      [&](CoreId c) { return problem_->board.chip_of(c) == chip; }));
}

std::size_t PlaceRules::working_cores() const { return problem_->board.cores() - dead_.size(); }

bool PlaceRules::allows(TileId tile, CoreId core) const {
  if (!any_) return true;
  if (!works(core)) return false;
  for (const std::uint32_t pin : pins_[tile.value()])
    if (!lists(rules_[pin], core)) return false;
  for (const std::uint32_t forbid : forbids_[tile.value()])
    if (lists(rules_[forbid], core)) return false;
  return true;
}

bool PlaceRules::allows(std::span<const TileId> tiles, CoreId core) const {
  return std::all_of(tiles.begin(), tiles.end(), [&](TileId t) { return allows(t, core); });
}

bool PlaceRules::apart(std::span<const TileId> a, std::span<const TileId> b) const {
  if (!any_) return false;
  for (const TileId s : a)
    for (const TileId t : b)
      for (const std::uint32_t g : apart_[s.value()])
        if (s != t && contains(apart_[t.value()], g)) return true;
  return false;
}

std::span<const TileId> PlaceRules::company(TileId tile) const { return companies_[company_of_[tile.value()]]; }

std::optional<std::vector<CoreId>> PlaceRules::choices(std::span<const TileId> tiles) const {
  if (!any_) return std::nullopt;
  const Rule* narrow = nullptr;
  for (const TileId t : tiles)
    for (const std::uint32_t pin : pins_[t.value()])
      if (narrow == nullptr || rules_[pin].chips.size() < narrow->chips.size()) narrow = &rules_[pin];
  if (narrow == nullptr) return std::nullopt;
  std::vector<CoreId> cores = narrow->cores;
  const chips::Board& board = problem_->board;
  for (const ChipId chip : narrow->chips) {
    const auto left = static_cast<std::int32_t>(chip.value() % static_cast<std::size_t>(board.columns));
    const auto top = static_cast<std::int32_t>(chip.value() / static_cast<std::size_t>(board.columns));
    for (std::int32_t y = 0; y < board.chip.noc.height; ++y)
      for (std::int32_t x = 0; x < board.chip.noc.width; ++x)
        for (std::size_t k = 0; k < board.cores_per_router(); ++k)
          cores.emplace_back(board.core_at(left * board.chip.noc.width + x, top * board.chip.noc.height + y).value() +
                             k);
  }
  cores = sorted(std::move(cores));
  std::erase_if(cores, [&](CoreId core) { return !allows(tiles, core); });
  return cores;
}

bool PlaceRules::forbidden_anywhere(std::span<const TileId> tiles) const {
  return any_ && std::any_of(tiles.begin(), tiles.end(), [&](TileId t) { return !forbids_[t.value()].empty(); });
}

}  // namespace ranvier::mapper
