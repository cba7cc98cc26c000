// SPDX-License-Identifier: Apache-2.0
// Jobs on irregular networks: neurons are partitioned and renumbered before the chip is filled.
#include <fmt/format.h>

#include "base/digest.h"
#include "base/log.h"
#include "cli/job.h"
#include "cli/map_options.h"
#include "cli/rtl_options.h"
#include "cli/stop_watch.h"
#include "mapper/errors.h"
#include "mapper/neuron_partition.h"
#include "mapper/wider_flows.h"
#include "workloads/lif_engine.h"

namespace ranvier::cli {
namespace {

mapper::hypergraph::Effort effort_of(mapper::Effort effort) {
  if (effort == mapper::Effort::kFast) return mapper::hypergraph::Effort::kFast;
  return effort == mapper::Effort::kBest ? mapper::hypergraph::Effort::kBest : mapper::hypergraph::Effort::kDefault;
}

workloads::Activations spikes_of(const workloads::Program& program, const std::vector<std::int32_t>& stimulus) {
  workloads::LifEngine engine(program);
  engine.run(stimulus);
  return engine.activations();
}

}  // namespace

void Job::load_graph() {
  const StopWatch watch;
  const auto refuse = [this](const char* option, const char* why) {
    throw UsageError(option, fmt::format("{} {}; leave it out", options_.workload, why));
  };
  if (options_.schedule_given && options_.schedule != "timesteps")
    refuse("--schedule", "is a network over time, which has a schedule of its own");
  if (options_.images_given && options_.images != 1) refuse("--images", "has one stimulus, which --set describes");
  if (!options_.images_file.empty()) refuse("--images-file", "has its stimulus after --set");
  if (options_.where.any()) refuse("--place", "has stages of compartments only, which spike on cores");
  graph_ = load_graph_workload(options_.workload, options_.set, thread_count(options_.common));
  program_ = graph_->program;
  options_.schedule = "timesteps";
  options_.images = 1;
  codes_ = {graph_->stimulus};
  wall_times_.push_back({"load", watch.seconds()});
}

void Job::map_graph() {
  const chips::Board board = chips::load_target(options_.target);
  const mapper::MapOptions search = map_options_of(options_, board);
  check_rtl(options_.rtl, program_, board, options_.fidelity);
  const StopWatch watch;
  mapper::NeuronPartitionOptions how;
  how.as_given = graph_->cut == NeuronCut::kOrder;
  how.most_neurons = graph_->core_neurons;
  how.effort = effort_of(search.effort);
  how.seed = options_.common.seed;
  how.threads = thread_count(options_.common);
  how.spikes = spikes_of(program_, graph_->stimulus).codes;
  how.progress = [&search](std::int32_t round, std::int64_t done, std::int64_t jobs) {
    search.progress(
        {fmt::format("neurons, round {}", round), static_cast<std::int32_t>(done), static_cast<std::int32_t>(jobs)});
  };
  mapper::PartitionedNetwork network = mapper::partition_neurons(program_, board, how);
  wall_times_.push_back({"partition", watch.seconds()});
  const StopWatch map_watch;
  problem_ = mapper::make_problem(network, board);
  program_ = std::move(network.program);
  problem_.program = &program_;
  const workloads::Activations spikes = spikes_of(program_, graph_->stimulus);
  problem_.constraints = search.constraints;
  const auto map_it = [&] {
    mapper::set_flow_events(problem_, spikes);
    search_ = mapper::map_with_pareto(problem_, search);
  };
  const auto widen = [&] {
    if (!mapper::widen_flows(problem_)) return false;
    if (!options_.common.quiet)
      log::info("a table entry for every neuron is too many: spikes go to all cores that hear a neuron of theirs");
    return true;
  };
  const bool wide = problem_.flows.size() > mapper::kManyFlowsForTables * problem_.tiles.size() && widen();
  try {
    map_it();
  } catch (const mapper::DoesNotFit& misfit) {
    if (wide || misfit.shortfalls.front().resource != "route_entries" || !widen()) throw;
    map_it();
  }
  mapping_ = std::move(search_.mapping);
  check_mapping();
  wall_times_.push_back({"map", map_watch.seconds()});
}

void Job::record_graph(report::RunRecord& r) {
  r.workload_description = graph_->description;
  r.inputs.push_back({"network", graph_->file, sha256_of_file(graph_->file)});
  r.images.push_back({0, -1});
}

}  // namespace ranvier::cli
