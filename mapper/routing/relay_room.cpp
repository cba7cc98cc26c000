// SPDX-License-Identifier: Apache-2.0
// Choice of waves and cuts, level by level.
#include "mapper/routing/relay_room.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "mapper/routing/level_load.h"
#include "mapper/routing/relay_count.h"
#include "mapper/routing/route.h"
#include "mapper/waves.h"

namespace ranvier::mapper::routing {

namespace {

constexpr std::size_t kMostTried = 8;  // flows of a core, those that relieve it most
constexpr std::int64_t kMostWaves = 1024;
constexpr int kMostWorse = 2;  // numbers of waves after the best one, each with fewer of them and more cuts

/// 1, 2, 3, 4, 6, 8, 12, 16... and the most.
std::vector<std::int32_t> numbers_of_waves(std::int32_t most) {
  std::vector<std::int32_t> all{1};
  for (std::int64_t power = 2; power < most; power *= 2)
    for (const std::int64_t n : {power, power + power / 2})
      if (n < most && n > all.back()) all.push_back(static_cast<std::int32_t>(n));
  if (most > 1) all.push_back(most);
  return all;
}

/// One level's flows, or of schedules without levels all.
class LevelRoom {
 public:
  LevelRoom(const MappingProblem& problem, const std::vector<CoreId>& core_of, std::vector<Route>& routes,
            std::vector<std::int64_t>& entries, const std::vector<std::size_t>& flows)
      : problem_(problem),
        core_of_(core_of),
        routes_(routes),
        entries_(entries),
        flows_(flows),
        count_(problem, flows, routes) {}

  RelayCount& count() { return count_; }

  /// Whether no core may get more than it has room for, in one wave and without a cut.
  bool fits() {
    count_.count(1);
    return count_.fits();
  }

  /// Cuts; the number of waves to `waves`, of which `most` are possible.
  std::size_t choose(const LevelRule& rule, std::size_t level, std::int32_t most, std::int32_t& waves) {
    std::vector<std::int32_t> numbers = numbers_of_waves(most);
    const LevelLoad whole(rule, level, flows_, routes_);
    for (std::size_t n = 0; n < numbers.size(); ++n) {
      if (numbers[n] < count_.fewest_waves()) continue;
      count_.count(numbers[n]);
      if (count_.fits()) numbers.resize(n + 1);
    }
    std::optional<Attempt> best;
    int worse = 0;
    for (; !numbers.empty() && worse < kMostWorse; numbers.pop_back()) {
      Attempt attempt = tried(whole, numbers.back(), best);
      undo(attempt);
      const bool better = !best || (attempt.proved && !best->proved) ||
                          (attempt.proved == best->proved && attempt.cycles <= best->cycles);
      worse = better ? 0 : worse + 1;
      if (better) best = std::move(attempt);
    }
    for (const Relayed& cut : best->cuts) set(cut.flow, cut_at(routes_[cut.flow], cut.place));
    waves = best->waves;
    return best->cuts.size();
  }

 private:
  struct Attempt {
    std::int32_t waves = 1;
    bool proved = true;
    double cycles = 0;
    std::vector<Relayed> cuts;
  };

  /// Given up once it takes longer than the best one that is proved.
  Attempt tried(const LevelLoad& whole, std::int32_t waves, const std::optional<Attempt>& best) {
    Attempt attempt{waves, true, 0, {}};
    LevelLoad load = whole;
    RelayCount count = count_;
    count.count(waves);
    for (std::size_t i = 0; i < count.cores(); ++i) {
      while (count.excess(i) > 0) {
        const std::optional<Relayed> cut = cheapest(count, i, load);
        if (!cut) {
          attempt.proved = false;
          break;
        }
        const Route before = routes_[cut->flow];
        set(cut->flow, cut_at(before, cut->place));
        load.change(cut->flow, before, routes_[cut->flow]);
        count.remove(i, cut->flow);
        attempt.cuts.push_back(*cut);
        attempt.cycles = load.cycles(waves);
        if (best && best->proved && attempt.cycles > best->cycles) return attempt;
      }
    }
    load.measure_ways(flows_, routes_);
    attempt.cycles = load.cycles(waves);
    return attempt;
  }

