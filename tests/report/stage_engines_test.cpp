// SPDX-License-Identifier: Apache-2.0
// Where stages run, in every form of the report.
#include "report/stage_engines.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/html.h"
#include "report/run_json.h"
#include "report/terminal.h"
#include "tests/report/sample_run.h"

namespace ranvier::report {
namespace {

using mapper::Engine;

TEST(StageEngines, AreNotMentionedWhereAllStagesSpike) {
  const auto run = sample_run();
  EXPECT_FALSE(engines_matter(run->record));
  EXPECT_EQ(terminal_report(run->record).find("Where stages run"), std::string::npos);
  EXPECT_EQ(report_html(run->record).find("Where stages run"), std::string::npos);
  const auto json = nlohmann::json::parse(run_json(run->record, "runs/x", 2));
  EXPECT_EQ(json["engines"]["block0.fc1"], "spiking");
  EXPECT_TRUE(json["alternatives"].empty());
}

TEST(StageEngines, ComeWithWhatThePureChoicesCost) {
  const auto run = sample_run();
  RunRecord& record = run->record;
  record.alternatives = {{"all-spiking",
                          {},
                          true,
                          "",
                          Duration(2'000'000'000),
                          Energy(3'000'000'000),
                          mapper::Measured{Duration(4'000'000'000), Energy(5'000'000'000)}},
                         {"all-dense", {}, false, "embed: no dense mode", {}, {}, {}}};
  const auto json = nlohmann::json::parse(run_json(record, "runs/x", 2));
  ASSERT_EQ(json["alternatives"].size(), 2u);
  EXPECT_EQ(json["alternatives"][0]["name"], "all-spiking");
  EXPECT_DOUBLE_EQ(json["alternatives"][0]["latency_us"], 2.0);
  EXPECT_DOUBLE_EQ(json["alternatives"][0]["energy_nj"], 3.0);
  EXPECT_DOUBLE_EQ(json["alternatives"][0]["edp"], 2e-6 * 3e-9);
  EXPECT_DOUBLE_EQ(json["alternatives"][0]["simulated_latency_us"], 4.0);
  EXPECT_EQ(json["alternatives"][1]["fits"], false);
  EXPECT_TRUE(json["alternatives"][1]["latency_us"].is_null());
  for (const std::string& text : {terminal_report(record), report_html(record)}) {
    EXPECT_NE(text.find("Where stages run"), std::string::npos);
    EXPECT_NE(text.find("all-spiking"), std::string::npos);
    EXPECT_NE(text.find("not possible: embed: no dense mode"), std::string::npos);
  }
  const auto runs = engine_runs(record);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].engine, Engine::kSpiking);
  EXPECT_EQ(runs[0].stages, static_cast<std::int64_t>(record.problem->program->stages.size()) - 1);
}

}  // namespace
}  // namespace ranvier::report
