// SPDX-License-Identifier: Apache-2.0
// Synthetic traffic against BookSim's curves (noc-uniform.csv of the reference material, where present) and by properties.
#include "sim/traffic.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "sim/network_errors.h"

namespace ranvier::sim {
namespace {

using CsvRow = std::map<std::string, std::string>;

std::filesystem::path curves_file() {
  const char* shared = std::getenv("RANVIER_SHARED");
  const std::filesystem::path folder = shared != nullptr ? shared : RANVIER_SOURCE_DIR "/../shared";
  return folder / "reference" / "noc-uniform.csv";
}

std::vector<CsvRow> read_curves() {
  std::ifstream in(curves_file());
  std::vector<CsvRow> rows;
  std::vector<std::string> names;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> fields;
    std::stringstream split(line);
    for (std::string field; std::getline(split, field, ',');) fields.push_back(field);
    if (names.empty()) {
      names = fields;
      continue;
    }
    CsvRow& row = rows.emplace_back();
    for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = fields.at(i);
  }
  return rows;
}

struct Preset {
  std::string name;
  double cycles_per_hop;
  double saturation;  // highest uniform rate of the curves that is not past saturation
};

class Curves : public testing::TestWithParam<Preset> {};

TEST_P(Curves, MatchBookSim) {
  if (!std::filesystem::exists(curves_file())) {
    GTEST_SKIP() << "no reference curves at " << curves_file() << "; set RANVIER_SHARED to the folder with reference/noc-uniform.csv";
  }
  int compared = 0;
  for (const CsvRow& row : read_curves()) {
    if (row.at("router") != GetParam().name) continue;
    const double offered = std::stod(row.at("offered"));
    TrafficOptions options;
    options.preset = GetParam().name;
    options.virtual_channels = std::stoi(row.at("vcs"));
    options.buffer_flits = std::stoi(row.at("vc_buf"));
    options.rate = offered;
    options.cycles = 3 * std::stol(row.at("period"));
    options.seed = std::stoul(row.at("seed"));
    const TrafficResult ours = run_traffic(options);
    const std::string where = row.at("router") + " " + row.at("mode") + " at " + row.at("offered");
    const double load = offered / GetParam().saturation;
    if (row.at("mode") == "throughput") {
      EXPECT_NEAR(ours.accepted, std::stod(row.at("accepted")), 0.02 * ours.accepted) << where;
    } else if (load < 0.9) {
      const double hops_correction = GetParam().cycles_per_hop * (ours.hops_mean - std::stod(row.at("hops")));
      const double theirs = std::stod(row.at("plat")) + hops_correction;
      EXPECT_NEAR(ours.latency_mean_cycles, theirs, (load < 0.8 ? 0.01 : 0.03) * theirs) << where;
      EXPECT_NEAR(ours.network_latency_mean_cycles, std::stod(row.at("nlat")) + hops_correction, 0.03 * theirs) << where;
      EXPECT_NEAR(ours.accepted, ours.offered, 0.01 * offered) << where;
      EXPECT_FALSE(ours.saturated) << where;
    } else if (load > 1.02) {
      EXPECT_TRUE(ours.saturated) << where;
      EXPECT_NEAR(ours.accepted, std::stod(row.at("accepted")), 0.02 * ours.accepted) << where;
    }
    RecordProperty("latency " + where, std::to_string(ours.latency_mean_cycles));
    if (std::getenv("RANVIER_PRINT_CURVES") != nullptr) {
      printf("%-28s theirs plat %9.3f nlat %8.3f hops %s acc %s | ours %9.3f %8.3f %.5f %.5f sat %d\n", where.c_str(),
             std::stod(row.at("plat")), std::stod(row.at("nlat")), row.at("hops").c_str(), row.at("accepted").c_str(),
             ours.latency_mean_cycles, ours.network_latency_mean_cycles, ours.hops_mean, ours.accepted, ours.saturated);
    }
    ++compared;
  }
  EXPECT_GT(compared, 15);
}

INSTANTIATE_TEST_SUITE_P(Presets, Curves, testing::Values(Preset{"p3", 3, 0.375}),
                         [](const auto& preset) { return preset.param.name; });

TEST(Traffic, SameSeedSameResult) {
  TrafficOptions options;
  options.rate = 0.3;
  options.cycles = 600;
  const TrafficResult a = run_traffic(options);
  const TrafficResult b = run_traffic(options);
  EXPECT_EQ(a.latency_mean_cycles, b.latency_mean_cycles);
  EXPECT_EQ(a.network_latency_mean_cycles, b.network_latency_mean_cycles);
  EXPECT_EQ(a.packets, b.packets);
  EXPECT_EQ(a.cycles_run, b.cycles_run);
  options.seed = 2;
  EXPECT_NE(run_traffic(options).latency_mean_cycles, a.latency_mean_cycles);
}

TEST(Traffic, PatternsHaveTheirMeanHops) {
  TrafficOptions options;
  options.rate = 0.02;
  options.cycles = 20'000;
  const auto hops = [&](const std::string& traffic) {
    options.traffic = traffic;
    return run_traffic(options).hops_mean;
  };
  EXPECT_NEAR(hops("uniform"), 6.25, 0.05);       // 2 (64 - 1) / (3 * 8) + 1
  EXPECT_NEAR(hops("transpose"), 6.25, 0.05);     // 2 * 21 / 8 + 1
  EXPECT_NEAR(hops("bitcomp"), 9, 0.05);          // 2 * 4 + 1
  EXPECT_NEAR(hops("neighbour"), 4.5, 0.05);      // 2 (7 + 7) / 8 + 1
  EXPECT_NEAR(hops("hotspot"), 6, 0.05);          // a quarter of it hot, 5 hops; the rest (6.25 * 64 - 4 * 5) / 60
}

TEST(Traffic, BernoulliSourcesOfferTheirRate) {
  TrafficOptions options;
  options.cycles = 30'000;
  for (const double rate : {0.001, 0.05, 0.25}) {
    options.rate = rate;
    const double trials = 64.0 * static_cast<double>(options.cycles);
    EXPECT_NEAR(run_traffic(options).offered, rate, 4 * std::sqrt(rate / trials)) << rate;
  }
  options.rate = 0;
  EXPECT_EQ(run_traffic(options).packets, 0);
  options.rate = 1;
  options.traffic = "neighbour";
  options.cycles = 100;
  EXPECT_EQ(run_traffic(options).offered, 1);
}

TEST(Traffic, RefusesWhatItCannotRun) {
  TrafficOptions options;
  options.rate = 1.5;
  try {
    run_traffic(options);
    FAIL();
  } catch (const RateError& e) {
    EXPECT_EQ(e.rate, 1.5);
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
  }
  options.rate = 0.1;
  options.traffic = "tornado";
  try {
    run_traffic(options);
    FAIL();
  } catch (const TrafficError& e) {
    EXPECT_EQ(e.traffic, "tornado");
  }
  options.traffic = "transpose";
  options.height = 4;
  EXPECT_THROW(run_traffic(options), TrafficError);
  options = {};
  options.preset = "d6";
  EXPECT_THROW(run_traffic(options), UnknownPreset);
  options = {};
  options.cycles = 0;
  EXPECT_THROW(run_traffic(options), NetworkParameterError);
}

}  // namespace
}  // namespace ranvier::sim
