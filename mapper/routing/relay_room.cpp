// SPDX-License-Identifier: Apache-2.0
// Fluid estimate of what waits in relays, level by level, and its repair.
#include "mapper/routing/relay_room.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "mapper/routing/route.h"
#include "mapper/step_work.h"
#include "mapper/work.h"

namespace ranvier::mapper::routing {

namespace {

constexpr std::size_t kMostTried = 8;  // flows of a core, those that leave most there

/// Graded: a neuron sends one event a level at most.
double values_of(const Flow& flow) { return static_cast<double>(flow.tokens.size()) * flow.channels.size(); }

/// Of the flow's tokens those that are also among `of`.
double shared_part(const Flow& flow, Range of) {
  const std::int32_t both = std::min(flow.tokens.end, of.end) - std::max(flow.tokens.begin, of.begin);
  return both <= 0 ? 0 : static_cast<double>(both) / static_cast<double>(flow.tokens.size());
}

class RelayRoom {
 public:
  RelayRoom(const MappingProblem& problem, const std::vector<CoreId>& core_of, std::vector<Route>& routes)
      : problem_(problem),
        chip_(problem.board.chip),
        core_of_(core_of),
        routes_(routes),
        proved_(problem.constraints.proved_relays),
        entries_(relay_entries(problem, core_of, routes)),
        holds_(static_cast<double>(chip_.core.relay_buffer_events.value)),
        room_(proved_ ? holds_ : kRelayShare * holds_) {}

  std::size_t run(const std::vector<std::size_t>& flows) {
    flows_ = &flows;
    relayed_.clear();
    for (const std::size_t f : flows) list(f, true);
    const auto fits = [&](const auto& of_core) { return events_of(of_core.second) <= holds_; };
    if (std::all_of(relayed_.begin(), relayed_.end(), fits)) return 0;
    cycles_.assign(link_count(problem_.board), 0);
    integrate_.clear();
    integrating_.assign(problem_.board.cores(), 0);
    for (const std::size_t f : flows) {
      if (paced_by_host(f)) continue;
      load(f, 1);
      if (proved_) continue;
      for (const TileId to : problem_.flows[f].destinations) {
        const CoreId core = core_of_[to.value()];
        if (!core.valid()) continue;
        const double cycles = values_of(problem_.flows[f]) * receive_cycles(problem_, problem_.flows[f], to);
        integrate_[{f, core}] += cycles;
        integrating_[core.value()] += cycles;
      }
    }
    std::size_t changes = 0;
    // What is changed for one core loads links of others; every change takes a relay away or is a flow's only turn.
    for (bool again = true; again;) {
      again = false;
      std::vector<CoreId> cores;
      for (const auto& [core, of_core] : relayed_)
        if (events_of(of_core) > holds_) cores.push_back(core);
      for (const CoreId core : cores) {
        const double fullest = *std::max_element(cycles_.begin(), cycles_.end());
        while (repair(core, fullest)) {
          ++changes;
          again = true;
        }
      }
    }
    return changes;
  }

 private:
  bool hosted(std::size_t f) const { return !core_of_[problem_.flows[f].source.value()].valid(); }
  /// Counted token by token, beside what the host sends then.
  bool paced_by_host(std::size_t f) const { return !proved_ && hosted(f); }

  double flits(std::size_t f) const {
    return values_of(problem_.flows[f]) *
           static_cast<double>(chips::flits_of(chip_.noc, problem_.flows[f].payload_bits));
  }

  double events_of(const std::set<std::size_t>& flows) const {
    double events = 0;
    for (const std::size_t f : flows) events += values_of(problem_.flows[f]);
    return events;
  }

  void list(std::size_t f, bool in) {
    const Route& route = routes_[f];
    for (std::size_t i = 0; i + 1 < route.chain.size(); ++i) {
      if (!route.passes_on(i)) continue;
      if (in)
        relayed_[route.chain[i]].insert(f);
      else
        relayed_[route.chain[i]].erase(f);
    }
  }

  void load(std::size_t f, double sign) {
    for_each_route_link(problem_, core_of_, problem_.flows[f], routes_[f], [&](LinkId link) {
      cycles_[link.value()] += sign * flits(f) * static_cast<double>(cycles_per_flit(problem_.board, link));
    });
  }

