// SPDX-License-Identifier: Apache-2.0
// ranvier run: convert, map, simulate, remap, report. ranvier sim: the same from a mapping file, without remap.
// ranvier remap: goes on from a run folder.
#include <filesystem>

#include "base/file.h"
#include "cli/job.h"
#include "cli/probe_options.h"
#include "cli/remap_options.h"
#include "cli/stop_watch.h"
#include "report/run_folder.h"

namespace ranvier::cli {
namespace {

struct RunArguments {
  JobOptions job;
  ProbeOptions probes;
  std::string remap;
  std::string mapping_file;  // sim
  std::string run_dir;       // remap
  std::string out;
  bool force = false;
  bool seed_given = false;  // remap: else the seed of the run that it goes on from
};

/// Folder of the run when -o is left out: names workload, target, schedule, preset and fidelity.
std::string default_out(const JobOptions& job) {
  std::string name = std::filesystem::path(job.workload).filename().string() + "-" + job.target + "-" + job.schedule +
                     "-" + job.preset + "-" + job.fidelity;
  for (char& c : name)
    if (c == '/' || c == ':' || c == '+') c = '-';
  return "runs/" + name;
}

ExitCode simulate_and_finish(Job& job, const RunArguments& a, const Context& context, const StopWatch& clock) {
  const std::string out = a.out.empty() ? default_out(job.options()) : a.out;
  report::check_run_folder(out, a.force);
  const auto probes = open_probes(a.probes, job, out);
  auto measured = job.simulate(probes ? probes->probes() : std::vector<sim::Probe*>());
  report::RunRecord record = job.record(context);
  if (probes) record.probes_folder = probes->finish();
  if (!a.remap.empty() && !interrupted()) {
    const StopWatch remap_clock;
    remap_job(job, std::move(measured), parse_remap(a.remap, job.options().common.seed), record);
    record.wall_times.push_back({"remap", remap_clock.seconds()});
  } else {
    record.result = std::move(measured);
  }
  if (!record.result.images.empty()) job.use_profile(record.result.profile);
  return finish_run(job, record, out, a.force, clock.seconds());
}

ExitCode run(const RunArguments& a, const Context& context) {
  const StopWatch clock;
  if (!a.remap.empty()) parse_remap(a.remap, 0);
  if (!a.remap.empty() && a.probes.any())
    throw UsageError("--probe",
                     "--remap simulates many times; probe its result: ranvier sim RUN/mapping.json --probe ...");
  parse_probes(a.probes);
  Job job(a.job);
  return simulate_and_finish(job, a, context, clock);
}

mapper::MappingFile read_mapping(const std::string& path) { return mapper::mapping_from_json(read_file(path), path); }

ExitCode simulate(const RunArguments& a, const Context& context) {
  const StopWatch clock;
  parse_probes(a.probes);
  auto file = read_mapping(a.mapping_file);
  RunArguments b = a;
  b.job = options_for(file, b.job);
  Job job(b.job, std::move(file));
  return simulate_and_finish(job, b, context, clock);
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
  add_probe_options(*verb, a->probes);
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
  verb->get_option("--seed")->description("of the proposals; that of the run when left out");
  verb->add_option("-o,--out", a->out, "new run folder; <run_dir>-remapped when left out");
  verb->add_flag("--force", a->force, "replace an existing run folder");
  verb->callback([a, verb, &context] {
    apply_common(a->job.common);
    a->seed_given = verb->count("--seed") > 0;
    context.exit_code = remap(*a, context);
  });
}

}  // namespace ranvier::cli
