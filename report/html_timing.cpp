// SPDX-License-Identifier: Apache-2.0
// Ticks that were not kept, and the pipeline that images run through.
#include <fmt/format.h>

#include "report/format.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/timing.h"

namespace ranvier::report {
namespace {

std::string pipeline_content(const RunRecord& record) {
  const sim::PipelineResult& p = record.result.pipeline;
  if (p.images == 0) return {};
  std::string content = paragraph(fmt::format(
      "{} images through the pipeline take {}, one by one {}. The first is done after {}, the last is under "
      "way for {}. In the steady state one follows the other after {}: at least {} by the work of the "
      "busiest part, {} with one buffer, {} with any number; the chip has {}. Images are held up by {}.",
      p.images, duration_text(p.makespan), duration_text(p.sequential), duration_text(p.fill), duration_text(p.drain),
      duration_text(p.interval), duration_text(record.result.initiation_interval), duration_text(p.interval_unbuffered),
      duration_text(p.interval_unlimited), p.buffers, pipeline_limit_text(record)));
  HtmlTable table("Levels in order. Waiting is from when its input is there until a level begins, and for links.",
                  {{"level"}, {"stages", false}, {"busy"}, {"waits"}, {"utilisation"}, {"of the longest chain"}});
  for (std::size_t l = 0; l < p.levels.size(); ++l) {
    const sim::PipelineLevelResult& level = p.levels[l];
    table.row({fmt::format("{}", l), level_name(record, l), duration_text(level.busy), duration_text(level.wait),
               percent_text(level.utilisation), percent_text(level.critical_share)},
              l == static_cast<std::size_t>(p.critical_level) ? "sum" : "");
  }
  return content + folded("Table: levels of the pipeline", table.text());
}

std::string ticks_content(const RunRecord& record) {
  const sim::TickReport& ticks = record.result.ticks;
  if (ticks.tick_cycles == 0) return {};
  std::string content = paragraph(tick_health(record).finding);
  if (ticks.overruns == 0) return content;
  content += paragraph(fmt::format(
      "{} ticks were skipped. At the end of its tick a step that overran was waiting for a core {} times, for the "
      "network {} times, for the device {} times.",
      count_text(ticks.skipped_ticks), count_text(ticks.cores), count_text(ticks.network), count_text(ticks.device)));
  HtmlTable table("Cores that were done last in steps that overran.", {{"core"}, {"steps"}});
  for (std::size_t c = 0; c < ticks.by_core.size(); ++c)
    if (ticks.by_core[c] > 0) table.row({fmt::format("{}", c), count_text(ticks.by_core[c])});
  return content + folded("Table: cores behind overruns", table.text());
}

}  // namespace

std::string timing_section(const RunRecord& record) {
  const std::string content = ticks_content(record) + pipeline_content(record);
  return content.empty() ? std::string() : section("timing", "Ticks and pipeline", content);
}

}  // namespace ranvier::report
