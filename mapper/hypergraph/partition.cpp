// SPDX-License-Identifier: Apache-2.0
// Problems to instances and back.
#include "mapper/hypergraph/partition.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "mapper/hypergraph/multilevel.h"
#include "mapper/hypergraph/proofs.h"

namespace ranvier::mapper::hypergraph {

namespace {

/// Part ids of the solver are dense: those that pins name first, in their order.
class PartNumbers {
 public:
  PartNumbers(const PartitionProblem& problem, const Parts& start) {
    std::set<Part> named;
    for (const Part p : problem.pinned)
      if (p != kNoPart) named.insert(p);
    for (const Part p : named) add(p);
    for (const Part p : start) add(p);
  }
  void make_dense(Parts& parts) const {
    for (Part& p : parts)
      if (p != kNoPart) p = inner_.at(p);
  }
  /// Ids as they were; parts that the solver opened take the smallest that are free.
  void restore(Parts& parts) {
    std::set<Part> taken(outer_.begin(), outer_.end());
    Part next = 0;
    for (Part& p : parts) {
      while (p >= outer_.size()) {
        while (taken.contains(next)) ++next;
        outer_.push_back(next++);
      }
      p = outer_[p];
    }
  }

 private:
  void add(Part p) {
    if (inner_.emplace(p, static_cast<Part>(outer_.size())).second) outer_.push_back(p);
  }
  std::map<Part, Part> inner_;
  std::vector<Part> outer_;
};

/// 0, 1, ... in the order of the first vertices.
void close_gaps(Parts& parts) {
  std::map<Part, Part> number;
  for (Part& p : parts) p = number.emplace(p, static_cast<Part>(number.size())).first->second;
}

PartitionResult finished(const PartitionProblem& problem, Parts parts) {
  PartitionResult result;
  result.connectivity = connectivity(problem.graph, parts);
  result.parts_used = std::set<Part>(parts.begin(), parts.end()).size();
  result.excess = excesses(problem, parts);
  result.parts = std::move(parts);
  return result;
}

PartitionResult run(const PartitionProblem& problem, const Parts* start, const PartitionOptions& options,
                    const std::vector<double>& move_price) {
  check_problem(problem);
  if (problem.graph.vertices == 0) return {};
  const Groups groups = groups_of(problem);
  if (std::vector<Excess> proofs = proofs_against(problem, groups); !proofs.empty())
    return {{}, 0, 0, std::move(proofs)};

  double extra = options.part_price * static_cast<double>(problem.graph.vertices);
  for (const double price : move_price) extra += price;
  const FixedPoint scale = fixed_point_for(problem.graph, extra);
  Instance instance = make_instance(problem, groups.of, groups.count(), scale);
  PartNumbers numbers(problem, start == nullptr ? Parts{} : *start);
  numbers.make_dense(instance.pinned);
  SolverOptions solver{options.effort, options.seed, options.threads, problem.most_parts, {}};
  solver.few_starts = options.few_starts;
  solver.progress = options.progress;
  solver.prices.part = scale.of(options.part_price);
  const Clustering first = twins(problem, instance, groups.of, {});

  Parts of_groups;
  if (start == nullptr) {
    of_groups = solve(instance, first, solver);
  } else {
    Parts home(groups.count());
    for (std::size_t g = 0; g < groups.count(); ++g) home[g] = (*start)[groups.first[g]];
    numbers.make_dense(home);
    std::vector<std::int64_t> price(groups.count(), 0);
    for (Vertex v = 0; v < move_price.size(); ++v) price[groups.of[v]] += scale.of(move_price[v]);
    solver.prices.home = &home;
    solver.prices.move = move_price.empty() ? nullptr : &price;
    of_groups = improve(instance, first, home, solver);
  }
  numbers.restore(of_groups);
  Parts parts(problem.graph.vertices);
  for (Vertex v = 0; v < parts.size(); ++v) parts[v] = of_groups[groups.of[v]];
  const bool any_pin = std::ranges::any_of(problem.pinned, [](Part p) { return p != kNoPart; });
  if (start == nullptr && !any_pin) close_gaps(parts);
  return finished(problem, std::move(parts));
}

}  // namespace

PartitionResult partition(const PartitionProblem& problem, const PartitionOptions& options) {
  return run(problem, nullptr, options, {});
}

PartitionResult refine(const PartitionProblem& problem, const Parts& start, const PartitionOptions& options) {
  return refine(problem, start, options, {});
}

PartitionResult refine(const PartitionProblem& problem, const Parts& start, const PartitionOptions& options,
                       const std::vector<double>& move_price) {
  if (start.size() != problem.graph.vertices || std::ranges::count(start, kNoPart) > 0)
    throw std::invalid_argument("refine: a part for each vertex");
  if (!move_price.empty() && move_price.size() != start.size())
    throw std::invalid_argument("refine: a price for each vertex, or none");
  return run(problem, &start, options, move_price);
}

}  // namespace ranvier::mapper::hypergraph
