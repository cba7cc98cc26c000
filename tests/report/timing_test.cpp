// SPDX-License-Identifier: Apache-2.0
// Ticks and pipelines on terminal, page and in run.json: the numbers that were measured, and nothing where there are
// none.
#include "report/timing.h"

#include <gtest/gtest.h>

#include <sstream>

#include "report/headline.h"
#include "report/html.h"
#include "report/run_json.h"
#include "report/terminal.h"
#include "report/text_table.h"
#include "tests/report/sample_run.h"

namespace ranvier::report {
namespace {

void give_ticks(RunRecord& record) {
  sim::TickReport& ticks = record.result.ticks;
  ticks.tick_cycles = 1'000;
  ticks.steps = 40;
  ticks.overruns = 3;
  ticks.skipped_ticks = 4;
  ticks.cores = 2;
  ticks.network = 1;
  ticks.worst = {1, 7, Cycles(250), record.result.cores[0].core, sim::OverrunCause::kCore};
  ticks.by_core = {0, 2};
}

/// Levels of 10, 30 and 20 us in two buffers, four images.
void give_pipeline(RunRecord& record) {
  const std::vector<sim::PipelineImage> measured(4, {{10, {}, {}}, {30, {}, {}}, {20, {}, {}}});
  record.result.pipeline = sim::run_pipeline(measured, {{{1}, {2}, {}}, 2}, Duration(1'000'000'000));
  record.result.pipeline.levels[1].stages = {StageId(1), StageId(2)};
  record.result.initiation_interval = Duration(25'000'000'000);
}

TEST(Timing, IsLeftOutWhereThereIsNone) {
  const auto run = sample_run();
  EXPECT_EQ(timing_text(run->record, false), "");
  EXPECT_TRUE(pipeline_json(run->record).is_null());
  EXPECT_TRUE(ticks_json(run->record).is_null());
  EXPECT_EQ(report_html(run->record).find("Ticks and pipeline"), std::string::npos);
}

TEST(Timing, OverrunsAreHeadlinesWithTheCoreResponsible) {
  const auto run = sample_run();
  give_ticks(run->record);
  const std::string text = terminal_report(run->record);
  const sim::CoreResult& core = run->record.result.cores[0];
  EXPECT_NE(text.find("Fixed tick of 1,000 cycles: 3 of 40 steps did not end in theirs (7.5 %), 4 ticks skipped"),
            std::string::npos)
      << text;
  EXPECT_NE(tick_health(run->record)
                .finding.find(fmt::format("image 1 step 7, 250 cycles over, waiting for core {} ({})",
                                          core.core.value(), core.stages)),
            std::string::npos);
  EXPECT_NE(text.find("Tick overruns"), std::string::npos);
  EXPECT_NE(report_html(run->record).find("Ticks and pipeline"), std::string::npos);
  const auto j = nlohmann::json::parse(run_json(run->record, "dir"));
  EXPECT_EQ(j["ticks"]["overruns"], 3);
  EXPECT_DOUBLE_EQ(j["ticks"]["overrun_share"].get<double>(), 0.075);
  EXPECT_EQ(j["ticks"]["on_overrun"], "skip");
  EXPECT_EQ(j["ticks"]["worst"]["overrun_cycles"], 250);
  EXPECT_EQ(j["ticks"]["worst"]["cause"], "core");
  EXPECT_EQ(j["ticks"]["cores"], nlohmann::json::parse(R"([{"core": 1, "overruns": 2}])"));
  EXPECT_EQ(j["ticks"]["overruns_by_cause"]["network"], 1);
  EXPECT_TRUE(j["pipeline"].is_null());
  EXPECT_EQ(tick_health(run->record).severity, Severity::kWarning);
  run->record.result.ticks.overruns = 0;
  EXPECT_EQ(tick_health(run->record).severity, Severity::kGood);
  EXPECT_TRUE(ticks_json(run->record)["worst"].is_null());
}

TEST(Timing, ThePipelineSetsTheThroughput) {
  const auto run = sample_run();
  give_pipeline(run->record);
  EXPECT_DOUBLE_EQ(headline(run->record).throughput_per_s, 1e6 / 30);
  const auto j = nlohmann::json::parse(run_json(run->record, "dir"));
  EXPECT_DOUBLE_EQ(j["throughput_per_s"].get<double>(), 1e6 / 30);
  EXPECT_DOUBLE_EQ(j["initiation_interval_us"].get<double>(), 30.0);
  const auto& p = j["pipeline"];
  EXPECT_EQ(p["images"], 4);
  EXPECT_DOUBLE_EQ(p["makespan_us"].get<double>(), 150.0);
  EXPECT_DOUBLE_EQ(p["sequential_us"].get<double>(), 240.0);
  EXPECT_DOUBLE_EQ(p["fill_us"].get<double>(), 60.0);
  EXPECT_DOUBLE_EQ(p["drain_us"].get<double>(), 80.0);
  EXPECT_DOUBLE_EQ(p["interval_bound_us"].get<double>(), 25.0);
  EXPECT_DOUBLE_EQ(p["interval_one_buffer_us"].get<double>(), 50.0);
  EXPECT_EQ(p["critical_level"], 1);
  EXPECT_EQ(p["held_up_by"], "level");
  EXPECT_EQ(p["levels"].size(), 3U);
  EXPECT_EQ(p["levels"][1]["stages"].size(), 2U);
  EXPECT_EQ(p["levels"][1]["utilisation"], 1.0);
  EXPECT_EQ(p["levels"][2]["stages"].size(), 0U);
  const std::string text = timing_text(run->record, false);
  EXPECT_NE(text.find("4 images in 150"), std::string::npos) << text;
  EXPECT_NE(text.find("(host reads)"), std::string::npos) << text;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 120U) << line;
  EXPECT_NE(report_html(run->record).find("levels of the pipeline"), std::string::npos);
}

}  // namespace
}  // namespace ranvier::report
