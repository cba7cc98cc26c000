// SPDX-License-Identifier: Apache-2.0
// The portfolio: every start of every partition is refined a little, the most promising ones thoroughly, and under
// other prices too. Members are numbered before any of them runs, so threads change no result.
#include "mapper/mapper.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "mapper/candidates.h"
#include "mapper/cluster_start.h"
#include "mapper/errors.h"
#include "mapper/levels.h"
#include "mapper/merged_flows.h"
#include "mapper/partition_portfolio.h"
#include "mapper/routing/reroute.h"

namespace ranvier::mapper {

namespace {

using Clock = std::chrono::steady_clock;

/// How much of what. Moves are in quarters of default_moves() per refinement.
struct Work {
  bool partitions;
  int solvers;           // starts by solvers beside the curves
  std::int64_t first;    // moves of the first round
  std::int64_t second;   // of the second
  std::size_t promoted;  // starts that come into it
  hypergraph::Effort partitioning;
};

Work work_of(Effort effort) {
  switch (effort) {
    case Effort::kFast:
      return {false, 0, 1, 2, 1, hypergraph::Effort::kFast};
    case Effort::kDefault:
      return {true, 2, 1, 4, 3, hypergraph::Effort::kFast};
    case Effort::kBest:
      return {true, 4, 4, 24, 5, hypergraph::Effort::kDefault};
  }
  return {};
}

/// Prices under which the most promising start is refined beside those of the options: less of the time, so that
/// traffic counts; more of crowded links.
struct Variant {
  const char* name;
  double time;
  double hop;
  double load;
};
constexpr std::array kVariants{Variant{"for energy", 0.25, 4, 1}, Variant{"for links", 1, 1, 16}};

PlaceWeights varied(PlaceWeights w, const Variant& v) {
  w.time *= v.time;
  w.hop *= v.hop;
  w.crossing *= v.hop;
  w.load *= v.load;
  return w;
}

constexpr std::size_t kLargeMapping = 2048;     // cores
constexpr std::size_t kManyEndsOfATile = 1000;  // of flows: moves are dear
constexpr std::size_t kPromotedOfLarge = 2;
constexpr std::int64_t kSecondOfLarge = 2;  // quarters of default_moves()

constexpr std::array kCurveNames{"row-major", "snake", "hilbert"};

class Portfolio {
 public:
  Portfolio(const MappingProblem& problem, const MapOptions& options)
      : problem_(problem),
        options_(options),
        work_(work_of(options.effort)),
        level_(compute_levels(problem)),
        rules_(problem),
        needs_(std::make_shared<const TileNeeds>(problem)),
        basis_(estimate_basis(problem)),
        merged_(merged_flows(problem)),
        work_of_tiles_(std::make_shared<const StepWork>(merged_ ? step_work(*merged_) : basis_.work)) {}

  MapResult run() {
    share_out();
    MapResult result;
    if (partitions_.front().clustering.clusters.empty()) {
      const std::vector<CoreId> none(problem_.tiles.size());
      result.mapping = complete(problem_, level_, none);
      candidates_.push_back(judged(problem_, basis_, result.mapping, "none", "none"));
      result.beats_every_curve = true;
    } else {
      first_round();
      const bool late = options_.time_budget_s > 0 && seconds() > options_.time_budget_s;
      result.stopped_early = late;
      if (!late) second_round();
      if (candidates_.empty()) std::rethrow_exception(misfit_);
      const Choice choice = choose(candidates_, curves_);
      candidates_[choice.index].chosen = true;
      result.beats_every_curve = choice.beats_every_curve;
      result.mapping = complete(problem_, level_, candidates_[choice.index].core_of, &basis_.work);
      // Of a large mapping it takes as long as a start and seldom gains anything.
      const bool pays = options_.effort == Effort::kBest || (options_.effort == Effort::kDefault && !large());
      if (options_.reroute_rounds > 0 && pays)
        result.rerouted = routing::reroute_if_better(problem_, result.mapping, {.rounds = options_.reroute_rounds});
    }
    result.candidates = static_cast<std::int64_t>(candidates_.size());
    // Of equals the first is kept: that is to be the chosen one.
    std::stable_partition(candidates_.begin(), candidates_.end(), [](const MapCandidate& c) { return c.chosen; });
    result.pareto = pareto_set(candidates_);
    return result;
  }

