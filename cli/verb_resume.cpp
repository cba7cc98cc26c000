// SPDX-License-Identifier: Apache-2.0
// ranvier resume: goes on with a run that was interrupted or killed, from its last checkpoint.
#include "cli/run_to_end.h"
#include "mapper/mapping_io.h"

namespace ranvier::cli {
namespace {

struct ResumeArguments {
  std::string run_dir;
  Common common;
  RunPlan plan;
};

ExitCode resume(const ResumeArguments& a) {
  const StopWatch clock;
  UnfinishedRun unfinished = UnfinishedRun::find(a.run_dir);
  const auto file = [&](const char* name) { return unfinished.file(name).string(); };
  JobOptions options = job_from_json(unfinished.read("job.json"), file("job.json"));
  const std::uint64_t seed = options.common.seed;
  options.common = a.common;
  options.common.seed = seed;
  RunContext started = run_context_from_json(unfinished.read("resume.json"), file("resume.json"));
  Job job(options, mapper::mapping_from_json(unfinished.read("mapping.json"), file("mapping.json")));
  job.set_alternatives(started.alternatives);
  return resume_to_end(job, std::move(unfinished), std::move(started), a.plan, clock);
}

}  // namespace

void add_resume_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("resume", "go on with an interrupted or killed run from its last checkpoint");
  auto a = std::make_shared<ResumeArguments>();
  verb->add_option("run_dir", a->run_dir, "its run folder, as given to -o")->required();
  add_common(*verb, a->common);
  verb->remove_option(verb->get_option("--seed"));  // the run's own
  add_checkpoint_options(*verb, a->plan.checkpoints);
  verb->callback([a, &context] {
    apply_common(a->common);
    context.exit_code = resume(*a);
  });
}

}  // namespace ranvier::cli
