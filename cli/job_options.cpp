// SPDX-License-Identifier: Apache-2.0
// The options of a job on the command line and in job.json.
#include <nlohmann/json.hpp>

#include "cli/given_mapping.h"
#include "cli/job.h"
#include "cli/map_options.h"
#include "cli/schedules.h"

namespace ranvier::cli {

void add_settings_option(CLI::App& verb, std::string& set) {
  verb.add_option(
      "--set", set,
      "KEY=VALUE,... of layered-lif (neurons, density, rate, mapping, steps, seed), of an edge list or of the "
      "microcircuit (docs/reference/connectome.md)");
}

void add_job_options(CLI::App& verb, JobOptions& o) {
  verb.add_option("workload", o.workload,
                  "bundled name (ranvier workloads list), a model folder, a network over time, an edge list (.csv), or "
                  "parameters of the cortical microcircuit (.json)")
      ->required();
  verb.add_option("--target", o.target,
                  "chip, board or file; a grid of chips (tianjic-like:3x3); with a device (tianjic-like+ascend-310)")
      ->required();
  verb.add_option("--schedule", o.schedule, "when stages fire; networks over time have their own")
      ->capture_default_str()
      ->check(schedule_names())
      ->each([&o](const std::string&) { o.schedule_given = true; });
  add_map_options(verb, o);
  verb.add_option("--token-mode", o.token_mode, "how a stage's tokens share its weights")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "shared", "stream", "replicate"}));
  add_settings_option(verb, o.set);
  add_engine_options(verb, o.where);
  add_common(verb, o.common);
}

void add_simulation_options(CLI::App& verb, JobOptions& o) {
  o.where.judge = true;
  verb.add_option("--images", o.images, "images to simulate")
      ->capture_default_str()
      ->check(whole_number(1, 1'000'000))
      ->each([&o](const std::string&) { o.images_given = true; });
  verb.add_option("--images-file", o.images_file,
                  "images and labels (safetensors), or event recordings; the workload's own when left out");
  verb.add_option("--accuracy-images", o.accuracy_images, "images for the integer and float accuracies, 0 for all")
      ->capture_default_str()
      ->check(whole_number(0, 1'000'000));
  verb.add_option("--fidelity", o.fidelity, "of the network model")->capture_default_str()->check(fidelity_names());
  verb.add_option("--timing", o.timing, "layered-lif: simple, the rule of a public simulator, instead of a network")
      ->capture_default_str()
      ->check(CLI::IsMember({"network", "simple"}));
  verb.add_option("--rtl", o.rtl,
                  "run these tiles on Verilated cores, in lock-step: a layer, a pattern of layers (block1.*), core:12 "
                  "or all; block1.fc1=LIBRARY on a core of your own, the last one that names a tile counts; router:12 "
                  "or routers: the same for routers, at fidelity cycle");
  verb.add_option("--max-steps", o.max_steps, "stop an image after so many steps, at rest or not; 0: until it is done")
      ->capture_default_str()
      ->check(whole_number(0, 1'000'000'000));
  verb.add_option("--ranks", o.ranks,
                  "split the board by chip: over N threads of this process, over the processes of mpiexec (mpi), or as "
                  "a dry run (dry-run:N); analytic and fast");
  verb.add_flag("--allow-loss", o.allow_loss, "count lost events instead of stopping");
  verb.add_option("--trace-limit-mib", o.trace_limit_mib, "of trace.json: the first steps and the slowest are kept")
      ->capture_default_str()
      ->check(whole_number(1, 4096));
  verb.add_flag("--bounded-memory", o.bounded_memory, "keep 4 096 rows of steps and join the rest (250 000 otherwise)");
}

std::string job_to_json(const JobOptions& o) {
  return nlohmann::ordered_json{{"workload", o.workload},
                                {"target", o.target},
                                {"schedule", o.schedule},
                                {"fidelity", o.fidelity},
                                {"preset", o.preset},
                                {"constraints_file", o.constraints_file},
                                {"dead_cores", o.dead_cores},
                                {"token_mode", o.token_mode},
                                {"set", o.set},
                                {"timing", o.timing},
                                {"place", o.where.place},
                                {"objective", o.where.objective},
                                {"engines", o.where.engines},
                                {"rtl", o.rtl},
                                {"images_file", o.images_file},
                                {"images", o.images},
                                {"accuracy_images", o.accuracy_images},
                                {"allow_loss", o.allow_loss},
                                {"max_steps", o.max_steps},
                                {"bounded_memory", o.bounded_memory},
                                {"trace_limit_mib", o.trace_limit_mib},
                                {"seed", o.common.seed}}
             .dump(2) +
         "\n";
}

JobOptions job_from_json(const std::string& text, const std::string& file) {
  JobOptions o;
  try {
    const auto j = nlohmann::json::parse(text);
    j.at("workload").get_to(o.workload);
    j.at("target").get_to(o.target);
    j.at("schedule").get_to(o.schedule);
    j.at("fidelity").get_to(o.fidelity);
    j.at("preset").get_to(o.preset);
    o.constraints_file = j.value("constraints_file", o.constraints_file);
    o.dead_cores = j.value("dead_cores", o.dead_cores);
    j.at("token_mode").get_to(o.token_mode);
    o.set = j.value("set", o.set);
    o.timing = j.value("timing", o.timing);
    j.at("place").get_to(o.where.place);
    j.at("objective").get_to(o.where.objective);
    j.at("engines").get_to(o.where.engines);
    j.at("rtl").get_to(o.rtl);
    j.at("images_file").get_to(o.images_file);
    j.at("images").get_to(o.images);
    j.at("accuracy_images").get_to(o.accuracy_images);
    j.at("allow_loss").get_to(o.allow_loss);
    o.max_steps = j.value("max_steps", o.max_steps);
    o.bounded_memory = j.value("bounded_memory", o.bounded_memory);
    o.trace_limit_mib = j.value("trace_limit_mib", o.trace_limit_mib);
    j.at("seed").get_to(o.common.seed);
  } catch (const nlohmann::json::exception& e) {
    throw RunFolderUnreadable(file, e.what());
  }
  if (!schedule_names()(o.schedule).empty() || !fidelity_names()(o.fidelity).empty())
    throw RunFolderUnreadable(file, "unknown schedule or fidelity");
  return o;
}

JobOptions options_for(const mapper::MappingFile& file, JobOptions o) {
  o.target = file.target;
  if (o.workload.empty()) o.workload = file.program_name;
  o.set = settings_for(file, o.workload, o.set);
  o.schedule = file.problem.schedule == workloads::Schedule::kStagedUnary         ? "staged-unary"
               : file.problem.schedule == workloads::Schedule::kAsynchronousUnary ? "async-unary"
               : file.problem.schedule == workloads::Schedule::kTimesteps         ? "timesteps"
                                                                                  : "staged-graded";
  if (o.schedule == "timesteps") check_workload_over_time(file, o.workload);
  return o;
}

}  // namespace ranvier::cli
