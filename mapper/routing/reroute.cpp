// SPDX-License-Identifier: Apache-2.0
// Negotiated congestion, level by level.
#include "mapper/routing/reroute.h"

#include <algorithm>
#include <map>

#include "mapper/cost.h"
#include "mapper/errors.h"
#include "mapper/mesh.h"
#include "mapper/routing/chain_search.h"
#include "mapper/routing/relay_room.h"
#include "mapper/routing/route.h"
#include "mapper/routing/tree.h"

namespace ranvier::mapper::routing {

namespace {

constexpr double kHopPrice = 1024;   // of a link with nothing on it and no history
constexpr double kLeastRise = 1e-9;  // of sums of event counts, which round

/// Flows by bucket: staged levels of the sending tile, else one.
std::map<std::int32_t, std::vector<std::size_t>> by_level(const MappingProblem& problem,
                                                          const std::vector<std::int32_t>& level) {
  const bool staged = problem.schedule == Schedule::kStagedGraded || problem.schedule == Schedule::kStagedUnary;
  std::map<std::int32_t, std::vector<std::size_t>> flows;
  for (std::size_t f = 0; f < problem.flows.size(); ++f)
    flows[staged ? level[problem.flows[f].source.value()] : 0].push_back(f);
  return flows;
}

double flits_of_flow(const MappingProblem& problem, std::size_t f) {
  return problem.flow_events[f] *
         static_cast<double>(chips::flits_of(problem.board.chip.noc, problem.flows[f].payload_bits));
}

/// The flows of one level and what they load.
class Negotiation {
 public:
  Negotiation(const MappingProblem& problem, const std::vector<CoreId>& core_of, const std::vector<std::size_t>& flows,
              std::vector<Route>& routes, std::vector<std::int64_t>& entries, const RerouteOptions& options)
      : problem_(problem),
        core_of_(core_of),
        flows_(flows),
        routes_(routes),
        entries_(entries),
        options_(options),
        trees_(problem.board),
        cycles_(link_count(problem.board), 0),
        history_(link_count(problem.board), 0),
        price_(link_count(problem.board), 0),
        each_(link_count(problem.board), 0) {
    for_each_link(problem.board, [&](LinkId link) {
      each_[link.value()] = static_cast<double>(cycles_per_flit(problem.board, link));
    });
    for (const std::size_t f : flows_) load(f, 1);
  }

  /// Returns the number of flows changed; routes and entries are left as the best round had them.
  std::size_t run() {
    const std::vector<Route> first = of_flows();
    std::vector<Route> best = first;
    double fullest = highest();
    const double most_hops = hops_ * (1 + options_.more_hops);
    bool better = false;
    for (std::int32_t round = 0; round < options_.rounds && fullest > 0; ++round) {
      rip_up(fullest * (1 - options_.target_step));
      const double now = highest();
      if (now >= fullest * (1 - kLeastRise) || hops_ > most_hops) continue;
      best = of_flows();
      fullest = now;
      better = true;
    }
    std::size_t changed = 0;
    for (std::size_t i = 0; i < flows_.size(); ++i) {
      set(flows_[i], better ? best[i] : first[i]);
      if (better && !same(best[i], first[i])) ++changed;
    }
    return changed;
  }

  double highest() const { return *std::max_element(cycles_.begin(), cycles_.end()); }
  double hops() const { return hops_; }

 private:
  static bool same(const Route& a, const Route& b) {
    return a.chain == b.chain && a.tree == b.tree && a.starts == b.starts;
  }

  std::vector<Route> of_flows() const {
    std::vector<Route> all;
    for (const std::size_t f : flows_) all.push_back(routes_[f]);
    return all;
  }

  void load(std::size_t f, double sign) {
    const double flits = sign * flits_of_flow(problem_, f);
    for_each_route_link(problem_, core_of_, problem_.flows[f], routes_[f], [&](LinkId link) {
      cycles_[link.value()] += flits * each_[link.value()];
      hops_ += flits;
    });
  }

  void add(std::size_t f, double sign) {
    load(f, sign);
    if (problem_.board.chip.noc.multicast != chips::Multicast::kRelay) return;
    const Route& route = routes_[f];
    const std::int64_t one = sign > 0 ? 1 : -1;
    for (std::size_t i = 0; i + 1 < route.chain.size(); ++i)
      if (route.passes_on(i)) entries_[route.chain[i].value()] += one;
    if (const CoreId home = core_of_[problem_.flows[f].source.value()]; home.valid())
      entries_[home.value()] += one * static_cast<std::int64_t>(route.starts.size());
  }

  void set(std::size_t f, const Route& route) {
    if (same(route, routes_[f])) return;
    add(f, -1);
    routes_[f] = route;
    add(f, 1);
  }

