// SPDX-License-Identifier: Apache-2.0
// ranvier rtl calibrate: the core cost model out of RTL cycle counts, and toggles of each event kind out of recorded
// traffic, beside the numbers of the chip file.
#include "cli/verb_rtl_calibrate.h"

#ifdef RANVIER_HAS_RTL
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "cli/job.h"
#include "rtl/calibrate/cycle_fit.h"
#include "rtl/calibrate/recorded_tile.h"
#include "rtl/calibrate/toggle_fit.h"
#include "rtl/hybrid/hybrid_bench.h"
#include "rtl/hybrid/hybrid_stimulus.h"
#include "rtl/verilated_core.h"
#include "sim/tile_selection.h"

namespace ranvier::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kToggleBound = 0.10;                              // of any judged window
constexpr std::uint64_t kFitStream = 1, kJudgeStream = 1'000'003;  // seeds of tiles to fit and to judge
constexpr std::array<double, 3> kThresholdScales{1.0, 0.5, 2.0};

struct CalibrateArguments {
  JobOptions job;
  std::int32_t tiles = 60;
  std::int64_t window_cycles = 20'000;
  bool check = false;
};

struct CycleReport {
  rtl::CycleCosts raw, costs;
  std::size_t fitted = 0;
  rtl::CycleJudgement judged;
};

/// rv_hybrid_core's cycles follow from its page by a formula without fitted numbers; random tiles are held to it.
struct HybridCycleReport {
  std::int32_t tiles = 0;
  std::int64_t cycles = 0;
  std::int64_t events = 0;
  std::string mismatch;  // the first; empty: every event and every tick took what the formula says
};

struct ToggleReport {
  std::vector<std::string> fitted_on;
  rtl::ToggleCosts costs{};
  rtl::ToggleJudgement fitted;
  std::vector<rtl::ToggleJudgement> judged;
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

/// One tile of each linear layer that rv_spike_core runs, told what the layer is told on the chip.
std::vector<std::shared_ptr<rtl::RecordedTile>> record(Job& job) {
  const mapper::MappingProblem& problem = job.problem();
  sim::SimOptions how = job.simulation_options();
  how.fidelity = sim::Fidelity::kAnalytic;
  how.lockstep = false;
  how.threads = 1;
  how.core_of_tile.assign(problem.tiles.size(), nullptr);
  std::map<StageId, std::shared_ptr<rtl::RecordedTile>> by_stage;
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
    const sim::TileSpec spec = sim::tile_spec(problem, TileId(t));
    const workloads::Stage& stage = problem.program->stage(spec.tile.stage);
    if (stage.kind != workloads::StageKind::kLinear || !stage.encoder.present) continue;
    if (problem.tiles[t].engine != mapper::Engine::kSpiking || !rtl::why_not_supported(spec).empty()) continue;
    auto& recorded = by_stage[spec.tile.stage];
    if (recorded) continue;
    recorded = std::make_shared<rtl::RecordedTile>();
    how.core_of_tile[t] = rtl::recording_core(recorded);
  }
  sim::simulate(problem, job.mapping(), job.image_codes(), how);
  std::vector<std::shared_ptr<rtl::RecordedTile>> all;
  for (const auto& [stage, recorded] : by_stage) all.push_back(recorded);
  return all;
}

/// Fitted on the first half of the layers and images and thresholds as they are and of 0.7; judged on the other layers
/// and the other images, with thresholds of its own, of half and of twice as much.
ToggleReport calibrate_toggles(const CalibrateArguments& a) {
  Job job(a.job);
  const auto layers = record(job);
  if (layers.size() < 2)
    throw UsageError("--workload",
                     "fewer than two of its layers run on rv_spike_core; choose another, or another --target");
  rtl::WindowOptions how;
  how.cycles = a.window_cycles;
  how.images = std::max<std::size_t>(1, a.job.images / 2);
  ToggleReport r;
  std::vector<rtl::ToggleWindow> fit;
  const std::size_t half = (layers.size() + 1) / 2;
  for (std::size_t l = 0; l < half; ++l) {
    r.fitted_on.push_back(layers[l]->layer);
    for (const double scale : {1.0, 0.7}) {
      how.threshold_scale = scale;
      for (auto& w : rtl::toggle_windows(*layers[l], how)) fit.push_back(std::move(w));
    }
  }
  if (fit.empty()) throw UsageError("--images", "too few for a window; give more, or a smaller --window-cycles");
  r.costs = rtl::fit_toggles(fit);
  r.fitted = rtl::judge_toggles("fitted", r.costs, fit);
  how.first_image = how.images;
  for (const double scale : kThresholdScales) {
    how.threshold_scale = scale;
    std::vector<rtl::ToggleWindow> other;
    for (std::size_t l = half; l < layers.size(); ++l)
      for (auto& w : rtl::toggle_windows(*layers[l], how)) other.push_back(std::move(w));
    r.judged.push_back(
        rtl::judge_toggles(fmt::format("other layers, other images, thresholds x {}", scale), r.costs, other));
  }
  return r;
}

