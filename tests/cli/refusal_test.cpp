// SPDX-License-Identifier: Apache-2.0
// Bad input: one line, the documented exit code, nothing half-written.
#include <fstream>

#include "command.h"

namespace ranvier::cli_test {
namespace {

using Refusal = CommandTest;

TEST_F(Refusal, NoVerbIsUsage) { EXPECT_EQ(ranvier("").exit_code, 4); }

TEST_F(Refusal, UnknownOptionIsUsage) {
  EXPECT_EQ(ranvier("run fashion-vit-small --tarjet tianjic-like").exit_code, 4);
}

TEST_F(Refusal, HelpIsNoError) {
  const auto o = ranvier("run --help");
  EXPECT_EQ(o.exit_code, 0);
  EXPECT_NE(o.out.find("--remap"), std::string::npos);
}

TEST_F(Refusal, UnknownWorkloadNamesTheNearest) {
  expect_refusal(ranvier("run fashion-vit-smal --target tianjic-like -q -o r"), 5, "fashion-vit-small");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "r"));
}

TEST_F(Refusal, UnknownTargetNamesTheNearest) {
  expect_refusal(ranvier("run fashion-vit-small --target tianjik-like -q -o r"), 5, "tianjic-like");
}

TEST_F(Refusal, MissingWeights) {
  std::filesystem::remove(model_copy() / "model.safetensors");
  expect_refusal(ranvier("run model --target tianjic-like -q -o r"), 5, "model.safetensors");
}

TEST_F(Refusal, TruncatedWeights) {
  const auto file = model_copy() / "model.safetensors";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  expect_refusal(ranvier("run model --target tianjic-like -q -o r"), 5, "model.safetensors");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "r"));
}

TEST_F(Refusal, WrongShapeNamesTheTensor) {
  const auto config = model_copy() / "config.json";
  auto j = nlohmann::json::parse(text_of(config));
  j["hidden"] = 64;
  std::ofstream(config) << j;
  expect_refusal(ranvier("run model --target tianjic-like -q -o r"), 5, "fc1");
}

TEST_F(Refusal, UnknownChipKeyHasPlaceAndSpelling) {
  std::string yaml = text_of(RANVIER_SOURCE_DIR "/chips/tianjic-like.yaml");
  const auto at = yaml.find("soma_cycles");
  ASSERT_NE(at, std::string::npos);
  yaml.replace(at, 11, "soma_cyles");
  std::ofstream(folder_ / "chip.yaml") << yaml;
  const auto o = ranvier("run fashion-vit-small --target chip.yaml -q -o r");
  expect_refusal(o, 5, "chip.yaml:");
  EXPECT_NE(o.err.find("soma_cycles"), std::string::npos) << o.err;
}

TEST_F(Refusal, PartsOfABoardInEachOthersPlace) {
  std::ofstream(folder_ / "a.yaml") << "board: {name: b, columns: 1, rows: 1, chip: ascend-310}\n";
  std::ofstream(folder_ / "b.yaml")
      << "board: {name: b, columns: 1, rows: 1, chip: tianjic-like, device: tianjic-like}\n";
  expect_refusal(ranvier("map fashion-vit-small --target ./a.yaml"), 5,
                 "a.yaml:1:39: board.chip: 'ascend-310' is a device, not a chip; ");
  expect_refusal(ranvier("map fashion-vit-small --target ./b.yaml"), 5,
                 "b.yaml:1:59: board.device: 'tianjic-like' is a chip, not a device; ");
  for (const char* file : {"a.yaml", "b.yaml"}) {
    const auto o = ranvier(std::string("chips check ./") + file);
    EXPECT_EQ(o.exit_code, 5);
    EXPECT_EQ(std::count(o.out.begin(), o.out.end(), '\n'), 1) << o.out;
  }
}

TEST_F(Refusal, EnergiesBeyond64BitsAreKept) {
  std::string yaml = text_of(RANVIER_SOURCE_DIR "/chips/tianjic-like.yaml");
  const auto at = yaml.find("  synapse_read:");
  ASSERT_NE(at, std::string::npos);
  yaml.replace(at, yaml.find('\n', at) - at,
               "  synapse_read: {value: 1000000000, unit: pJ, kind: marginal, tag: assumed, source: absurd}");
  std::ofstream(folder_ / "chip.yaml") << yaml;
  const auto o = ranvier("run fashion-vit-small --target chip.yaml --images 1 --accuracy-images 1 -q -o r --json");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const auto j = nlohmann::json::parse(o.out);
  EXPECT_GT(j["energy_nj"].get<double>(), 9.3e9);
  EXPECT_GT(j["energy_aj_text"].get<std::string>().size(), 19u);  // more digits than 64 bits have
}

TEST_F(Refusal, NumbersAreWholeAndInRange) {
  for (const char* option : {"--images 0", "--images -1", "--seed -1", "--seed 99999999999999999999999",
                             "--threads 1.5", "--accuracy-images -3"})
    expect_refusal(ranvier(std::string("run fashion-vit-small --target tianjic-like -q -o r ") + option), 4,
                   std::string(option).substr(0, 6));
  for (const char* remap : {"until=nan%", "until=-1%", "max=1.9", "max=0", "max=1e300", "often=3"})
    expect_refusal(ranvier(std::string("run fashion-vit-small --target tianjic-like -q -o r --remap ") + remap), 4,
                   "--remap");
}

TEST_F(Refusal, ImpossibleCapacityDoesNotFit) {
  const auto o = ranvier("map fashion-vit --target " RANVIER_SOURCE_DIR "/tests/data/toy.yaml -q");
  expect_refusal(o, 2, "fit");
}

TEST_F(Refusal, MoreImagesThanThereAre) {
  expect_refusal(ranvier("run fashion-vit-small --target tianjic-like --images 501 -q -o r"), 4, "--images");
}

TEST_F(Refusal, BadRemapText) {
  expect_refusal(ranvier("run fashion-vit-small --target tianjic-like --remap until=x -q -o r"), 4, "--remap");
}

TEST_F(Refusal, ExistingRunFolderIsKept) {
  std::filesystem::create_directories(folder_ / "r");
  std::ofstream(folder_ / "r" / "mine.txt") << "mine";
  expect_refusal(ranvier("run fashion-vit-small --target tianjic-like --images 1 --accuracy-images 1 -q -o r"), 4, "r");
  EXPECT_EQ(text_of(folder_ / "r" / "mine.txt"), "mine");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_ / "r"), {}), 1);
}

TEST_F(Refusal, RemapOfNoRunFolder) { expect_refusal(ranvier("remap nowhere -q"), 5, "nowhere"); }

TEST_F(Refusal, RemapOfASpoiltRunFolder) {
  const char* spoilt[] = {"", "{", "[]", "{\"workload\": 3}", "{\"workload\": \"fashion-vit\", \"target\": []}"};
  std::filesystem::create_directories(folder_ / "r");
  for (const char* text : spoilt) {
    std::ofstream(folder_ / "r" / "job.json") << text;
    expect_refusal(ranvier("remap r -q"), 5, "job.json");
  }
}

TEST_F(Refusal, CheckOfBrokenMapping) {
  std::ofstream(folder_ / "m.json") << "{\"tiles\": 3}";
  expect_refusal(ranvier("check m.json"), 5, "m.json");
}

}  // namespace
}  // namespace ranvier::cli_test
