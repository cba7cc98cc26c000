// SPDX-License-Identifier: Apache-2.0
// ranvier map: what static power is estimated to spend, and rules that name no tile; ranvier run of the mapping that it
// wrote.
#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "tests/cli/command.h"

namespace ranvier::cli_test {
namespace {

constexpr const char* kJob = "fashion-vit-small --target tianjic-like --preset compact,fast ";

class MapVerb : public CommandTest {
 protected:
  void rules(const std::string& text) const { std::ofstream(folder_ / "rules.yaml") << text; }
  static std::string line_with(const std::string& text, const std::string& word) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (line.find(word) != std::string::npos) return line;
    return "";
  }
};

TEST_F(MapVerb, LayersAndStaticPowerAddUpToTheEnergy) {
  const auto o = ranvier(std::string("map ") + kJob + "-q");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const std::string row = line_with(o.out, "static, chips");
  EXPECT_NE(row.find("energy.static_chip ("), std::string::npos) << o.out;
  // The energy is the table's last column of figures; only the barriers are in no row.
  std::istringstream lines(o.out);
  std::string line;
  std::getline(lines, line);
  std::getline(lines, line);
  double sum = 0;
  while (std::getline(lines, line) && !line.empty()) {
    const std::string figures = line.substr(0, line.find("  energy."));
    sum += std::strtod(figures.substr(figures.find_last_of(' ')).c_str(), nullptr);
  }
  const auto j = ranvier(std::string("map ") + kJob + "-q --json").json();
  ASSERT_EQ(j["static_energy"].size(), 1u);
  const auto& part = j["static_energy"][0];
  EXPECT_EQ(part["component"], "static");
  EXPECT_EQ(part["entry"], "energy.static_chip");
  EXPECT_NE(row.find(fmt::format("({})", part["tag"].get<std::string>())), std::string::npos) << row;
  EXPECT_GT(part["energy_nj_estimated"].get<double>(), 0);
  EXPECT_LE(sum, j["energy_nj_estimated"].get<double>() * 1.0001);
  EXPECT_GE(sum, j["energy_nj_estimated"].get<double>() * 0.95);
}

TEST_F(MapVerb, ARuleThatNamesNoTileIsRefusedWithItsPlaceAndTheNames) {
  const std::string command = std::string("map ") + kJob + "-q --constraints rules.yaml";
  rules("pin:\n  - {tiles: head, cores: [0]}\n  - {tiles: block0.fc7, cores: [1]}\n");
  const auto pin = ranvier(command);
  expect_refusal(pin, 5, "rules.yaml:3:13: pin rule 2 names \"block0.fc7\"");
  EXPECT_NE(pin.err.find("did you mean 'block0.fc1'?"), std::string::npos) << pin.err;
  EXPECT_NE(pin.err.find("block0.ln1"), std::string::npos) << pin.err;
  rules("apart:\n  - [head]\n  - [head,\n     \"tile:9999\"]\n");
  expect_refusal(ranvier(command), 5, "rules.yaml:4:6: apart rule 2 names \"tile:9999\"");
}

TEST_F(MapVerb, ARuleWhoseTilesAreOnNoCoreIsAWarning) {
  rules("pin:\n  - {tiles: head, cores: [0]}\n  - {tiles: block0.fc1, cores: [1]}\n");
  const auto o = ranvier(
      "map fashion-vit-small --target tianjic-like+ascend-310 --preset compact,fast --place head=offload "
      "--constraints rules.yaml --json");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  EXPECT_NE(o.err.find("rules.yaml:2:13: pin rule 1 names \"head\": its tiles are all on no core"), std::string::npos)
      << o.err;
  EXPECT_EQ(o.err.find("block0.fc1"), std::string::npos) << o.err;
}

TEST_F(MapVerb, RunOfItsMappingIsTheRunThatMapsItself) {
  const std::string images = "--images 1 --accuracy-images 1 --fidelity fast -q --json ";
  ASSERT_EQ(ranvier(std::string("map ") + kJob + "-q -o m.json").exit_code, 0);
  const auto itself = ranvier(std::string("run ") + kJob + images + "-o a");
  ASSERT_EQ(itself.exit_code, 0) << itself.err;
  const auto given = ranvier("run fashion-vit-small --mapping m.json " + images + "-o b");
  ASSERT_EQ(given.exit_code, 0) << given.err;
  for (const char* file : {"mapping.json", "layers.csv", "links.csv", "trace.json"}) {
    EXPECT_EQ(text_of(folder_ / "a" / file), text_of(folder_ / "b" / file)) << file;
    EXPECT_FALSE(text_of(folder_ / "a" / file).empty()) << file;
  }
  auto a = itself.json();
  auto b = given.json();
  for (auto* j : {&a, &b})
    for (const char* key : {"run_dir", "wall_s", "peak_rss_mib"}) j->erase(key);
  EXPECT_EQ(a, b);
}

TEST_F(MapVerb, DeadCoresAreReadAsWritten) {
  const std::string map =
      "map fashion-vit-small --target tianjic-like:3x3 --preset compact,fast -q -o m.json --dead-core ";
  ASSERT_EQ(ranvier(map + "3,1 --dead-core 0,0,0").exit_code, 0);
  const auto dead = nlohmann::json::parse(text_of(folder_ / "m.json")).at("constraints").at("dead_cores");
  EXPECT_EQ(dead, (nlohmann::json{0, 39 + 3}));
  for (const char* wrong :
       {"x", "1", "1,2,0,0", "-1,0", "0.5,0", "39,0", "0,39", "0,0,1", "1,,2", "'0,0 '", "'0,0],[1,1'", "''"})
    expect_refusal(ranvier(map + wrong), 4,
                   "is no core; write x,y or x,y,core of the router: x below 39, y below 36, core below 1");
}

TEST_F(MapVerb, RunOfAnIllegalMappingIsRefusedWithTheFirstFinding) {
  ASSERT_EQ(ranvier(std::string("map ") + kJob + "-q -o m.json").exit_code, 0);
  auto m = nlohmann::json::parse(text_of(folder_ / "m.json"));
  m["tiles"][3]["core"] = m["tiles"][3]["core"] == 0 ? 1 : 0;  // its routes still end where it was
  std::ofstream(folder_ / "m.json") << m.dump();
  const auto check = ranvier("check m.json");
  ASSERT_EQ(check.exit_code, 5);
  const std::string first = check.out.substr(0, check.out.find('\n'));
  const std::string finding = first.substr(first.find(": ", first.find(": ") + 2) + 2);
  expect_refusal(ranvier("run fashion-vit-small --mapping m.json --images 1 -q -o r"), 5, "first: " + finding);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "r"));
  expect_refusal(ranvier("run fashion-vit-small --mapping m.json --target tianjic-like -o r"), 4, "--mapping");
  expect_refusal(ranvier("run fashion-vit-small -o r"), 4, "--target");
}

}  // namespace
}  // namespace ranvier::cli_test
