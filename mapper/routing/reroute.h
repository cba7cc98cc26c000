// SPDX-License-Identifier: Apache-2.0
// Rip-up and re-route: flows over the fullest links take other ways, under prices with a history (PathFinder, McMurchie
// and Ebeling, FPGA 1995).
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper::routing {

struct RerouteOptions {
  std::int32_t rounds = 24;   // of each level
  double more_hops = 0.05;    // that flits times links of a level may rise by
  double target_step = 0.05;  // a round aims at so much less than the fullest link so far
};

/// Sums over levels: cycles of the fullest link, flits times links.
struct RouteLoad {
  double fullest_cycles = 0;
  double flit_hops = 0;
};
RouteLoad route_load(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                     const std::vector<CoreId>& core_of, const std::vector<Route>& routes);

/// Other chain orders on relay chips, other trees on tree chips; nothing on unicast chips, whose ways are XY. Loads are
/// kept by level of the sending tile, as levels do not meet on a link. A level's routes change only where its fullest
/// link gets emptier and its hops stay within `more_hops`; no relay's table gets fuller than route_entries. Returns the
/// number of flows that go another way.
std::size_t reroute(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                    const std::vector<CoreId>& core_of, std::vector<Route>& routes, const RerouteOptions& options = {});

/// reroute() and new tables. Kept where the estimate says that the fullest link's load falls, the latency does not
/// rise, and the energy by no more than `kMoreEnergy`; says whether.
inline constexpr double kMoreEnergy = 0.01;
bool reroute_if_better(const MappingProblem& problem, Mapping& mapping, const RerouteOptions& options = {});

}  // namespace ranvier::mapper::routing
