// SPDX-License-Identifier: Apache-2.0
// Coarsen, start, refine on the way back.
#include "mapper/hypergraph/multilevel.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "mapper/hypergraph/starts.h"

namespace ranvier::mapper::hypergraph {

namespace {

struct Level {
  Instance instance;
  Clustering clusters;  // of the finer level's vertices
};

struct Score {
  std::int64_t violation = 0;
  std::int64_t cost = 0;
  auto operator<=>(const Score&) const = default;
};

Score score(const State& state, const Prices& prices) {
  const auto conflicts = static_cast<std::int64_t>(state.conflicts());
  return {state.violation() + conflicts * 1024 * State::kWhole, cost(state, prices)};
}

/// Room for a few more parts than the start has.
std::size_t slots_for(const Parts& parts, const SolverOptions& options) {
  const std::size_t used = *std::ranges::max_element(parts) + std::size_t{1};
  return std::min(options.most_parts, used + 2 + used / 8);
}

/// Parts beyond the most that are allowed go to the others in turn; repair() sorts that out.
void fold(Parts& parts, std::size_t most_parts) {
  for (Part& p : parts)
    if (p >= most_parts) p = static_cast<Part>(p % most_parts);
}

Parts coarse_parts(const Parts& parts, const Clustering& clusters) {
  Parts coarse(clusters.count, 0);
  for (Vertex v = 0; v < parts.size(); ++v) coarse[clusters.of[v]] = parts[v];
  return coarse;
}

/// Coarser and coarser instances; the first clusters are given. `within`: only vertices of one part are merged.
std::deque<Level> coarsen(const Instance& instance, const Clustering& first, Parts within, std::size_t enough,
                          std::uint64_t seed) {
  std::deque<Level> levels;
  const auto add = [&](Clustering clusters) {
    const Instance& finer = levels.empty() ? instance : levels.back().instance;
    if (!within.empty()) within = coarse_parts(within, clusters);
    Instance coarse = contract(finer, clusters.of, clusters.count);
    levels.push_back({std::move(coarse), std::move(clusters)});
  };
  if (first.count < instance.vertices) add(first);
  for (;;) {
    const Instance& finest = levels.empty() ? instance : levels.back().instance;
    if (finest.vertices <= enough) break;
    Clustering clusters = heavy_clusters(finest, within, {}, seed + levels.size());
    if (clusters.count * 8 > finest.vertices * 7) break;  // not worth a level
    add(std::move(clusters));
  }
  return levels;
}

/// The best of several starts, repaired and swept.
class BestStart {
 public:
  BestStart(const Instance& instance, const SolverOptions& options) : instance_(&instance), options_(&options) {}
  /// Returns whether it is the best so far.
  bool consider(Parts parts) {
    fold(parts, options_->most_parts);
    State state(*instance_, slots_for(parts, *options_), parts);
    repair(state, options_->prices);
    sweep(state, options_->prices, 8, options_->seed);
    dissolve_parts(state, options_->prices);
    const Score s = score(state, options_->prices);
    if (!parts_.empty() && s >= score_) return false;
    parts_ = state.assignment();
    score_ = s;
    return true;
  }
  bool valid() const { return score_.violation == 0; }
  Parts take() { return std::move(parts_); }

