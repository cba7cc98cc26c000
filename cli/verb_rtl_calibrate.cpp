// SPDX-License-Identifier: Apache-2.0
// ranvier rtl calibrate: the core cost model out of RTL cycle counts, and toggles of each event kind out of recorded
// traffic.
#include "cli/verb_rtl_calibrate.h"

#ifdef RANVIER_HAS_RTL
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/job.h"
#include "cli/rtl_calibrate_report.h"
#include "rtl/calibrate/hybrid_windows.h"
#include "rtl/calibrate/recorded_tile.h"
#include "rtl/hybrid/hybrid_bench.h"
#include "rtl/hybrid/hybrid_stage.h"
#include "rtl/hybrid/hybrid_stimulus.h"
#include "rtl/verilated_core.h"
#include "sim/tile_selection.h"

namespace ranvier::cli {
namespace {

constexpr std::uint64_t kFitStream = 1, kJudgeStream = 1'000'003;  // seeds of tiles to fit and to judge
constexpr std::int64_t kProductWindow = 3;  // times as long: one step of a product fills a window of another tile

struct CalibrateArguments {
  JobOptions job;
  std::int32_t tiles = 60;
  std::int64_t window_cycles = 20'000;
  bool check = false;
};

CycleReport calibrate_cycles(const CalibrateArguments& a) {
  const auto port = rtl::make_fast_port();
  const std::uint64_t seed = a.job.common.seed;
  const auto samples = rtl::sample_cycles(*port, seed + kFitStream, a.tiles);
  CycleReport r;
  r.raw = rtl::fit_cycles(samples);
  r.costs = r.raw.rounded();
  r.fitted = samples.size();
  r.judged = rtl::judge_cycles(r.costs, rtl::sample_cycles(*port, seed + kJudgeStream, a.tiles));
  return r;
}

HybridCycleReport judge_hybrid_cycles(const CalibrateArguments& a) {
  constexpr std::int32_t kTicks = 20;
  const std::vector<std::string>& kinds = rtl::hybrid_kinds();
  HybridCycleReport r;
  for (std::int32_t t = 0; t < a.tiles; ++t) {
    const std::string& kind = kinds[static_cast<std::size_t>(t) % kinds.size()];
    const std::uint64_t seed = a.job.common.seed + kJudgeStream + static_cast<std::uint64_t>(t);
    const rtl::HybridSeedResult one = rtl::run_hybrid_seed(rtl::make_fast_hybrid_port(), seed, kTicks, kind);
    ++r.tiles;
    r.cycles += one.cycles;
    r.events += one.events_in;
    if (r.mismatch.empty() && !one.mismatch.empty())
      r.mismatch = fmt::format("{}, seed {}: {}", kind, seed, one.mismatch);
  }
  return r;
}

/// One tile of each layer for which `wanted` holds, told what the layer is told on the chip; in order of layers.
template <class Recorded>
std::vector<std::shared_ptr<Recorded>> record(Job& job, const std::function<bool(const sim::TileSpec&, TileId)>& wanted,
                                              sim::CoreFactory (*recording)(std::shared_ptr<Recorded>)) {
  const mapper::MappingProblem& problem = job.problem();
  sim::SimOptions how = job.simulation_options();
  how.fidelity = sim::Fidelity::kAnalytic;
  how.lockstep = false;
  how.threads = 1;
  how.core_of_tile.assign(problem.tiles.size(), nullptr);
  std::map<StageId, std::shared_ptr<Recorded>> by_stage;
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
    const sim::TileSpec spec = sim::tile_spec(problem, TileId(t));
    if (!wanted(spec, TileId(t))) continue;
    auto& recorded = by_stage[spec.tile.stage];
    if (recorded) continue;
    recorded = std::make_shared<Recorded>();
    how.core_of_tile[t] = recording(recorded);
  }
  sim::simulate(problem, job.mapping(), job.image_codes(), how);
  std::vector<std::shared_ptr<Recorded>> all;
  for (const auto& [stage, recorded] : by_stage) all.push_back(recorded);
  return all;
}

/// The linear layers that rv_spike_core runs.
std::vector<std::shared_ptr<rtl::RecordedTile>> record_spiking(Job& job) {
  return record<rtl::RecordedTile>(
      job,
      [&](const sim::TileSpec& spec, TileId tile) {
        const workloads::Stage& stage = spec.program->stage(spec.tile.stage);
        return stage.kind == workloads::StageKind::kLinear && stage.encoder.present &&
               job.problem().tiles[tile.value()].engine == mapper::Engine::kSpiking &&
               rtl::why_not_supported(spec).empty();
      },
      rtl::recording_core);
}

/// The layers that rv_hybrid_core runs, by what a tile of them does.
std::map<std::string, std::vector<std::shared_ptr<rtl::RecordedHybridTile>>> record_hybrid(Job& job) {
  const auto all = record<rtl::RecordedHybridTile>(
      job, [](const sim::TileSpec& spec, TileId) { return rtl::why_not_hybrid(spec).empty(); },
      rtl::recording_hybrid_core);
  std::map<std::string, std::vector<std::shared_ptr<rtl::RecordedHybridTile>>> by_work;
  for (const auto& tile : all) by_work[rtl::hybrid_work(tile->spec)].push_back(tile);
  return by_work;
}

rtl::WindowOptions window_options(const CalibrateArguments& a) {
  rtl::WindowOptions how;
  how.cycles = a.window_cycles;
  how.images = std::max<std::size_t>(1, a.job.images / 2);
  return how;
}

template <class Recorded>
std::vector<std::string> names_of(const std::vector<std::shared_ptr<Recorded>>& layers) {
  std::vector<std::string> names;
  for (const auto& layer : layers) names.push_back(layer->layer);
  return names;
}

rtl::ToggleReport calibrate_toggles(const CalibrateArguments& a) {
  Job job(a.job);
  const auto layers = record_spiking(job);
  if (layers.size() < 2)
    throw UsageError("--workload",
                     "fewer than two of its layers run on rv_spike_core; choose another, or another --target");
  const auto windows = [&](std::size_t l, const rtl::WindowOptions& how) {
    return rtl::toggle_windows(*layers[l], how);
  };
  rtl::ToggleReport r = rtl::fit_and_judge("linear", names_of(layers), windows, window_options(a));
  if (r.fitted.windows == 0)
    throw UsageError("--images", "too few for a window; give more, or a smaller --window-cycles");
  return r;
}

/// By sort of tile.
std::vector<rtl::ToggleReport> calibrate_hybrid_toggles(const CalibrateArguments& a) {
  Job job(a.job);
  std::vector<rtl::ToggleReport> reports;
  for (const auto& [work, layers] : record_hybrid(job)) {
    const auto windows = [&layers = layers](std::size_t l, const rtl::WindowOptions& how) {
      return rtl::hybrid_toggle_windows(*layers[l], how);
    };
    rtl::WindowOptions how = window_options(a);
    if (work == "scores" || work == "mix") how.cycles *= kProductWindow;
    reports.push_back(rtl::fit_and_judge(work, names_of(layers), windows, how));
  }
  return reports;
}

ExitCode calibrate(const CalibrateArguments& a) {
  CalibrationReport r;
  r.cycles = calibrate_cycles(a);
  r.hybrid_cycles = judge_hybrid_cycles(a);
  r.toggles = calibrate_toggles(a);
  r.hybrid_toggles = calibrate_hybrid_toggles(a);
  const ChipFile file{chips::load_target(a.job.target).chip, a.job.schedule == "staged-graded"};
  if (a.job.common.json)
    fmt::print("{}\n", calibration_json(r, file).dump(2));
  else
    print_calibration(r, file);
  if (!a.check || within_bounds(r)) return ExitCode::kOk;
  fmt::print(stderr, "calibration is out of its bounds: cycles 0, toggles of a judged window {:.0f} %\n",
             100 * kToggleBound);
  return ExitCode::kRegression;
}

}  // namespace

