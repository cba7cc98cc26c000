// SPDX-License-Identifier: Apache-2.0
// ranvier check: verify a mapping file. ranvier check fidelity: one mapping at all three fidelities, side by side.
#include <filesystem>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/fidelity_output.h"
#include "cli/given_mapping.h"
#include "cli/graph_workload.h"
#include "cli/job.h"
#include "cli/workload.h"
#include "mapper/step_work.h"
#include "mapper/verifier.h"

namespace ranvier::cli {
namespace {

struct FidelityArguments {
  JobOptions job;
  std::string workload_of_mapping;
  std::string out;
  std::size_t rows = 20;
  bool explain = true;
  double limit_analytic = 0, limit_fast = 0;  // percent; 0: none
};

ExitCode check(const std::string& path, const std::string& given, const std::string& set) {
  auto file = mapper::mapping_from_json(read_file(path), path);
  const std::string workload = given.empty() ? file.program_name : given;
  if (file.problem.schedule == workloads::Schedule::kTimesteps) check_workload_over_time(file, workload);
  const std::string numbers = settings_for(file, workload, set);
  workloads::Program program;
  load_workload_of(file, workload, [&] { program = load_program(workload, numbers, 1); });
  attach_mapping(file, program, board_of(file), numbers);
  const auto findings = mapper::verify(file.problem, file.mapping);
  for (const auto& finding : findings) fmt::print("{}: {}: {}\n", path, mapper::name_of(finding.kind), finding.text);
  if (findings.empty()) fmt::print("{}: legal\n", path);
  return findings.empty() ? ExitCode::kOk : ExitCode::kBadInput;
}

bool is_mapping_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::path(path).extension() == ".json" && std::filesystem::is_regular_file(path, ignored) &&
         !is_graph_workload(path);
}

std::unique_ptr<Job> make_job(FidelityArguments& a) {
  if (!is_mapping_file(a.job.workload)) {
    if (a.job.target.empty())
      throw UsageError("--target", fmt::format("{} is no mapping file (.json), so it needs a target", a.job.workload));
    return std::make_unique<Job>(a.job);
  }
  const std::string path = a.job.workload;
  if (!a.job.target.empty()) throw UsageError("--target", "a mapping file names its own; leave it out");
  auto file = mapper::mapping_from_json(read_file(path), path);
  a.job.workload = a.workload_of_mapping;
  a.job = options_for(file, a.job);
  return std::make_unique<Job>(a.job, std::move(file));
}

/// Of the steps below saturation; says so where one is left.
bool within_limits(const FidelityArguments& a, const sim::FidelityCheck& check) {
  bool within = true;
  const auto hold = [&](const char* name, sim::Fidelity fidelity, double limit) {
    const double worst = 100 * of(check.summary, fidelity).worst_below_saturation;
    if (limit <= 0 || worst <= limit) return;
    fmt::print(stderr, "ranvier: {}: worst step below saturation is {:.2f} % off, limit {} %\n", name, worst, limit);
    within = false;
  };
  hold("analytic", sim::Fidelity::kAnalytic, a.limit_analytic);
  hold("fast", sim::Fidelity::kFast, a.limit_fast);
  return within;
}

ExitCode check_fidelities(FidelityArguments& a) {
  const auto job = make_job(a);
  const sim::SimOptions how = job->simulation_options();
  const sim::FidelityCheck check =
      sim::check_fidelity(job->problem(), job->mapping(), job->image_codes(), how, a.explain);
  const mapper::InUse used = mapper::in_use(job->problem().board, job->mapping().core_of);
  const FidelityJob described{a.job.workload,
                              a.job.target,
                              job->options().schedule,
                              a.job.preset,
                              of(check.runs, sim::Fidelity::kCycle).images.size(),
                              check.cores.size(),
                              static_cast<std::size_t>(used.chips)};
  if (!a.out.empty()) write_file_atomically(a.out, fidelity_csv(check));
  if (a.job.common.json) {
    fmt::print("{}\n", fidelity_json(described, check));
  } else {
    fmt::print("{}", fidelity_text(described, check, a.rows));
  }
  if (!check.counts_equal()) return ExitCode::kFunctionalMismatch;
  return within_limits(a, check) ? ExitCode::kOk : ExitCode::kRegression;
}

void add_fidelity_verb(CLI::App& check, Context& context) {
  auto* verb = check.add_subcommand(
      "fidelity",
      "analytic, fast and cycle on one mapping: errors of steps and cores, and where the largest comes from");
  auto a = std::make_shared<FidelityArguments>();
  a->job.images = 1;
  a->job.fidelity = "fast";  // what judges engines
  add_job_options(*verb, a->job);
  verb->get_option("workload")->description("mapping file (.json) or workload, as of ranvier map");
  verb->get_option("--target")->required(false);
  verb->add_option("--workload", a->workload_of_mapping,
                   "with a mapping file: model folder, if it is not the bundled one of the mapping's name");
  verb->add_option("--images", a->job.images, "images to simulate")
      ->capture_default_str()
      ->check(whole_number(1, 1'000'000))
      ->each([a](const std::string&) { a->job.images_given = true; });
  verb->add_option("--images-file", a->job.images_file,
                   "images, or event recordings; the workload's own when left out");
  verb->add_flag("--allow-loss", a->job.allow_loss, "count lost events instead of stopping");
  verb->add_flag("!--no-explain", a->explain,
                 "do not simulate nine times more to find where the largest error comes from");
  verb->add_option("--rows", a->rows, "most steps and cores to print")
      ->capture_default_str()
      ->check(whole_number(1, 1'000'000));
  verb->add_option("--limit-analytic", a->limit_analytic, "exit code 7 if a step below saturation is more percent off");
  verb->add_option("--limit-fast", a->limit_fast, "the same for fast");
  add_output_option(*verb, "-o,--out", a->out, "write all steps to this CSV file");
  verb->callback([a, &context] {
    apply_common(a->job.common);
    context.exit_code = check_fidelities(*a);
  });
}

}  // namespace

void add_check_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("check", "verify a mapping file: a line a finding, exit code 5 if there is one");
  auto path = std::make_shared<std::string>();
  auto workload = std::make_shared<std::string>();
  verb->add_option("mapping", *path, "mapping file (./fidelity for one of that name)");
  verb->add_option("--workload", *workload, "model folder, if it is not the bundled one of the mapping's name");
  auto set = std::make_shared<std::string>();
  verb->add_option("--set", *set, "other numbers of a network that has any; the mapping's own when left out");
  verb->require_subcommand(0, 1);
  add_fidelity_verb(*verb, context);
  verb->callback([verb, path, workload, set, &context] {
    if (!verb->get_subcommands().empty()) return;
    if (path->empty()) throw CLI::RequiredError("mapping");
    context.exit_code = check(*path, *workload, *set);
  });
}

}  // namespace ranvier::cli
