// SPDX-License-Identifier: Apache-2.0
// The flit-level network against every row of BookSim's uniform-traffic curves on 8x8: noc-uniform.csv of the reference
// material. Prints the comparison as a table.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <sstream>
#include <vector>

#include "sim/traffic.h"

namespace ranvier::sim {
namespace {

constexpr double kSaturationFactor = 3;  // the saturation rate: mean latency is this many times that of no load

struct Row {
  std::string name;
  TrafficOptions options;
  bool throughput = false, stable = true;
  double latency = 0, network_latency = 0, hops = 0, injected = 0, accepted = 0;
};

std::filesystem::path curves_file() {
  const char* shared = std::getenv("RANVIER_SHARED");
  const std::filesystem::path folder = shared != nullptr ? shared : RANVIER_SOURCE_DIR "/../shared";
  return folder / "reference" / "noc-uniform.csv";
}

Row row_of(const std::map<std::string, std::string>& field) {
  const auto number = [&](const char* name) { return std::stod(field.at(name)); };
  Row row;
  row.throughput = field.at("mode") == "throughput";
  row.options.preset = field.at("router");
  row.options.virtual_channels = std::stoi(field.at("vcs"));
  row.options.buffer_flits = std::stoi(field.at("vc_buf"));
  row.options.traffic = field.at("traffic");
  row.options.seed = std::stoul(field.at("seed"));
  row.options.rate = number("offered");
  row.options.cycles = 3 * std::stol(field.at("period"));
  row.options.drain = !row.throughput;
  row.stable = field.at("stable") == "1";
  row.latency = number("plat");
  row.network_latency = number("nlat");
  row.hops = number("hops");  // nan where BookSim gave up
  row.injected = number("injected");
  row.accepted = number("accepted");
  row.name =
      fmt::format("{} {} {} seed {}", row.options.preset, field.at("mode"), field.at("offered"), row.options.seed);
  return row;
}

std::vector<Row> read_curves(const std::string& router) {
  std::ifstream in(curves_file());
  std::vector<Row> rows;
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
    std::map<std::string, std::string> row;
    for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = fields.at(i);
    if (row.at("router") == router) rows.push_back(row_of(row));
  }
  return rows;
}

struct Preset {
  std::string name;
  double cycles_per_hop;
  std::size_t rows;
};

void PrintTo(const Preset& preset, std::ostream* out) { *out << preset.name; }

/// Where the mean latency passes kSaturationFactor times that of an empty network, between two rates of a curve:
/// latency near saturation goes as 1 / (saturation - rate), so its inverse is what is linear. Points: rate, latency.
double saturation_rate(const std::map<double, double>& curve, double empty) {
  const double limit = kSaturationFactor * empty;
  for (auto low = curve.begin(), high = std::next(low); high != curve.end(); low = high++) {
    if (high->second <= limit) continue;
    const double part = (1 / low->second - 1 / limit) / (1 / low->second - 1 / high->second);
    return low->first + part * (high->first - low->first);
  }
  return NAN;
}

class Curves : public testing::TestWithParam<Preset> {};

/// Tolerances: what the curves' own noise supports below 0.8 of saturation, to 0.9, and above (seeds differ there).
TEST_P(Curves, MatchBookSim) {
  if (!std::filesystem::exists(curves_file())) {
    GTEST_SKIP() << "no reference curves at " << curves_file()
                 << "; set RANVIER_SHARED to the folder with reference/noc-uniform.csv";
  }
  const std::vector<Row> rows = read_curves(GetParam().name);
  ASSERT_EQ(rows.size(), GetParam().rows);
  const double per_hop = GetParam().cycles_per_hop;
  std::vector<TrafficResult> results;
  std::map<double, double> our_curve, their_curve;
  for (const Row& row : rows) {
    const TrafficResult& ours = results.emplace_back(run_traffic(row.options));
    if (row.throughput || row.options.seed != 1 || !row.stable) continue;
    their_curve[row.options.rate] = row.latency;
    our_curve[row.options.rate] = ours.latency_mean_cycles;
  }
  const double empty = per_hop * 6.25 + 2;
  const double theirs_at = saturation_rate(their_curve, empty);
  const double ours_at = saturation_rate(our_curve, empty);
  fmt::print(
      "| row | of saturation | latency | BookSim | difference | accepted | BookSim | difference |\n"
      "|---|---|---|---|---|---|---|---|\n");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    const TrafficResult& ours = results[i];
    const double load = row.options.rate / theirs_at;
    const double hops_correction = per_hop * (ours.hops_mean - row.hops);
    const double latency = row.latency + (row.stable ? hops_correction : 0);
    const double accepted_error =
        load < 1 ? ours.accepted / ours.offered / (row.accepted / row.injected) - 1 : ours.accepted / row.accepted - 1;
    fmt::print("| {} | {:.3f} | {:.3f} | {:.3f} | {:+.2f} % | {:.4f} | {:.4f} | {:+.2f} % |\n", row.name, load,
               ours.latency_mean_cycles, latency, 100 * (ours.latency_mean_cycles / latency - 1), ours.accepted,
               row.accepted, 100 * accepted_error);
    EXPECT_LE(std::abs(accepted_error), 0.02) << row.name;
    if (row.throughput) continue;
    if (load < 0.9) {
      const double tolerance = load < 0.8 ? 0.01 : 0.03;
      EXPECT_NEAR(ours.latency_mean_cycles, latency, tolerance * latency) << row.name;
      EXPECT_NEAR(ours.network_latency_mean_cycles, row.network_latency + hops_correction, tolerance * latency)
          << row.name;
      EXPECT_FALSE(ours.saturated) << row.name;
    }
    if (load > 1.03) {
      EXPECT_TRUE(ours.saturated) << row.name;
    }
  }
  fmt::print("{}: saturation rate {:.4f}, BookSim {:.4f}, {:+.2f} %\n", GetParam().name, ours_at, theirs_at,
             100 * (ours_at / theirs_at - 1));
  EXPECT_NEAR(ours_at, theirs_at, 0.03 * theirs_at);
}

INSTANTIATE_TEST_SUITE_P(Presets, Curves,
                         testing::Values(Preset{"p3", 3, 18}, Preset{"s3", 3, 20}, Preset{"d5", 5, 32}),
                         [](const auto& preset) { return preset.param.name; });

}  // namespace
}  // namespace ranvier::sim
