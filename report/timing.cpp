// SPDX-License-Identifier: Apache-2.0
#include "report/timing.h"

#include <fmt/format.h>

#include <algorithm>

#include "chips/schema.h"
#include "report/format.h"
#include "report/text_table.h"

namespace ranvier::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kStagesNamed = 3;
constexpr std::size_t kLevelsShown = 12;

const char* word(sim::OverrunCause cause) {
  switch (cause) {
    case sim::OverrunCause::kCore:
      return "core";
    case sim::OverrunCause::kNetwork:
      return "network";
    case sim::OverrunCause::kDevice:
      return "device";
  }
  return "";
}

const char* word(sim::PipelineWait wait) {
  switch (wait) {
    case sim::PipelineWait::kInput:
      return "input";
    case sim::PipelineWait::kLevel:
      return "level";
    case sim::PipelineWait::kBuffer:
      return "buffer";
    case sim::PipelineWait::kUnit:
      return "unit";
    case sim::PipelineWait::kLink:
      return "link";
  }
  return "";
}

std::string stages_on(const RunRecord& record, CoreId core) {
  for (const sim::CoreResult& c : record.result.cores)
    if (c.core == core) return c.stages;
  return {};
}

std::string worst_text(const RunRecord& record) {
  const sim::TickReport::Worst& worst = record.result.ticks.worst;
  const std::string where =
      fmt::format("image {} step {}, {} cycles over", worst.image, worst.step, count_text(worst.overrun.count()));
  switch (worst.cause) {
    case sim::OverrunCause::kNetwork:
      return where + ", waiting for the network";
    case sim::OverrunCause::kDevice:
      return where + ", waiting for the device";
    case sim::OverrunCause::kCore:
      break;
  }
  if (!worst.core.valid()) return where;
  return fmt::format("{}, waiting for core {} ({})", where, worst.core.value(), stages_on(record, worst.core));
}

std::string ticks_text(const RunRecord& record) {
  const sim::TickReport& ticks = record.result.ticks;
  if (ticks.tick_cycles == 0) return {};
  std::string out =
      fmt::format("Fixed tick of {} cycles: {} of {} steps did not end in theirs ({}), {} ticks skipped\n",
                  count_text(ticks.tick_cycles), count_text(ticks.overruns), count_text(ticks.steps),
                  percent_text(ticks.overrun_share()), count_text(ticks.skipped_ticks));
  if (ticks.overruns == 0) return out;
  out += "  " + wrapped("worst: " + worst_text(record), 2) + "\n";
  out += fmt::format("  when their ticks ended {} waited for a core, {} for the network, {} for the device\n",
                     count_text(ticks.cores), count_text(ticks.network), count_text(ticks.device));
  return out;
}

/// Levels by share of the longest chain, then by utilisation; those that matter first.
std::vector<std::size_t> by_weight(const sim::PipelineResult& pipeline) {
  std::vector<std::size_t> order(pipeline.levels.size());
  for (std::size_t l = 0; l < order.size(); ++l) order[l] = l;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto& x = pipeline.levels[a];
    const auto& y = pipeline.levels[b];
    return std::pair(x.critical_share, x.utilisation) > std::pair(y.critical_share, y.utilisation);
  });
  return order;
}

std::string pipeline_text(const RunRecord& record, bool colour) {
  const sim::PipelineResult& p = record.result.pipeline;
  if (p.images == 0) return {};
  std::string out = fmt::format(
      "Pipeline, {} buffers: {} images in {} ({} one by one), first after {}, then one every {}\n", p.buffers, p.images,
      duration_text(p.makespan), duration_text(p.sequential), duration_text(p.fill), duration_text(p.interval));
  out += fmt::format("  at least {} by the work of the busiest part; {} with one buffer, {} with any number\n",
                     duration_text(record.result.initiation_interval), duration_text(p.interval_unbuffered),
                     duration_text(p.interval_unlimited));
  out += "  " + wrapped("held up by " + pipeline_limit_text(record), 2) + "\n";
  TextTable table({"level", "stages", "busy", "waits", "utilisation", "of the longest chain"}, {0, 1});
  std::vector<std::size_t> shown = by_weight(p);
  if (shown.size() > kLevelsShown) shown.resize(kLevelsShown);
  std::sort(shown.begin(), shown.end());
  for (const std::size_t l : shown) {
    const sim::PipelineLevelResult& level = p.levels[l];
    table.row({fmt::format("{}", l), level_name(record, l), duration_text(level.busy), duration_text(level.wait),
               percent_text(level.utilisation), percent_text(level.critical_share)});
    if (l == static_cast<std::size_t>(p.critical_level)) table.emphasise();
  }
  out += table.text(colour);
  if (shown.size() < p.levels.size())
    out += fmt::format("{} levels that hold up less are in run.json\n", p.levels.size() - shown.size());
  return out;
}

}  // namespace