  /// The host sends token after token: beside a flow of it goes what shares its tokens, with that part of it.
  void load_beside(std::size_t f) {
    std::fill(cycles_.begin(), cycles_.end(), 0.0);
    host_cycles_ = 0;
    for (const std::size_t g : *flows_) {
      if (!hosted(g)) continue;
      const double part = shared_part(problem_.flows[g], problem_.flows[f].tokens);
      if (part <= 0) continue;
      load(g, part);
      host_cycles_ += part * flits(g) * static_cast<double>(1 + routes_[g].starts.size()) *
                      static_cast<double>(chip_.host_link.cycles_per_flit.value);
    }
  }

  /// Cycles in which the flow's source makes its tile's events, should it send all.
  double source_cycles(std::size_t f) const {
    if (hosted(f)) return host_cycles_;
    const Tile& tile = problem_.tiles[problem_.flows[f].source.value()];
    const std::int64_t lanes = std::max<std::int64_t>(1, chip_.core.lanes.value);
    const std::int64_t contexts = contexts_of(tile);
    return static_cast<double>(chip_.core.soma_cycles.value * ((contexts + lanes - 1) / lanes) +
                               chip_.core.map_cycles.value * map_values_of(*problem_.program, tile) +
                               chip_.core.emit_cycles.value * contexts);
  }

  double busiest(CoreId from, CoreId to) const {
    double most = 0;
    for_each_xy_link(problem_.board, from, to, [&](LinkId link) { most = std::max(most, cycles_[link.value()]); });
    return most;
  }

  double relay_cycles(CoreId core) const {
    const auto at = relayed_.find(core);
    return at == relayed_.end() ? 0 : events_of(at->second) * static_cast<double>(chip_.core.relay_cycles.value);
  }

  /// Calls visit(from, to) for the legs that bring the flow to the core; returns the core that it is passed on to.
  template <class Visit>
  CoreId way_to(std::size_t f, CoreId core, Visit&& visit) const {
    const Route& route = routes_[f];
    const auto place =
        static_cast<std::size_t>(std::find(route.chain.begin(), route.chain.end(), core) - route.chain.begin());
    std::size_t first = place;
    while (first > 0 && route.passes_on(first - 1)) --first;
    CoreId at = entry_core(core_of_, problem_.flows[f].source);
    for (std::size_t i = first; i <= place; ++i) {
      visit(at, route.chain[i]);
      at = route.chain[i];
    }
    return route.chain[place + 1];
  }

  /// What waits in the core of the flows with a part, that part of each. It sends in order, so that all take as long as
  /// the slowest of the next legs; what comes is held up by its source and by what comes with it alone, since other
  /// traffic of those links may go before or after.
  template <class Part>
  double waiting_of(CoreId core, Part&& part, std::vector<std::pair<std::size_t, double>>& left) {
    const std::set<std::size_t>& flows = relayed_.at(core);
    double goes = relay_cycles(core);
    double taken = 0;     // cycles until the slowest of the next cores has taken in all that comes to it
    double taken_in = 0;  // here, of what is passed on
    with_it_.clear();
    for (const std::size_t f : flows) {
      if (part(f) <= 0) continue;
      const CoreId next = way_to(f, core, [&](CoreId from, CoreId to) {
        for_each_xy_link(problem_.board, from, to, [&](LinkId link) {
          with_it_[link] += part(f) * flits(f) * static_cast<double>(cycles_per_flit(problem_.board, link));
        });
      });
      goes = std::max(goes, busiest(core, next));
      if (hosted(f)) continue;
      taken = std::max(taken, integrating_[next.value()]);
      if (const auto at = integrate_.find({f, core}); at != integrate_.end()) taken_in += at->second;
    }
    const auto left_of = [](double comes, double goes_in) {
      return goes_in <= comes ? 0.0 : (goes_in - comes) / goes_in;
    };
    double sum = 0;
    for (const std::size_t f : flows) {
      if (part(f) <= 0) continue;
      double comes = source_cycles(f);
      way_to(f, core, [&](CoreId from, CoreId to) {
        for_each_xy_link(problem_.board, from, to, [&](LinkId link) { comes = std::max(comes, with_it_[link]); });
      });
      // A core that takes in slowly stops the links before it: that holds up what comes here as it does what goes.
      const double share = std::max(left_of(comes, goes), left_of(std::max(comes, taken_in), std::max(goes, taken)));
      if (share <= 0) continue;
      left.emplace_back(f, part(f) * values_of(problem_.flows[f]) * share);
      sum += left.back().second;
    }
    return sum;
  }