 private:
  const Instance* instance_;
  const SolverOptions* options_;
  Parts parts_;
  Score score_;
};

Parts start(const Instance& instance, const SolverOptions& options) {
  BestStart best(instance, options);
  best.consider(start_in_order(instance));
  best.consider(start_by_overlap(instance));
  const std::size_t most = std::min(options.most_parts, instance.vertices);
  std::size_t parts = std::min(most, fewest_parts(instance));
  constexpr int kTries = 16;
  constexpr int kWorse = 4;  // tries in a row that are no better: more parts will not help either
  int worse = 0;
  for (int t = 0; t < kTries && worse < kWorse && parts <= most; ++t) {
    Parts trial = start_by_metis(instance, parts, 1.03, options.seed + static_cast<std::uint64_t>(t));
    const double excess = static_cast<double>(State(instance, parts, trial).violation()) /
                          (static_cast<double>(State::kWhole) * static_cast<double>(parts));
    const std::size_t step = std::max<std::size_t>(1, parts / 16);
    if (excess > 0.25 && parts < most) {  // far from enough parts: shared items need more than their sum says
      parts = std::min(most, parts + std::max(step, static_cast<std::size_t>(static_cast<double>(parts) * excess / 2)));
      continue;
    }
    worse = best.consider(std::move(trial)) ? 0 : worse + 1;
    parts += step;
  }
  if (!best.valid()) best.consider(start_by_best_fit(instance, most));
  return best.take();
}

void refine_level(State& state, const SolverOptions& options, double heat, std::uint64_t seed) {
  repair(state, options.prices);
  sweep(state, options.prices, 6, seed);
  const std::size_t n = state.instance().vertices;
  constexpr std::size_t kMostAnnealed = 20000;
  if (n <= kMostAnnealed) anneal(state, options.prices, 200 * static_cast<std::int64_t>(n), heat, seed);
  dissolve_parts(state, options.prices);
}

/// From the coarsest level to the instance itself.
Parts refine_up(const Instance& instance, const std::deque<Level>& levels, Parts parts, const SolverOptions& options,
                double heat) {
  for (std::size_t l = levels.size();; --l) {
    const Instance& here = l == 0 ? instance : levels[l - 1].instance;
    State state(here, slots_for(parts, options), parts);
    refine_level(state, options, heat, options.seed + l);
    if (l == 0) return state.assignment();
    const std::vector<Vertex>& of = levels[l - 1].clusters.of;
    parts.resize(of.size());
    for (std::size_t v = 0; v < of.size(); ++v) parts[v] = state.part(of[v]);
    heat /= 2;
  }
}

std::size_t enough_for(const Instance& instance) { return std::max<std::size_t>(1000, 30 * fewest_parts(instance)); }

Score score_of(const Instance& instance, const Parts& parts, const SolverOptions& options) {
  return score(State(instance, slots_for(parts, options), parts), options.prices);
}

}  // namespace

Parts solve(const Instance& instance, const Clustering& first, const SolverOptions& options) {
  Parts best;
  {
    const std::deque<Level> levels = coarsen(instance, first, {}, enough_for(instance), options.seed);
    best = start(levels.empty() ? instance : levels.back().instance, options);
    best = refine_up(instance, levels, std::move(best), options, 1.0);
  }
  Parts plain = start_in_order(instance);
  fold(plain, options.most_parts);
  if (score_of(instance, plain, options) < score_of(instance, best, options)) best = std::move(plain);
  return best;
}

Parts improve(const Instance& instance, const Clustering& first, const Parts& start, const SolverOptions& options) {
  Parts fixed = start;
  fold(fixed, options.most_parts);
  for (Vertex v = 0; v < instance.vertices; ++v)
    if (instance.pinned[v] != kNoPart) fixed[v] = instance.pinned[v];
  Clustering same = first;  // twins of one part
  {
    std::vector<Vertex> leader(instance.vertices, UINT32_MAX);
    std::vector<std::pair<std::uint64_t, Vertex>> order;
    for (Vertex v = 0; v < instance.vertices; ++v) order.emplace_back((std::uint64_t{first.of[v]} << 32) | fixed[v], v);
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < order.size(); ++i)
      leader[order[i].second] =
          i > 0 && order[i].first == order[i - 1].first ? leader[order[i - 1].second] : order[i].second;
    same = numbered(leader);
  }
  const std::deque<Level> levels = coarsen(instance, same, fixed, enough_for(instance), options.seed);
  Parts coarse = fixed;
  for (const Level& level : levels) coarse = coarse_parts(coarse, level.clusters);
  Parts better = refine_up(instance, levels, std::move(coarse), options, 0.25);
  return score_of(instance, better, options) < score_of(instance, fixed, options) ? better : fixed;
}

}  // namespace ranvier::mapper::hypergraph
