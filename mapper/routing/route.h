// SPDX-License-Identifier: Apache-2.0
// Routes and tables of a placement, whatever the chip's style; and the links that a route crosses.
#pragma once

#include "mapper/mapping.h"
#include "mapper/mesh.h"
#include "mapper/routes.h"
#include "mapper/step_work.h"

namespace ranvier::mapper::routing {

/// Sets the mapping's routes and, on tree chips, tables, from its cores and levels; on relay chips waves too
/// (relay_room.h). `work`: step_work() of the problem, where it is at hand. Throws DoesNotFit.
void route(const MappingProblem& problem, Mapping& mapping, const StepWork* work = nullptr);

/// Relay chips: entries by core, one for each packet of a flow that starts there and each that is passed on.
std::vector<std::int64_t> relay_entries(const MappingProblem& problem, const std::vector<CoreId>& core_of,
                                        const std::vector<Route>& routes);

/// Sets its tables from its routes; none but on tree chips. Throws DoesNotFit.
void set_tables(const MappingProblem& problem, Mapping& mapping);

/// Calls visit(LinkId) for every link that an event of the flow crosses, as often as it does.
template <class Visit>
void for_each_route_link(const MappingProblem& problem, const std::vector<CoreId>& core_of, const Flow& flow,
                         const Route& route, Visit&& visit) {
  if (!route.tree.empty()) {
    for (const LinkId link : route.tree) visit(link);
    return;
  }
  const CoreId entry = entry_core(core_of, flow.source);
  const bool relayed = problem.board.chip.noc.multicast == chips::Multicast::kRelay;
  CoreId at = entry;
  for (std::size_t i = 0; i < route.chain.size(); ++i) {
    for_each_xy_link(problem.board, at, route.chain[i], visit);
    at = relayed && route.passes_on(i) ? route.chain[i] : entry;
  }
}

}  // namespace ranvier::mapper::routing