  /// What waits in the core, and of which flows.
  double waiting(CoreId core, std::vector<std::pair<std::size_t, double>>& left) {
    if (proved_) {
      for (const std::size_t f : relayed_[core]) left.emplace_back(f, values_of(problem_.flows[f]));
      return events_of(relayed_[core]);
    }
    double most = 0;
    bool cores = false;
    std::vector<std::pair<std::size_t, double>> here;
    for (const std::size_t f : relayed_[core]) {
      // The host's packets enter at core 0 behind what that relays: there the source waits already.
      if (hosted(f) ? core == CoreId(0) : std::exchange(cores, true)) continue;
      here.clear();
      double sum = 0;
      if (hosted(f)) {
        load_beside(f);
        sum = waiting_of(
            core, [&](std::size_t g) { return shared_part(problem_.flows[g], problem_.flows[f].tokens); }, here);
      } else {
        sum = waiting_of(
            core, [](std::size_t) { return 1.0; }, here);
      }
      if (sum <= most) continue;
      most = sum;
      left = here;
    }
    return most;
  }

  /// What a change does: by how much the level's fullest link gets fuller; cycles of links for each event that waits no
  /// more.
  using Price = std::pair<double, double>;

  /// Lets the source of one flow wait, if too much waits in the core: the flow and the way that cost least.
  bool repair(CoreId core, double fullest) {
    if (events_of(relayed_[core]) <= holds_) return false;
    std::vector<std::pair<std::size_t, double>> left;
    if (waiting(core, left) <= room_) return false;
    std::sort(left.begin(), left.end(), [](const auto& a, const auto& b) {
      return a.second > b.second || (a.second == b.second && a.first < b.first);
    });
    left.resize(std::min(left.size(), kMostTried));
    std::optional<std::tuple<Price, std::size_t, Route>> best;
    for (const auto& [f, events] : left) {
      if (paced_by_host(f)) load_beside(f);
      for (const Route& way : other_ways(f, core)) {
        if (!tables_hold(f, routes_[f], way)) continue;
        const Price price = price_of(f, way, paced_by_host(f) ? 0 : fullest, events);
        if (!best || price < std::get<Price>(*best)) best = {price, f, way};
      }
    }
    if (!best) return false;
    const auto& [price, f, way] = *best;
    if (way.starts.empty()) turned_.insert(f);
    enter(f, routes_[f], -1);
    set(f, way);
    enter(f, way, 1);
    return true;
  }

  std::vector<Route> other_ways(std::size_t f, CoreId core) const {
    const Route& route = routes_[f];
    const auto place =
        static_cast<std::size_t>(std::find(route.chain.begin(), route.chain.end(), core) - route.chain.begin());
    std::vector<Route> ways{cut_at(route, place)};
    if (route.starts.empty() && turned_.count(f) == 0)
      if (Route turned = turned_at(f, route, place); !proved_ || has_room(f, turned)) ways.push_back(std::move(turned));
    return ways;
  }

  /// Whether all cores that pass the flow on hold that, too.
  bool has_room(std::size_t f, const Route& way) const {
    for (std::size_t i = 0; i + 1 < way.chain.size(); ++i) {
      const auto at = relayed_.find(way.chain[i]);
      const bool has = at != relayed_.end() && at->second.contains(f);
      const double others = at == relayed_.end() ? 0 : events_of(at->second);
      if (others + (has ? 0 : values_of(problem_.flows[f])) > holds_) return false;
    }
    return true;
  }

  Price price_of(std::size_t f, const Route& way, double fullest, double events) {
    const Route before = routes_[f];
    double extra = 0;
    double most = 0;
    const auto each = [&](LinkId link) { return static_cast<double>(cycles_per_flit(problem_.board, link)); };
    for_each_route_link(problem_, core_of_, problem_.flows[f], before,
                        [&](LinkId link) { extra -= flits(f) * each(link); });
    const double host_before = host_cycles_;
    set(f, way);
    if (paced_by_host(f)) load_beside(f);
    for_each_route_link(problem_, core_of_, problem_.flows[f], way, [&](LinkId link) {
      extra += flits(f) * each(link);
      most = std::max(most, cycles_[link.value()]);
    });
    if (paced_by_host(f)) extra += host_cycles_ - host_before;
    if (paced_by_host(f)) most = std::max(most, host_cycles_);
    set(f, before);
    if (paced_by_host(f)) load_beside(f);
    return {std::max(0.0, most - fullest), extra / events};
  }