 private:
  struct Start {
    const NamedClustering* of = nullptr;
    std::string name;
    int curve = -1;
    StartSolver solver{};
    std::uint64_t seed = 0;
    std::vector<CoreId> core_of{};  // filled when run
  };
  struct Job {
    const Start* start = nullptr;
    std::string name;
    PlaceWeights weights;
    std::int64_t moves = 0;
  };
  struct Outcome {
    std::optional<MapCandidate> plain;  // curves, as they are
    std::optional<MapCandidate> refined;
    double cost = 0;
    std::exception_ptr misfit;
  };

  bool large() const { return partitions_.front().clustering.clusters.size() > kLargeMapping; }

  bool many_ends() const {
    std::size_t ends = 0;
    for (const Flow& flow : problem_.flows) ends += flow.destinations.size();
    return ends > kManyEndsOfATile * problem_.tiles.size();
  }

  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

  void say(const std::string& round, std::size_t done, std::size_t jobs) const {
    if (options_.progress) options_.progress({round, static_cast<std::int32_t>(done), static_cast<std::int32_t>(jobs)});
  }

  std::int64_t moves(std::int64_t quarters, const Start& start) const {
    if (options_.place.moves > 0) return options_.place.moves;
    return quarters * default_moves(start.of->clustering.clusters.size()) / 4;
  }

  void share_out() {
    say("partitions", 0, 1);
    PortfolioPartitionOptions how;
    how.partition = {.preset = options_.preset,
                     .spread_chips = options_.spread_chips,
                     .seed = options_.seed,
                     .by_pairs = merged_ ? &*merged_ : nullptr};
    how.others = work_.partitions;
    how.effort = work_.partitioning;
    how.threads = options_.threads;
    partitions_ = partitions(problem_, level_, how);
    say("partitions", 1, 1);
  }

  /// Runs all jobs on the threads; outcomes by job.
  template <class Run>
  std::vector<Outcome> run_all(const std::string& round, std::size_t jobs, Run&& run) {
    std::vector<Outcome> outcomes(jobs);
    std::vector<std::exception_ptr> failed(jobs);
    std::atomic<std::size_t> next{0};
    std::size_t done = 0;
    std::mutex saying;
    const auto work = [&] {
      for (std::size_t j = next++; j < jobs; j = next++) {
        try {
          outcomes[j] = run(j);
        } catch (...) {
          failed[j] = std::current_exception();
        }
        const std::lock_guard lock(saying);
        say(round, ++done, jobs);
      }
    };
    {
      std::vector<std::jthread> workers;
      const auto threads = static_cast<std::size_t>(std::max(1, options_.threads));
      for (std::size_t t = 1; t < std::min(threads, jobs); ++t) workers.emplace_back(work);
      work();
    }
    for (const auto& error : failed)
      if (error) std::rethrow_exception(error);
    return outcomes;
  }

  /// The estimate of a placement; empty, and the reason kept, where its tables overflow.
  std::optional<MapCandidate> judge(const Start& start, const std::string& name, const std::vector<CoreId>& core_of,
                                    Outcome& outcome) const {
    try {
      return judged(problem_, basis_, complete(problem_, level_, core_of, &basis_.work), start.of->name, name);
    } catch (const DoesNotFit&) {
      outcome.misfit = std::current_exception();
      return std::nullopt;
    }
  }

  Outcome refine(const Start& start, const Job& job, std::uint64_t stream) const {
    Outcome outcome;
    if (start.curve >= 0 && start.of == &partitions_.front() && job.start == nullptr)
      outcome.plain = judge(start, start.name, start.core_of, outcome);
    const Refinement refined = refine_placement(merged_ ? *merged_ : problem_, level_, needs_, job.weights,
                                                start.core_of, job.moves, options_.seed, stream, work_of_tiles_);
    outcome.cost = refined.cost;
    outcome.refined = judge(start, job.name, refined.core_of, outcome);
    return outcome;
  }

  void keep(std::vector<Outcome>& outcomes) {
    for (Outcome& o : outcomes) {
      if (o.plain) {
        curves_.push_back(candidates_.size());
        candidates_.push_back(*o.plain);
      }
      if (o.refined) candidates_.push_back(*o.refined);
      if (o.misfit && !misfit_) misfit_ = o.misfit;
    }
  }

