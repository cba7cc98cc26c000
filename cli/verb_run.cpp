// SPDX-License-Identifier: Apache-2.0
// ranvier run: convert, map, simulate, remap, report. ranvier sim: the same from a mapping file, without remap.
// ranvier remap: goes on from a run folder.
#include <filesystem>

#include "base/file.h"
#include "cli/job.h"
#include "cli/probe_options.h"
#include "cli/remap_options.h"
#include "cli/run_to_end.h"
#include "report/run_folder.h"

namespace ranvier::cli {
namespace {

struct RunArguments {
  JobOptions job;
  ProbeOptions probes;
  CheckpointOptions checkpoints;
  std::string remap;
  std::string mapping_file;  // sim; run: instead of mapping
  std::string run_dir;       // remap
  std::string out;
  bool force = false;
  bool seed_given = false;  // remap: else the seed of the run that it goes on from
};

/// Before anything that takes long.
void check_out(const std::string& out, bool force) {
  if (!out.empty()) report::check_run_folder(out, force);
}

ExitCode simulate_and_finish(Job& job, const RunArguments& a, const Context& context, const StopWatch& clock) {
  return run_to_end(job, {a.out, a.remap, a.force, a.probes, a.checkpoints}, context, clock);
}

mapper::MappingFile read_mapping(const std::string& path) { return mapper::mapping_from_json(read_file(path), path); }

ExitCode simulate(const RunArguments& a, const Context& context) {
  const StopWatch clock;
  parse_probes(a.probes);
  check_out(a.out, a.force);
  auto file = read_mapping(a.mapping_file);
  RunArguments b = a;
  b.job = options_for(file, b.job);
  Job job(b.job, std::move(file));
  return simulate_and_finish(job, b, context, clock);
}

ExitCode run(const RunArguments& a, const Context& context) {
  const StopWatch clock;
  if (!a.remap.empty()) parse_remap(a.remap, 0);
  if (!a.remap.empty() && a.probes.any())
    throw UsageError("--probe",
                     "--remap simulates many times; probe its result: ranvier sim RUN/mapping.json --probe ...");
  parse_probes(a.probes);
  if (a.job.timing == "simple" && (!a.remap.empty() || a.probes.any() || !a.job.rtl.empty()))
    throw UsageError("--timing", "simple has no network, core or probe; leave out --remap, --probe and --rtl");
  if (!a.mapping_file.empty()) return simulate(a, context);
  check_out(a.out, a.force);
  Job job(a.job);
  return simulate_and_finish(job, a, context, clock);
}

ExitCode remap(const RunArguments& a, const Context& context) {
  const StopWatch clock;
  const std::filesystem::path folder(a.run_dir);
  const std::string job_file = (folder / "job.json").string();
  RunArguments b = a;
  b.job = job_from_json(read_file(job_file), job_file);
  const std::uint64_t seed = a.seed_given ? a.job.common.seed : b.job.common.seed;
  b.job.common = a.job.common;
  b.job.common.seed = seed;
  b.remap = a.remap;
  if (b.out.empty()) {
    b.out = a.run_dir;
    while (b.out.size() > 1 && b.out.back() == '/') b.out.pop_back();
    b.out += "-remapped";
  }
  check_out(b.out, b.force);
  Job job(b.job, read_mapping((folder / "mapping.json").string()));
  return simulate_and_finish(job, b, context, clock);
}

}  // namespace

void add_run_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("run", "convert, map, simulate, remap and report");
  auto a = std::make_shared<RunArguments>();
  add_job_options(*verb, a->job);
  add_simulation_options(*verb, a->job);
  add_probe_options(*verb, a->probes);
  verb->add_option("--remap", a->remap, "feed the measurement back, e.g. until=1%,max=8[,min-gain=2%][,hold-out=50%]");
  auto* given = verb->add_option("--mapping", a->mapping_file,
                                 "run this mapping file, which ranvier map or a hand wrote, instead of mapping; target "
                                 "and schedule are its own");
  // What the file says, or only a search would look at.
  for (const char* option : {"--target", "--schedule", "--preset", "--token-mode", "--constraints", "--dead-core",
                             "--reroute-rounds", "--time-budget-s", "--place", "--objective", "--engines"})
    given->excludes(verb->get_option(option));
  verb->get_option("--target")->required(false);
  verb->add_option("-o,--out", a->out, "run folder; runs/<workload>-<target>-<schedule> when left out");
  verb->add_flag("--force", a->force, "replace an existing run folder");
  add_checkpoint_options(*verb, a->checkpoints);
  verb->callback([a, &context] {
    apply_common(a->job.common);
    if (a->job.target.empty() && a->mapping_file.empty()) throw CLI::RequiredError("--target");
    context.exit_code = run(*a, context);
  });
}

void add_sim_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("sim", "simulate a mapping file that ranvier map wrote");
  auto a = std::make_shared<RunArguments>();
  verb->add_option("mapping", a->mapping_file, "mapping file")->required();
  verb->add_option("--workload", a->job.workload, "model folder, if it is not the bundled one of the mapping's name");
  add_settings_option(*verb, a->job.set);
  verb->get_option("--set")->description("other numbers of a network that has any; the mapping's own when left out");
  add_common(*verb, a->job.common);
  add_simulation_options(*verb, a->job);
  add_probe_options(*verb, a->probes);
  verb->add_option("-o,--out", a->out, "run folder");
  verb->add_flag("--force", a->force, "replace an existing run folder");
  add_checkpoint_options(*verb, a->checkpoints);
  verb->callback([a, &context] {
    apply_common(a->job.common);
    context.exit_code = simulate(*a, context);
  });
}

void add_remap_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("remap", "move tiles by what a run measured, simulate again, keep gains only");
  auto a = std::make_shared<RunArguments>();
  a->remap = "until=1%,max=8,min-gain=2%";
  verb->add_option("run_dir", a->run_dir, "folder that ranvier run wrote")->required();
  verb->add_option("--remap", a->remap, "when to stop")->capture_default_str();
  add_common(*verb, a->job.common);
  verb->get_option("--seed")->description("of the proposals; that of the run when left out");
  verb->add_option("-o,--out", a->out, "new run folder; <run_dir>-remapped when left out");
  verb->add_flag("--force", a->force, "replace an existing run folder");
  add_checkpoint_options(*verb, a->checkpoints);
  verb->callback([a, verb, &context] {
    apply_common(a->job.common);
    a->seed_given = verb->count("--seed") > 0;
    context.exit_code = remap(*a, context);
  });
}

}  // namespace ranvier::cli
