// SPDX-License-Identifier: Apache-2.0
// ranvier partition: a bare hypergraph to parts within limits. docs/reference/partition.md.
#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"
#include "base/nearest_name.h"
#include "base/progress.h"
#include "cli/common.h"
#include "cli/partition_result.h"
#include "cli/processor_time.h"
#include "cli/stop_watch.h"
#include "mapper/clusters/edge_file.h"
#include "mapper/hypergraph/errors.h"
#include "mapper/hypergraph/hmetis_file.h"
#include "mapper/hypergraph/networks.h"
#include "mapper/hypergraph/part_bounds.h"
#include "mapper/hypergraph/part_graph.h"
#include "mapper/hypergraph/partition.h"
#include "mapper/hypergraph/seeds.h"

namespace ranvier::cli {
namespace {

using namespace mapper::hypergraph;

constexpr const char* kMultilevel = "multilevel";

struct PartitionArguments {
  Common common;
  std::string hypergraph_file;
  std::string network;
  std::string neuron_order = "hwc";
  std::string limits;
  std::string preset = "default";
  std::string solver = kMultilevel;
  bool compare = false;
  std::uint64_t most_parts = 0;
  std::string start_file;
  std::string check_file;
  std::string out_file;
  std::string clusters_file;
  std::string write_file;
};

/// No partition was found, or none exists; `excess` says why.
struct NotPartitioned : Error {
  explicit NotPartitioned(const Excess& excess)
      : Error(ExitCode::kDoesNotFit, excess.text() + (excess.proven() ? "" : "; allow more parts, or --preset best")) {}
};

std::vector<std::string> solver_names() {
  return {"sequential", "sequential-breadth", "overlap", "metis-star", "metis-edge", kMultilevel};
}

Effort effort_of(const std::string& preset) {
  if (preset == "fast") return Effort::kFast;
  if (preset == "default") return Effort::kDefault;
  if (preset == "best") return Effort::kBest;
  throw UsageError("--preset", fmt::format("'{}' is none of fast, default and best", preset));
}

void check_arguments(const CLI::App& verb, const PartitionArguments& a) {
  if (a.hypergraph_file.empty() == a.network.empty())
    throw UsageError("NET.hgr", "give a file or --network NAME, one of the two");
  const auto names = solver_names();
  if (std::find(names.begin(), names.end(), a.solver) == names.end())
    throw UsageError("--solver", fmt::format("unknown solver '{}'{}; take {}", a.solver, did_you_mean(a.solver, names),
                                             fmt::join(names, ", ")));
  effort_of(a.preset);
  if (a.neuron_order != "hwc" && a.neuron_order != "chw")
    throw UsageError("--neuron-order", fmt::format("'{}' is neither hwc nor chw", a.neuron_order));
  if (verb.count("--neuron-order") > 0 && a.network.empty()) throw UsageError("--neuron-order", "goes with --network");
  if (a.limits.empty() && a.write_file.empty())
    throw UsageError("--limits", "say what a part holds, e.g. neurons=1024,in_axons=4096");
  if (!a.start_file.empty() && (a.solver != kMultilevel || a.compare))
    throw UsageError("--start", "is refined by solver multilevel, without --compare");
  if (!a.check_file.empty() && (a.compare || !a.start_file.empty() || verb.count("--solver") > 0))
    throw UsageError("--check", "solves nothing; leave --solver, --start and --compare out");
  if (a.compare && verb.count("--solver") > 0) throw UsageError("--compare", "runs all solvers; leave --solver out");
}

HypergraphFile load(const PartitionArguments& a) {
  if (a.network.empty()) return read_hmetis(a.hypergraph_file);
  const NeuronOrder order = a.neuron_order == "hwc" ? NeuronOrder::kChannelsLast : NeuronOrder::kChannelsFirst;
  return {make_network(a.network, {order, a.common.seed}), {}};
}

/// Synapses of each vertex: hyperedges that it listens to.
std::vector<std::int64_t> synapses_of(const Hypergraph& graph) {
  std::vector<std::int64_t> result(graph.vertices, 0);
  for (std::size_t e = 0; e < graph.pins.size(); ++e)
    for (const Vertex v : graph.pins[e].subspan(1)) ++result[v];
  return result;
}

void add_limit(const std::string& text, const std::vector<std::int64_t>& vertex_weight, PartitionProblem& problem) {
  const auto equals = text.find('=');
  const std::string name = text.substr(0, equals);
  std::int64_t limit = 0;
  const char* end = text.data() + text.size();
  const char* begin = equals == std::string::npos ? end : text.data() + equals + 1;
  const auto [rest, error] = std::from_chars(begin, end, limit);
  if (error != std::errc{} || rest != end || limit < 1)
    throw UsageError("--limits", fmt::format("'{}' is no limit; write name=N, N at least 1", text));
  for (const SummedResource& r : problem.summed)
    if (r.name == name) throw UsageError("--limits", fmt::format("'{}' twice; give it once", name));
  for (const SharedResource& r : problem.shared)
    if (r.name == name) throw UsageError("--limits", fmt::format("'{}' twice; give it once", name));
  if (name == "neurons") {
    const std::vector<std::int64_t> one(problem.graph.vertices, 1);
    problem.summed.push_back({name, limit, vertex_weight.empty() ? one : vertex_weight});
  } else if (name == "pins") {
    problem.summed.push_back({name, limit, synapses_of(problem.graph)});
  } else if (name == "in_axons") {
    problem.shared.push_back(in_axons(problem.graph, limit));
  } else {
    const std::vector<std::string> names{"neurons", "in_axons", "pins"};
    throw UsageError("--limits", fmt::format("unknown resource '{}'{}; there are neurons, in_axons, pins", name,
                                             did_you_mean(name, names)));
  }
}

PartitionProblem make_problem(const PartitionArguments& a, HypergraphFile file) {
  PartitionProblem problem;
  problem.graph = std::move(file.graph);
  if (a.most_parts > 0) problem.most_parts = a.most_parts;
  for (std::size_t begin = 0; begin <= a.limits.size();) {
    const std::size_t end = std::min(a.limits.find(',', begin), a.limits.size());
    add_limit(a.limits.substr(begin, end - begin), file.vertex_weight, problem);
    begin = end + 1;
  }
  return problem;
}

Parts multilevel(const PartitionArguments& a, const PartitionProblem& problem) {
  PartitionOptions options;
  options.effort = effort_of(a.preset);
  options.seed = a.common.seed;
  options.threads = thread_count(a.common);
  ProgressOptions shown;
  shown.quiet = a.common.quiet;
  std::optional<Progress> line;
  options.progress = [&](std::int64_t done, std::int64_t total) {
    if (!line) line.emplace("partitioning", total, shown);
    line->set(done);
  };
  PartitionResult result;
  if (a.start_file.empty()) {
    result = partition(problem, options);
  } else {
    const Parts start = parse_parts(read_file(a.start_file), a.start_file, problem.graph.vertices);
    result = refine(problem, start, options);
  }
  if (!result.valid()) {
    const Excess& e = result.excess.front();
    if (e.obstacle == Obstacle::kVertexTooLarge) throw NoPartition(e.resource, e.vertex, e.needed, e.limit);
    throw NotPartitioned(e);
  }
  return std::move(result.parts);
}

Parts solve(const std::string& solver, const PartitionArguments& a, const PartitionProblem& problem) {
  if (solver == "sequential") return fill_in_order(problem, order_as_given(problem.graph));
  if (solver == "sequential-breadth") return fill_in_order(problem, order_by_breadth(problem.graph));
  if (solver == "overlap") return fill_by_overlap(problem);
  if (solver == "metis-star") return fill_with_metis(problem, MetisGraph::kStar, a.common.seed);
  if (solver == "metis-edge") return fill_with_metis(problem, MetisGraph::kEdges, a.common.seed);
  return multilevel(a, problem);
}

Partitioned run(const std::string& solver, const PartitionArguments& a, const PartitionProblem& problem) {
  if (a.compare && !a.common.quiet) fmt::print(stderr, "partition: {}\n", solver);
  const StopWatch wall;
  const double cpu = processor_seconds();
  Partitioned p;
  p.solver = solver;
  p.parts = solve(solver, a, problem);
  p.cpu_s = processor_seconds() - cpu;
  p.wall_s = wall.seconds();
  p.report = verify_parts(problem, p.parts);
  return p;
}

std::vector<Partitioned> run_all(const PartitionArguments& a, const PartitionProblem& problem) {
  std::vector<Partitioned> all;
  if (!a.check_file.empty()) {
    Partitioned given;
    given.solver = "given";
    given.parts = parse_parts(read_file(a.check_file), a.check_file, problem.graph.vertices);
    given.report = verify_parts(problem, given.parts);
    all.push_back(std::move(given));
    return all;
  }
  for (const std::string& solver : a.compare ? solver_names() : std::vector<std::string>{a.solver})
    all.push_back(run(solver, a, problem));
  return all;
}

ExitCode partition_verb(const PartitionArguments& a) {
  HypergraphFile file = load(a);
  if (!a.write_file.empty()) write_file_atomically(a.write_file, hmetis_text(file));
  if (a.limits.empty()) return ExitCode::kOk;
  const PartitionProblem problem = make_problem(a, std::move(file));
  PartitionReport report;
  report.network = a.network.empty() ? a.hypergraph_file : a.network;
  report.preset = a.preset;
  report.seed = a.common.seed;
  report.vertices = problem.graph.vertices;
  report.hyperedges = problem.graph.pins.size();
  report.pins = problem.graph.pins.items.size();
  report.parts_bound = parts_bound(problem);
  report.km1_bound = km1_bound(problem);
  report.compared = run_all(a, problem);
  const Partitioned& answer = report.answer();
  if (!a.out_file.empty()) write_file_atomically(a.out_file, parts_text(answer.parts));
  if (!a.clusters_file.empty()) {
    std::size_t clusters = 0;  // parts that are given may leave numbers out
    for (const Part part : answer.parts) clusters = std::max(clusters, part + std::size_t{1});
    mapper::clusters::write_edges(a.clusters_file, {clusters, part_graph(problem.graph, answer.parts)});
  }
  if (a.common.json)
    fmt::print("{}\n", partition_json(report).dump(2));
  else
    print_partition(report);
  return a.check_file.empty() || answer.report.valid() ? ExitCode::kOk : ExitCode::kDoesNotFit;
}

}  // namespace

void add_partition_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("partition", "a bare hypergraph of neurons to parts within limits");
  auto a = std::make_shared<PartitionArguments>();
  verb->add_option("NET.hgr", a->hypergraph_file, "hypergraph as hMETIS text, the first pin is the source");
  verb->add_option("--network", a->network, fmt::format("made instead: {}", fmt::join(network_names(), ", ")));
  verb->add_option("--neuron-order", a->neuron_order, "of its feature maps: hwc or chw")->capture_default_str();
  verb->add_option("--limits", a->limits, "of a part: neurons=N,in_axons=N,pins=N, any of them");
  verb->add_option("--parts", a->most_parts, "at most (no limit)")->check(whole_number(1, UINT32_MAX - 1));
  verb->add_option("--preset", a->preset, "fast, default or best: work that multilevel may do")->capture_default_str();
  verb->add_option("--solver", a->solver, fmt::format("{}", fmt::join(solver_names(), ", ")))->capture_default_str();
  verb->add_flag("--compare", a->compare, "run all solvers");
  verb->add_option("--start", a->start_file, "parts to refine, one a line");
  verb->add_option("--check", a->check_file, "parts to verify, one a line; nothing is solved");
  add_output_option(*verb, "-o,--out", a->out_file, "write the parts to this file, one a line");
  add_output_option(*verb, "--clusters", a->clusters_file, "write the traffic between parts as CSV for ranvier place");
  add_output_option(*verb, "--write-hgr", a->write_file, "write the hypergraph as hMETIS text");
  add_common(*verb, a->common);
  verb->callback([a, verb, &context] {
    apply_common(a->common);
    check_arguments(*verb, *a);
    context.exit_code = partition_verb(*a);
  });
}

}  // namespace ranvier::cli
