// SPDX-License-Identifier: Apache-2.0
#include "cli/run_to_end.h"

#include "base/log.h"
#include "cli/remap_options.h"
#include "cli/rtl_options.h"
#include "mapper/mapping_io.h"
#include "report/manifest.h"
#include "report/run_folder.h"
#include "sim/checkpoint.h"

namespace ranvier::cli {
namespace {

/// Folder of the run when -o is left out: names workload, target, schedule, preset and fidelity.
std::string default_out(const JobOptions& job) {
  std::string name = std::filesystem::path(job.workload).filename().string() + "-" + job.target + "-" + job.schedule +
                     "-" + job.preset + "-" + (job.timing == "simple" ? job.timing : job.fidelity);
  for (char& c : name)
    if (c == '/' || c == ':' || c == '+') c = '-';
  return "runs/" + name;
}

/// Tables of probes cannot be gone on with, a rule without a network has no steps of this kind, a rank holds only its
/// own cores, and the arbiters of an RTL router cannot be loaded.
CheckpointOptions checkpoints_for(const JobOptions& job, const RunPlan& plan) {
  CheckpointOptions when = plan.checkpoints;
  const char* against = plan.probes.any()          ? "--probe"
                        : job.timing == "simple"   ? "--timing simple"
                        : !job.ranks.empty()       ? "--ranks"
                        : has_rtl_routers(job.rtl) ? "--rtl of routers"
                                                   : nullptr;
  if (against == nullptr) return when;
  if (when.on && when.given)
    throw UsageError("--checkpoint",
                     std::string("a run with ") + against + " cannot be resumed; leave one of them out");
  when.on = false;
  return when;
}

struct Start {
  std::vector<std::uint8_t> checkpoint;  // empty: from the beginning
  std::string name;
};

sim::RunResult simulate(Job& job, const RunPlan& plan, const CheckpointOptions& when, const Start& start,
                        const std::vector<sim::Probe*>& probes, UnfinishedRun& unfinished) {
  try {
    return job.simulate(probes, [&](sim::SimOptions& options) {
      if (when.on) unfinished.attach(when, !plan.remap.empty(), options);
      options.resume = {start.checkpoint, start.name};
      options.lockstep_wave = unfinished.out().string() + "-mismatch";
    });
  } catch (const Error& e) {
    // It would end the same way each time.
    if (e.exit_code == ExitCode::kFunctionalMismatch) unfinished.remove();
    throw;
  }
}

ExitCode go(Job& job, const RunPlan& plan, const RunContext& context, const Start& start, UnfinishedRun& unfinished,
            const StopWatch& clock) {
  const CheckpointOptions when = checkpoints_for(job.options(), plan);
  unfinished.describe([&job] { return job_to_json(job.options()); },
                      [&job] {
                        const JobOptions& o = job.options();
                        return mapper::mapping_to_json(job.problem(), job.mapping(), o.target, o.set);
                      },
                      context);
  stop_at_a_step_when_interrupted();
  const auto probes = open_probes(plan.probes, job, plan.out);
  auto measured = simulate(job, plan, when, start, probes ? probes->probes() : std::vector<sim::Probe*>(), unfinished);
  report::RunRecord record = job.record({context.argv, ExitCode::kOk});
  for (const sim::CheckpointPlace& place : context.resumed_at) record.resumed_at.push_back({place.image, place.step});
  if (probes) record.probes_folder = probes->finish();
  if (!plan.remap.empty() && !interrupted()) {
    const StopWatch remap_clock;
    remap_job(job, std::move(measured), parse_remap(plan.remap, job.options().common.seed), record);
    record.wall_times.push_back({"remap", remap_clock.seconds()});
  } else {
    record.result = std::move(measured);
  }
  if (!record.result.images.empty()) job.use_profile(record.result.profile);
  const ExitCode code = finish_run(job, record, plan.out, plan.force, clock.seconds());
  if (code != ExitCode::kInterrupted) {
    unfinished.remove();
  } else if (unfinished.written()) {
    log::warning("to go on where it stopped: ranvier resume {}", unfinished.out().string());
  }
  return code;
}

}  // namespace

ExitCode run_to_end(Job& job, const RunPlan& wanted, const Context& context, const StopWatch& clock) {
  RunPlan plan = wanted;
  if (plan.out.empty()) plan.out = default_out(job.options());
  report::check_run_folder(plan.out, plan.force);
  UnfinishedRun unfinished = UnfinishedRun::start(plan.out, plan.force);
  return go(job, plan, {context.argv, plan.remap, plan.force, job.alternatives(), {}}, {}, unfinished, clock);
}

ExitCode resume_to_end(Job& job, UnfinishedRun unfinished, RunContext started, const RunPlan& wanted,
                       const StopWatch& clock) {
  RunPlan plan;
  plan.checkpoints = wanted.checkpoints;
  plan.out = unfinished.out().string();
  plan.remap = started.remap;
  plan.force = started.force || report::marked_interrupted(plan.out);
  report::check_run_folder(plan.out, plan.force);
  const Start start{unfinished.read_checkpoint(), unfinished.checkpoint_file().string()};
  const sim::CheckpointPlace place = sim::open_checkpoint(start.checkpoint, start.name).place;
  if (!job.options().common.quiet) log::info("going on at image {}, step {}", place.image, place.step);
  started.resumed_at.push_back(place);
  return go(job, plan, started, start, unfinished, clock);
}

}  // namespace ranvier::cli
