// SPDX-License-Identifier: Apache-2.0
// Fluid estimate of what waits in relays.
#include "mapper/routing/relay_room.h"

#include <algorithm>
#include <map>
#include <utility>

#include "mapper/routing/route.h"

namespace ranvier::mapper::routing {

namespace {

/// Cycles of each link, and for how long the host sends. Of a level; or of what is sent beside the events of a flow of
/// the host, which sends token after token: other flows' parts of its tokens.
class LevelLoad {
 public:
  LevelLoad(const MappingProblem& problem, const std::vector<CoreId>& core_of, const std::vector<Route>& routes,
            const std::vector<std::size_t>& flows, const Flow* beside = nullptr)
      : problem_(problem), cycles_(link_count(problem.board), 0) {
    for (const std::size_t f : flows) {
      const bool hosted = !core_of[problem.flows[f].source.value()].valid();
      if (beside != nullptr && !hosted) continue;
      const double flits = flits_of(f) * (beside == nullptr ? 1.0 : part(problem.flows[f].tokens, beside->tokens));
      if (flits <= 0) continue;
      if (hosted) host_cycles_ += flits * static_cast<double>(problem.board.chip.host_link.cycles_per_flit.value);
      for_each_route_link(problem, core_of, problem.flows[f], routes[f], [&](LinkId link) {
        cycles_[link.value()] += flits * static_cast<double>(cycles_per_flit(problem.board, link));
      });
    }
  }

  /// Events of the flow that wait before the link when its source has sent all.
  double left_waiting(std::size_t f, LinkId link, const std::vector<CoreId>& core_of) const {
    const TileId source = problem_.flows[f].source;
    const double sends = core_of[source.value()].valid() ? problem_.tile_cycles[source.value()] : host_cycles_;
    const double all = cycles_[link.value()];
    if (all <= sends) return 0;
    return problem_.flow_events[f] * (all - sends) / all;
  }

 private:
  /// Of `tokens` those that are also in `of`.
  static double part(Range tokens, Range of) {
    const std::int32_t both = std::min(tokens.end, of.end) - std::max(tokens.begin, of.begin);
    return both <= 0 ? 0 : static_cast<double>(both) / static_cast<double>(tokens.size());
  }

  double flits_of(std::size_t f) const {
    return problem_.flow_events[f] *
           static_cast<double>(chips::flits_of(problem_.board.chip.noc, problem_.flows[f].payload_bits));
  }

  const MappingProblem& problem_;
  std::vector<double> cycles_;
  double host_cycles_ = 0;
};

/// The leg, not the first, before which most is left waiting.
std::pair<std::size_t, double> fullest_relay(const MappingProblem& problem, const LevelLoad& load, std::size_t f,
                                             const std::vector<CoreId>& core_of, const Route& route) {
  std::pair<std::size_t, double> worst{0, 0};
  const CoreId entry = entry_core(core_of, problem.flows[f].source);
  for (std::size_t leg = 1; leg < route.chain.size(); ++leg) {
    // The host's packets enter at core 0 behind what that relays, so there the source waits already.
    if (route.chain[leg - 1] == entry) continue;
    for_each_xy_link(problem.board, route.chain[leg - 1], route.chain[leg], [&](LinkId link) {
      const double left = load.left_waiting(f, link, core_of);
      if (left > worst.second) worst = {leg, left};
    });
  }
  return worst;
}

}  // namespace

std::size_t make_sources_wait(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                              const std::vector<CoreId>& core_of, std::vector<Route>& routes) {
  // Other schedules share an image's events out over steps; what one step gets is not known here.
  if (problem.board.chip.noc.multicast != chips::Multicast::kRelay || problem.schedule != Schedule::kStagedGraded)
    return 0;
  std::map<std::int32_t, std::vector<std::size_t>> by_level;
  for (std::size_t f = 0; f < problem.flows.size(); ++f) by_level[level[problem.flows[f].source.value()]].push_back(f);
  const auto room = static_cast<double>(problem.board.chip.core.relay_buffer_events.value);
  const std::int64_t limit = problem.board.chip.core.route_entries.value;
  std::vector<std::int64_t> entries = relay_entries(problem, core_of, routes);
  std::size_t changed = 0;
  for (const auto& [at, flows] : by_level) {
    const LevelLoad load(problem, core_of, routes, flows);
    for (const std::size_t f : flows) {
      if (problem.flow_events[f] <= room) continue;
      const bool hosted = !core_of[problem.flows[f].source.value()].valid();
      const auto [leg, left] =
          hosted ? fullest_relay(problem, LevelLoad(problem, core_of, routes, flows, &problem.flows[f]), f, core_of,
                                 routes[f])
                 : fullest_relay(problem, load, f, core_of, routes[f]);
      std::vector<CoreId>& chain = routes[f].chain;
      // The last core, which relays nothing yet, will.
      if (left <= room || entries[chain.back().value()] >= limit) continue;
      ++entries[chain.back().value()];
      const auto middle = chain.begin() + static_cast<std::ptrdiff_t>(leg);
      std::vector<CoreId> onward(middle, chain.end());
      onward.insert(onward.end(), chain.begin(), middle);
      std::vector<CoreId> back(middle, chain.end());
      back.insert(back.end(), std::make_reverse_iterator(middle), chain.rend());
      const CoreId from = entry_core(core_of, problem.flows[f].source);
      chain = chain_hops(problem.board, from, back) < chain_hops(problem.board, from, onward) ? back : onward;
      --entries[chain.back().value()];
      ++changed;
    }
  }
  return changed;
}

}  // namespace ranvier::mapper::routing
