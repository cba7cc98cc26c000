// SPDX-License-Identifier: Apache-2.0
#include "mapper/routing/level_load.h"

#include <algorithm>
#include <cmath>

#include "mapper/engines.h"
#include "mapper/flows.h"
#include "mapper/mesh.h"
#include "mapper/routing/route.h"
#include "mapper/work.h"

namespace ranvier::mapper::routing {

namespace {

enum Unit : std::size_t { kIntegrate, kFire, kRelay, kUnits };

std::size_t unit(CoreId core, Unit u) { return core.value() * kUnits + u; }

}  // namespace

LevelRule::LevelRule(const MappingProblem& p, const std::vector<std::int32_t>& level, const std::vector<CoreId>& cores,
                     const StepWork& w)
    : problem(p), core_of(cores), work(w), steps(level_steps(p, level)), device(device_schedule(p, level)) {
  const InUse used = in_use(p.board, cores);
  barrier = end_of_step_cycles(p.board.chip.sync, used.routers, used.chips);
}

LevelLoad::LevelLoad(const LevelRule& rule, std::size_t level, const std::vector<std::size_t>& flows,
                     const std::vector<Route>& routes)
    : rule_(&rule), level_(level), units_(rule.problem.board.cores() * kUnits), links_(link_count(rule.problem.board)) {
  const MappingProblem& problem = rule.problem;
  const Unit fires = units_take_turns(problem.board.chip.core) ? kIntegrate : kFire;
  for (std::size_t t = 1; t < problem.tiles.size(); ++t)
    if (rule.steps.bucket[t] == level && rule.core_of[t].valid())
      units_.add(unit(rule.core_of[t], fires), rule.work.fire[t]);
  for (const std::size_t f : flows) {
    const Flow& flow = problem.flows[f];
    for (std::size_t d = 0; d < flow.destinations.size(); ++d)
      if (const CoreId to = rule.core_of[flow.destinations[d].value()]; to.valid())
        units_.add(unit(to, kIntegrate), rule.work.integrate[f][d]);
    add(f, routes[f], 1);
  }
  measure_ways(flows, routes);
}

void LevelLoad::measure_ways(const std::vector<std::size_t>& flows, const std::vector<Route>& routes) {
  longest_ = 0;
  for (const std::size_t f : flows)
    if (rule_->problem.flow_events[f] > 0) longest_ = std::max(longest_, way(f, routes[f]));
}

double LevelLoad::busiest() { return std::max({units_.highest(), links_.highest(), host_}); }

double LevelLoad::cycles(std::int32_t waves) {
  double together = busiest() + waves * longest_;
  const chips::Board& board = rule_->problem.board;
  if (rule_->device.used) together = with_device(board, rule_->device.steps[level_], together, waves);
  if (!rule_->device.chip_works(level_)) return std::max(1.0, std::ceil(together));
  return synchronised(board.chip.sync, together, rule_->steps.steps[level_] * waves, rule_->barrier);
}

void LevelLoad::change(std::size_t flow, const Route& from, const Route& to) {
  add(flow, from, -1);
  add(flow, to, 1);
}

double LevelLoad::host_cycles_of(std::size_t f, const Route& route) const {
  const MappingProblem& p = rule_->problem;
  if (home(f).valid() && !to_device(p.tiles, p.flows[f])) return 0;
  const auto packets = static_cast<double>(packets_of(p.board.chip.noc, route));
  const auto flits = static_cast<double>(chips::flits_of(p.board.chip.noc, p.flows[f].payload_bits));
  return p.flow_events[f] * flits * packets * static_cast<double>(p.board.chip.host_link.cycles_per_flit.value);
}

void LevelLoad::add(std::size_t f, const Route& route, double sign) {
  const MappingProblem& p = rule_->problem;
  const Flow& flow = p.flows[f];
  const double flits = p.flow_events[f] * static_cast<double>(chips::flits_of(p.board.chip.noc, flow.payload_bits));
  for_each_route_link(p, rule_->core_of, flow, route, [&](LinkId link) {
    links_.add(link.value(), sign * flits * static_cast<double>(cycles_per_flit(p.board, link)));
  });
  for (std::size_t i = 0; i + 1 < route.chain.size(); ++i)
    if (route.passes_on(i)) units_.add(unit(route.chain[i], kRelay), sign * rule_->work.relay[f]);
  const Unit fires = units_take_turns(p.board.chip.core) ? kIntegrate : kFire;
  if (home(f).valid() && !route.starts.empty())
    units_.add(unit(home(f), fires), sign * static_cast<double>(route.starts.size()) * rule_->work.emit[f]);
  host_ += sign * host_cycles_of(f, route);
}

double LevelLoad::busiest_of(std::size_t f, const Route& from, const Route& to) const {
  const MappingProblem& p = rule_->problem;
  const double flits =
      p.flow_events[f] * static_cast<double>(chips::flits_of(p.board.chip.noc, p.flows[f].payload_bits));
  const Unit fires = units_take_turns(p.board.chip.core) ? kIntegrate : kFire;
  double most = 0;
  const auto more = static_cast<double>(to.starts.size()) - static_cast<double>(from.starts.size());
  if (home(f).valid())
    most = units_[unit(home(f), fires)] + more * rule_->work.emit[f];
  else
    most = host_ + host_cycles_of(f, to) - host_cycles_of(f, from);
  for_each_route_link(p, rule_->core_of, p.flows[f], to, [&](LinkId link) {
    most = std::max(most, links_[link.value()] + flits * static_cast<double>(cycles_per_flit(p.board, link)));
  });
  return most;
}

double LevelLoad::link_cycles(std::size_t f, const Route& route) const {
  const MappingProblem& p = rule_->problem;
  double cycles = 0;
  for_each_route_link(p, rule_->core_of, p.flows[f], route,
                      [&](LinkId link) { cycles += static_cast<double>(cycles_per_flit(p.board, link)); });
  return cycles * p.flow_events[f] * static_cast<double>(chips::flits_of(p.board.chip.noc, p.flows[f].payload_bits));
}

double LevelLoad::way(std::size_t f, const Route& route) const {
  const MappingProblem& p = rule_->problem;
  const CoreId entry = entry_core(rule_->core_of, p.flows[f].source);
  const auto flits = static_cast<double>(chips::flits_of(p.board.chip.noc, p.flows[f].payload_bits));
  const double from_host = home(f).valid() ? 0 : static_cast<double>(p.board.chip.host_link.latency_cycles.value);
  double longest = 0, way = from_host;
  CoreId at = entry;
  for (std::size_t i = 0; i < route.chain.size(); ++i) {
    way += leg_cycles(p.board, at, route.chain[i], flits);
    longest = std::max(longest, way);
    const bool on = route.passes_on(i);
    at = on ? route.chain[i] : entry;
    way = on ? way + static_cast<double>(p.board.chip.core.relay_cycles.value) : from_host;
  }
  return longest;
}

}  // namespace ranvier::mapper::routing
