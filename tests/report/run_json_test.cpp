// SPDX-License-Identifier: Apache-2.0
// The keys of `ranvier run --json` are a contract; its layers add up.
#include "report/run_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/report/sample_run.h"

namespace ranvier::report {
namespace {

nlohmann::json parsed(const RunRecord& record) { return nlohmann::json::parse(run_json(record, "out/run")); }

TEST(RunJson, HasTheKeysOfTheContract) {
  const auto run = sample_run();
  const nlohmann::json j = parsed(run->record);
  for (const char* key : {"run_dir",
                          "workload",
                          "target",
                          "fidelity",
                          "schedule",
                          "images",
                          "exact",
                          "accuracy_chip",
                          "accuracy_integer",
                          "accuracy_float",
                          "steps",
                          "cores",
                          "chips",
                          "events",
                          "synops",
                          "hops",
                          "latency_us",
                          "throughput_per_s",
                          "energy_nj",
                          "energy_assumed_share",
                          "max_link_load",
                          "step_time_ns_mean",
                          "remap",
                          "layers",
                          "wall_s",
                          "peak_rss_mib"}) {
    EXPECT_TRUE(j.contains(key)) << key;
  }
  for (const char* key : {"layer", "cores", "events", "synops", "energy_nj", "latency_us"}) {
    EXPECT_TRUE(j["layers"][0].contains(key)) << key;
  }
  for (const char* key : {"iteration", "step_time_ns_mean", "energy_nj", "max_link_load", "moved_tiles", "accepted"}) {
    EXPECT_TRUE(j["remap"][0].contains(key)) << key;
  }
  EXPECT_EQ(j["run_dir"], "out/run");
  EXPECT_EQ(j["fidelity"], "cycle");
  EXPECT_EQ(j["schedule"], "staged-graded");
  EXPECT_EQ(j["images"], 3);
  EXPECT_EQ(j["exact"], true);
  EXPECT_DOUBLE_EQ(j["accuracy_integer"], 452.0 / 500.0);
}

TEST(RunJson, LayersAddUpToTheTotalExactly) {
  const auto run = sample_run();
  const nlohmann::json j = parsed(run->record);
  std::int64_t energy = 0;
  std::int64_t groups = 0;
  std::int64_t events = 0;
  std::int64_t synops = 0;
  for (const auto& layer : j["layers"]) {
    energy += layer["energy_aj"].get<std::int64_t>();
    events += layer["events"].get<std::int64_t>();
    synops += layer["synops"].get<std::int64_t>();
    for (const auto& group : layer["energy_by_group_aj"]) groups += group.get<std::int64_t>();
  }
  EXPECT_EQ(energy, j["energy_aj"].get<std::int64_t>());
  EXPECT_EQ(groups, j["energy_aj"].get<std::int64_t>());
  EXPECT_EQ(events, j["events"].get<std::int64_t>());
  EXPECT_EQ(synops, j["synops"].get<std::int64_t>());
  EXPECT_EQ(j["layers"].back()["layer"], "(board)");
  EXPECT_NEAR(j["energy_nj"].get<double>() * 1e9, j["energy_aj"].get<double>(), 1.0);
}

TEST(RunJson, OneImageOffMakesTheRunInexact) {
  const auto run = sample_run();
  run->record.result.images[1].exact = false;
  const nlohmann::json j = parsed(run->record);
  EXPECT_EQ(j["exact"], false);
  EXPECT_EQ(j["exact_images"], 2);
}

TEST(RunJson, WhatWasNotMeasuredIsNull) {
  const auto run = sample_run();
  run->record.chip = {};
  run->record.floating = {};
  const nlohmann::json j = parsed(run->record);
  EXPECT_TRUE(j["accuracy_chip"].is_null());
  EXPECT_TRUE(j["accuracy_float"].is_null());
}

TEST(RunJson, NoImageIsNotExactAndDividesByNothing) {
  SampleSize size;
  size.images = 0;
  const auto run = sample_run(size);
  const nlohmann::json j = parsed(run->record);
  EXPECT_EQ(j["exact"], false);
  EXPECT_EQ(j["throughput_per_s"], 0.0);
  EXPECT_EQ(j["latency_us"], 0.0);
}

TEST(RunJson, BytesThatAreNoUtf8DoNotStopIt) {
  const auto run = sample_run();
  run->record.workload = "bad\xff name";
  EXPECT_NO_THROW(parsed(run->record));
}

TEST(RunJson, SameRecordSameText) {
  EXPECT_EQ(run_json(sample_run()->record, "a"), run_json(sample_run()->record, "a"));
}

}  // namespace
}  // namespace ranvier::report
