// SPDX-License-Identifier: Apache-2.0
// ranvier place: a bare cluster graph onto a mesh, one cluster a core. docs/reference/place.md.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/counted.h"
#include "base/nearest_name.h"
#include "base/progress.h"
#include "cli/common.h"
#include "cli/place_remap.h"
#include "cli/place_result.h"
#include "cli/processor_time.h"
#include "cli/stop_watch.h"
#include "mapper/clusters/baselines.h"
#include "mapper/clusters/bounds.h"
#include "mapper/clusters/edge_file.h"
#include "mapper/clusters/errors.h"
#include "mapper/clusters/networks.h"
#include "mapper/clusters/portfolio.h"
#include "mapper/clusters/solvers.h"

namespace ranvier::cli {
namespace {

using namespace mapper::clusters;

constexpr std::uint32_t kMostSide = 16384;
constexpr std::size_t kMostCells = std::size_t{1} << 26;
constexpr const char* kPortfolio = "portfolio";
constexpr const char* kMultilevel = "multilevel";

struct PlaceArguments {
  Common common;
  std::string edges_file;
  std::string network;
  std::string mesh;
  std::size_t clusters = 0;  // at least
  std::string preset = "default";
  std::vector<std::string> solvers;
  bool compare = false;
  std::string placement_file;
  bool refine = false;
  PlaceRemapArguments remap;
  double time_budget_s = 0;
  std::string out_file;
  std::string edges_out_file;
};

struct Problem {
  std::string name;
  ClusterGraph graph;
  Mesh mesh;
};

Mesh parse_mesh(const std::string& text) {
  Mesh mesh;
  const char* end = text.data() + text.size();
  const auto [x, first] = std::from_chars(text.data(), end, mesh.width);
  if (first == std::errc{} && x != end && *x == 'x') {
    const auto [y, second] = std::from_chars(x + 1, end, mesh.height);
    if (second == std::errc{} && y == end && mesh.width > 0 && mesh.height > 0 && mesh.width <= kMostSide &&
        mesh.height <= kMostSide && mesh.cells() <= kMostCells)
      return mesh;
  }
  throw UsageError("--mesh",
                   fmt::format("'{}' is no mesh of at most {} cores, {} a side; write columns x rows, e.g. 64x64", text,
                               kMostCells, kMostSide));
}

Effort effort_of(const std::string& preset) {
  if (preset == "fast") return Effort::kFast;
  if (preset == "best") return Effort::kBest;
  if (preset == "default") return Effort::kDefault;
  throw UsageError("--preset", fmt::format("'{}' is none of fast, default and best", preset));
}

std::vector<std::string> solver_names() {
  std::vector<std::string> names = {kPortfolio, kMultilevel};
  for (const Baseline& b : baselines()) names.emplace_back(b.name);
  return names;
}

void check_arguments(const PlaceArguments& a) {
  if (a.edges_file.empty() == a.network.empty())
    throw UsageError("EDGES.csv", "give a file of edges or --network NAME, one of the two");
  effort_of(a.preset);
  const std::vector<std::string> names = solver_names();
  for (const std::string& name : a.solvers)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw UsageError("--solver", fmt::format("unknown solver '{}'{}; take {}", name, did_you_mean(name, names),
                                               fmt::join(names, ", ")));
  if (a.solvers.size() > 1 && !a.compare) throw UsageError("--solver", "several go with --compare; name one");
  if (a.refine && a.placement_file.empty()) throw UsageError("--refine", "goes with --placement FILE");
  if (a.remap.wanted && a.placement_file.empty()) throw UsageError("--remap", "goes with --placement FILE");
  if (a.remap.wanted && (a.refine || a.compare)) throw UsageError("--remap", "goes without --refine and --compare");
  check_place_remap(a.remap);
  if (!a.placement_file.empty() && !a.compare && !a.solvers.empty())
    throw UsageError("--solver", a.remap.wanted ? "goes without --remap; leave one out"
                                                : "a given placement needs none; leave it out, or add --compare");
  if (!(a.time_budget_s >= 0)) throw UsageError("--time-budget-s", "is a number of seconds from 0 on");
}

EdgeList load_edges(const PlaceArguments& a) {
  if (a.network.empty()) return read_edges(a.edges_file);
  Network network = make_network(a.network);
  return {network.clusters, std::move(network.edges)};
}

Problem make_problem(const PlaceArguments& a, EdgeList list) {
  const std::size_t clusters = std::max(list.clusters, a.clusters);
  const Mesh mesh = a.mesh.empty() ? square_mesh(clusters) : parse_mesh(a.mesh);
  if (clusters > mesh.cells()) throw MoreClustersThanCells(clusters, mesh.width, mesh.height);
  return {a.network.empty() ? a.edges_file : a.network, ClusterGraph(clusters, std::move(list.edges)), mesh};
}

/// Runs solvers and times them.
class Solving {
 public:
  Solving(const PlaceArguments& a, const Problem& problem) : a_(a), p_(problem) {}

