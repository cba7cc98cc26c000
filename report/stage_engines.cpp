// SPDX-License-Identifier: Apache-2.0
#include "report/stage_engines.h"

#include <fmt/format.h>

#include <algorithm>

#include "mapper/engines.h"
#include "report/format.h"
#include "report/text_table.h"

namespace ranvier::report {

std::string EngineRun::text() const {
  if (stages == 1) return first;
  return fmt::format("{} to {} ({} stages)", first, last, stages);
}

std::vector<EngineRun> engine_runs(const RunRecord& record) {
  std::vector<EngineRun> runs;
  const auto engines = mapper::engines_of(*record.problem);
  const auto& stages = record.problem->program->stages;
  for (std::size_t s = 1; s < stages.size(); ++s) {
    if (runs.empty() || runs.back().engine != engines[s]) runs.push_back({engines[s], stages[s].name, "", 0});
    runs.back().last = stages[s].name;
    ++runs.back().stages;
  }
  return runs;
}

bool engines_matter(const RunRecord& record) {
  if (!record.alternatives.empty()) return true;
  const auto engines = mapper::engines_of(*record.problem);
  return std::any_of(engines.begin(), engines.end(), [](auto e) { return e != mapper::Engine::kSpiking; });
}

std::vector<AlternativeText> alternative_texts(const RunRecord& record) {
  std::vector<AlternativeText> texts;
  for (const mapper::Alternative& a : record.alternatives) {
    if (!a.fits) {
      texts.push_back({a.name, "", "", "", "", "", "not possible: " + a.reason});
      continue;
    }
    texts.push_back({a.name, duration_text(a.latency), energy_text(a.energy),
                     engineering(seconds(a.latency) * joules(a.energy), "Js"),
                     a.measured ? duration_text(a.measured->latency) : "",
                     a.measured ? energy_text(a.measured->energy) : "", ""});
  }
  return texts;
}

std::string engines_text(const RunRecord& record, bool colour) {
  if (!engines_matter(record)) return {};
  std::string out = "Where stages run\n";
  for (const EngineRun& run : engine_runs(record))
    out += fmt::format("  {:<10} {}\n", mapper::name_of(run.engine), run.text());
  if (record.alternatives.empty()) return out;
  TextTable table({"an image", "est. latency", "est. energy", "product", "sim. latency", "sim. energy", ""}, {0, 6});
  for (const AlternativeText& a : alternative_texts(record)) {
    table.row({a.name, a.latency, a.energy, a.edp, a.simulated_latency, a.simulated_energy, a.note});
    if (a.name == "chosen") table.emphasise();
  }
  return out + table.text(colour);
}

}  // namespace ranvier::report
