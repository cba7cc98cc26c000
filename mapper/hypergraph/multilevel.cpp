// SPDX-License-Identifier: Apache-2.0
// Coarsen, start, refine on the way back.
#include "mapper/hypergraph/multilevel.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "mapper/hypergraph/flat.h"
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

struct Candidate {
  Score score;
  Parts parts;
};

/// Repaired and swept starts, the best first.
class Starts {
 public:
  Starts(const Instance& instance, const SolverOptions& options) : instance_(&instance), options_(&options) {}
  /// Returns whether it is the best so far.
  bool consider(Parts parts) {
    fold(parts, options_->most_parts);
    for (std::size_t slots = slots_for(parts, *options_);; slots = std::min(options_->most_parts, slots + slots / 2)) {
      State state(*instance_, slots, parts);
      if (!repair(state, options_->prices) && slots < std::min(options_->most_parts, instance_->vertices)) continue;
      sweep(state, options_->prices, 8, options_->seed);
      dissolve_parts(state, options_->prices);
      Candidate candidate{score(state, options_->prices), state.assignment()};
      const auto at = std::ranges::upper_bound(found_, candidate.score, {}, &Candidate::score);
      const bool is_best = at == found_.begin();
      found_.insert(at, std::move(candidate));
      return is_best;
    }
  }
  bool valid() const { return found_.front().score.violation == 0; }
  /// Parts of the start that needs fewest; 0 where none is valid.
  std::size_t fewest_of_valid() const {
    std::size_t fewest = 0;
    for (const Candidate& c : found_) {
      const std::size_t used = std::set<Part>(c.parts.begin(), c.parts.end()).size();
      if (c.score.violation == 0 && (fewest == 0 || used < fewest)) fewest = used;
    }
    return fewest;
  }
  std::vector<Candidate> take(std::size_t most) {
    if (found_.size() > most) found_.resize(most);
    return std::move(found_);
  }

 private:
  const Instance* instance_;
  const SolverOptions* options_;
  std::vector<Candidate> found_;
};

std::vector<Candidate> starts(const Instance& instance, const SolverOptions& options, std::size_t wanted) {
  Starts found(instance, options);
  found.consider(start_in_order(instance));
  found.consider(start_by_overlap(instance));
  const std::size_t most = std::min(options.most_parts, instance.vertices);
  std::size_t parts = std::min(most, fewest_parts(instance));
  constexpr int kTries = 16;
  const int most_worse = options.effort == Effort::kFast ? 2 : 4;  // tries in a row that are no better
  int worse = 0;
  int left = kTries;  // that are repaired and swept
  if (options.few_starts && options.effort != Effort::kBest) {
    left = options.effort == Effort::kFast ? 1 : 2;
    parts = std::max(parts, std::min(most, found.fewest_of_valid() * 3 / 4));
  }
  const std::size_t most_by_metis = std::min(most, instance.vertices / 3);  // it refuses parts without vertices
  for (int t = 0; t < kTries && worse < most_worse && left > 0 && parts <= most_by_metis; ++t) {
    Parts trial = start_by_metis(instance, parts, 1.03, options.seed + static_cast<std::uint64_t>(t));
    const double excess = static_cast<double>(State(instance, parts, trial).violation()) /
                          (static_cast<double>(State::kWhole) * static_cast<double>(parts));
    const std::size_t step = std::max<std::size_t>(1, parts / 16);
    if (excess > 0.25 && parts < most_by_metis) {  // far from enough parts: shared items need more than their sum says
      parts = std::min(most_by_metis,
                       parts + std::max(step, static_cast<std::size_t>(static_cast<double>(parts) * excess * 0.7)));
      continue;
    }
    worse = found.consider(std::move(trial)) ? 0 : worse + 1;
    --left;
    parts += step;
  }
  if (!found.valid()) found.consider(start_by_best_fit(instance, most));
  return found.take(wanted);
}

void refine_level(State& state, const SolverOptions& options, double heat, std::uint64_t seed) {
  repair(state, options.prices);
  sweep(state, options.prices, 6, seed);
  const std::size_t n = state.instance().vertices;
  const bool fast = options.effort == Effort::kFast;
  const double tries = fast ? 200 : options.effort == Effort::kDefault ? 1000 : 4000;  // a vertex
  const double work = fast ? 2e7 : options.effort == Effort::kDefault ? 1e8 : 1e9;     // nets looked at
  const double degree = 1 + static_cast<double>(state.instance().pins.items.size()) / static_cast<double>(n);
  const auto moves = static_cast<std::int64_t>(std::min(tries * static_cast<double>(n), work / degree));
  if (moves >= 20 * static_cast<std::int64_t>(n)) anneal(state, options.prices, moves, heat, seed);
  dissolve_parts(state, options.prices);
}

