// SPDX-License-Identifier: Apache-2.0
// Rows and ranks of a comparison, and its two forms for machines.
#include "report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mapper/engines.h"
#include "mapper/mechanisms.h"
#include "report/energy_json.h"
#include "report/format.h"
#include "report/headline.h"
#include "report/origins.h"

namespace ranvier::report {
namespace {

using Json = nlohmann::ordered_json;

Json row_json(const ComparisonRow& r) {
  Json j;
  j["target"] = r.target;
  j["board"] = r.board;
  j["fits"] = r.fits;
  j["reason"] = r.reason;
  j["extensions"] = r.extensions;
  if (!r.fits) return j;
  j["exact"] = r.exact ? Json(*r.exact) : Json(nullptr);
  j["engines"] = r.engines;
  j["cores"] = r.cores;
  j["chips"] = r.chips;
  j["steps"] = r.steps;
  j["latency_us"] = microseconds(r.latency);
  j["throughput_per_s"] = r.throughput_per_s;
  j["energy_per_inference_nj"] = nanojoules(r.energy);
  j["energy_per_inference_aj"] = exact_json(r.energy);
  Json groups;
  for (std::size_t g = 0; g < kGroups; ++g)
    groups[std::string(group_name(static_cast<Group>(g)))] = exact_json(r.by_group[g]);
  j["energy_by_group_aj"] = std::move(groups);
  j["static_share"] = r.static_share;
  j["assumed_share"] = r.assumed_share;
  j["energy_kind"] = r.energy_kind;
  j["energy_by_kind_aj"] = kinds_json(r.by_kind);
  j["energy_kinds_mixed"] = mixes_kinds(r.by_kind);
  j["energy_kinds_remark"] = kinds_remark(r.by_kind);
  j["rank_within_energy_kind"] = r.rank > 0 ? Json(r.rank) : Json(nullptr);
  return j;
}

/// "46 spiking, 9 dense"; the host's input stage is on none.
std::string engines_text(const mapper::MappingProblem& problem) {
  std::array<std::int64_t, 3> stages{};
  const std::vector<mapper::Engine> engines = mapper::engines_of(problem);
  for (std::size_t s = 1; s < engines.size(); ++s) ++stages[static_cast<std::size_t>(engines[s])];
  std::string text;
  for (const mapper::Engine e : {mapper::Engine::kSpiking, mapper::Engine::kDense, mapper::Engine::kOffload}) {
    const std::int64_t n = stages[static_cast<std::size_t>(e)];
    if (n > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, mapper::name_of(e));
  }
  return text;
}

/// Stages that need a mechanism which the chip has only as an assumed extension.
std::vector<bool> on_extensions(const mapper::MappingProblem& problem) {
  std::vector<bool> stages(problem.program->stages.size());
  const auto needed = mapper::needed_mechanisms(*problem.program, problem.schedule, mapper::engines_of(problem));
  for (const mapper::NeededMechanism& n : needed) {
    const auto& support = problem.board.chip.mechanisms[static_cast<std::size_t>(n.mechanism)];
    if (support.support != chips::Support::kExtension) continue;
    for (const StageId stage : n.stages) stages[stage.value()] = true;
  }
  return stages;
}

/// However sure the table's entry is, what a stage spends by a mechanism that the chip lacks is an assumption.
double assumed_share(const RunRecord& record) {
  const chips::Board& board = record.problem->board;
  const std::vector<bool> extension = on_extensions(*record.problem);
  Energy assumed;
  for (const sim::LedgerEntry& entry : record.result.ledger) {
    const chips::Tag tag = origin_of(board, entry.component).tag;
    const bool unsure = tag == chips::Tag::kAssumed || tag == chips::Tag::kUnverified;
    if (unsure || (entry.stage.valid() && extension[entry.stage.value()])) assumed += entry.energy;
  }
  return share(assumed, record.result.total_energy);
}

std::string csv_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

ComparisonRow comparison_row(const RunRecord& record) {
  const Headline h = headline(record);
  const Origins origins = energy_origins(record);
  ComparisonRow row;
  row.target = row.board = record.target;
  row.fits = true;
  row.exact = h.exact;
  row.cores = h.cores;
  row.chips = h.chips;
  row.steps = h.steps_per_image;
  row.latency = h.latency;
  row.throughput_per_s = h.throughput_per_s;
  row.energy = h.energy_per_image;
  std::array<Energy, sim::kComponents> by_component{};
  for (const sim::LedgerEntry& entry : record.result.ledger)
    by_component[static_cast<std::size_t>(entry.component)] += entry.energy;
  row.by_group = by_group(by_component);
  for (Energy& energy : row.by_group) energy = mean(energy, h.images);
  const Energy flowing = by_component[static_cast<std::size_t>(sim::Component::kStatic)] +
                         by_component[static_cast<std::size_t>(sim::Component::kDeviceStatic)];
  row.static_share = share(flowing, h.energy);
  row.assumed_share = assumed_share(record);
  row.engines = engines_text(*record.problem);
  row.by_kind = origins.by_kind;
  for (Energy& energy : row.by_kind) energy = mean(energy, h.images);
  row.energy_kind = kind_of_total(origins.by_kind);
  return row;
}

std::string exact_text(const ComparisonRow& row) { return !row.exact ? "-" : *row.exact ? "yes" : "NO"; }

void rank(Comparison& comparison) {
  std::stable_sort(comparison.rows.begin(), comparison.rows.end(), [](const ComparisonRow& a, const ComparisonRow& b) {
    if (a.fits != b.fits) return a.fits;
    if (!a.fits) return false;
    if (a.energy_kind != b.energy_kind) return a.energy_kind < b.energy_kind;
    return a.energy < b.energy;
  });
  std::int64_t rank = 0;
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    ComparisonRow& row = comparison.rows[i];
    if (!row.fits) break;
    rank = i > 0 && comparison.rows[i - 1].energy_kind == row.energy_kind ? rank + 1 : 1;
    row.rank = mixes_kinds(row.by_kind) ? 0 : rank;
  }
}

std::string kind_of_total(const std::array<Energy, kKinds>& by_kind) {
  std::string text;
  for (std::size_t k = 1; k < kKinds; ++k) {  // without static power: an energy only with time
    if (by_kind[k] == Energy()) continue;
    text += fmt::format("{}{}", text.empty() ? "" : "+", kind_name(static_cast<chips::EnergyKind>(k)));
  }
  return text.empty() ? "none" : text;
}

std::string rank_text(const ComparisonRow& row) { return row.rank > 0 ? std::to_string(row.rank) : "-"; }

std::string rank_remark(const Comparison& c) {
  std::string text =
      "Ranks hold within one kind of energy only: marginal, all_in and min energies do not count the same things.";
  std::string mixed;
  for (const ComparisonRow& r : c.rows) {
    if (r.fits && mixes_kinds(r.by_kind))
      mixed += fmt::format("{}{} ({})", mixed.empty() ? "" : "; ", r.target, kinds_text(r.by_kind));
  }
  if (!mixed.empty()) text += " These totals mix kinds and take no rank: " + mixed + ".";
  return text;
}

std::string comparison_json(const Comparison& c, int indent) {
  Json j;
  j["workload"] = c.workload;
  j["weights_note"] = c.weights_note;
  j["schedule"] = c.schedule;
  j["fidelity"] = c.fidelity;
  j["preset"] = c.preset;
  j["images"] = c.images;
  j["ranked"] = "by energy within one energy kind only; a total that mixes kinds has no rank";
  j["targets"] = Json::array();
  for (const ComparisonRow& row : c.rows) j["targets"].push_back(row_json(row));
  return j.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string comparison_csv(const Comparison& c) {
  std::string out =
      "workload,target,board,engines,fits,exact,cores,chips,steps,latency_us,throughput_per_s,energy_per_inference_nj";
  for (std::size_t g = 0; g < kGroups; ++g) {
    std::string name(group_name(static_cast<Group>(g)));
    std::replace(name.begin(), name.end(), ' ', '_');
    out += fmt::format(",{}_nj", name);
  }
  out +=
      ",static_share,assumed_share,energy_kind,rank_within_energy_kind,reason,extensions,marginal_nj,all_in_nj,min_nj,"
      "energy_kinds_mixed\n";
  for (const ComparisonRow& r : c.rows) {
    out += fmt::format("{},{},{},{},{},{},{},{},{},{:.6f},{:.6f},{:.6f}", csv_text(c.workload), csv_text(r.target),
                       csv_text(r.board), csv_text(r.engines), r.fits ? 1 : 0, r.exact ? (*r.exact ? "1" : "0") : "",
                       r.cores, r.chips, r.steps, microseconds(r.latency), r.throughput_per_s, nanojoules(r.energy));
    for (const Energy energy : r.by_group) out += fmt::format(",{:.6f}", nanojoules(energy));
    std::string extensions;
    for (const std::string& e : r.extensions) extensions += (extensions.empty() ? "" : "; ") + e;
    out += fmt::format(",{:.6f},{:.6f},{},{},{},{}", r.static_share, r.assumed_share, r.energy_kind,
                       r.rank > 0 ? std::to_string(r.rank) : "", csv_text(r.reason), csv_text(extensions));
    for (std::size_t k = 1; k < kKinds; ++k) out += fmt::format(",{:.6f}", nanojoules(r.by_kind[k]));
    out += fmt::format(",{}\n", mixes_kinds(r.by_kind) ? 1 : 0);
  }
  return out;
}

}  // namespace ranvier::report
