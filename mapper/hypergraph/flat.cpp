// SPDX-License-Identifier: Apache-2.0
// Balanced cuts with learned weights, repaired and annealed without levels.
#include "mapper/hypergraph/flat.h"

#include <algorithm>
#include <utility>

#include "mapper/hypergraph/starts.h"

namespace ranvier::mapper::hypergraph {

namespace {

constexpr std::size_t kMostPins = 4000000;  // more take minutes without levels
constexpr double kOverfull = 1.07;          // mean fill after the cuts; refinement saves about as much
constexpr int kGuesses = 4;                 // of the number of parts
constexpr int kLessons = 2;                 // about weights, once the number is known

/// Of its scarcest resource, by part.
std::vector<double> fills(const State& state) {
  const Instance& g = state.instance();
  std::vector<double> fill(state.parts(), 0);
  const auto share = [](std::int64_t used, std::int64_t limit) {
    return static_cast<double>(used) / static_cast<double>(std::max<std::int64_t>(limit, 1));
  };
  for (Part p = 0; p < state.parts(); ++p) {
    for (std::size_t r = 0; r < g.summed(); ++r)
      fill[p] = std::max(fill[p], share(state.load(p, r), g.summed_limit[r]));
    for (std::size_t s = 0; s < g.shared(); ++s) fill[p] = std::max(fill[p], share(state.use(p, s), g.shared_limit[s]));
  }
  return fill;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

Parts balanced_cuts(const Instance& instance, std::size_t most_parts, std::uint64_t seed) {
  const std::size_t fewest = std::min(fewest_parts(instance), most_parts);
  const std::size_t most = std::min(most_parts, std::max(fewest, instance.vertices / 3));
  std::size_t parts = fewest;
  std::vector<double> weight(instance.vertices, 1);
  Parts cuts;
  int guesses = 0;
  for (int lessons = 0; lessons <= kLessons;) {
    cuts = start_by_cuts(instance, parts, weight, seed);
    const std::vector<double> fill = fills(State(instance, parts, cuts));
    const double mean_fill = mean(fill);
    if (mean_fill <= 0) break;  // nothing takes anything of any limit
    for (Vertex v = 0; v < instance.vertices; ++v) {
      double& w = weight[v];
      w = std::clamp(w * fill[cuts[v]] / mean_fill, 0.05, 20.0);
    }
    // The nets that a part hears grow slower than its vertices: about as their square root where limits bind.
    const double wanted = static_cast<double>(parts) * (mean_fill / kOverfull) * (mean_fill / kOverfull);
    const std::size_t better = std::clamp(static_cast<std::size_t>(wanted + 0.5), fewest, most);
    const std::size_t change = better > parts ? better - parts : parts - better;
    if (guesses++ < kGuesses && change * 25 > parts)
      parts = better;
    else
      ++lessons;
  }
  return cuts;
}

}  // namespace

bool coarsens_badly(const Instance& instance, const Instance& coarsest) {
  const std::size_t pins = instance.pins.items.size();
  const bool free = instance.apart.items.empty() &&
                    std::ranges::count(instance.pinned, kNoPart) == static_cast<std::ptrdiff_t>(instance.vertices);
  return free && pins <= kMostPins && coarsest.vertices * 4 <= instance.vertices &&
         coarsest.pins.items.size() * 10 > pins * 6;
}

Parts solve_flat(const Instance& instance, const SolverOptions& options) {
  const int runs = options.effort == Effort::kBest ? 4 : 1;
  const double work = options.effort == Effort::kFast ? 2e7 : options.effort == Effort::kDefault ? 1e8 : 1e9;
  const double degree = static_cast<double>(instance.pins.items.size()) / static_cast<double>(instance.vertices);
  Parts best;
  std::pair<std::int64_t, std::int64_t> least;  // violation, cost
  for (int r = 0; r < runs; ++r) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(r);
    const Parts cuts = balanced_cuts(instance, options.most_parts, seed);
    const std::size_t used = *std::ranges::max_element(cuts) + std::size_t{1};
    State state(instance, std::min(options.most_parts, used + 4 + used / 4), cuts);
    repair(state, options.prices);
    sweep(state, options.prices, 8, seed);
    dissolve_parts(state, options.prices);
    anneal(state, options.prices, static_cast<std::int64_t>(work / degree), 0.25, seed);
    dissolve_parts(state, options.prices);
    const std::pair<std::int64_t, std::int64_t> score{state.violation(), cost(state, options.prices)};
    if (best.empty() || score < least) {
      best = state.assignment();
      least = score;
    }
  }
  return best;
}

}  // namespace ranvier::mapper::hypergraph
