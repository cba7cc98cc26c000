// SPDX-License-Identifier: Apache-2.0
// Jobs on the layered conformance network: it comes with its mapping, so what that asks beyond the chip is said and
// does not stop the run.
#include <fmt/format.h>

#include "base/counted.h"
#include "base/log.h"
#include "cli/job.h"
#include "cli/stop_watch.h"
#include "mapper/column_mapping.h"
#include "mapper/verifier.h"
#include "sim/simple_timing.h"

namespace ranvier::cli {

void Job::load_layered() {
  const StopWatch watch;
  if (options_.schedule_given && options_.schedule != "timesteps")
    throw UsageError("--schedule", fmt::format("{} is for networks on images, and {} is one over time; leave it out",
                                               options_.schedule, options_.workload));
  if (options_.images_given && options_.images != 1)
    throw UsageError("--images", fmt::format("{} has no input: one run is all there is", options_.workload));
  if (!options_.images_file.empty())
    throw UsageError("--images-file", fmt::format("{} has no input", options_.workload));
  if (options_.where.any()) throw UsageError("--place", fmt::format("{} comes with its mapping", options_.workload));
  layered_ = parse_layered(options_.set);
  program_ = workloads::layered_lif_program(layered_->net, thread_count(options_.common));
  options_.schedule = "timesteps";
  options_.preset = layered_->mapping;
  options_.images = 1;
  codes_ = {{}};
  wall_times_.push_back({"load", watch.seconds()});
}

void Job::map_layered() {
  const StopWatch watch;
  problem_ = layered_problem(*layered_, program_, chips::load_target(options_.target));
  mapping_ = mapper::map_by_column(problem_);
  check_layered();
  wall_times_.push_back({"map", watch.seconds()});
}

void Job::check_layered() {
  for (const mapper::Finding& f : mapper::verify(problem_, mapping_)) {
    const bool capacity = f.kind == mapper::FindingKind::kCapacity || f.kind == mapper::FindingKind::kRouteEntries;
    if (!capacity) throw MappingIllegal(options_.workload + " on " + options_.target, 1, f.text);
    findings_.push_back(f.text);
  }
  if (!findings_.empty() && !options_.common.quiet)
    log::warning("the mapping asks more than {} has ({}); first: {}", options_.target,
                 counted(findings_.size(), "finding"), findings_.front());
}

sim::RunResult Job::simulate_simple() {
  sim::SimpleOptions how;
  how.threads = thread_count(options_.common);
  how.interrupted = &interrupted();
  const StopWatch watch;
  sim::SimpleRun run = sim::run_simple(problem_, mapping_, how);
  simulate_s_ = run.simulate_s;
  simulate_cpu_s_ = run.simulate_cpu_s;
  engine_bytes_ = run.engine_bytes;
  wall_times_.push_back({"simulate", watch.seconds()});
  return std::move(run.result);
}

void Job::record_layered(report::RunRecord& r) {
  r.workload_description = layered_->description();
  r.images.push_back({0, -1});
}

}  // namespace ranvier::cli
