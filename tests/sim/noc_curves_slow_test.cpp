// SPDX-License-Identifier: Apache-2.0
// The flit-level network against BookSim's uniform-traffic curves on 8x8: noc-uniform.csv of the reference material.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <sstream>

#include "sim/traffic.h"

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

void PrintTo(const Preset& preset, std::ostream* out) { *out << preset.name; }

class Curves : public testing::TestWithParam<Preset> {};

/// Tolerances: what the curves' own noise supports below 0.8, to 0.9 and above saturation (seeds differ).
TEST_P(Curves, MatchBookSim) {
  if (!std::filesystem::exists(curves_file())) {
    GTEST_SKIP() << "no reference curves at " << curves_file()
                 << "; set RANVIER_SHARED to the folder with reference/noc-uniform.csv";
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
    options.drain = row.at("mode") != "throughput";
    const TrafficResult ours = run_traffic(options);
    const std::string where = row.at("router") + " " + row.at("mode") + " at " + row.at("offered");
    const double load = offered / GetParam().saturation;
    if (row.at("mode") == "throughput") {
      EXPECT_NEAR(ours.accepted, std::stod(row.at("accepted")), 0.02 * ours.accepted) << where;
    } else if (load < 0.9) {
      const double hops_correction = GetParam().cycles_per_hop * (ours.hops_mean - std::stod(row.at("hops")));
      const double theirs = std::stod(row.at("plat")) + hops_correction;
      EXPECT_NEAR(ours.latency_mean_cycles, theirs, (load < 0.8 ? 0.01 : 0.03) * theirs) << where;
      EXPECT_NEAR(ours.network_latency_mean_cycles, std::stod(row.at("nlat")) + hops_correction, 0.03 * theirs)
          << where;
      EXPECT_NEAR(ours.accepted, ours.offered, 0.01 * offered) << where;
      EXPECT_FALSE(ours.saturated) << where;
    } else if (load > 1.02) {
      EXPECT_TRUE(ours.saturated) << where;
      EXPECT_NEAR(ours.accepted, std::stod(row.at("accepted")), 0.02 * ours.accepted) << where;
    }
    ++compared;
  }
  EXPECT_GT(compared, 15);
}

INSTANTIATE_TEST_SUITE_P(Presets, Curves,
                         testing::Values(Preset{"p3", 3, 0.375}, Preset{"s3", 3, 0.4125}, Preset{"d5", 5, 0.4125}),
                         [](const auto& preset) { return preset.param.name; });

}  // namespace
}  // namespace ranvier::sim