  static Route cut_at(const Route& route, std::size_t place) {
    Route cut = route;
    cut.starts.insert(std::upper_bound(cut.starts.begin(), cut.starts.end(), place), place + 1);
    return cut;
  }

  /// The leg over which it is passed on from there first, the cores before it last, forwards or back.
  Route turned_at(std::size_t f, const Route& route, std::size_t place) const {
    const auto middle = route.chain.begin() + static_cast<std::ptrdiff_t>(place) + 1;
    std::vector<CoreId> onward(middle, route.chain.end());
    std::vector<CoreId> back = onward;
    onward.insert(onward.end(), route.chain.begin(), middle);
    back.insert(back.end(), std::make_reverse_iterator(middle), route.chain.rend());
    const CoreId from = entry_core(core_of_, problem_.flows[f].source);
    return {chain_hops(problem_.board, from, back) < chain_hops(problem_.board, from, onward) ? back : onward};
  }

  void enter(std::size_t f, const Route& route, std::int64_t sign) {
    if (!hosted(f))
      entries_[core_of_[problem_.flows[f].source.value()].value()] +=
          sign * (1 + static_cast<std::int64_t>(route.starts.size()));
    for (std::size_t i = 0; i + 1 < route.chain.size(); ++i)
      if (route.passes_on(i)) entries_[route.chain[i].value()] += sign;
  }

  bool tables_hold(std::size_t f, const Route& before, const Route& way) {
    enter(f, before, -1);
    enter(f, way, 1);
    const std::int64_t limit = chip_.core.route_entries.value;
    const CoreId home = core_of_[problem_.flows[f].source.value()];
    bool hold = !home.valid() || entries_[home.value()] <= limit;
    for (const CoreId core : way.chain) hold = hold && entries_[core.value()] <= limit;
    enter(f, way, -1);
    enter(f, before, 1);
    return hold;
  }

  void set(std::size_t f, const Route& route) {
    list(f, false);
    if (!paced_by_host(f)) load(f, -1);
    routes_[f] = route;
    if (!paced_by_host(f)) load(f, 1);
    list(f, true);
  }

  const MappingProblem& problem_;
  const chips::Chip& chip_;
  const std::vector<CoreId>& core_of_;
  std::vector<Route>& routes_;
  bool proved_;
  std::vector<std::int64_t> entries_;
  double holds_;  // events, whatever the timing
  double room_;   // that may wait
  // Of the level in work.
  const std::vector<std::size_t>* flows_ = nullptr;
  std::map<CoreId, std::set<std::size_t>> relayed_;
  std::vector<double> cycles_;  // by link; of the level's cores, or beside a flow of the host
  double host_cycles_ = 0;
  std::map<LinkId, double> with_it_;
  std::map<std::pair<std::size_t, CoreId>, double> integrate_;  // cycles by flow and core, of cores' flows
  std::vector<double> integrating_;                             // by core
  std::set<std::size_t> turned_;
};

}  // namespace

std::size_t make_sources_wait(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                              const std::vector<CoreId>& core_of, std::vector<Route>& routes) {
  const bool proved = problem.constraints.proved_relays;
  // Other schedules share an image's events out over steps; what one step gets is not known here, only its limit.
  if (problem.board.chip.noc.multicast != chips::Multicast::kRelay ||
      (problem.schedule != Schedule::kStagedGraded && !proved))
    return 0;
  // In staged schedules a step has one level. Host and cores apart: what both send in one level (offloaded stages)
  // comes by other rules.
  const bool staged = problem.schedule == Schedule::kStagedGraded || problem.schedule == Schedule::kStagedUnary;
  std::map<std::pair<std::int32_t, bool>, std::vector<std::size_t>> groups;
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const TileId source = problem.flows[f].source;
    if (routes[f].chain.empty()) continue;
    groups[{staged ? level[source.value()] : 0, !proved && core_of[source.value()].valid()}].push_back(f);
  }
  RelayRoom room(problem, core_of, routes);
  std::size_t changes = 0;
  for (const auto& [key, flows] : groups) changes += room.run(flows);
  return changes;
}

}  // namespace ranvier::mapper::routing