Json judgement_json(const rtl::ToggleJudgement& j) {
  return {{"what", j.what},
          {"windows", j.windows},
          {"mean_error", j.mean_error},
          {"worst_error", j.worst_error},
          {"total_error", j.total_error},
          {"spikes_per_update", j.spikes_per_update}};
}

/// What the chip file charges for a kind, in picojoule; 0: nothing of its own.
double chip_energy(const chips::EnergyTable& e, rtl::ToggleKind kind, bool graded) {
  switch (kind) {
    case rtl::ToggleKind::kSynapticAdd:
      return picojoules(e.synapse_read.value) + picojoules((graded ? e.multiply_add : e.accumulate).value);
    case rtl::ToggleKind::kNeuronUpdate:
      return picojoules(e.soma_update.value);
    case rtl::ToggleKind::kSpikeOut:
      return picojoules(e.event_emit.value);
    case rtl::ToggleKind::kEventIn:
      return picojoules(e.event_receive.value);
    default:
      return 0;
  }
}

std::vector<std::pair<const char*, double>> terms(const rtl::CycleCosts& c) {
  return {{"event_decode_cycles", c.event_decode},
          {"group_cycles", c.group},
          {"direct_event_cycles", c.direct_event},
          {"list_event_cycles", c.list_event},
          {"list_entry_cycles", c.list_entry},
          {"drain_cycles", c.drain},
          {"tick_cycles", c.tick},
          {"word_cycles", c.word},
          {"fire_cycles", c.fire},
          {"emit_cycles", c.emit}};
}

/// What the chip file says of the same work.
std::vector<std::pair<const char*, std::int64_t>> chip_terms(const chips::CoreKind& core) {
  return {{"lanes", core.lanes.value},
          {"event_decode_cycles", core.event_decode_cycles.value},
          {"group_cycles", core.synapse_cycles.value},
          {"word_cycles", core.soma_cycles.value},
          {"emit_cycles", core.emit_cycles.value}};
}

Json to_json(const HybridCycleReport& h) {
  Json json{{"core", "rv_hybrid_core"}, {"tag", "formula"},   {"tiles", h.tiles},
            {"cycles", h.cycles},       {"events", h.events}, {"equal", h.mismatch.empty()}};
  if (!h.mismatch.empty()) json["mismatch"] = h.mismatch;
  return json;
}

Json to_json(const CycleReport& c, const HybridCycleReport& h, const ToggleReport& t, const chips::Chip& chip,
             bool graded) {
  Json cycles{{"core", "rv_spike_core"}, {"tag", "fitted"}, {"lanes", c.costs.lanes}};
  for (const auto& [name, value] : terms(c.costs)) cycles[name] = value;
  cycles["samples_fitted"] = c.fitted;
  cycles["samples_judged"] = c.judged.samples;
  cycles["mean_error"] = c.judged.mean_error;
  cycles["worst_error"] = c.judged.worst_error;
  cycles["worst_error_cycles"] = c.judged.worst_cycles;
  Json toggles{{"core", "rv_spike_core"}, {"tag", "fitted"}, {"unit", "toggles of RTL bits; no energy"}};
  Json chip_side{{"chip", chip.name}, {"unit", "picojoule"}};
  for (const auto& [name, value] : chip_terms(chip.core)) chip_side["cycles"][name] = value;
  for (std::size_t k = 0; k < rtl::kToggleKinds; ++k) {
    const auto kind = static_cast<rtl::ToggleKind>(k);
    toggles["toggles"][rtl::kToggleKindNames[k]] = t.costs[k];
    toggles["relative"][rtl::kToggleKindNames[k]] = rtl::relative(t.costs, kind);
    chip_side["energy"][rtl::kToggleKindNames[k]] = chip_energy(chip.energy, kind, graded);
  }
  toggles["fitted_on"] = t.fitted_on;
  toggles["fitted"] = judgement_json(t.fitted);
  toggles["judged"] = Json::array();
  for (const auto& j : t.judged) toggles["judged"].push_back(judgement_json(j));
  return {{"cycles", cycles}, {"hybrid_cycles", to_json(h)}, {"toggles", toggles}, {"chip_file", chip_side}};
}

