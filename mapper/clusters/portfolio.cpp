// SPDX-License-Identifier: Apache-2.0
// Rounds of independent jobs; what a round gives does not depend on which thread did what.
#include "mapper/clusters/portfolio.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "mapper/clusters/compact_window.h"
#include "mapper/clusters/errors.h"
#include "mapper/clusters/limits.h"
#include "mapper/clusters/solvers.h"
#include "mapper/clusters/swap_state.h"
#include "mapper/clusters/turned_start.h"

namespace ranvier::mapper::clusters {

namespace {

struct Work {
  std::int32_t scotch_seeds = 1;
  std::int32_t bisections = 1;     // seeds
  std::int32_t bands = 1;          // numbers of rows tried
  std::int64_t short_moves = 0;    // a cluster, for each start
  std::size_t kept = 1;            // starts that go on
  std::int64_t long_moves = 0;     // a cluster, for each that goes on and each heat
  std::vector<double> heats;       // of the long runs
  std::int64_t least_moves = 0;    // of a long run in all: small graphs get more a cluster
  std::int64_t most_moves = 0;     // of a long run in all
  std::int32_t median_passes = 0;  // of large graphs, which are not annealed
};

Work work_of(Effort effort) {
  switch (effort) {
    case Effort::kFast:
      return {1, 1, 1, 200, 1, 600, {1.5}, 1'000'000, 10'000'000, 1};
    case Effort::kDefault:
      return {4, 2, 2, 500, 2, 5000, {0.5, 2.0}, 16'000'000, 40'000'000, 3};
    case Effort::kBest:
      break;
  }
  return {12, 6, 4, 1000, 4, 20000, {0.5, 2.0}, 64'000'000, 400'000'000, 20};
}

// In the units of AnnealSchedule.
constexpr double kShortHeat = 1.0;
constexpr double kLimitHeat = 0.2;
constexpr double kCool = 0.01;
constexpr std::uint32_t kFirstRadius = 32;
// What median swaps leave of the hops of a turn, at least; and the size above which the turn is worth more time than
// other starts of the same graph.
constexpr double kSwapsLeave = 0.8;
constexpr std::size_t kMultilevelClusters = 131072;
// The part of the greatest distance that is kept clear.
constexpr std::uint32_t kMargin = 10;
constexpr std::int64_t kLargeMoves = 5'000'000;  // of a try to bring a large graph below the limits

struct Job {
  std::string how;
  std::function<Placement()> run;
};

class Rounds {
 public:
  Rounds(const ClusterGraph& graph, Mesh room, const PlaceOptions& options)
      : graph_(graph), room_(room), options_(options), start_(std::chrono::steady_clock::now()) {}

  /// Indices of the new candidates, in the order of the jobs.
  std::vector<std::size_t> run(const std::string& round, std::vector<Job> jobs) {
    const std::size_t first = candidates.size();
    candidates.resize(first + jobs.size());
    std::atomic<std::size_t> next{0};
    std::int32_t done = 0;
    std::mutex mutex;
    std::exception_ptr failure;
    const auto worker = [&] {
      for (std::size_t j = next++; j < jobs.size(); j = next++) {
        try {
          PlacedCandidate made{jobs[j].how, jobs[j].run(), {}};
          made.metrics = measure(graph_, room_, made.cells);
          const std::lock_guard lock(mutex);
          best_energy_ = std::min(best_energy_, made.metrics.energy);
          candidates[first + j] = std::move(made);
          ++done;
          if (options_.progress) options_.progress({round, done, static_cast<std::int32_t>(jobs.size()), best_energy_});
        } catch (...) {
          const std::lock_guard lock(mutex);
          failure = std::current_exception();
          next = jobs.size();
        }
      }
    };
    const auto threads = std::min<std::size_t>(static_cast<std::size_t>(std::max(options_.threads, 1)), jobs.size());
    {
      std::vector<std::jthread> others;
      for (std::size_t t = 1; t < threads; ++t) others.emplace_back(worker);
      worker();
    }
    if (failure) std::rethrow_exception(failure);
    std::vector<std::size_t> made(jobs.size());
    for (std::size_t j = 0; j < jobs.size(); ++j) made[j] = first + j;
    return made;
  }

  bool out_of_time() const {
    return options_.time_budget_s > 0 &&
           std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count() >= options_.time_budget_s;
  }

