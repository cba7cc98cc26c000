// SPDX-License-Identifier: Apache-2.0
// Where stages run: spiking cores, dense mode, device; and what the pure choices would have cost.
#include "mapper/engines.h"
#include "report/format.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/stage_engines.h"

namespace ranvier::report {

std::string engines_section(const RunRecord& record) {
  if (!engines_matter(record)) return {};
  HtmlTable where("In the order of the program. The host's input stage is on no engine.",
                  {{"engine", false}, {"stages", false}, {"how many"}});
  for (const EngineRun& run : engine_runs(record))
    where.row({mapper::name_of(run.engine), run.text(), count_text(run.stages)}, "");
  std::string content = where.text();
  if (!record.alternatives.empty()) {
    HtmlTable table(kAlternativesNote, {{"choice", false},
                                        {"latency, estimated"},
                                        {"energy, estimated"},
                                        {"their product"},
                                        {"latency, simulated"},
                                        {"energy, simulated"},
                                        {"note", false}});
    for (const AlternativeText& a : alternative_texts(record))
      table.row({a.name, a.latency, a.energy, a.edp, a.simulated_latency, a.simulated_energy, a.note},
                a.name == "chosen" ? "sum" : "");
    content += table.text();
  }
  return section("engines", "Where stages run", content);
}

}  // namespace ranvier::report