/// Prices of being away from home, of clusters.
struct Homes {
  Parts home;
  std::vector<std::int64_t> move;
};

/// By level, 0 being the instance; empty where moves are free. Clusters lie within parts, so they have one home.
std::vector<Homes> homes_by_level(const std::deque<Level>& levels, const Prices& prices) {
  std::vector<Homes> homes;
  if (prices.move == nullptr) return homes;
  homes.push_back({*prices.home, *prices.move});
  for (const Level& level : levels) {
    const Clustering& clusters = level.clusters;
    std::vector<std::int64_t> move(clusters.count, 0);
    for (std::size_t v = 0; v < clusters.of.size(); ++v) move[clusters.of[v]] += homes.back().move[v];
    homes.push_back({coarse_parts(homes.back().home, clusters), std::move(move)});
  }
  return homes;
}

/// Counts levels refined, of all members, whatever their threads.
class StepCount {
 public:
  StepCount(const Steps& report, std::size_t total) : report_(report), total_(static_cast<std::int64_t>(total)) {
    if (report_) report_(0, total_);
  }
  void one_more() {
    if (!report_) return;
    const std::lock_guard lock(mutex_);
    report_(++done_, total_);
  }

 private:
  const Steps& report_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  std::mutex mutex_;
};

/// From level `from` to level `to`; 0 is the instance itself.
Parts refine_up(const Instance& instance, const std::deque<Level>& levels, Parts parts, const SolverOptions& options,
                double heat, std::size_t from, std::size_t to, StepCount& steps) {
  const std::vector<Homes> homes = homes_by_level(levels, options.prices);
  SolverOptions here_options = options;
  for (std::size_t l = from;; --l) {
    if (!homes.empty()) {
      here_options.prices.home = &homes[l].home;
      here_options.prices.move = &homes[l].move;
    }
    const Instance& here = l == 0 ? instance : levels[l - 1].instance;
    State state(here, slots_for(parts, options), parts);
    refine_level(state, here_options, heat, options.seed + l);
    steps.one_more();
    if (l == to) return state.assignment();
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

/// Refines candidates side by side and returns the best; equal ones: the first.
Parts best_of(const Instance& instance, const std::deque<Level>& levels, std::vector<Candidate> candidates,
              const SolverOptions& options, std::size_t to, StepCount& steps) {
  const Instance& end = to == 0 ? instance : levels[to - 1].instance;
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t c = next++; c < candidates.size(); c = next++) {
      SolverOptions mine = options;
      mine.seed += 1000 * c;
      candidates[c].parts =
          refine_up(instance, levels, std::move(candidates[c].parts), mine, 1.0, levels.size(), to, steps);
      candidates[c].score = score_of(end, candidates[c].parts, options);
    }
  };
  std::vector<std::jthread> helpers;
  for (std::int32_t t = 1; t < std::min(options.threads, static_cast<std::int32_t>(candidates.size())); ++t)
    helpers.emplace_back(work);
  work();
  helpers.clear();
  return std::move(std::ranges::min_element(candidates, {}, &Candidate::score)->parts);
}

}  // namespace

Parts solve(const Instance& instance, const Clustering& first, const SolverOptions& options) {
  Parts best;
  {
    const std::deque<Level> levels = coarsen(instance, first, {}, enough_for(instance), options.seed);
    // The finest level is for the winner alone, and so is every level that is large.
    constexpr std::size_t kManyPins = 2000000;
    std::size_t to = std::min<std::size_t>(levels.size(), 1);
    while (to < levels.size() && levels[to - 1].instance.pins.items.size() > kManyPins) ++to;
    const std::size_t members = options.effort == Effort::kFast ? 1 : options.effort == Effort::kDefault ? 3 : 8;
    const Instance& coarsest = levels.empty() ? instance : levels.back().instance;
    if (!levels.empty() && coarsens_badly(instance, coarsest)) {
      Parts flat = solve_flat(instance, options);
      if (score_of(instance, flat, options).violation == 0) return flat;
    }
    std::vector<Candidate> candidates = starts(coarsest, options, members);
    StepCount steps(options.progress, candidates.size() * (levels.size() - to + 1) + to);
    best = best_of(instance, levels, std::move(candidates), options, to, steps);
    if (to > 0) {
      const std::vector<Vertex>& of = levels[to - 1].clusters.of;
      Parts finer(of.size());
      for (std::size_t v = 0; v < of.size(); ++v) finer[v] = best[of[v]];
      best = refine_up(instance, levels, std::move(finer), options, 0.25, to - 1, 0, steps);
    }
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
  StepCount steps(options.progress, levels.size() + 1);
  Parts better = refine_up(instance, levels, std::move(coarse), options, 0.25, levels.size(), 0, steps);
  return score_of(instance, better, options) < score_of(instance, fixed, options) ? better : fixed;
}

}  // namespace ranvier::mapper::hypergraph
