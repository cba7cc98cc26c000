// SPDX-License-Identifier: Apache-2.0
#include "sim/remap_loop.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "mapper/measured_rates.h"
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
      share_saved(static_cast<double>(before.total_energy.exact()), static_cast<double>(after.total_energy.exact()));
  if (time < 0 || energy < 0) return 0;
  if (std::max(time, energy) >= kWorthTraffic) return std::max(time, energy);
  const double link = share_saved(before.max_link_load, after.max_link_load);
  const double hops = share_saved(static_cast<double>(before.hops), static_cast<double>(after.hops));
  return link < 0 || hops < 0 ? 0 : std::max({time, energy, link, hops});
}

using Images = std::span<const std::vector<std::int32_t>>;

/// Mappings by what a proposal can change: where tiles are and which way flows take.
using Fingerprint =
    std::pair<std::vector<CoreId>, std::vector<std::pair<std::vector<CoreId>, std::vector<std::size_t>>>>;
Fingerprint fingerprint(const mapper::Mapping& mapping) {
  Fingerprint print{mapping.core_of, {}};
  for (const mapper::Route& route : mapping.routes) print.second.emplace_back(route.chain, route.starts);
  return print;
}

double standard_error(const RunResult& before, const RunResult& after) {
  const std::size_t n = std::min(before.images.size(), after.images.size());
  if (n < 2) return 0;
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double gained = share_saved(static_cast<double>(before.images[i].latency.count()),
                                      static_cast<double>(after.images[i].latency.count()));
    sum += gained;
    squares += gained * gained;
  }
  const auto count = static_cast<double>(n);
  return std::sqrt(std::max(0.0, squares - sum * sum / count) / (count - 1) / count);
}

RemapVerdict judge(const mapper::MappingProblem& problem, const mapper::Mapping& start, const mapper::Mapping& found,
                   const RunResult& before, const RunResult& after, double min_gain) {
  RemapVerdict v;
  v.judged_images = static_cast<std::int64_t>(after.images.size());
  const auto images = static_cast<double>(std::max<std::int64_t>(1, v.judged_images));
  const auto time_before = static_cast<double>(before.total_time.count());
  const auto time_after = static_cast<double>(after.total_time.count());
  const auto energy_before = static_cast<double>(before.total_energy.exact());
  const auto energy_after = static_cast<double>(after.total_energy.exact());
  v.time_gain = share_saved(time_before, time_after);
  v.energy_gain = share_saved(energy_before, energy_after);
  v.time_gain_error = standard_error(before, after);
  v.migration = mapper::migration(problem, start, found);
  v.break_even_images_energy =
      mapper::break_even(static_cast<double>(v.migration.energy.exact()), (energy_before - energy_after) / images);
  v.break_even_images_time =
      mapper::break_even(static_cast<double>(v.migration.time.count()), (time_before - time_after) / images);
  const bool found_another = fingerprint(start) != fingerprint(found);
  const bool enough = (v.energy_gain > 0 && v.energy_gain >= min_gain) ||
                      (v.time_gain >= min_gain && v.time_gain > 2 * v.time_gain_error);
  v.kept = found_another && (min_gain <= 0 || enough);
  return v;
}

/// Rounds of proposals over the images; `best` holds start and its result.
void improve(const mapper::MappingProblem& problem, RemapOutcome& best, Images images, const OptionsFor& options_for,
             const RemapLoopOptions& options) {
  std::int32_t small_gains = 0;
  std::set<Fingerprint> refused;
  std::vector<double> link_flits;
  for (std::int32_t i = 1; i <= options.max_iterations && small_gains < kNeighbourhoods; ++i) {
    mapper::RemapOptions how;
    how.seed = options.seed;
    how.iteration = i - 1;
    mapper::Profile profile = best.result.profile;
    profile.flow_events = mapper::shrunk_flow_events(
        problem, profile, static_cast<std::int64_t>(best.result.images.size()), options.prior_images);
    link_flits = profile.link_flits = mapper::damped(link_flits, profile.link_flits, 1 - options.link_memory);
    const mapper::Mapping proposal = mapper::propose_remap(problem, best.mapping, profile, how);
    const std::int64_t tiles_moved = moved(best.mapping, proposal);
    if (tiles_moved == 0 || refused.contains(fingerprint(proposal)) || !mapper::verify(problem, proposal).empty()) {
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
    } else {
      refused.insert(fingerprint(proposal));
    }
  }
}

}  // namespace

RemapOutcome remap_until(const mapper::MappingProblem& problem, mapper::Mapping start, RunResult measured,
                         std::span<const std::vector<std::int32_t>> images, const OptionsFor& options_for,
                         const RemapLoopOptions& options) {
  const auto run = [&](const mapper::Mapping& mapping, Images which) {
    return simulate(problem, mapping, which, options_for(mapping));
  };
  const auto held = static_cast<std::size_t>(std::lround(options.hold_out * static_cast<double>(images.size())));
  const bool split = held > 0 && held < images.size();
  const Images seen = split ? images.first(images.size() - held) : images;
  RemapOutcome best{start, split ? run(start, seen) : measured, {}, {}};
  best.steps.push_back(step_of(0, best.result, 0, true));
  improve(problem, best, seen, options_for, options);
  if (split) {
    const Images judges = images.last(held);
    best.verdict = judge(problem, start, best.mapping, run(start, judges), run(best.mapping, judges), options.min_gain);
  } else {
    best.verdict = judge(problem, start, best.mapping, measured, best.result, options.min_gain);
  }
  if (!best.verdict.kept) {
    best.mapping = std::move(start);
    best.result = std::move(measured);
  } else if (split) {
    best.result = run(best.mapping, images);
  }
  return best;
}

}  // namespace ranvier::sim