  std::vector<PlacedCandidate> candidates;

 private:
  const ClusterGraph& graph_;
  Mesh room_;
  const PlaceOptions& options_;
  std::chrono::steady_clock::time_point start_;
  double best_energy_ = std::numeric_limits<double>::infinity();
};

double hops_of(const ClusterGraph& graph, Mesh mesh, const Placement& cells) {
  return objective_value(graph, mesh, cells, {});
}

// Moves of a run: dense graphs get fewer, as each costs more, though not so few that the run takes no longer.
std::int64_t moves_of(const ClusterGraph& graph, std::int64_t a_cluster, std::int64_t least, std::int64_t most) {
  const double clusters = static_cast<double>(std::max<std::size_t>(graph.size(), 1));
  const double degree = 2 * static_cast<double>(graph.edges().size()) / clusters;
  constexpr double kPlainDegree = 16;
  const double root = std::sqrt(kPlainDegree / std::max(kPlainDegree, degree));
  const double share = root * std::sqrt(root);
  constexpr double kMostACluster = 20000;  // `least` is for small graphs, not for tiny ones
  const double floor = std::min(static_cast<double>(least), kMostACluster * clusters);
  const double moves = std::max(static_cast<double>(a_cluster) * clusters, floor);
  return std::llround(share * std::min(moves, static_cast<double>(most)));
}

struct LongRuns {
  std::int64_t moves = 0;  // of each
  std::int64_t tries = 1;  // of each start and heat
};

LongRuns long_runs(const ClusterGraph& graph, const Work& work) {
  const std::int64_t moves = moves_of(graph, work.long_moves, work.least_moves, work.most_moves);
  // Tiny graphs are cheap: more tries make sure of the optimum.
  return {moves, std::clamp<std::int64_t>(2 * work.least_moves / std::max<std::int64_t>(moves, 1), 1, 8)};
}

std::vector<Job> reference_jobs(const ClusterGraph& graph, Mesh room) {
  std::vector<Job> jobs{{"hilbert", [&graph, room] { return place_hilbert(graph, room); }}};
  const auto forces = [&](const char* name, Potential potential) {
    jobs.push_back({fmt::format("hilbert, force-directed {}", name), [&graph, room, potential] {
                      return refine_force_directed(graph, room, place_hilbert(graph, room), potential);
                    }});
  };
  if (graph.size() > kLargestReference || graph.edges().size() > kReferenceEdges) return jobs;
  if (graph.size() <= kReferenceClusters) {
    forces("l1", Potential::kL1);
    forces("l1 squared", Potential::kL1Squared);
  }
  forces("l2 squared", Potential::kL2Squared);
  return jobs;
}

// Large graphs: placed in near-linear time, not annealed.
std::vector<Job> large_jobs(const ClusterGraph& graph, Mesh inner, const Work& work, const Objective& objective,
                            std::uint64_t seed) {
  // 0 rows: row-major, where a row of cells is a layer.
  double least = hops_of(graph, inner, place_row_major(graph, inner));
  std::uint32_t best = 0;
  for (std::uint32_t rows = 2; rows <= std::min(inner.height, 64U); rows *= 2) {
    const double hops = hops_of(graph, inner, place_in_bands(graph, inner, rows));
    if (hops >= least) continue;
    least = hops;
    best = rows;
  }
  std::vector<Job> jobs;
  const std::vector<Cluster> layers = layers_of(graph);
  const bool turn =
      layers.size() > 1 && kSwapsLeave * hops_of(graph, inner, place_around_a_turn(graph, inner, layers)) < least;
  if (turn)
    jobs.push_back(
        {"around a turn, median swaps", [&graph, inner, layers, &objective, passes = work.median_passes + 1, seed] {
           return refine_by_median_swaps(graph, inner, place_around_a_turn(graph, inner, layers), objective, passes,
                                         seed);
         }});
  if (turn && graph.size() > kMultilevelClusters) return jobs;
  jobs.push_back({"multilevel", [&graph, inner, seed] { return place_multilevel(graph, inner, seed); }});
  if (turn) return jobs;
  jobs.push_back({best == 0 ? "row-major, median swaps" : fmt::format("bands of {}, median swaps", best),
                  [&graph, inner, best, passes = work.median_passes, seed] {
                    return refine_by_median_swaps(
                        graph, inner, best == 0 ? place_row_major(graph, inner) : place_in_bands(graph, inner, best),
                        {}, passes, seed);
                  }});
  return jobs;
}

std::vector<Job> start_jobs(const ClusterGraph& graph, Mesh inner, const Work& work, std::uint64_t seed) {
  std::vector<Job> jobs;
  for (std::int32_t s = 0; s < work.scotch_seeds; ++s)
    jobs.push_back({fmt::format("scotch {}", s), [&graph, inner, seed = seed * 1000 + static_cast<std::uint64_t>(s)] {
                      return place_with_scotch(graph, inner, seed);
                    }});
  for (std::int32_t s = 0; s < work.bisections; ++s)
    jobs.push_back(
        {fmt::format("bisection {}", s), [&graph, inner, seed = seed * 1000 + static_cast<std::uint64_t>(s)] {
           return place_by_bisection(graph, inner, seed);
         }});
  for (const std::uint32_t rows : best_bands(graph, inner, work.bands))
    jobs.push_back(
        {fmt::format("bands of {}", rows), [&graph, inner, rows] { return place_in_bands(graph, inner, rows); }});
  return jobs;
}

// The rule of place_clusters().
std::size_t best_within(const std::vector<PlacedCandidate>& candidates, const Metrics& limits, std::size_t reference) {
  std::size_t best = reference;
  for (std::size_t c = 0; c < candidates.size(); ++c)
    if (keeps(candidates[c].metrics, limits) && candidates[c].metrics.energy < candidates[best].metrics.energy)
      best = c;
  return best;
}

void keep_least(std::vector<std::size_t>& order, const std::vector<PlacedCandidate>& candidates, std::size_t count) {
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return candidates[a].metrics.energy < candidates[b].metrics.energy;
  });
  if (order.size() > count) order.resize(count);
}