  void first_round() {
    for (const NamedClustering& p : partitions_) {
      for (int curve = 0; curve < kCurves; ++curve)
        starts_.push_back({&p, kCurveNames[static_cast<std::size_t>(curve)], curve});
      for (int s = 0; s < work_.solvers; ++s) {
        const auto solver = static_cast<StartSolver>(s);
        starts_.push_back({&p, name_of(solver), -1, solver, options_.seed});
      }
    }
    std::vector<ClusterTraffic> traffic;
    for (const NamedClustering& p : partitions_) traffic.push_back(cluster_traffic(problem_, p.clustering.clusters));
    auto outcomes = run_all("starts", starts_.size(), [&](std::size_t j) {
      Start& s = starts_[j];
      const auto p = static_cast<std::size_t>(s.of - partitions_.data());
      s.core_of = s.curve >= 0 ? curve_start(problem_, rules_, s.of->clustering, static_cast<Curve>(s.curve))
                               : solver_start(problem_, rules_, s.of->clustering, traffic[p], s.solver, s.seed);
      return refine(s, {nullptr, s.name + ", refined", options_.place.weights, moves(work_.first, s)}, j);
    });
    keep(outcomes);
    for (std::size_t j = 0; j < outcomes.size(); ++j) {
      if (!outcomes[j].refined) continue;
      starts_[j].core_of = outcomes[j].refined->core_of;
      ranked_.push_back({outcomes[j].cost, j});
    }
    std::stable_sort(ranked_.begin(), ranked_.end());
  }

  /// The best start of each partition, then the best of the others: partitions differ more than starts do.
  std::vector<std::size_t> promoted() const {
    std::vector<std::size_t> chosen;
    for (const bool only_first : {true, false})
      for (const auto& [cost, j] : ranked_) {
        const auto of_same = [&, at = j](std::size_t other) { return starts_[other].of == starts_[at].of; };
        const bool there = std::find(chosen.begin(), chosen.end(), j) != chosen.end();
        if (chosen.size() == work_.promoted || there) continue;
        if (!only_first || std::none_of(chosen.begin(), chosen.end(), of_same)) chosen.push_back(j);
      }
    return chosen;
  }

  void second_round() {
    // A move of a large mapping costs more, and its starts end closer to each other. So do those of random networks.
    if (options_.effort == Effort::kDefault && (large() || many_ends())) {
      work_.promoted = std::min(work_.promoted, kPromotedOfLarge);
      work_.second = std::min(work_.second, kSecondOfLarge);
    }
    std::vector<Job> jobs;
    for (const std::size_t j : promoted()) {
      const Start& s = starts_[j];
      jobs.push_back({&s, s.name + ", refined twice", options_.place.weights, moves(work_.second, s)});
    }
    if (options_.effort != Effort::kFast && !ranked_.empty())
      for (const Variant& v : kVariants) {
        const Start& s = starts_[ranked_.front().second];
        jobs.push_back(
            {&s, s.name + ", refined " + v.name, varied(options_.place.weights, v), moves(work_.second / 2, s)});
      }
    auto outcomes = run_all("refinements", jobs.size(),
                            [&](std::size_t j) { return refine(*jobs[j].start, jobs[j], starts_.size() + j); });
    keep(outcomes);
  }

  const MappingProblem& problem_;
  const MapOptions& options_;
  Work work_;
  Clock::time_point begin_ = Clock::now();
  std::vector<std::int32_t> level_;
  PlaceRules rules_;
  std::shared_ptr<const TileNeeds> needs_;
  EstimateBasis basis_;
  std::optional<MappingProblem> merged_;           // to refine by; candidates are judged by the whole problem
  std::shared_ptr<const StepWork> work_of_tiles_;  // of the problem that is refined by
  std::vector<NamedClustering> partitions_;
  std::vector<Start> starts_;
  std::vector<std::pair<double, std::size_t>> ranked_;  // cost after the first round, start
  std::vector<MapCandidate> candidates_;
  std::vector<std::size_t> curves_;  // candidates: plain curves of the first partition
  std::exception_ptr misfit_;
};

}  // namespace

const char* name_of(Effort effort) {
  constexpr std::array kNames{"fast", "default", "best"};
  return kNames[static_cast<std::size_t>(effort)];
}

MapResult map_with_pareto(const MappingProblem& problem, const MapOptions& options) {
  return Portfolio(problem, options).run();
}

Mapping map_program(const MappingProblem& problem, const MapOptions& options) {
  return map_with_pareto(problem, options).mapping;
}

}  // namespace ranvier::mapper
