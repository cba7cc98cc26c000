// SPDX-License-Identifier: Apache-2.0
// Health lines, in the order in which they matter.
#include "report/health.h"

#include <fmt/format.h>

#include <algorithm>

#include "mapper/mechanisms.h"
#include "report/format.h"
#include "report/headline.h"
#include "report/names.h"
#include "report/origins.h"
#include "report/timing.h"

namespace ranvier::report {
namespace {

// A link that is busy this much of a step has queues in front of it: the network, not the cores, sets the pace.
constexpr double kSaturatedLinkLoad = 0.9;
// Above this share of codes at a bound, the quantiser clips more than rounding can explain.
constexpr double kMuchClipping = 0.25;
constexpr std::size_t kPlacesShown = 5;

std::string core_text(const chips::Board& board, CoreId core) {
  return fmt::format("core {} (x {}, y {})", core.value(), board.x(core), board.y(core));
}

HealthLine lost_events(const RunRecord& record) {
  const sim::LostEvents& lost = record.result.lost;
  if (lost.total == 0) return {Severity::kGood, "Lost events", "None."};
  std::string where;
  for (std::size_t i = 0; i < std::min(kPlacesShown, lost.places.size()); ++i) {
    const auto& place = lost.places[i];
    where += fmt::format("{}{} at {}, image {}, step {}", i == 0 ? ": " : "; ", count_text(place.count),
                         core_text(record.problem->board, place.core), place.image, place.step);
  }
  if (lost.places.size() > kPlacesShown)
    where += fmt::format("; and {} more places", lost.places.size() - kPlacesShown);
  return {Severity::kBad, "Lost events", fmt::format("{} events were lost{}.", count_text(lost.total), where)};
}

HealthLine exactness(const Headline& h, bool temporal) {
  if (h.images == 0) return {Severity::kWarning, "Exactness", "No image was simulated, so nothing was compared."};
  const std::string text =
      fmt::format("{} of {} images equal the integer reference{}.", h.exact_images, h.images,
                  temporal ? " in every compartment's spike count" : ", bit for bit, in every stage and in the logits");
  return {h.exact ? Severity::kGood : Severity::kBad, "Exactness", text};
}

HealthLine interruption(const sim::RunResult& result) {
  return {
      Severity::kWarning, "Interrupted",
      fmt::format("The run was stopped; {} images had ended and are reported, none in part.", result.images.size())};
}

HealthLine lockstep(const sim::RunResult& result) {
  const auto tiles = static_cast<std::int64_t>(result.verilated_tiles.size());
  const std::string ran =
      fmt::format("{} on Verilated cores for {} RTL cycles",
                  tiles == 1 ? "1 tile ran" : count_text(tiles) + " tiles ran", count_text(result.verilated_cycles));
  if (result.lockstep_events_compared == 0) {
    return {Severity::kNote, "Verilated cores",
            ran + "; no event of theirs was compared (a head sends none: its sums at rest are)."};
  }
  return {Severity::kGood, "Verilated cores",
          fmt::format("{}; {} events compared in lock-step, none differed.", ran,
                      count_text(result.lockstep_events_compared))};
}

HealthLine routers(const sim::RunResult& result) {
  const auto n = static_cast<std::int64_t>(result.verilated_routers.size());
  return {Severity::kGood, "Verilated routers",
          fmt::format("{} beside the model's for {} RTL cycles; {} flits compared, none differed in cycle, channel or "
                      "way.",
                      n == 1 ? "1 router ran" : count_text(n) + " routers ran", count_text(result.router_cycles),
                      count_text(result.router_flits_compared))};
}

HealthLine link_load(const sim::RunResult& result) {
  const bool saturated = result.max_link_load >= kSaturatedLinkLoad;
  return {saturated ? Severity::kWarning : Severity::kGood, "Link load",
          fmt::format("The fullest link carried {:.3f} flits a cycle in its fullest step{}.", result.max_link_load,
                      saturated ? ": the network is saturated there and sets the step's length" : "")};
}

HealthLine receive_fifo(const RunRecord& record) {
  const std::int64_t depth = record.problem->board.chip.core.receive_fifo_events.value;
  const sim::CoreResult* fullest = nullptr;
  std::int64_t full = 0;
  for (const sim::CoreResult& core : record.result.cores) {
    if (fullest == nullptr || core.peak_receive_fifo > fullest->peak_receive_fifo) fullest = &core;
    full += depth > 0 && core.peak_receive_fifo >= depth ? 1 : 0;
  }
  if (fullest == nullptr) return {Severity::kNote, "Receive FIFOs", "No core has a tile."};
  // Back-pressure delays, it loses nothing: what it costs shows in link load and phase overruns.
  return {full > 0 ? Severity::kNote : Severity::kGood, "Receive FIFOs",
          fmt::format("Peak {} of {} events, at {}; {} cores filled theirs and pushed back into the network.",
                      count_text(fullest->peak_receive_fifo), count_text(depth),
                      core_text(record.problem->board, fullest->core), full)};
}

HealthLine relay_buffer(const RunRecord& record) {
  const std::int64_t depth = record.problem->board.chip.core.relay_buffer_events.value;
  std::int64_t peak = 0;
  for (const sim::CoreResult& core : record.result.cores) peak = std::max(peak, core.peak_relay_buffer);
  // A full buffer has lost nothing yet, the next event would: worth a warning from nine tenths on.
  const bool tight = depth > 0 && peak * 10 >= depth * 9;
  return {tight ? Severity::kWarning : Severity::kGood, "Relay buffers",
          fmt::format("Peak {} of {} events{}.", count_text(peak), count_text(depth),
                      tight ? ": nearly full, and a full relay buffer loses events" : "")};
}

HealthLine phases(const RunRecord& record) {
  std::int64_t overruns = 0;
  std::int64_t steps = 0, all = 0;
  for (const sim::StepResult& step : record.result.steps) {
    overruns += step.overrun_phases;
    steps += std::max<std::int64_t>(step.overrun_steps, step.overrun_phases > 0 ? 1 : 0);
    all += step.joined_steps;
  }
  return {overruns > 0 ? Severity::kNote : Severity::kGood, "Phase overruns",
          fmt::format("{} of {} steps took more than one phase of {} cycles; {} phases beyond the first.",
                      count_text(steps), count_text(all),
                      count_text(record.problem->board.chip.sync.phase_cycles.value), count_text(overruns))};
}

HealthLine clipping(const sim::RunResult& result) {
  const double part = share(static_cast<double>(result.saturated_codes), static_cast<double>(result.encoded_codes));
  return {part > kMuchClipping ? Severity::kNote : Severity::kGood, "Code range",
          fmt::format("{} of the codes rest at a bound of their encoder ({} of {}).", percent_text(part),
                      count_text(result.saturated_codes), count_text(result.encoded_codes))};
}

HealthLine assumed_energy(const Origins& origins) {
  std::string kinds;
  for (const chips::EnergyKind kind : origins.kinds) {
    if (kind != chips::EnergyKind::kNone) kinds += (kinds.empty() ? "" : ", ") + std::string(kind_name(kind));
  }
  const bool mixed = kinds.find(',') != std::string::npos;
  std::string text = fmt::format("{} of the energy rests on chip-file entries tagged assumed or unverified.",
                                 percent_text(origins.assumed_share));
  if (!kinds.empty()) text += fmt::format(" Kind of its energies: {}.", kinds);
  if (mixed) text += " They are of different kinds: do not rank this chip against another by them.";
  const Severity severity = origins.assumed_share >= 0.5 ? Severity::kWarning
                            : origins.assumed_share > 0  ? Severity::kNote
                                                         : Severity::kGood;
  return {severity, "Assumed energy", text};
}

HealthLine fidelity(const sim::RunResult& result) {
  std::string text = fmt::format("{}.", fidelity_name(result.fidelity));
  for (const std::string& sentence : result.left_out) {
    text += " " + sentence;
    if (!sentence.empty() && sentence.back() != '.') text += ".";
  }
  if (result.left_out.empty()) text += " It leaves nothing out that this simulator models.";
  return {Severity::kNote, "Fidelity", text};
}

std::string verdict_of(Severity worst, const std::vector<HealthLine>& lines) {
  std::string subjects;
  for (const HealthLine& line : lines) {
    if (line.severity == worst) subjects += (subjects.empty() ? "" : ", ") + line.subject;
  }
  switch (worst) {
    case Severity::kGood:
    case Severity::kNote:
      return "Sound: no event lost, every integer equal to the reference.";
    case Severity::kWarning:
      return "Sound, but limited by: " + subjects + ".";
    case Severity::kBad:
      return "Not to be trusted: " + subjects + ".";
  }
  return {};
}

}  // namespace

Health health(const RunRecord& record) {
  const sim::RunResult& result = record.result;
  Health health;
  std::vector<HealthLine>& lines = health.lines;
  lines.push_back(lost_events(record));
  lines.push_back(exactness(headline(record), record.problem->program->temporal()));
  if (result.interrupted) lines.push_back(interruption(result));
  if (!result.verilated_tiles.empty()) lines.push_back(lockstep(result));
  if (!result.verilated_routers.empty()) lines.push_back(routers(result));
  lines.push_back(link_load(result));
  lines.push_back(receive_fifo(record));
  lines.push_back(relay_buffer(record));
  if (record.problem->board.chip.sync.policy == chips::SyncPolicy::kFixedPhase) lines.push_back(phases(record));
  if (record.result.ticks.tick_cycles > 0) lines.push_back(tick_health(record));
  lines.push_back(clipping(result));
  lines.push_back(assumed_energy(energy_origins(record)));
  for (const std::string& extension : mapper::extensions_of(*record.problem))
    lines.push_back({Severity::kNote, "Mechanism", extension + "."});
  if (!record.findings.empty())
    lines.push_back({Severity::kWarning, "Mapping",
                     fmt::format("It was given, and asks more than the chip has ({} findings): {}.",
                                 record.findings.size(), record.findings.front())});
  if (const std::string& note = record.problem->program->weights_note; !note.empty())
    lines.push_back({Severity::kWarning, "Weights", note + "."});
  lines.push_back(fidelity(result));
  for (const HealthLine& line : lines) health.worst = std::max(health.worst, line.severity);
  health.verdict = verdict_of(health.worst, lines);
  return health;
}

}  // namespace ranvier::report
