// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include <fmt/format.h>

#include <algorithm>

#include <span>

#include "base/counted.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/progress.h"
#include "cli/constraint_names.h"
#include "cli/given_mapping.h"
#include "cli/map_options.h"
#include "cli/rank_options.h"
#include "cli/rtl_options.h"
#include "cli/schedules.h"
#include "cli/stop_watch.h"
#include "cli/workload.h"
#include "mapper/remap.h"
#include "mapper/repeaters.h"
#include "mapper/tiler.h"
#include "mapper/verifier.h"
#include "report/build_facts.h"
#include "workloads/float_network.h"
#include "workloads/methods/load_network.h"
#include "workloads/reference.h"

namespace ranvier::cli {
namespace {

mapper::Preset preset_of(const std::string& name) { return parse_preset(name).cut; }

mapper::TokenChoice token_choice_of(const std::string& name) {
  if (name == "shared") return mapper::TokenChoice::kShared;
  if (name == "stream") return mapper::TokenChoice::kStream;
  if (name == "replicate") return mapper::TokenChoice::kReplicate;
  return mapper::TokenChoice::kAuto;
}

constexpr std::size_t kBoundedRows = 4096;  // of steps, with --bounded-memory

}  // namespace

MappingIllegal::MappingIllegal(const std::string& what, std::size_t count, const std::string& first)
    : Error(ExitCode::kBadInput,
            fmt::format("{}: not a legal mapping ({}); first: {}; ranvier check FILE lists all, ranvier map maps anew",
                        what, counted(count, "finding"), first)),
      findings(count) {}

RunFolderUnreadable::RunFolderUnreadable(const std::string& path, const std::string& problem)
    : Error(ExitCode::kBadInput, fmt::format("{}: {}; give a folder that ranvier run wrote", path, problem)),
      file(path) {}

mapper::TilingOptions tiling_of(const JobOptions& options) {
  mapper::TilingOptions tiling;
  tiling.preset = preset_of(options.preset);
  tiling.token_mode = token_choice_of(options.token_mode);
  return tiling;
}

Job::Job(const JobOptions& options) : options_(options) {
  if (is_silent_rank(parse_ranks(options_.ranks))) options_.common.quiet = true;
  load();
  if (layered_) {
    map_layered();
    return;
  }
  map_with_named_tiles(options_, [this] { graph_ ? map_graph() : map_stages(); });
  warn_of_idle_names(options_, problem_);
}

void Job::map_stages() {
  const StopWatch watch;
  const mapper::TilingOptions tiling = tiling_of(options_);
  const chips::Board board = chips::load_target(options_.target);
  const workloads::Schedule schedule = schedule_of(options_.schedule);
  const mapper::MapOptions how = map_options_of(options_, board);
  program_ = mapper::with_repeaters(program_, board, schedule, tiling);
  check_rtl(options_.rtl, program_, board, options_.fidelity);
  if (options_.where.any()) {
    mapper::EngineChoice choice = map_with_engines(
        program_, board, schedule, tiling, how, options_.where, [this](const auto& problem, const auto& mapping) {
          sim::SimOptions once;
          once.fidelity = fidelity_of(options_.fidelity);
          once.allow_loss = true;
          once.record_activities = false;
          const auto r = sim::simulate(problem, mapping, std::span(image_codes()).first(1), once);
          return mapper::Measured{r.total_time, r.total_energy};
        });
    problem_ = std::move(choice.problem);
    mapping_ = std::move(choice.mapping);
    alternatives_ = std::move(choice.alternatives);
  } else {
    problem_ = mapper::make_problem(program_, board, schedule, tiling);
    problem_.constraints = how.constraints;
    search_ = mapper::map_with_pareto(problem_, how);
    mapping_ = std::move(search_.mapping);
  }
  check_mapping();
  wall_times_.push_back({"map", watch.seconds()});
}

Job::Job(const JobOptions& options, mapper::MappingFile file) : options_(options) {
  load_workload_of(file, options_.workload, [this] { load(); });
  const StopWatch watch;
  attach_mapping(file, program_, board_of(file), options_.set);
  problem_ = std::move(file.problem);
  mapping_ = std::move(file.mapping);
  check_rtl(options_.rtl, program_, problem_.board, options_.fidelity);
  check_mapping(file.file);
  wall_times_.push_back({"load mapping", watch.seconds()});
}

void Job::load() {
  const StopWatch watch;
  if (is_layered_workload(options_.workload)) return load_layered();
  if (is_graph_workload(options_.workload)) return load_graph();
  if (!options_.set.empty()) throw UsageError("--set", fmt::format("{} has no numbers to set", options_.workload));
  if (options_.timing == "simple")
    throw UsageError("--timing", fmt::format("simple is a rule for {}; leave it out", workloads::kLayeredLif));
  if (is_temporal_workload(options_.workload)) return load_temporal();
  check_schedule_of_images(options_.schedule);
  workloads::ConvertOptions how;
  how.threads = options_.common.threads;
  workloads::LoadedNetwork network = workloads::load_chip_network(options_.workload, how);
  model_ = std::move(network.model);
  program_ = std::move(network.program);
  has_float_ = network.has_float;
  if (!options_.images_file.empty() || workloads::names_images(model_)) {
    images_ =
        options_.images_file.empty() ? workloads::test_images(model_) : workloads::load_images(options_.images_file);
    workloads::check_images(model_, images_);
  }
  if (workloads::has_recorded_logits(model_)) recorded_ = workloads::recorded_logits(model_);
  wall_times_.push_back({"load and convert", watch.seconds()});
}

void Job::check_mapping(const std::string& file) {
  if (layered_) return check_layered();
  const auto findings = mapper::verify(problem_, mapping_);
  if (!findings.empty())
    throw MappingIllegal(file.empty() ? options_.workload + " on " + options_.target : file, findings.size(),
                         findings[0].text);
}

void Job::use_profile(const mapper::Profile& profile) { problem_ = mapper::with_profile(problem_, profile); }

const std::vector<std::vector<std::int32_t>>& Job::image_codes() {
  if (codes_.empty()) {
    if (!temporal_ && images_.count() == 0) throw workloads::NoImages(options_.workload, "--images-file");
    if (options_.images > images_.count())
      throw UsageError("--images",
                       fmt::format("{} asked for, {} holds {}", options_.images, images_.file, images_.count()));
    codes_ = workloads::input_code_batch(model_, images_, options_.images);
  }
  return codes_;
}

sim::SimOptions Job::simulation_options() const {
  sim::SimOptions how;
  how.fidelity = fidelity_of(options_.fidelity);
  how.allow_loss = options_.allow_loss;
  how.threads = options_.common.threads;
  how.max_steps = options_.max_steps;
  how.interrupted = &interrupted();
  how.network.seed = options_.common.seed;
  if (options_.bounded_memory) how.step_rows = how.step_energy_rows = kBoundedRows;
  how.core_of_tile = rtl_cores(problem_, mapping_, options_.rtl);
  return how;
}

void Job::check_max_steps() const {
  if (options_.max_steps == 0) return;
  if (program_.temporal())
    throw UsageError("--max-steps", "a network over time has its own number of steps; leave it out");
  const bool late = std::any_of(problem_.tiles.begin(), problem_.tiles.end(),
                                [](const mapper::Tile& tile) { return tile.sums_for_others(); }) ||
                    std::any_of(mapping_.delay.begin(), mapping_.delay.end(), [](std::int32_t d) { return d > 0; });
  if (late && problem_.schedule == workloads::Schedule::kAsynchronousUnary)
    throw UsageError(
        "--max-steps",
        "this mapping has input slices, cut LayerNorm rows or delays, so that events come later than in the "
        "reference: before rest there are no integers to compare with; take a chip without them, or leave "
        "it out");
}

sim::RunResult Job::simulate(const std::vector<sim::Probe*>& probes,
                             const std::function<void(sim::SimOptions&)>& more) {
  if (options_.timing == "simple") return simulate_simple();
  check_max_steps();
  const auto& codes = image_codes();
  sim::SimOptions how = simulation_options();
  ProgressOptions shown;
  shown.quiet = options_.common.quiet;
  Progress progress("simulating images", static_cast<std::int64_t>(codes.size()), shown);
  how.probes = probes;
  how.progress = [&progress](std::int32_t image, std::int32_t) { progress.set(image); };
  if (more) more(how);
  const auto routers = rtl_routers(problem_.board, options_.rtl, how.lockstep_wave);
  how.routers = routers.get();
  const StopWatch watch;
  const RankChoice ranks = parse_ranks(options_.ranks);
  auto result = ranks.kind == RankChoice::Kind::kNone ? sim::simulate(problem_, mapping_, codes, how)
                                                      : simulate_on_ranks(ranks, problem_, mapping_, codes, how);
  progress.set(static_cast<std::int64_t>(result.images.size()));
  progress.finish();
  simulate_s_ = watch.seconds();
  wall_times_.push_back({"simulate", simulate_s_});
  tell_rtl(result);
  return result;
}

/// How fast the RTL was, its twins and the rest of the chip included.
void Job::tell_rtl(const sim::RunResult& result) const {
  if (options_.common.quiet) return;
  if (!result.verilated_routers.empty())
    log::info("{} in RTL: {:.3f} M router cycles while flits were inside; {} compared, none differed",
              counted(result.verilated_routers.size(), "router"), static_cast<double>(result.router_cycles) / 1e6,
              counted(static_cast<std::size_t>(result.router_flits_compared), "flit"));
  if (result.verilated_tiles.empty()) return;
  const auto cycles = static_cast<double>(result.verilated_cycles);
  log::info("{} on Verilated cores: {:.3f} M core cycles in {:.3f} s of wall time, {:.2f} M core-cycles/s; {}",
            counted(result.verilated_tiles.size(), "tile"), cycles / 1e6, simulate_s_,
            simulate_s_ > 0 ? cycles / 1e6 / simulate_s_ : 0,
            counted(static_cast<std::size_t>(result.lockstep_events_compared), "event") + " compared, none differed");
}

void Job::measure_accuracy(report::RunRecord& record) {
  const StopWatch watch;
  const std::size_t n =
      options_.accuracy_images == 0 ? images_.count() : std::min(options_.accuracy_images, images_.count());
  if (n == 0 || !images_.labelled()) return;
  const auto codes = workloads::input_code_batch(model_, images_, n);
  const auto integer = workloads::run_reference_logits(program_, codes, thread_count(options_.common));
  record.integer.images = static_cast<std::int64_t>(n);
  for (std::size_t i = 0; i < n; ++i)
    record.integer.correct += workloads::argmax(integer[i].data(), integer[i].size()) == images_.labels[i];
  // The float network that was trained, on the images for which its logits are shipped; else that of these weights.
  const auto classes = static_cast<std::size_t>(model_.config.classes);
  if (options_.images_file.empty() && recorded_.count >= n) {
    record.floating.images = static_cast<std::int64_t>(n);
    for (std::size_t i = 0; i < n; ++i)
      record.floating.correct +=
          workloads::argmax(recorded_.float_trained.data() + i * classes, classes) == images_.labels[i];
  } else if (has_float_) {
    const workloads::FloatNetwork network(model_);
    record.floating.images = static_cast<std::int64_t>(n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto logits = network.run_input(workloads::network_input(model_, images_, i)).logits;
      record.floating.correct += workloads::argmax(logits.data(), logits.size()) == images_.labels[i];
    }
  }
  wall_times_.push_back({"reference accuracy", watch.seconds()});
}

void Job::record_images(report::RunRecord& r) {
  for (const auto& path : model_.files)
    r.inputs.push_back({path.extension() == ".json" ? "config" : "weights", path.string(), sha256_of_file(path)});
  const bool stored = std::filesystem::exists(images_.file);
  r.inputs.push_back({"images", images_.file, stored ? sha256_of_file(images_.file) : workloads::digest_of(images_)});
  r.workload_description = describe(model_, program_);
  r.class_names = model_.class_names;
  measure_accuracy(r);
  for (std::size_t i = 0; i < options_.images; ++i)
    r.images.push_back({static_cast<std::int64_t>(i), images_.labelled() ? std::int32_t{images_.labels[i]} : -1});
}

report::RunRecord Job::record(const Context& context) {
  report::RunRecord r;
  r.argv = context.argv;
  r.build = report::build_facts();
  r.host = report::host_facts();
  r.started_utc = report::utc_now();
  r.seed = options_.common.seed;
  r.threads = thread_count(options_.common);
  graph_ ? record_graph(r) : layered_ ? record_layered(r) : temporal_ ? record_temporal(r) : record_images(r);
  r.inputs.push_back({"chip", problem_.board.chip.file, sha256_of_file(problem_.board.chip.file)});
  r.workload = options_.workload;
  r.target = options_.target;
  r.settings = options_.set;
  r.mapping_preset = options_.preset;
  r.problem = &problem_;
  r.mapping = &mapping_;
  r.alternatives = alternatives_;
  if (problem_.board.device)
    r.inputs.push_back({"device", problem_.board.device->file, sha256_of_file(problem_.board.device->file)});
  r.findings = findings_;
  r.simulate_s = simulate_s_;
  r.simulate_cpu_s = simulate_cpu_s_;
  r.engine_bytes = engine_bytes_;
  r.wall_times = wall_times_;
  r.trace_limit_bytes = options_.trace_limit_mib << 20;
  r.job_json = job_to_json(options_);
  return r;
}

}  // namespace ranvier::cli