bool dominates(const Metrics& a, const Metrics& b) {
  return a.energy <= b.energy && a.latency_max <= b.latency_max && a.congestion_max <= b.congestion_max;
}

std::vector<PlacedCandidate> pareto_of(std::vector<PlacedCandidate> candidates) {
  std::stable_sort(candidates.begin(), candidates.end(), [](const PlacedCandidate& a, const PlacedCandidate& b) {
    return a.metrics.energy < b.metrics.energy;
  });
  std::vector<PlacedCandidate> kept;
  for (PlacedCandidate& candidate : candidates) {
    const bool worse = std::any_of(kept.begin(), kept.end(),
                                   [&](const PlacedCandidate& k) { return dominates(k.metrics, candidate.metrics); });
    if (!worse) kept.push_back(std::move(candidate));
  }
  return kept;
}

}  // namespace

std::int64_t annealing_moves(const ClusterGraph& graph, Effort effort) {
  const Work work = work_of(effort);
  const LongRuns runs = long_runs(graph, work);
  if (graph.size() > kScotchClusters) return std::min(runs.moves, 8 * kLargeMoves);
  const std::int64_t starts = work.scotch_seeds + work.bisections + work.bands;
  const std::size_t for_pareto = effort == Effort::kFast ? 0 : 1;
  return starts * moves_of(graph, work.short_moves, 0, work.most_moves) +
         runs.moves * runs.tries * static_cast<std::int64_t>(work.heats.size() * work.kept + for_pareto);
}

