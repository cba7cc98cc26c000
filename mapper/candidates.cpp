// SPDX-License-Identifier: Apache-2.0
// Judging and choosing.
#include "mapper/candidates.h"

#include <algorithm>
#include <limits>

#include "mapper/cost.h"
#include "mapper/levels.h"
#include "mapper/routing/route.h"

namespace ranvier::mapper {

namespace {

/// Figures of equal placements differ by the order of sums.
constexpr double kRounding = 1e-9;

/// By so much a candidate may be over what "not worse" asks for: less than the estimate can tell.
constexpr double kTolerance = 0.001;

/// What a full halving of the load is worth: 2^(1/20) - 1, or 3.5 %, of latency times energy.
constexpr int kLoadRoot = 20;

bool not_worse(const MapCandidate& a, double latency, double energy, double load, double tolerance) {
  const auto at_most = [&](double value, double limit) { return value <= limit * (1 + tolerance); };
  return at_most(static_cast<double>(a.latency.count()), latency) &&
         at_most(static_cast<double>(a.energy.exact()), energy) && at_most(a.max_link_load, load);
}

bool not_worse(const MapCandidate& a, const MapCandidate& b, double tolerance = kRounding) {
  return not_worse(a, static_cast<double>(b.latency.count()), static_cast<double>(b.energy.exact()), b.max_link_load,
                   tolerance);
}

double ratio(double a, double b) { return b > 0 ? a / b : 1.0; }

/// By latency x energy x load^(1 / kLoadRoot): the ratio's power is compared, by products alone.
bool better(const MapCandidate& a, const MapCandidate& b) {
  const double both = ratio(static_cast<double>(a.latency.count()), static_cast<double>(b.latency.count())) *
                      ratio(static_cast<double>(a.energy.exact()), static_cast<double>(b.energy.exact()));
  double power = ratio(a.max_link_load, b.max_link_load);
  for (int i = 0; i < kLoadRoot; ++i) power *= both;
  return power < 1 - kRounding;
}

}  // namespace

Mapping complete(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                 const std::vector<CoreId>& core_of, const StepWork* work) {
  Mapping mapping;
  mapping.level = level;
  mapping.core_of = core_of;
  routing::route(problem, mapping, work);
  mapping.delay = balance_delays(problem, level).delay;
  return mapping;
}

MapCandidate judged(const MappingProblem& problem, const EstimateBasis& basis, const Mapping& mapping,
                    std::string partition, std::string start) {
  const Metrics m = estimate(problem, mapping, basis);
  MapCandidate c;
  c.partition = std::move(partition);
  c.start = std::move(start);
  c.latency = m.latency;
  c.energy = m.energy;
  c.max_link_load = m.max_link_load;
  c.tree_hops = m.tree_hops;
  c.core_of = mapping.core_of;
  return c;
}

std::vector<MapCandidate> pareto_set(const std::vector<MapCandidate>& candidates) {
  std::vector<MapCandidate> kept;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    bool beaten = false;
    for (std::size_t k = 0; k < candidates.size() && !beaten; ++k)
      beaten = k != i && not_worse(candidates[k], candidates[i]) && (!not_worse(candidates[i], candidates[k]) || k < i);
    if (!beaten) kept.push_back(candidates[i]);
  }
  std::stable_sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.latency < b.latency; });
  return kept;
}

Choice choose(const std::vector<MapCandidate>& candidates, const std::vector<std::size_t>& curves) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  double latency = kNone;
  double energy = kNone;
  double load = kNone;
  for (const std::size_t c : curves) {
    latency = std::min(latency, static_cast<double>(candidates[c].latency.count()));
    energy = std::min(energy, static_cast<double>(candidates[c].energy.exact()));
    load = std::min(load, candidates[c].max_link_load);
  }
  const auto best_of = [&](auto&& eligible) {
    std::size_t best = candidates.size();
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if (eligible(candidates[i]) && (best == candidates.size() || better(candidates[i], candidates[best]))) best = i;
    return best;
  };
  const std::size_t clean =
      best_of([&](const MapCandidate& c) { return not_worse(c, latency, energy, load, kTolerance); });
  if (clean < candidates.size()) return {clean, true};
  std::size_t curve = curves.front();  // there is one: without, everything is clean
  for (const std::size_t c : curves)
    if (better(candidates[c], candidates[curve])) curve = c;
  return {best_of([&](const MapCandidate& c) { return not_worse(c, candidates[curve], kTolerance); }), false};
}

}  // namespace ranvier::mapper
