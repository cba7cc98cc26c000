// SPDX-License-Identifier: Apache-2.0
// Routes, then tables.
#include "mapper/routing/route.h"

#include "mapper/routing/relay_room.h"
#include "mapper/routing/tables.h"

namespace ranvier::mapper::routing {

void route(const MappingProblem& problem, Mapping& mapping, const StepWork* work) {
  mapping.routes = make_routes(problem, mapping.core_of);
  give_relays_room(problem, mapping, work);
  set_tables(problem, mapping);
}

std::vector<std::int64_t> relay_entries(const MappingProblem& problem, const std::vector<CoreId>& core_of,
                                        const std::vector<Route>& routes) {
  std::vector<std::int64_t> entries(problem.board.cores(), 0);
  for (std::size_t f = 0; f < routes.size(); ++f) {
    if (const CoreId home = core_of[problem.flows[f].source.value()]; home.valid())
      entries[home.value()] += 1 + static_cast<std::int64_t>(routes[f].starts.size());
    for (std::size_t i = 0; i + 1 < routes[f].chain.size(); ++i)
      if (routes[f].passes_on(i)) ++entries[routes[f].chain[i].value()];
  }
  return entries;
}

void set_tables(const MappingProblem& problem, Mapping& mapping) {
  mapping.tables = {};
  if (problem.board.chip.noc.multicast == chips::Multicast::kTree)
    mapping.tables = make_tables(problem, mapping.core_of, mapping.routes).tables;
}

}  // namespace ranvier::mapper::routing
