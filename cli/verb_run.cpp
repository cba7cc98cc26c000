// SPDX-License-Identifier: Apache-2.0
// ranvier run: convert, map, simulate, remap, report. ranvier sim: the same from a mapping file, without remap.
// ranvier remap: goes on from a run folder.
#include <chrono>
#include <filesystem>

#include "base/file.h"
#include "cli/job.h"
#include "cli/remap_options.h"
#include "report/run_folder.h"

namespace ranvier::cli {
namespace {

class Clock {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

struct RunArguments {
  JobOptions job;
  std::string remap;
  std::string mapping_file;  // sim
  std::string run_dir;       // remap
  std::string out;
  bool force = false;
};

/// Folder of the run when -o is left out: names the job, so that another job does not collide.
std::string default_out(const JobOptions& job) {
  std::string name = std::filesystem::path(job.workload).filename().string() + "-" + job.target + "-" + job.schedule;
  for (char& c : name)
    if (c == '/' || c == ':' || c == '+') c = '-';
  return "runs/" + name;
}

ExitCode simulate_and_finish(Job& job, const RunArguments& a, const Context& context, const Clock& clock) {
  const std::string out = a.out.empty() ? default_out(job.options()) : a.out;
  report::check_run_folder(out, a.force);
  auto measured = job.simulate();
  report::RunRecord record = job.record(context);
  if (!a.remap.empty() && !interrupted()) {
    const Clock remap_clock;
    remap_job(job, std::move(measured), parse_remap(a.remap, job.options().common.seed), record);
    record.wall_times.push_back({"remap", remap_clock.seconds()});
  } else {
    record.result = std::move(measured);
  }
  job.use_profile(record.result.profile);
  return finish_run(job, record, out, a.force, clock.seconds());
}

ExitCode run(const RunArguments& a, const Context& context) {
  const Clock clock;
  if (!a.remap.empty()) parse_remap(a.remap, 0);
  Job job(a.job);
  return simulate_and_finish(job, a, context, clock);
}

mapper::MappingFile read_mapping(const std::string& path) { return mapper::mapping_from_json(read_file(path), path); }

ExitCode simulate(const RunArguments& a, const Context& context) {
  const Clock clock;
  auto file = read_mapping(a.mapping_file);
  RunArguments b = a;
  b.job.target = file.target;
  if (b.job.workload.empty()) b.job.workload = file.program_name;
  b.job.schedule = file.problem.schedule == workloads::Schedule::kStagedUnary         ? "staged-unary"
                   : file.problem.schedule == workloads::Schedule::kAsynchronousUnary ? "async-unary"
                                                                                      : "staged-graded";
  Job job(b.job, std::move(file));
  return simulate_and_finish(job, b, context, clock);
}

ExitCode remap(const RunArguments& a, const Context& context) {
  const Clock clock;
  const std::filesystem::path folder(a.run_dir);
  const std::string job_file = (folder / "job.json").string();
  RunArguments b = a;
  b.job = job_from_json(read_file(job_file), job_file);
  b.job.common = a.job.common;
  b.remap = a.remap;
  if (b.out.empty()) b.out = a.run_dir + (a.run_dir.ends_with('/') ? "../remapped" : "-remapped");
  Job job(b.job, read_mapping((folder / "mapping.json").string()));
  return simulate_and_finish(job, b, context, clock);
}

}  // namespace

void add_run_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("run", "convert, map, simulate, remap and report");
  auto a = std::make_shared<RunArguments>();
  add_job_options(*verb, a->job);
  add_simulation_options(*verb, a->job);
  verb->add_option("--remap", a->remap, "feed the measurement back, e.g. until=1%,max=8");
  verb->add_option("-o,--out", a->out, "run folder; runs/<workload>-<target>-<schedule> when left out");
  verb->add_flag("--force", a->force, "replace an existing run folder");
  verb->callback([a, &context] {
    apply_common(a->job.common);
    context.exit_code = run(*a, context);
  });
}

void add_sim_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("sim", "simulate a mapping file that ranvier map wrote");
  auto a = std::make_shared<RunArguments>();
  verb->add_option("mapping", a->mapping_file, "mapping file")->required();
  verb->add_option("--workload", a->job.workload, "model folder, if it is not the bundled one of the mapping's name");
  add_common(*verb, a->job.common);
  add_simulation_options(*verb, a->job);
  verb->add_option("-o,--out", a->out, "run folder");
  verb->add_flag("--force", a->force, "replace an existing run folder");
  verb->callback([a, &context] {
    apply_common(a->job.common);
    context.exit_code = simulate(*a, context);
  });
}

void add_remap_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("remap", "move tiles by what a run measured, simulate again, keep gains only");
  auto a = std::make_shared<RunArguments>();
  a->remap = "until=1%,max=8";
  verb->add_option("run_dir", a->run_dir, "folder that ranvier run wrote")->required();
  verb->add_option("--remap", a->remap, "when to stop")->capture_default_str();
  add_common(*verb, a->job.common);
  verb->add_option("-o,--out", a->out, "new run folder; <run_dir>-remapped when left out");
  verb->add_flag("--force", a->force, "replace an existing run folder");
  verb->callback([a, &context] {
    apply_common(a->job.common);
    context.exit_code = remap(*a, context);
  });
}

}  // namespace ranvier::cli
