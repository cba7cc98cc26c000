// SPDX-License-Identifier: Apache-2.0
// ranvier chips compare: one network over many targets, one row each.
#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include "base/file.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/terminal.h"
#include "chips/device_loader.h"
#include "chips/loader.h"
#include "cli/compare.h"
#include "cli/engine_options.h"
#include "cli/schedules.h"
#include "cli/temporal_workload.h"
#include "cli/workload.h"
#include "mapper/errors.h"
#include "mapper/mapper.h"
#include "mapper/mechanisms.h"
#include "mapper/repeaters.h"
#include "mapper/tiler.h"
#include "mapper/verifier.h"
#include "report/comparison.h"
#include "sim/simulate.h"

namespace ranvier::cli {
namespace {

constexpr std::int64_t kMostChips = 4096;

struct Grid {
  std::int32_t columns = 1;
  std::int32_t rows = 1;
};

/// The squarest grid of at least `chips` chips.
Grid grid_of(std::int64_t chips) {
  const auto columns = static_cast<std::int32_t>(std::ceil(std::sqrt(static_cast<double>(chips))));
  return {columns, static_cast<std::int32_t>((chips + columns - 1) / columns)};
}

struct Mapped {
  std::unique_ptr<const workloads::Program> program;  // with the repeaters that the board needs
  mapper::MappingProblem problem;
  mapper::Mapping mapping;
};

bool is_device(const std::string& target) {
  const auto devices = chips::bundled_devices();
  std::error_code ignored;
  return std::find(devices.begin(), devices.end(), target) != devices.end() ||
         (std::filesystem::is_regular_file(target, ignored) && chips::is_device_text(read_file(target)));
}

/// What cannot be loaded is refused before anything is simulated.
void check_targets(const std::vector<std::string>& targets) {
  for (const std::string& target : targets)
    if (is_device(target))
      chips::load_device(target);
    else
      chips::load_target(target);
}

class Comparer {
 public:
  Comparer(const CompareOptions& options, const Workload& workload) : options_(options), workload_(workload) {}

  report::ComparisonRow row(const std::string& target) const {
    try {
      if (is_device(target)) return report::device_row(workload_.program(), chips::load_device(target));
      return simulated_row(target);
    } catch (const Error& e) {
      if (e.exit_code != ExitCode::kDoesNotFit) throw;
      report::ComparisonRow none;
      none.target = none.board = target;
      none.reason = e.what();
      return none;
    }
  }

 private:
  Mapped map(const chips::Board& board) const {
    mapper::TilingOptions tiling;
    tiling.preset = options_.preset == "compact" ? mapper::Preset::kCompact : mapper::Preset::kLatency;
    mapper::MapOptions how;
    how.preset = tiling.preset;
    how.seed = options_.common.seed;
    how.threads = thread_count(options_.common);
    const workloads::Program& as_loaded = workload_.program();
    const auto schedule = as_loaded.temporal() ? workloads::Schedule::kTimesteps : schedule_of(options_.schedule);
    auto program =
        std::make_unique<const workloads::Program>(mapper::with_repeaters(as_loaded, board, schedule, tiling));
    const bool choice_of_engines = board.device || board.chip.core.dense_lanes.value > 0;
    if (choice_of_engines && schedule == workloads::Schedule::kStagedGraded) {
      EngineOptions where;
      where.objective = options_.objective;
      where.judge = true;
      mapper::EngineChoice choice =
          map_with_engines(*program, board, schedule, tiling, how, where,
                           [this](const auto& problem, const auto& mapping) { return measure(problem, mapping); });
      return {std::move(program), std::move(choice.problem), std::move(choice.mapping)};
    }
    mapper::MappingProblem problem = mapper::make_problem(*program, board, schedule, tiling);
    mapper::Mapping mapping = mapper::map_program(problem, how);
    return {std::move(program), std::move(problem), std::move(mapping)};
  }

  sim::SimOptions simulation() const {
    sim::SimOptions how;
    how.fidelity = fidelity_of(options_.fidelity);
    how.network.seed = options_.common.seed;
    how.record_activities = false;
    return how;
  }

  mapper::Measured measure(const mapper::MappingProblem& problem, const mapper::Mapping& mapping) const {
    const auto result = sim::simulate(problem, mapping, std::span(workload_.samples()).first(1), simulation());
    return {result.total_time, result.total_energy};
  }

  /// Maps onto the target; where one chip of it is too small, onto the smallest grid that is not.
  Mapped map_somewhere(chips::Board board, report::ComparisonRow& row) const {
    for (;;) {
      try {
        return map(board);
      } catch (const mapper::DoesNotFit& e) {
        if (e.shortfalls.empty() || e.shortfalls.front().resource != "cores") throw;
        if (row.reason.empty()) row.reason = e.what();
        const auto per_chip = static_cast<std::int64_t>(board.cores() / board.chips());
        const std::int64_t chips = std::max((e.shortfalls.front().needed + per_chip - 1) / per_chip,
                                            static_cast<std::int64_t>(board.chips()) + 1);
        if (chips > kMostChips) throw;
        const Grid grid = grid_of(chips);
        board.columns = grid.columns;
        board.rows = grid.rows;
        row.board = fmt::format("{}:{}x{}", board.chip.name, grid.columns, grid.rows);
        log::debug("{}: trying {}", row.target, row.board);
      }
    }
  }