std::string level_name(const RunRecord& record, std::size_t level) {
  const std::vector<StageId>& stages = record.result.pipeline.levels[level].stages;
  if (stages.empty()) return "(host reads)";
  std::string name;
  for (std::size_t i = 0; i < std::min(kStagesNamed, stages.size()); ++i)
    name += (i == 0 ? "" : " + ") + record.problem->program->stage(stages[i]).name;
  if (stages.size() > kStagesNamed) name += fmt::format(" and {} more", stages.size() - kStagesNamed);
  return name;
}

std::string pipeline_limit_text(const RunRecord& record) {
  const sim::PipelineResult& p = record.result.pipeline;
  const auto level = static_cast<std::size_t>(p.critical_level);
  const std::string critical = fmt::format("level {} ({}), {} of the longest chain", level, level_name(record, level),
                                           percent_text(p.levels[level].critical_share, 0));
  switch (p.limit) {
    case sim::PipelineWait::kBuffer:
      return "buffers that later levels have not yet taken; " + critical;
    case sim::PipelineWait::kUnit:
      return "levels that share cores; " + critical;
    case sim::PipelineWait::kLink:
      return "levels that share links; " + critical;
    case sim::PipelineWait::kInput:
    case sim::PipelineWait::kLevel:
      break;
  }
  return critical;
}

HealthLine tick_health(const RunRecord& record) {
  const sim::TickReport& ticks = record.result.ticks;
  std::string text =
      fmt::format("{} of {} steps did not end in their tick of {} cycles ({})", count_text(ticks.overruns),
                  count_text(ticks.steps), count_text(ticks.tick_cycles), percent_text(ticks.overrun_share()));
  if (ticks.overruns > 0) text += "; worst: " + worst_text(record);
  return {ticks.overruns > 0 ? Severity::kWarning : Severity::kGood, "Tick overruns", text + "."};
}

std::string timing_text(const RunRecord& record, bool colour) {
  return ticks_text(record) + pipeline_text(record, colour);
}

Json pipeline_json(const RunRecord& record) {
  const sim::PipelineResult& p = record.result.pipeline;
  if (p.images == 0) return nullptr;
  Json j;
  j["images"] = p.images;
  j["buffers"] = p.buffers;
  j["makespan_us"] = microseconds(p.makespan);
  j["sequential_us"] = microseconds(p.sequential);
  j["fill_us"] = microseconds(p.fill);
  j["drain_us"] = microseconds(p.drain);
  j["interval_us"] = microseconds(p.interval);
  j["interval_bound_us"] = microseconds(record.result.initiation_interval);
  j["interval_one_buffer_us"] = microseconds(p.interval_unbuffered);
  j["interval_any_buffers_us"] = microseconds(p.interval_unlimited);
  j["critical_level"] = p.critical_level;
  j["held_up_by"] = word(p.limit);
  Json waits;
  for (std::size_t w = 0; w < sim::kPipelineWaits; ++w) waits[word(static_cast<sim::PipelineWait>(w))] = p.waits[w];
  j["waits_on_longest_chain"] = std::move(waits);
  Json levels = Json::array();
  for (std::size_t l = 0; l < p.levels.size(); ++l) {
    const sim::PipelineLevelResult& level = p.levels[l];
    Json stages = Json::array();
    for (const StageId stage : level.stages) stages.push_back(record.problem->program->stage(stage).name);
    levels.push_back({{"level", l},
                      {"stages", std::move(stages)},
                      {"busy_us", microseconds(level.busy)},
                      {"wait_us", microseconds(level.wait)},
                      {"utilisation", level.utilisation},
                      {"longest_chain_share", level.critical_share}});
  }
  j["levels"] = std::move(levels);
  return j;
}

Json ticks_json(const RunRecord& record) {
  const sim::TickReport& ticks = record.result.ticks;
  if (ticks.tick_cycles == 0) return nullptr;
  Json j;
  j["tick_cycles"] = ticks.tick_cycles;
  j["on_overrun"] = chips::name_of(record.problem->board.chip.sync.on_overrun);
  j["steps"] = ticks.steps;
  j["overruns"] = ticks.overruns;
  j["overrun_share"] = ticks.overrun_share();
  j["skipped_ticks"] = ticks.skipped_ticks;
  j["overruns_by_cause"] = {{"core", ticks.cores}, {"network", ticks.network}, {"device", ticks.device}};
  if (ticks.overruns == 0) {
    j["worst"] = nullptr;
  } else {
    const sim::TickReport::Worst& w = ticks.worst;
    j["worst"] = {{"image", w.image},
                  {"step", w.step},
                  {"overrun_cycles", w.overrun.count()},
                  {"cause", word(w.cause)},
                  {"core", w.core.valid() ? Json(w.core.value()) : Json(nullptr)},
                  {"stages", w.core.valid() ? Json(stages_on(record, w.core)) : Json(nullptr)}};
  }
  Json cores = Json::array();
  for (std::size_t c = 0; c < ticks.by_core.size(); ++c)
    if (ticks.by_core[c] > 0) cores.push_back({{"core", c}, {"overruns", ticks.by_core[c]}});
  j["cores"] = std::move(cores);
  return j;
}

}  // namespace ranvier::report
