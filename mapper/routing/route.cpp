// SPDX-License-Identifier: Apache-2.0
// Routes, then tables.
#include "mapper/routing/route.h"

#include "mapper/routing/tables.h"

namespace ranvier::mapper::routing {

void route(const MappingProblem& problem, Mapping& mapping) {
  mapping.routes = make_routes(problem, mapping.core_of);
  mapping.tables = {};
  if (problem.board.chip.noc.multicast == chips::Multicast::kTree)
    mapping.tables = make_tables(problem, mapping.core_of, mapping.routes).tables;
}

}  // namespace ranvier::mapper::routing
