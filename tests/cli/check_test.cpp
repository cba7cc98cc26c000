// SPDX-License-Identifier: Apache-2.0
// ranvier check and ranvier check fidelity.
#include <algorithm>

#include "tests/cli/command.h"

namespace ranvier::cli_test {
namespace {

constexpr const char* kJob = "fashion-vit-small --target tianjic-like";

class Check : public CommandTest {
 protected:
  void map() { ASSERT_EQ(ranvier("map fashion-vit-small --target tianjic-like -o m.json").exit_code, 0); }
  nlohmann::json mapping() const { return nlohmann::json::parse(text_of(folder_ / "m.json")); }
  void write(const nlohmann::json& mapping) const { std::ofstream(folder_ / "m.json") << mapping.dump(); }
  static std::int64_t lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }
};

TEST_F(Check, OfALegalMappingSaysSo) {
  map();
  const Outcome o = ranvier("check m.json");
  EXPECT_EQ(o.exit_code, 0) << o.err;
  EXPECT_EQ(o.out, "m.json: legal\n");
}

TEST_F(Check, OfABrokenMappingIsALineAFinding) {
  map();
  nlohmann::json m = mapping();
  auto& tiles = m["tiles"];
  tiles[3]["core"] = tiles[3]["core"] == 0 ? 1 : 0;  // its routes still end where it was
  write(m);
  const Outcome o = ranvier("check m.json");
  EXPECT_EQ(o.exit_code, 5);
  EXPECT_GE(lines(o.out), 1);
  EXPECT_EQ(o.err, "");
  std::istringstream text(o.out);
  for (std::string line; std::getline(text, line);) EXPECT_EQ(line.rfind("m.json: ", 0), 0u) << line;
}

TEST_F(Check, OfAMappingByHandFindsATileOnNoCoreAndACoreTooFull) {
  map();
  nlohmann::json m = mapping();
  for (std::size_t t = 1; t < m["tiles"].size(); ++t) m["tiles"][t]["core"] = 0;
  for (auto& flow : m["flows"]) flow["chain"] = nlohmann::json::array();
  write(m);
  const Outcome o = ranvier("check m.json");
  EXPECT_EQ(o.exit_code, 5);
  EXPECT_NE(o.out.find("core 0"), std::string::npos) << o.out;
}

TEST_F(Check, OfANetworkOnImagesInTimestepsNamesTheSchedule) {
  map();
  nlohmann::json m = mapping();
  m["schedule"] = "timesteps";
  write(m);
  const std::string finding = "m.json: at /schedule: timesteps is for networks over time; staged-graded is expected";
  expect_refusal(ranvier("check m.json"), 5, finding);
  expect_refusal(ranvier("sim m.json -o r"), 5, finding);
  m["program"]["name"] = "nowhere";
  write(m);
  expect_refusal(ranvier("check m.json"), 4, "--workload");
}

TEST_F(Check, WithoutAFileIsAUsageError) { expect_refusal(ranvier("check"), 4, "mapping"); }

TEST_F(Check, OfNoFileAtAllIsBadInput) { expect_refusal(ranvier("check nowhere.json"), 5, "nowhere.json"); }

TEST_F(Check, FidelityPrintsOneObjectWithAllItPromises) {
  const Outcome o = ranvier(std::string("check fidelity ") + kJob + " --json -o steps.csv");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const nlohmann::json j = o.json();
  EXPECT_EQ(j.at("workload"), "fashion-vit-small");
  EXPECT_EQ(j.at("images"), 1);
  EXPECT_EQ(j.at("counts_equal"), true);
  for (const char* model : {"analytic", "fast"}) {
    const auto& error = j.at("error").at(model);
    EXPECT_LE(error.at("mean").get<double>(), error.at("percentile_95").get<double>());
    EXPECT_LE(error.at("percentile_95").get<double>(), error.at("worst").get<double>());
    const auto& worst = j.at("worst_step").at(model);
    EXPECT_EQ(worst.at("mechanisms").size(), 10u);
    EXPECT_EQ(worst.at("events_were_lost"), false);
    // The rungs add up to the step.
    std::int64_t sum = 0;
    for (const auto& m : worst.at("mechanisms")) sum += m.at("added_cycles").get<std::int64_t>();
    EXPECT_EQ(sum, worst.at("mechanisms").back().at("work_cycles"));
  }
  for (const auto& c : j.at("counts")) EXPECT_EQ(c.at("equal"), true) << c.dump();
  ASSERT_FALSE(j.at("steps").empty());
  double total_ns = 0;
  for (const auto& s : j.at("steps")) {
    total_ns += s.at("time_ns").at("cycle").get<double>();
    EXPECT_EQ(s.at("work_cycles").size(), 3u);
  }
  EXPECT_NEAR(total_ns, 1000 * j.at("latency_us").at("cycle").get<double>(), 0.01);
  EXPECT_EQ(j.at("per_core").size(), j.at("cores").get<std::size_t>());
  EXPECT_EQ(lines(text_of(folder_ / "steps.csv")), static_cast<std::int64_t>(j.at("steps").size()) + 1);
}

TEST_F(Check, FidelityOfAMappingFileIsThatOfTheWorkload) {
  map();
  const Outcome file = ranvier("check fidelity m.json --json --no-explain");
  const Outcome workload = ranvier(std::string("check fidelity ") + kJob + " --json --no-explain");
  ASSERT_EQ(file.exit_code, 0) << file.err;
  nlohmann::json a = file.json(), b = workload.json();
  for (const char* what : {"steps", "counts", "per_core", "error", "latency_us"})
    EXPECT_EQ(a.at(what), b.at(what)) << what;
  EXPECT_FALSE(a.contains("worst_step"));
}

TEST_F(Check, FidelityTextNamesCountsAndTheWorstStep) {
  const Outcome o = ranvier(std::string("check fidelity ") + kJob + " --rows 3");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  for (const char* part : {"Steps (3 of ", "Cores (3 of ", "flits by link", "Worst step of analytic",
                           "Worst step of fast", "link contention", "saturates"})
    EXPECT_NE(o.out.find(part), std::string::npos) << part << "\n" << o.out;
  EXPECT_EQ(o.out.find("DIFFERENT"), std::string::npos);
}

TEST_F(Check, FidelityBeyondALimitIsARegression) {
  const Outcome o =
      ranvier("check fidelity fashion-vit-small --target tianjicx-like --no-explain --json --limit-analytic 0.0001");
  EXPECT_EQ(o.exit_code, 7);
  EXPECT_NE(o.err.find("analytic: worst step below saturation"), std::string::npos) << o.err;
  EXPECT_EQ(o.json().at("counts_equal"), true);
}

TEST_F(Check, FidelityWantsATargetUnlessTheMappingFileHasOne) {
  map();
  expect_refusal(ranvier("check fidelity fashion-vit-small"), 4, "--target");
  expect_refusal(ranvier("check fidelity m.json --target tianjic-like"), 4, "--target");
}

}  // namespace
}  // namespace ranvier::cli_test