  /// Appends to the report what else the portfolio found.
  Placed run(const std::string& solver, PlaceReport& report) const {
    if (solver == kPortfolio) return portfolio(report);
    const Baseline* baseline = find_baseline(solver);
    return timed(solver, baseline == nullptr ? "own multilevel placement" : baseline->what, [&] {
      return baseline == nullptr ? place_multilevel(p_.graph, p_.mesh, a_.common.seed)
                                 : baseline->place(p_.graph, p_.mesh, a_.common.seed);
    });
  }

  Placed given() const {
    Placed placed =
        timed("given", a_.placement_file, [&] { return read_placement(a_.placement_file, p_.graph.size(), p_.mesh); });
    placed.cpu_s = placed.wall_s = 0;
    return placed;
  }

  Placed refined(const Placement& start) const {
    constexpr std::int32_t kPasses[] = {10, 50, 400};
    const std::int32_t passes = kPasses[static_cast<std::size_t>(effort_of(a_.preset))];
    return timed("refined", fmt::format("given, at most {} passes of median swaps", passes),
                 [&] { return refine_by_median_swaps(p_.graph, p_.mesh, start, {}, passes, a_.common.seed); });
  }

  /// What moved goes to the report.
  Placed remapped(const Placement& start, PlaceReport& report) const {
    Remapped result;
    Placed placed = timed("remapped", "", [&] {
      result = remap_placement(a_.remap, p_.graph, p_.mesh, start, effort_of(a_.preset), a_.common.seed);
      return result.placement;
    });
    placed.how = result.accepted ? fmt::format("given, {} moved", counted(result.moved_clusters, "cluster"))
                                 : "given, nothing moved";
    report.remapped = std::move(result);
    return placed;
  }

 private:
  template <class Place>
  Placed timed(const std::string& solver, const std::string& how, const Place& place) const {
    const StopWatch wall;
    const double cpu = processor_seconds();
    Placed placed;
    placed.cells = place();
    placed.cpu_s = processor_seconds() - cpu;
    placed.wall_s = wall.seconds();
    placed.solver = solver;
    placed.how = how;
    placed.metrics = measure(p_.graph, p_.mesh, placed.cells);
    return placed;
  }

  Placed portfolio(PlaceReport& report) const {
    ProgressOptions shown;
    shown.quiet = a_.common.quiet;
    PlaceOptions options;
    options.effort = effort_of(a_.preset);
    options.seed = a_.common.seed;
    options.threads = thread_count(a_.common);
    options.time_budget_s = a_.time_budget_s;
    std::unique_ptr<Progress> progress;
    std::string round;
    options.progress = [&](const PlaceProgress& at) {
      if (at.round != round) progress = std::make_unique<Progress>("placing, " + at.round, at.jobs, shown);
      round = at.round;
      progress->set(at.done);
    };
    PlaceResult result;
    Placed placed = timed(kPortfolio, "", [&] {
      result = place_clusters(p_.graph, p_.mesh, options);
      return result.cells;
    });
    placed.how = result.how;
    placed.stopped_early = result.stopped_early;
    for (PlacedCandidate& c : result.pareto) report.pareto.push_back({"pareto", c.how, std::move(c.cells), c.metrics});
    report.reference.push_back({"reference", result.reference.how, result.reference.cells, result.reference.metrics});
    return placed;
  }