PlaceResult place_clusters(const ClusterGraph& graph, Mesh mesh, const PlaceOptions& options) {
  if (graph.size() > mesh.cells()) throw MoreClustersThanCells(graph.size(), mesh.width, mesh.height);
  const CompactWindow window = compact_window(mesh, graph.size());
  const Mesh room = window.room;
  const Mesh inner = window.start;
  const Work work = work_of(options.effort);
  const bool large = graph.size() > kScotchClusters;
  Rounds rounds(graph, room, options);
  std::vector<PlacedCandidate>& candidates = rounds.candidates;
  std::uint64_t stream = options.seed * 1000;  // of random numbers; one a job

  // References, on the whole room as published. They set the limits that the others keep.
  std::vector<std::size_t> references = rounds.run("references", reference_jobs(graph, room));
  keep_least(references, candidates, 1);
  const std::size_t reference = references.front();
  const Metrics limits = candidates[reference].metrics;
  Metrics tight = limits;
  if (candidates.size() == 1)  // the curve alone, which forces would shorten
    tight.distance_max -= tight.distance_max / kMargin;
  const Objective objective{tail_price(graph), std::max(1U, limits.distance_max - limits.distance_max / kMargin)};
  const Objective energy_only;  // for the Pareto set

  const auto run_starts = [&] {
    const std::int64_t moves = moves_of(graph, work.short_moves, 0, work.most_moves);
    std::vector<Job> jobs;
    for (Job& start : start_jobs(graph, inner, work, options.seed))
      jobs.push_back({start.how + ", annealed", [&, moves, place = std::move(start.run), seed = ++stream] {
                        return anneal(graph, room, moved_to_room(window, place()), objective,
                                      {moves, kShortHeat, kCool, kFirstRadius}, seed);
                      }});
    return rounds.run("starts", std::move(jobs));
  };
  const auto run_annealing = [&](const std::vector<std::size_t>& kept) {
    const LongRuns runs = long_runs(graph, work);
    std::vector<Job> jobs;
    const auto add = [&](std::size_t from, double heat, const Objective& aim) {
      jobs.push_back({candidates[from].how + ", annealed longer",
                      [&graph, &aim, room, moves = runs.moves, heat, start = candidates[from].cells, seed = ++stream] {
                        return anneal(graph, room, start, aim, {moves, heat, kCool, kFirstRadius}, seed);
                      }});
    };
    for (std::int64_t t = 0; t < runs.tries; ++t) {
      for (const double heat : work.heats) {
        for (const std::size_t k : kept) add(k, heat, objective);
        if (options.effort != Effort::kFast && (t > 0 || heat == work.heats.front()))
          add(kept.front(), heat, energy_only);
      }
    }
    rounds.run("annealing", std::move(jobs));
  };
  // The best of those that miss a limit are brought below it.
  const auto run_limits = [&] {
    const std::size_t best = best_within(candidates, tight, reference);
    std::vector<std::size_t> misses;
    for (std::size_t c = 0; c < candidates.size(); ++c)
      if (candidates[c].metrics.energy < candidates[best].metrics.energy) misses.push_back(c);
    keep_least(misses, candidates, large ? 1 : work.kept);
    const std::int64_t moves = moves_of(graph, work.short_moves, 0, large ? kLargeMoves : work.most_moves);
    std::vector<Job> jobs;
    for (const std::size_t m : misses)
      jobs.push_back({candidates[m].how + ", limits", [&, moves, start = candidates[m].cells, seed = ++stream] {
                        return within_limits(graph, room, start, tight, {moves, kLimitHeat, kCool, 8}, seed);
                      }});
    rounds.run("limits", std::move(jobs));
  };

  PlaceResult result;
  std::vector<std::size_t> kept;
  std::vector<std::function<void()>> steps;
  if (large) {
    steps.push_back([&] {
      std::vector<Job> jobs = large_jobs(graph, inner, work, objective, options.seed);
      for (Job& job : jobs) job.run = [&window, place = std::move(job.run)] { return moved_to_room(window, place()); };
      rounds.run("starts", std::move(jobs));
    });
  } else {
    steps.push_back([&] {
      kept = run_starts();
      keep_least(kept, candidates, work.kept);
    });
    steps.push_back([&] { run_annealing(kept); });
  }
  steps.push_back(run_limits);
  for (const auto& step : steps) {
    result.stopped_early = rounds.out_of_time();
    if (result.stopped_early) break;
    step();
  }

  std::size_t best = best_within(candidates, tight, reference);
  if (best == reference) best = best_within(candidates, limits, reference);
  const auto to_mesh = [&](PlacedCandidate candidate) {
    candidate.cells = moved_to_mesh(window, mesh, std::move(candidate.cells));
    if (!(room == mesh)) candidate.metrics = measure(graph, mesh, candidate.cells);
    return candidate;
  };
  result.reference = to_mesh(candidates[reference]);
  PlacedCandidate chosen = to_mesh(candidates[best]);
  result.cells = std::move(chosen.cells);
  result.metrics = chosen.metrics;
  result.how = chosen.how;
  for (PlacedCandidate& candidate : pareto_of(std::move(candidates)))
    result.pareto.push_back(to_mesh(std::move(candidate)));
  return result;
}

}  // namespace ranvier::mapper::clusters
