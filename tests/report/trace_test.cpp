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
  EXPECT_EQ(count["C"], 2 * run->record.result.steps.size());
  EXPECT_EQ(trace["otherData"]["slices_left_out"], 0);
}

TEST(Trace, IsBoundedAndSaysWhatItLeftOut) {
  const auto run = sample_run();
  const auto trace = nlohmann::json::parse(trace_json(run->record, {.slices = 10, .steps = 4}));
  std::size_t slices = 0;
  for (const auto& event : trace["traceEvents"]) slices += event["ph"] == "X" ? 1 : 0;
  EXPECT_EQ(slices, 14U);
  EXPECT_EQ(trace["otherData"]["slices_left_out"], run->record.result.activities.size() - 10);
  EXPECT_EQ(trace["otherData"]["steps_left_out"], run->record.result.steps.size() - 4);
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