void print(const CycleReport& c, const HybridCycleReport& h, const ToggleReport& t, const chips::Chip& chip,
           bool graded) {
  fmt::print("cycles of rv_spike_core: {} samples fitted, {} of other tiles judged\n  lanes {:>28}\n", c.fitted,
             c.judged.samples, c.costs.lanes);
  for (const auto& [name, value] : terms(c.costs)) fmt::print("  {:<24}{:>10}\n", name, value);
  fmt::print("  {}'s file:", chip.name);
  for (const auto& [name, value] : chip_terms(chip.core)) fmt::print(" {} {}", name, value);
  fmt::print("\n  mean error {:.4f} %, worst error {:.4f} % ({} cycles)\n", 100 * c.judged.mean_error,
             100 * c.judged.worst_error, c.judged.worst_cycles);
  fmt::print(
      "\ncycles of rv_hybrid_core: {} tiles of {} kinds, {} events, {} cycles: {}\n", h.tiles,
      rtl::hybrid_kinds().size(), h.events, h.cycles,
      h.mismatch.empty() ? "every event and every tick as its formula says" : "not as its formula says: " + h.mismatch);
  fmt::print("\ntoggles by event kind, fitted (no energy), beside {}'s file\n  {:<16}{:>12}{:>16}{:>16}{:>16}\n",
             chip.name, "kind", "toggles", "of an add", "chip file pJ", "of an add");
  const double add = chip_energy(chip.energy, rtl::ToggleKind::kSynapticAdd, graded);
  for (std::size_t k = 0; k < rtl::kToggleKinds; ++k) {
    const auto kind = static_cast<rtl::ToggleKind>(k);
    const double energy = chip_energy(chip.energy, kind, graded);
    fmt::print("  {:<16}{:>12.3f}{:>16.3f}", rtl::kToggleKindNames[k], t.costs[k], rtl::relative(t.costs, kind));
    if (energy > 0)
      fmt::print("{:>16.3f}{:>16.3f}\n", energy, add > 0 ? energy / add : 0);
    else
      fmt::print("{:>16}{:>16}\n", "-", "-");
  }
  fmt::print("\n  {:<54}{:>8}{:>10}{:>10}{:>10}{:>14}\n", "windows", "count", "mean %", "worst %", "total %",
             "spikes/update");
  const auto line = [](const rtl::ToggleJudgement& j) {
    fmt::print("  {:<54}{:>8}{:>10.2f}{:>10.2f}{:>+10.2f}{:>14.4f}\n", j.what, j.windows, 100 * j.mean_error,
               100 * j.worst_error, 100 * j.total_error, j.spikes_per_update);
  };
  line(t.fitted);
  for (const auto& j : t.judged) line(j);
}

ExitCode calibrate(const CalibrateArguments& a) {
  const CycleReport cycles = calibrate_cycles(a);
  const HybridCycleReport hybrid = judge_hybrid_cycles(a);
  const ToggleReport toggles = calibrate_toggles(a);
  const chips::Chip chip = chips::load_target(a.job.target).chip;
  const bool graded = a.job.schedule == "staged-graded";
  if (a.job.common.json)
    fmt::print("{}\n", to_json(cycles, hybrid, toggles, chip, graded).dump(2));
  else
    print(cycles, hybrid, toggles, chip, graded);
  if (!a.check) return ExitCode::kOk;
  bool within = cycles.judged.worst_error == 0 && hybrid.mismatch.empty();
  for (const auto& j : toggles.judged) within = within && j.windows > 0 && j.worst_error <= kToggleBound;
  if (!within)
    fmt::print(stderr, "calibration is out of its bounds: cycles 0, toggles of a judged window {:.0f} %\n",
               100 * kToggleBound);
  return within ? ExitCode::kOk : ExitCode::kRegression;
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
