// SPDX-License-Identifier: Apache-2.0
#include "cli/rtl_calibrate_report.h"

#ifdef RANVIER_HAS_RTL
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "rtl/hybrid/hybrid_stimulus.h"

namespace ranvier::cli {
namespace {

using Json = nlohmann::ordered_json;
using rtl::ToggleKind;

constexpr std::size_t index_of(ToggleKind kind) { return static_cast<std::size_t>(kind); }

/// What the chip file charges for a kind, in picojoule; 0: nothing of its own.
double chip_energy(const ChipFile& file, ToggleKind kind) {
  const chips::EnergyTable& e = file.chip.energy;
  switch (kind) {
    case ToggleKind::kSynapticAdd:
    case ToggleKind::kRowAdd:
    case ToggleKind::kColumnAdd:
      return picojoules(e.synapse_read.value) + picojoules((file.graded ? e.multiply_add : e.accumulate).value);
    case ToggleKind::kDenseAdd:
      return picojoules(e.dense_multiply_add.value);
    case ToggleKind::kNeuronUpdate:
      return picojoules(e.soma_update.value);
    case ToggleKind::kSpikeOut:
      return picojoules(e.event_emit.value);
    case ToggleKind::kEventIn:
      return picojoules(e.event_receive.value);
    case ToggleKind::kTableValue:
    case ToggleKind::kNormValue:
    case ToggleKind::kSoftmaxValue:
      return picojoules(e.map_value.value);
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

/// Toggles of an add of a weight: that of the linear tiles, which every other kind of the same core stands beside.
double add_toggles(const std::vector<rtl::ToggleReport>& reports) {
  for (const rtl::ToggleReport& t : reports)
    if (t.costs[index_of(ToggleKind::kSynapticAdd)] > 0 && t.work == "linear")
      return t.costs[index_of(ToggleKind::kSynapticAdd)];
  return 0;
}

Json to_json(const rtl::ToggleJudgement& j) {
  return {{"what", j.what},
          {"windows", j.windows},
          {"mean_error", j.mean_error},
          {"worst_error", j.worst_error},
          {"total_error", j.total_error},
          {"spikes_per_update", j.spikes_per_update}};
}

/// `kinds` first kinds, or where it is 0 those that have a cost.
Json to_json(const rtl::ToggleReport& t, std::size_t kinds, double add) {
  Json json;
  for (std::size_t k = 0; k < rtl::kToggleKinds; ++k) {
    if (kinds > 0 ? k >= kinds : t.costs[k] == 0) continue;
    json["toggles"][rtl::kToggleKindNames[k]] = t.costs[k];
    if (add > 0) json["relative"][rtl::kToggleKindNames[k]] = t.costs[k] / add;
  }
  json["fitted_on"] = t.fitted_on;
  json["fitted"] = to_json(t.fitted);
  json["judged"] = Json::array();
  for (const auto& j : t.judged) json["judged"].push_back(to_json(j));
  return json;
}

Json to_json(const CycleReport& c) {
  Json json{{"core", "rv_spike_core"}, {"tag", "fitted"}, {"lanes", c.costs.lanes}};
  for (const auto& [name, value] : terms(c.costs)) json[name] = value;
  json["samples_fitted"] = c.fitted;
  json["samples_judged"] = c.judged.samples;
  json["mean_error"] = c.judged.mean_error;
  json["worst_error"] = c.judged.worst_error;
  json["worst_error_cycles"] = c.judged.worst_cycles;
  return json;
}

Json to_json(const HybridCycleReport& h) {
  Json json{{"core", "rv_hybrid_core"}, {"tag", "formula"},   {"tiles", h.tiles},
            {"cycles", h.cycles},       {"events", h.events}, {"equal", h.mismatch.empty()}};
  if (!h.mismatch.empty()) json["mismatch"] = h.mismatch;
  return json;
}

void print_judgements(const rtl::ToggleReport& t) {
  fmt::print("\n  {:<54}{:>8}{:>10}{:>10}{:>10}{:>14}\n", "windows", "count", "mean %", "worst %", "total %",
             "spikes/update");
  const auto line = [](const rtl::ToggleJudgement& j) {
    fmt::print("  {:<54}{:>8}{:>10.2f}{:>10.2f}{:>+10.2f}{:>14.4f}\n", j.what, j.windows, 100 * j.mean_error,
               100 * j.worst_error, 100 * j.total_error, j.spikes_per_update);
  };
  line(t.fitted);
  for (const auto& j : t.judged) line(j);
}

void print_costs(const rtl::ToggleReport& t, const std::string& of, double add, const ChipFile& file) {
  fmt::print("\ntoggles of {}, fitted (no energy), beside {}'s file\n  {:<16}{:>12}{:>16}{:>16}{:>16}\n", of,
             file.chip.name, "kind", "toggles", "of an add", "chip file pJ", "of an add");
  if (t.fitted.windows == 0) {
    fmt::print("  no window filled by {}; give more --images, or fewer --window-cycles\n",
               fmt::join(t.fitted_on, ", "));
    return;
  }
  const double add_energy = chip_energy(file, ToggleKind::kSynapticAdd);
  const auto number = [](double value, bool there) {
    return there ? fmt::format("{:>16.3f}", value) : fmt::format("{:>16}", "-");
  };
  for (std::size_t k = 0; k < rtl::kToggleKinds; ++k) {
    if (t.costs[k] == 0) continue;
    const double energy = chip_energy(file, static_cast<ToggleKind>(k));
    fmt::print("  {:<16}{:>12.3f}{}{}{}\n", rtl::kToggleKindNames[k], t.costs[k], number(t.costs[k] / add, add > 0),
               number(energy, energy > 0), number(energy / add_energy, energy > 0 && add_energy > 0));
  }
  print_judgements(t);
}

}  // namespace

Json calibration_json(const CalibrationReport& r, const ChipFile& file) {
  Json toggles{{"core", "rv_spike_core"}, {"tag", "fitted"}, {"unit", "toggles of RTL bits; no energy"}};
  toggles.update(to_json(r.toggles, rtl::kSpikeToggleKinds, r.toggles.costs[index_of(ToggleKind::kSynapticAdd)]));
  Json hybrid{{"core", "rv_hybrid_core"}, {"tag", "fitted"}, {"unit", "toggles of RTL bits; no energy"}};
  for (const rtl::ToggleReport& t : r.hybrid_toggles)
    hybrid["tiles"][t.work] = to_json(t, 0, add_toggles(r.hybrid_toggles));
  Json chip_side{{"chip", file.chip.name}, {"unit", "picojoule"}};
  for (const auto& [name, value] : chip_terms(file.chip.core)) chip_side["cycles"][name] = value;
  for (std::size_t k = 0; k < rtl::kToggleKinds; ++k)
    chip_side["energy"][rtl::kToggleKindNames[k]] = chip_energy(file, static_cast<ToggleKind>(k));
  return {{"cycles", to_json(r.cycles)},
          {"hybrid_cycles", to_json(r.hybrid_cycles)},
          {"toggles", toggles},
          {"hybrid_toggles", hybrid},
          {"chip_file", chip_side}};
}

void print_calibration(const CalibrationReport& r, const ChipFile& file) {
  const CycleReport& c = r.cycles;
  fmt::print("cycles of rv_spike_core: {} samples fitted, {} of other tiles judged\n  lanes {:>28}\n", c.fitted,
             c.judged.samples, c.costs.lanes);
  for (const auto& [name, value] : terms(c.costs)) fmt::print("  {:<24}{:>10}\n", name, value);
  fmt::print("  {}'s file:", file.chip.name);
  for (const auto& [name, value] : chip_terms(file.chip.core)) fmt::print(" {} {}", name, value);
  fmt::print("\n  mean error {:.4f} %, worst error {:.4f} % ({} cycles)\n", 100 * c.judged.mean_error,
             100 * c.judged.worst_error, c.judged.worst_cycles);
  const HybridCycleReport& h = r.hybrid_cycles;
  fmt::print(
      "\ncycles of rv_hybrid_core: {} tiles of {} kinds, {} events, {} cycles: {}\n", h.tiles,
      rtl::hybrid_kinds().size(), h.events, h.cycles,
      h.mismatch.empty() ? "every event and every tick as its formula says" : "not as its formula says: " + h.mismatch);
  print_costs(r.toggles, "rv_spike_core", r.toggles.costs[index_of(ToggleKind::kSynapticAdd)], file);
  for (const rtl::ToggleReport& t : r.hybrid_toggles)
    print_costs(t, "rv_hybrid_core, " + t.work + " tiles", add_toggles(r.hybrid_toggles), file);
}

bool within_bounds(const CalibrationReport& r) {
  const auto judged = [](const rtl::ToggleReport& t) {
    return std::all_of(t.judged.begin(), t.judged.end(),
                       [](const rtl::ToggleJudgement& j) { return j.windows > 0 && j.worst_error <= kToggleBound; });
  };
  return r.cycles.judged.worst_error == 0 && r.hybrid_cycles.mismatch.empty() && judged(r.toggles) &&
         std::all_of(r.hybrid_toggles.begin(), r.hybrid_toggles.end(), judged);
}

}  // namespace ranvier::cli
#endif