void add_rtl_calibrate_verb(CLI::App& rtl, Context& context) {
  auto* verb = rtl.add_subcommand("calibrate", "fit the core cost model and relative energies to the RTL");
  auto a = std::make_shared<CalibrateArguments>();
  a->job.workload = "fashion-vit-small";
  a->job.target = "tianjic-like";
  a->job.schedule = "staged-unary";  // its many ticks tell updates from adds; graded traffic has few
  a->job.images = 8;
  add_common(*verb, a->job.common);
  verb->add_option("--workload", a->job.workload, "trained network whose layers give the traffic")
      ->capture_default_str();
  verb->add_option("--target", a->job.target, "chip that it is mapped to; its file's numbers stand beside")
      ->capture_default_str();
  verb->add_option("--schedule", a->job.schedule, "staged-graded, staged-unary or asynchronous-unary")
      ->capture_default_str();
  add_engine_options(*verb, a->job.where);
  verb->add_option("--images", a->job.images, "the first half fits, the second judges")
      ->capture_default_str()
      ->check(whole_number(2, 1000));
  verb->add_option("--tiles", a->tiles, "random tiles for cycles, to fit and again to judge")
      ->capture_default_str()
      ->check(whole_number(4, 10'000));
  verb->add_option("--window-cycles", a->window_cycles, "of a window of toggles")
      ->capture_default_str()
      ->check(whole_number(100, 10'000'000));
  verb->add_flag("--check", a->check, "exit code 7 when cycles are not equal or a judged window is 10 % off");
  verb->callback([a, &context] {
    apply_common(a->job.common);
    context.exit_code = calibrate(*a);
  });
}

}  // namespace ranvier::cli
#endif