  report::ComparisonRow simulated_row(const std::string& target) const {
    report::ComparisonRow where;
    where.target = where.board = target;
    const chips::Board board = chips::load_target(target);
    const Mapped m = map_somewhere(board, where);
    if (const auto findings = mapper::verify(m.problem, m.mapping); !findings.empty())
      throw std::logic_error("illegal mapping on " + target + ": " + findings.front().text);
    report::RunRecord record;
    record.workload = options_.workload;
    record.target = target;
    record.problem = &m.problem;
    record.mapping = &m.mapping;
    record.result = sim::simulate(m.problem, m.mapping, workload_.samples(), simulation());
    report::ComparisonRow row = report::comparison_row(record);
    row.board = where.board;
    row.reason = where.reason;
    row.extensions = mapper::extensions_of(m.problem);
    return row;
  }

  const CompareOptions& options_;
  const Workload& workload_;
};

/// Makes the folder before anything is simulated. Throws UsageError where it holds something else, or a comparison that
/// --force is not given for; FileWriteFailed where it cannot be made.
void prepare_folder(const CompareOptions& options) {
  if (options.out.empty()) return;
  const std::filesystem::path folder(options.out);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw FileWriteFailed(options.out, error.value());
  const bool empty = std::filesystem::is_empty(folder, error);
  if (error) throw FileWriteFailed(options.out, error.value());
  if (empty || options.force) return;
  if (!std::filesystem::exists(folder / "comparison.json"))
    throw UsageError("--out", options.out + " holds something else; choose another folder");
  throw UsageError("--out", options.out + " holds a comparison; add --force to replace it");
}

void write_files(const CompareOptions& options, const report::Comparison& comparison) {
  if (options.out.empty()) return;
  const std::filesystem::path folder(options.out);
  write_file_atomically(folder / "comparison.json", report::comparison_json(comparison) + "\n");
  write_file_atomically(folder / "comparison.csv", report::comparison_csv(comparison));
  write_file_atomically(folder / "comparison.md", report::comparison_markdown(comparison));
  write_file_atomically(folder / "comparison.html", report::comparison_html(comparison));
}

ExitCode compare(const CompareOptions& options, const Context& context) {
  apply_common(options.common);
  std::vector<std::string> targets = options.targets.empty() ? default_comparison() : options.targets;
  check_targets(targets);
  prepare_folder(options);
  if (options.schedule == "timesteps" && !is_temporal_workload(options.workload))
    throw UsageError("--schedule", "timesteps is for networks over time; leave it out");
  const Workload workload(options.workload, options.images, options.common.threads);
  report::Comparison comparison;
  comparison.workload = options.workload;
  comparison.description = workload.description();
  comparison.weights_note = workload.program().weights_note;
  comparison.schedule = workload.program().temporal() ? "timesteps" : options.schedule;
  comparison.fidelity = options.fidelity;
  comparison.preset = options.preset;
  comparison.images = static_cast<std::int64_t>(workload.samples().size());
  comparison.argv = context.argv;
  const Comparer comparer(options, workload);
  ProgressOptions shown;
  shown.quiet = options.common.quiet;
  Progress progress("comparing targets", static_cast<std::int64_t>(targets.size()), shown);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    comparison.rows.push_back(comparer.row(targets[i]));
    progress.set(static_cast<std::int64_t>(i + 1));
  }
  progress.finish();
  report::rank(comparison);
  write_files(options, comparison);
  if (options.common.json)
    fmt::print("{}\n", report::comparison_json(comparison));
  else
    fmt::print("{}", report::comparison_text(comparison, may_colour(STDOUT_FILENO)));
  return ExitCode::kOk;
}

}  // namespace

std::vector<std::string> default_comparison() {
  return {"tianjic-like", "tianjicx-like", "loihi-table2",
          "loihi-fitted", "loihi2-like",   "lynxi-ka200-like",
          "ascend-310",   "ascend-910",    "tianjic-like:2x2+ascend-310"};
}

void add_compare_verb(CLI::App& chips, Context& context) {
  auto options = std::make_shared<CompareOptions>();
  auto* verb = chips.add_subcommand("compare", "one network over many targets: fit, cores, time, energy");
  verb->add_option("workload", options->workload, "bundled name or a folder")->required();
  verb->add_option("--targets", options->targets, "chips, boards, devices; one of each family when left out")
      ->delimiter(',');
  verb->add_option("--schedule", options->schedule, "when stages fire")->capture_default_str()->check(schedule_names());
  verb->add_option("--fidelity", options->fidelity, "of the network model")
      ->capture_default_str()
      ->check(fidelity_names());
  verb->add_option("--preset", options->preset, "compact: few cores; latency: more cores for shorter steps")
      ->capture_default_str()
      ->check(CLI::IsMember({"compact", "latency"}));
  verb->add_option("--objective", options->objective,
                   "engines of stages are chosen for it, where a target has dense cores or a device")
      ->capture_default_str()
      ->check(CLI::IsMember({"latency", "energy", "edp"}));
  verb->add_option("--images", options->images, "inputs to simulate")
      ->capture_default_str()
      ->check(whole_number(1, 1'000'000));
  verb->add_flag("--force", options->force, "replace an existing comparison");
  verb->add_option("-o,--out", options->out, "folder for comparison.json, .csv, .md and .html");
  add_common(*verb, options->common);
  verb->callback([options, &context] { context.exit_code = compare(*options, context); });
}

}  // namespace ranvier::cli