  /// None where no table holds another packet.
  std::optional<Relayed> cheapest(const RelayCount& count, std::size_t core, LevelLoad& load) const {
    std::vector<std::pair<std::int64_t, Relayed>> tried;
    for (const Relayed& one : count.relayed(core)) {
      const CoreId home = core_of_[problem_.flows[one.flow].source.value()];
      const bool holds = !home.valid() || entries_[home.value()] < problem_.board.chip.core.route_entries.value;
      if (const std::int64_t events = count.relief(core, one); holds && events > 0) tried.emplace_back(events, one);
    }
    std::stable_sort(tried.begin(), tried.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    tried.resize(std::min(tried.size(), kMostTried));
    const double busiest = load.busiest();
    std::optional<std::pair<std::pair<double, double>, Relayed>> best;
    for (const auto& [events, one] : tried) {
      const Route& before = routes_[one.flow];
      const Route after = cut_at(before, one.place);
      const double busier = std::max(0.0, load.busiest_of(one.flow, before, after) - busiest);
      const double more = load.link_cycles(one.flow, after) - load.link_cycles(one.flow, before);
      const std::pair<double, double> price{busier, more / static_cast<double>(events)};
      if (!best || price < best->first) best = {price, one};
    }
    if (!best) return std::nullopt;
    return best->second;
  }

  static Route cut_at(const Route& route, std::size_t place) {
    Route cut = route;
    cut.starts.insert(std::upper_bound(cut.starts.begin(), cut.starts.end(), place), place + 1);
    return cut;
  }

  void undo(const Attempt& attempt) {
    for (const Relayed& cut : attempt.cuts) {
      Route whole = routes_[cut.flow];
      whole.starts.erase(std::find(whole.starts.begin(), whole.starts.end(), cut.place + 1));
      set(cut.flow, std::move(whole));
    }
  }

  void set(std::size_t f, Route route) {
    enter(f, -1);
    routes_[f] = std::move(route);
    enter(f, 1);
  }

  void enter(std::size_t f, std::int64_t sign) {
    const Route& route = routes_[f];
    if (const CoreId home = core_of_[problem_.flows[f].source.value()]; home.valid())
      entries_[home.value()] += sign * (1 + static_cast<std::int64_t>(route.starts.size()));
    for (std::size_t i = 0; i + 1 < route.chain.size(); ++i)
      if (route.passes_on(i)) entries_[route.chain[i].value()] += sign;
  }

  const MappingProblem& problem_;
  const std::vector<CoreId>& core_of_;
  std::vector<Route>& routes_;
  std::vector<std::int64_t>& entries_;
  const std::vector<std::size_t>& flows_;
  RelayCount count_;  // of the routes without cuts
};

}  // namespace

std::size_t give_relays_room(const MappingProblem& problem, Mapping& mapping, const StepWork* work) {
  mapping.waves.clear();
  if (problem.board.chip.noc.multicast != chips::Multicast::kRelay) return 0;
  const bool staged = problem.schedule == Schedule::kStagedGraded || problem.schedule == Schedule::kStagedUnary;
  std::map<std::size_t, std::vector<std::size_t>> flows;
  std::map<std::size_t, std::int64_t> most_of;  // waves
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    if (mapping.routes[f].chain.empty()) continue;
    const TileId source = problem.flows[f].source;
    const std::size_t level = staged ? static_cast<std::size_t>(mapping.level[source.value()]) : 0;
    flows[level].push_back(f);
    std::int64_t& most = most_of[level];
    most = std::max<std::int64_t>(most, staged ? most_waves(problem.tiles[source.value()]) : 1);
  }
  std::vector<std::int64_t> entries = relay_entries(problem, mapping.core_of, mapping.routes);
  std::optional<StepWork> own;
  std::optional<LevelRule> rule;
  std::size_t cuts = 0;
  const bool side_by_side = staged && pipelined(problem.board.chip.sync.policy);
  std::vector<std::int64_t> totals(problem.board.cores());
  for (const auto& [level, of_level] : flows)
    if (side_by_side) RelayCount(problem, of_level, mapping.routes).add_totals(totals);
  for (const auto& [level, of_level] : flows) {
    LevelRoom room(problem, mapping.core_of, mapping.routes, entries, of_level);
    if (side_by_side) room.count().share_room(totals);
    if (room.fits()) continue;
    if (work == nullptr) work = &own.emplace(step_work(problem));
    if (!rule) rule.emplace(problem, mapping.level, mapping.core_of, *work);
    std::int32_t waves = 1;
    cuts += room.choose(*rule, level, static_cast<std::int32_t>(std::min(most_of[level], kMostWaves)), waves);
    if (waves > 1) {
      if (mapping.waves.size() <= level) mapping.waves.resize(level + 1, 1);
      mapping.waves[level] = waves;
    }
  }
  return cuts;
}

}  // namespace ranvier::mapper::routing