  /// Every flow over a link with more than `target` cycles looks for another way, the largest first.
  void rip_up(double target) {
    std::vector<std::pair<double, std::size_t>> order;
    for (const std::size_t f : flows_) {
      bool over = false;
      for_each_route_link(problem_, core_of_, problem_.flows[f], routes_[f],
                          [&](LinkId link) { over = over || cycles_[link.value()] > target; });
      if (over && flits_of_flow(problem_, f) > 0) order.emplace_back(-flits_of_flow(problem_, f), f);
    }
    std::sort(order.begin(), order.end());
    for (std::size_t l = 0; l < cycles_.size(); ++l)
      if (cycles_[l] > target) history_[l] += cycles_[l] / target - 1;
    for (const auto& [size, f] : order) look_for_another_way(f, target);
  }

  void look_for_another_way(std::size_t f, double target) {
    const Route before = routes_[f];
    add(f, -1);
    const double own = flits_of_flow(problem_, f);
    for (std::size_t l = 0; l < price_.size(); ++l) {
      // As if the flow were on it: what it would be over the target by.
      const double over = std::max(0.0, (cycles_[l] + own * each_[l]) / target - 1);
      price_[l] = static_cast<std::int64_t>(kHopPrice * (1 + history_[l]) * (1 + 8 * over));
    }
    const CoreId from = entry_core(core_of_, problem_.flows[f].source);
    if (!before.tree.empty())
      routes_[f].tree = trees_.grow(from, before.chain, price_);
    else if (problem_.board.chip.noc.multicast == chips::Multicast::kRelay)
      routes_[f] = {cheaper_chain(problem_.board, from, before.chain, price_)};
    add(f, 1);
    if (!tables_hold(before)) set(f, before);
  }

  /// Only cores that passed nothing on may have got an entry.
  bool tables_hold(const Route& before) const {
    if (problem_.board.chip.noc.multicast != chips::Multicast::kRelay) return true;
    for (std::size_t i = 0; i < before.chain.size(); ++i)
      if (!before.passes_on(i) && entries_[before.chain[i].value()] > problem_.board.chip.core.route_entries.value)
        return false;
    return true;
  }

  const MappingProblem& problem_;
  const std::vector<CoreId>& core_of_;
  const std::vector<std::size_t>& flows_;
  std::vector<Route>& routes_;
  std::vector<std::int64_t>& entries_;  // of relays' tables, all levels together
  const RerouteOptions& options_;
  TreeSearch trees_;
  std::vector<double> cycles_;  // by link
  std::vector<double> history_;
  std::vector<std::int64_t> price_;
  std::vector<double> each_;  // by link: cycles a flit
  double hops_ = 0;
};

}  // namespace

RouteLoad route_load(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                     const std::vector<CoreId>& core_of, const std::vector<Route>& routes) {
  RouteLoad load;
  std::vector<double> cycles(link_count(problem.board));
  for (const auto& [at, flows] : by_level(problem, level)) {
    std::fill(cycles.begin(), cycles.end(), 0.0);
    for (const std::size_t f : flows)
      for_each_route_link(problem, core_of, problem.flows[f], routes[f], [&](LinkId link) {
        cycles[link.value()] += flits_of_flow(problem, f) * static_cast<double>(cycles_per_flit(problem.board, link));
        load.flit_hops += flits_of_flow(problem, f);
      });
    load.fullest_cycles += *std::max_element(cycles.begin(), cycles.end());
  }
  return load;
}

std::size_t reroute(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                    const std::vector<CoreId>& core_of, std::vector<Route>& routes, const RerouteOptions& options) {
  if (problem.board.chip.noc.multicast == chips::Multicast::kUnicast) return 0;
  std::vector<std::int64_t> entries = relay_entries(problem, core_of, routes);
  std::size_t changed = 0;
  for (const auto& [at, flows] : by_level(problem, level))
    changed += Negotiation(problem, core_of, flows, routes, entries, options).run();
  return changed;
}

bool reroute_if_better(const MappingProblem& problem, Mapping& mapping, const RerouteOptions& options) {
  Mapping other = mapping;
  if (reroute(problem, other.level, other.core_of, other.routes, options) == 0) return false;
  give_relays_room(problem, other);
  try {
    set_tables(problem, other);
  } catch (const DoesNotFit&) {
    return false;  // other ways need more entries
  }
  const Metrics before = estimate(problem, mapping);
  const Metrics after = estimate(problem, other);
  if (after.max_link_load >= before.max_link_load || after.latency > before.latency ||
      joules(after.energy) > joules(before.energy) * (1 + kMoreEnergy))
    return false;
  mapping = std::move(other);
  return true;
}

}  // namespace ranvier::mapper::routing
