// SPDX-License-Identifier: Apache-2.0
#include "sim/remap_loop.h"

#include <algorithm>

#include "mapper/verifier.h"

namespace ranvier::sim {
namespace {

constexpr double kWorthTraffic = 0.001;      // gain of time or energy for which hops and link load may rise
constexpr std::int32_t kNeighbourhoods = 4;  // of mapper::propose_remap

std::int64_t moved(const mapper::Mapping& a, const mapper::Mapping& b) {
  std::int64_t n = 0;
  for (std::size_t i = 0; i < a.core_of.size(); ++i) n += a.core_of[i] != b.core_of[i];
  return n;
}

RemapStep step_of(std::int32_t iteration, const RunResult& r, std::int64_t moved_tiles, bool accepted) {
  return {iteration, r.profile.step_time_ns_mean, r.total_energy, r.max_link_load, r.hops, moved_tiles, accepted};
}

double share_saved(double before, double after) { return before <= 0 ? 0 : (before - after) / before; }

/// What a proposal gains; zero: it is refused.
double gain(const RunResult& before, const RunResult& after) {
  const double time =
      share_saved(static_cast<double>(before.total_time.count()), static_cast<double>(after.total_time.count()));
  const double energy =
      share_saved(static_cast<double>(before.total_energy.count()), static_cast<double>(after.total_energy.count()));
  if (time < 0 || energy < 0) return 0;
  if (std::max(time, energy) >= kWorthTraffic) return std::max(time, energy);
  const double link = share_saved(before.max_link_load, after.max_link_load);
  const double hops = share_saved(static_cast<double>(before.hops), static_cast<double>(after.hops));
  return link < 0 || hops < 0 ? 0 : std::max({time, energy, link, hops});
}

}  // namespace

RemapOutcome remap_until(const mapper::MappingProblem& problem, mapper::Mapping start, RunResult measured,
                         std::span<const std::vector<std::int32_t>> images, const OptionsFor& options_for,
                         const RemapLoopOptions& options) {
  RemapOutcome best{std::move(start), std::move(measured), {}};
  best.steps.push_back(step_of(0, best.result, 0, true));
  std::int32_t small_gains = 0;
  for (std::int32_t i = 1; i <= options.max_iterations && small_gains < kNeighbourhoods; ++i) {
    mapper::RemapOptions how;
    how.seed = options.seed;
    how.iteration = i - 1;
    const mapper::Mapping proposal = mapper::propose_remap(problem, best.mapping, best.result.profile, how);
    const std::int64_t tiles_moved = moved(best.mapping, proposal);
    if (tiles_moved == 0 || !mapper::verify(problem, proposal).empty()) {
      best.steps.push_back(step_of(i, best.result, 0, false));
      ++small_gains;
      continue;
    }
    const SimOptions how_simulated = options_for(proposal);
    RunResult result = simulate(problem, proposal, images, how_simulated);
    if (how_simulated.interrupted != nullptr && *how_simulated.interrupted) break;
    const double gained = gain(best.result, result);
    best.steps.push_back(step_of(i, result, tiles_moved, gained > 0));
    small_gains = gained < options.until ? small_gains + 1 : 0;
    if (gained > 0) {
      best.mapping = proposal;
      best.result = std::move(result);
    }
  }
  return best;
}

}  // namespace ranvier::sim