  const PlaceArguments& a_;
  const Problem& p_;
};

/// Solvers that --compare runs, ours last.
std::vector<std::string> compared(const PlaceArguments& a, std::size_t clusters, std::vector<std::string>& left_out) {
  std::vector<std::string> names = a.solvers;
  if (names.empty())
    for (const Baseline& b : baselines()) (clusters <= b.most_clusters ? names : left_out).emplace_back(b.name);
  std::erase(names, kPortfolio);
  names.emplace_back(kPortfolio);
  return names;
}

PlaceReport solve(const PlaceArguments& a, const Problem& problem) {
  PlaceReport r;
  const Solving solving(a, problem);
  r.compared = a.compare;
  if (!a.placement_file.empty()) r.placed.push_back(solving.given());
  if (a.refine) r.placed.push_back(solving.refined(r.placed.back().cells));
  if (a.remap.wanted) r.placed.push_back(solving.remapped(r.placed.back().cells, r));
  if (a.compare) {
    for (const std::string& name : compared(a, problem.graph.size(), r.left_out)) {
      if (!a.common.quiet) fmt::print(stderr, "place: {}\n", name);
      r.placed.push_back(solving.run(name, r));
    }
    mark_pareto(r.placed);
  } else if (a.placement_file.empty()) {
    r.placed.push_back(solving.run(a.solvers.empty() ? kPortfolio : a.solvers.front(), r));
  }
  r.answer = r.placed.size() - 1;
  r.graph = problem.name;
  r.clusters = problem.graph.size();
  r.edges = problem.graph.edges().size();
  r.total_weight = problem.graph.total_weight();
  r.mesh = problem.mesh;
  r.preset = a.preset;
  r.seed = a.common.seed;
  r.bound_weighted_hops = shell_bound(problem.graph, problem.mesh);
  r.bound_energy = energy_of(r.bound_weighted_hops, r.total_weight);
  return r;
}

ExitCode place(const PlaceArguments& a) {
  check_arguments(a);
  const StopWatch loading;
  EdgeList list = load_edges(a);
  if (!a.edges_out_file.empty()) {
    list.clusters = std::max(list.clusters, a.clusters);
    write_edges(a.edges_out_file, list);
    return ExitCode::kOk;
  }
  const Problem problem = make_problem(a, std::move(list));
  const double load_s = loading.seconds();
  PlaceReport report = solve(a, problem);
  report.load_s = load_s;
  if (!a.out_file.empty()) write_placement(a.out_file, report.placed[report.answer].cells, problem.mesh);
  if (a.common.json)
    fmt::print("{}\n", place_json(report).dump(2));
  else
    print_place(report);
  return ExitCode::kOk;
}

}  // namespace

void add_place_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("place", "place a cluster graph on a mesh of cores");
  auto a = std::make_shared<PlaceArguments>();
  verb->add_option("EDGES.csv", a->edges_file, "lines source,target,weight");
  verb->add_option("--network", a->network, std::string("in place of a file: ") + kNetworkNames);
  verb->add_option("--mesh", a->mesh, "cores, columns x rows (the smallest square)");
  verb->add_option("--clusters", a->clusters, "at least so many, those without edges too")
      ->check(whole_number(1, kMostCells));
  verb->add_option("--preset", a->preset, "work: fast, default or best")->capture_default_str();
  verb->add_option("--solver", a->solvers, fmt::format("{}", fmt::join(solver_names(), ", ")))->delimiter(',');
  verb->add_flag("--compare", a->compare, "run all solvers, or those of --solver, and mark the Pareto set");
  verb->add_option("--placement", a->placement_file, "lines cluster,x,y: measure this placement");
  verb->add_flag("--refine", a->refine, "start from --placement");
  add_place_remap_options(*verb, a->remap);
  verb->add_option("--time-budget-s", a->time_budget_s,
                   "no new round after so long; the result then depends on the machine");
  add_output_option(*verb, "-o,--out", a->out_file, "write the placement, lines cluster,x,y");
  add_output_option(*verb, "--write-edges", a->edges_out_file, "write the graph to this file instead of placing it");
  add_common(*verb, a->common);
  verb->callback([a, &context] {
    apply_common(a->common);
    context.exit_code = place(*a);
  });
}

}  // namespace ranvier::cli
