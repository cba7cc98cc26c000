// SPDX-License-Identifier: Apache-2.0
// Rows and ranks of a comparison, and its two forms for machines.
#include "report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mapper/engines.h"
#include "mapper/mechanisms.h"
#include "report/format.h"
#include "report/headline.h"
#include "report/origins.h"

namespace ranvier::report {
namespace {

using Json = nlohmann::ordered_json;

std::string kinds_text(const std::vector<chips::EnergyKind>& kinds) {
  std::string text;
  for (const chips::EnergyKind kind : kinds) {
    if (kind == chips::EnergyKind::kNone) continue;  // static power: an energy only with time
    text += (text.empty() ? "" : "+") + std::string(kind_name(kind));
  }
  return text.empty() ? "none" : text;
}

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
  j["energy_per_inference_aj"] = r.energy.count();
  Json groups;
  for (std::size_t g = 0; g < kGroups; ++g)
    groups[std::string(group_name(static_cast<Group>(g)))] = r.by_group[g].count();
  j["energy_by_group_aj"] = std::move(groups);
  j["static_share"] = r.static_share;
  j["assumed_share"] = r.assumed_share;
  j["energy_kind"] = r.energy_kind;
  j["rank_within_energy_kind"] = r.rank;
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
  return share(static_cast<double>(assumed.count()), static_cast<double>(record.result.total_energy.count()));
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
  row.static_share = share(static_cast<double>(flowing.count()), static_cast<double>(h.energy.count()));
  row.assumed_share = assumed_share(record);
  row.engines = engines_text(*record.problem);
  row.energy_kind = kinds_text(origins.kinds);
  return row;
}

std::string exact_text(const ComparisonRow& row) { return !row.exact ? "-" : *row.exact ? "yes" : "NO"; }

void rank(Comparison& comparison) {
  std::stable_sort(comparison.rows.begin(), comparison.rows.end(), [](const ComparisonRow& a, const ComparisonRow& b) {
    if (a.fits != b.fits) return a.fits;
    if (!a.fits) return false;
    if (a.energy_kind != b.energy_kind) return a.energy_kind < b.energy_kind;
    return a.energy.count() < b.energy.count();
  });
  std::int64_t rank = 0;
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    ComparisonRow& row = comparison.rows[i];
    if (!row.fits) break;
    rank = i > 0 && comparison.rows[i - 1].energy_kind == row.energy_kind ? rank + 1 : 1;
    row.rank = rank;
  }
}

std::string comparison_json(const Comparison& c, int indent) {
  Json j;
  j["workload"] = c.workload;
  j["weights_note"] = c.weights_note;
  j["schedule"] = c.schedule;
  j["fidelity"] = c.fidelity;
  j["preset"] = c.preset;
  j["images"] = c.images;
  j["ranked"] = "by energy within one energy kind only";
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
  out += ",static_share,assumed_share,energy_kind,rank_within_energy_kind,reason,extensions\n";
  for (const ComparisonRow& r : c.rows) {
    out += fmt::format("{},{},{},{},{},{},{},{},{},{:.6f},{:.6f},{:.6f}", csv_text(c.workload), csv_text(r.target),
                       csv_text(r.board), csv_text(r.engines), r.fits ? 1 : 0, r.exact ? (*r.exact ? "1" : "0") : "",
                       r.cores, r.chips, r.steps, microseconds(r.latency), r.throughput_per_s, nanojoules(r.energy));
    for (const Energy energy : r.by_group) out += fmt::format(",{:.6f}", nanojoules(energy));
    std::string extensions;
    for (const std::string& e : r.extensions) extensions += (extensions.empty() ? "" : "; ") + e;
    out += fmt::format(",{:.6f},{:.6f},{},{},{},{}\n", r.static_share, r.assumed_share, r.energy_kind, r.rank,
                       csv_text(r.reason), csv_text(extensions));
  }
  return out;
}

}  // namespace ranvier::report
