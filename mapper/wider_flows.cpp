// SPDX-License-Identifier: Apache-2.0
#include "mapper/wider_flows.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace ranvier::mapper {

namespace {

bool to_sparse_stages(const MappingProblem& problem, const Flow& flow) {
  return std::all_of(flow.destinations.begin(), flow.destinations.end(), [&](TileId to) {
    return problem.program->stage(problem.tiles[to.value()].stage).sparse != nullptr;
  });
}

/// Flows of one source that become one.
struct Union {
  Flow flow;
  double events = 0;
  std::size_t flows = 0;
  std::int64_t copies = 0;  // that arrive if every neuron spikes once

  void add(const Flow& one, double its_events) {
    if (flows++ == 0) {
      flow = one;
    } else {
      flow.channels = {std::min(flow.channels.begin, one.channels.begin),
                       std::max(flow.channels.end, one.channels.end)};
      std::vector<TileId> all;
      std::set_union(flow.destinations.begin(), flow.destinations.end(), one.destinations.begin(),
                     one.destinations.end(), std::back_inserter(all));
      flow.destinations = std::move(all);
    }
    events += its_events;
    copies += std::int64_t{one.channels.size()} * static_cast<std::int64_t>(one.destinations.size());
  }
  bool pays() const {
    return flows > 1 && std::int64_t{flow.channels.size()} * static_cast<std::int64_t>(flow.destinations.size()) <=
                            kMostCopies * copies;
  }
};

}  // namespace

bool widen_flows(MappingProblem& problem) {
  if (problem.board.chip.noc.multicast != chips::Multicast::kTree) return false;
  std::vector<Union> of_tile(problem.tiles.size());
  const auto joins = [&](const Flow& flow) { return to_sparse_stages(problem, flow); };
  for (std::size_t f = 0; f < problem.flows.size(); ++f)
    if (joins(problem.flows[f])) of_tile[problem.flows[f].source.value()].add(problem.flows[f], problem.flow_events[f]);

  std::vector<Flow> flows;
  std::vector<double> events;
  std::vector<bool> placed(problem.tiles.size(), false);
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const std::size_t source = problem.flows[f].source.value();
    Union& all = of_tile[source];
    const bool wide = joins(problem.flows[f]) && all.pays();
    if (wide && placed[source]) continue;
    placed[source] = placed[source] || wide;
    events.push_back(wide ? all.events : problem.flow_events[f]);
    flows.push_back(wide ? all.flow : problem.flows[f]);
  }
  const bool changed = flows.size() < problem.flows.size();
  problem.flows = std::move(flows);
  problem.flow_events = std::move(events);
  return changed;
}

}  // namespace ranvier::mapper
