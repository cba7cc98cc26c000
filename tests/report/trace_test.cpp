// SPDX-License-Identifier: Apache-2.0
// trace.json is JSON, in order, complete up to its bounds.
#include "report/trace.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/report/sample_run.h"

namespace ranvier::report {
namespace {

TEST(Trace, EveryActivityIsASliceOnItsCore) {
  const auto run = sample_run();
  const auto trace = nlohmann::json::parse(trace_json(run->record));
  std::map<std::string, std::size_t> count;
  std::set<std::pair<int, std::int64_t>> named;
  double last = 0;
  for (const auto& event : trace["traceEvents"]) {
    const std::string phase = event["ph"];
    if (phase == "M") {
      if (event["name"] == "thread_name") named.emplace(event["pid"], event["tid"]);
      continue;
    }
    ++count[phase == "X" ? event["cat"].get<std::string>() : phase];
    if (phase == "X" && event["cat"] == "stage") {
      EXPECT_TRUE(named.contains({event["pid"], event["tid"]}));
      EXPECT_GE(event["ts"].get<double>(), last);
      EXPECT_GT(event["dur"].get<double>(), 0);
      last = event["ts"];
    }
  }
  EXPECT_EQ(count["stage"], run->record.result.activities.size());
  EXPECT_EQ(count["step"], run->record.result.steps.size());
  EXPECT_EQ(count["C"], 4 * run->record.result.steps.size());
  EXPECT_EQ(trace["otherData"]["slices_left_out"], 0);
}

/// Steps of a trace, "image i step s", in its order.
std::vector<std::string> steps_of(const nlohmann::json& trace) {
  std::vector<std::string> names;
  for (const auto& event : trace["traceEvents"]) {
    if (event["ph"] == "X" && event["cat"] == "step") names.push_back(event["name"]);
  }
  return names;
}

TEST(Trace, IsBoundedInBytesAndKeepsTheFirstStepsAndTheSlowest) {
  SampleSize size;
  size.images = 1;
  size.steps_per_level = 20;
  const auto run = sample_run(size);
  auto& steps = run->record.result.steps;
  ASSERT_GT(steps.size(), 500U);
  for (sim::StepResult& step : steps) step.duration = Duration(1'000'000);
  for (const std::size_t slow : {300U, 450U, 499U}) steps[slow].duration = Duration(2'000'000 + slow);
  const std::string whole = trace_json(run->record);
  EXPECT_FALSE(trace_cut(run->record).any());
  EXPECT_EQ(trace_remark(run->record), "");
  std::size_t before = whole.size();
  for (const std::size_t kib : {300U, 200U, 100U}) {
    run->record.trace_limit_bytes = kib << 10;
    const std::string text = trace_json(run->record);
    EXPECT_LE(text.size(), run->record.trace_limit_bytes);
    EXPECT_LT(text.size(), before);
    before = text.size();
    const auto trace = nlohmann::json::parse(text);
    const auto names = steps_of(trace);
    const TraceCut cut = trace_cut(run->record);
    EXPECT_EQ(names.size() + cut.steps, steps.size());
    EXPECT_EQ(trace["otherData"]["steps_left_out"], cut.steps);
    EXPECT_EQ(trace["otherData"]["slices_left_out"], cut.slices);
    std::size_t slices = 0, said = 0;
    for (const auto& event : trace["traceEvents"]) {
      slices += event["ph"] == "X" && event["cat"] == "stage" ? 1 : 0;
      said += event["ph"] == "i" && event["name"] == trace_remark(run->record) ? 1 : 0;
    }
    EXPECT_EQ(slices + cut.slices, run->record.result.activities.size());
    EXPECT_EQ(said, 1U);
    EXPECT_EQ(names.front(), "image 0 step 0");
    for (const char* slow : {"image 0 step 300", "image 0 step 450", "image 0 step 499"})
      EXPECT_EQ(std::count(names.begin(), names.end(), slow), 1) << slow;
    EXPECT_NE(
        trace_remark(run->record).find(fmt::format("trace.json keeps {} of {} steps", names.size(), steps.size())),
        std::string::npos);
  }
}

TEST(Trace, CountsSlicesThatTheSimulationDidNotKeep) {
  const auto run = sample_run();
  run->record.result.activities_left_out = 1234;
  const auto trace = nlohmann::json::parse(trace_json(run->record));
  EXPECT_EQ(trace["otherData"]["slices_left_out"], 1234);
  EXPECT_EQ(trace["otherData"]["steps_left_out"], 0);
}

TEST(Trace, CountersShowEventsAndTheFullestLink) {
  const auto run = sample_run();
  auto& step = run->record.result.steps.front();
  step.events = 77;
  step.fullest_link_cycles = 1010;
  step.duration = chips::clock_period(run->problem.board.chip) * 5050;
  const auto trace = nlohmann::json::parse(trace_json(run->record));
  std::map<std::string, nlohmann::json> first;
  for (const auto& event : trace["traceEvents"]) {
    if (event["ph"] == "C") first.emplace(event["name"], event["args"]);
  }
  EXPECT_EQ(first["events in step"]["events"], 77);
  EXPECT_DOUBLE_EQ(first["load of the fullest link"]["share of time"].get<double>(), 0.2);
}

TEST(Trace, NamesAreEscaped) {
  const auto run = sample_run();
  run->record.result.layers[2].name = "a\"b\\c\n\xff";
  EXPECT_NO_THROW(nlohmann::json::parse(trace_json(run->record)));
}

TEST(Trace, NothingMeasuredIsStillATrace) {
  SampleSize size;
  size.images = 0;
  const auto run = sample_run(size);
  EXPECT_TRUE(nlohmann::json::parse(trace_json(run->record)).contains("traceEvents"));
}

}  // namespace
}  // namespace ranvier::report
