// SPDX-License-Identifier: Apache-2.0
// Levels by longest path (Boost.Graph's topological order), delays from levels.
#include "mapper/levels.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/topological_sort.hpp>
#include <map>
#include <stdexcept>

namespace ranvier::mapper {

namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

/// True where the events of `from` say nothing about when `to` fires: they arrive in a later step.
bool feeds_back(const MappingProblem& problem, TileId from, TileId to) {
  const StageId sent = problem.tiles[from.value()].stage;
  return problem.schedule == Schedule::kTimesteps && sent.value() >= problem.tiles[to.value()].stage.value();
}

std::int32_t slack(const std::vector<std::int32_t>& level, TileId from, TileId to) {
  return level[to.value()] - level[from.value()] - 1;
}

}  // namespace

std::vector<std::int32_t> compute_levels(const MappingProblem& problem) {
  Graph graph(problem.tiles.size());
  for (const Flow& flow : problem.flows)
    for (const TileId to : flow.destinations)
      if (!feeds_back(problem, flow.source, to)) boost::add_edge(flow.source.value(), to.value(), graph);
  std::vector<std::size_t> order;
  try {
    boost::topological_sort(graph, std::back_inserter(order));
  } catch (const boost::not_a_dag&) {
    throw std::logic_error("the tile graph has a cycle");
  }
  std::vector<std::int32_t> level(problem.tiles.size(), 0);
  for (auto at = order.rbegin(); at != order.rend(); ++at)
    for (const auto edge : boost::make_iterator_range(boost::out_edges(*at, graph)))
      level[boost::target(edge, graph)] = std::max(level[boost::target(edge, graph)], level[*at] + 1);
  return level;
}

bool uses_delays(const MappingProblem& problem) {
  return problem.schedule == Schedule::kAsynchronousUnary && problem.board.chip.max_delay_steps.value > 0;
}

DelayBalance balance_delays(const MappingProblem& problem, const std::vector<std::int32_t>& level) {
  DelayBalance balance;
  balance.delay.assign(problem.flows.size(), 0);
  if (problem.schedule == Schedule::kTimesteps) {
    // Delays belong to the program here: the steps beyond the one that every event takes.
    for (std::size_t f = 0; f < problem.flows.size(); ++f) {
      const workloads::Stage& stage = problem.program->stage(problem.tiles[problem.flows[f].source.value()].stage);
      if (stage.kind == workloads::StageKind::kLif) balance.delay[f] = stage.cuba.axon_delay_steps - 1;
    }
    return balance;
  }
  if (!uses_delays(problem)) return balance;
  const std::int64_t limit = problem.board.chip.max_delay_steps.value;
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    // All destinations of a flow need the same delay: split_flows_by_delay().
    const std::int64_t needed = slack(level, flow.source, flow.destinations.front());
    balance.delay[f] = static_cast<std::int32_t>(std::min(needed, limit));
    if (needed > limit) balance.clipped.push_back(f);
  }
  return balance;
}

void split_flows_by_delay(MappingProblem& problem) {
  if (!uses_delays(problem)) return;
  const std::vector<std::int32_t> level = compute_levels(problem);
  std::vector<Flow> flows;
  std::vector<double> events;
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    std::map<std::int32_t, std::vector<TileId>> by_delay;
    for (const TileId to : flow.destinations) by_delay[slack(level, flow.source, to)].push_back(to);
    for (auto& [delay, destinations] : by_delay) {
      flows.push_back({flow.source, flow.tokens, flow.channels, std::move(destinations), flow.payload_bits});
      events.push_back(problem.flow_events[f]);
    }
  }
  problem.flows = std::move(flows);
  problem.flow_events = std::move(events);
}

}  // namespace ranvier::mapper
