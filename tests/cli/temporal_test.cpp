// SPDX-License-Identifier: Apache-2.0
// Networks over time on the command line: mapped, run from their event files, simulated from a mapping file, refused.
#include <string>

#include "command.h"
#include "tests/shared_data.h"

namespace ranvier::cli_test {
namespace {

using TemporalVerbs = CommandTest;

std::string quoted(const std::filesystem::path& path) { return std::string("'").append(path.string()).append("'"); }

TEST_F(TemporalVerbs, ARunHasTheCountsOfTheRecordings) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/nmnist-mlp");
  RANVIER_NEEDS_SHARED_DATA("nmnist");
  const std::string network = quoted(shared_data("loihi-nets/nmnist-mlp"));
  const auto o = ranvier("run " + network + " --target loihi-fitted --fidelity fast --images 2 -q --json -o r");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const auto j = o.json();
  EXPECT_TRUE(j["exact"].get<bool>());
  EXPECT_EQ(j["schedule"], "timesteps");
  EXPECT_EQ(j["images"], 2);
  EXPECT_EQ(j["accuracy_chip"], 1.0);
  EXPECT_EQ(j["accuracy_integer"], 1.0);
  EXPECT_EQ(j["layers"][0]["events"], 3312 + 4820);  // reference counts of samples 60001 and 60002
  EXPECT_EQ(j["layers"][1]["events"], 944 + 1223);
  EXPECT_EQ(j["events_delivered"]["fc1"], 944 + 1222);  // one in the very last step
  const auto again =
      ranvier("sim r/mapping.json --workload " + network + " --fidelity analytic --images 1 -q --json -o s");
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(again.json()["exact"].get<bool>());
  EXPECT_EQ(again.json()["layers"][1]["events"], 944);
  EXPECT_EQ(ranvier("check r/mapping.json --workload " + network).exit_code, 0);
}

TEST_F(TemporalVerbs, ARecordingOfAChipIsAWorkload) {
  RANVIER_NEEDS_SHARED_DATA("loihi-chip-recording");
  const std::string network = quoted(shared_data("loihi-chip-recording"));
  const auto o = ranvier("run " + network + " --target loihi-table2 -q --json -o r");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  EXPECT_TRUE(o.json()["exact"].get<bool>());
  EXPECT_EQ(o.json()["images"], 1);  // the usual ten are more than there are
  EXPECT_EQ(o.json()["events_delivered"]["hidden"], 639);
  EXPECT_TRUE(o.json()["accuracy_chip"].is_null());
}

TEST_F(TemporalVerbs, ANirFileIsAWorkload) {
  RANVIER_NEEDS_SHARED_DATA("nir");
  RANVIER_NEEDS_SHARED_DATA("nmnist");
  const std::string network = quoted(shared_data("nir/cnn_sinabs.nir"));
  const auto o = ranvier("run " + network + " --target loihi-table2 --fidelity fast --images 1 -q --json -o r");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const auto j = o.json();
  EXPECT_TRUE(j["exact"].get<bool>());
  EXPECT_EQ(j["accuracy_chip"], 1.0);
  EXPECT_EQ(j["layers"][0]["events"], 3312);  // of sample 60001
  EXPECT_EQ(j["layers"][1]["events"], 3940);
  EXPECT_EQ(j["layers"][5]["events"], 108);
  EXPECT_EQ(ranvier("check r/mapping.json --workload " + network).exit_code, 0);
  expect_refusal(ranvier("map " + quoted(shared_data("nir/lif_norse.nir")) + " --target loihi-table2"), 5,
                 "describe them in lif_norse.yaml beside it");
}

TEST_F(TemporalVerbs, EnginesAreChosenToo) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/nmnist-mlp");
  RANVIER_NEEDS_SHARED_DATA("nmnist");
  const std::string network = quoted(shared_data("loihi-nets/nmnist-mlp"));
  const std::string map = "map " + network + " --target loihi-fitted+ascend-310 -q";
  for (const char* where : {"--engines spiking", "--place fc1=spiking", "--objective latency"}) {
    const auto o = ranvier(map + " --json " + where);
    ASSERT_EQ(o.exit_code, 0) << where << ": " << o.err;
    EXPECT_TRUE(o.json()["verified"].get<bool>());
  }
  expect_refusal(ranvier(map + " --engines offload"), 4, "place it on spiking");
  const auto o =
      ranvier("run " + network +
              " --target loihi-fitted+ascend-310 --objective energy --fidelity fast --images 1 -q --json -o r");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  EXPECT_TRUE(o.json()["exact"].get<bool>());
  EXPECT_EQ(o.json()["layers"][0]["events"], 3312);
}

TEST_F(TemporalVerbs, UnarySchedulesChooseEnginesToo) {
  const auto o =
      ranvier("map fashion-vit-small --target tianjic-like:2x2 --schedule async-unary --objective latency -q --json");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  EXPECT_TRUE(o.json()["verified"].get<bool>());
}

TEST_F(TemporalVerbs, MappingFilesNeedTheirFolder) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/nmnist-mlp");
  const std::string network = quoted(shared_data("loihi-nets/nmnist-mlp"));
  ASSERT_EQ(ranvier("map " + network + " --target loihi-fitted -q -o m.json").exit_code, 0);
  for (const char* verb : {"sim m.json -q -o r", "check m.json", "check m.json --workload fashion-vit-small"}) {
    const auto o = ranvier(verb);
    expect_refusal(o, 4, "m.json maps ");
    EXPECT_NE(o.err.find("--workload FOLDER"), std::string::npos) << o.err;
  }
}

TEST_F(TemporalVerbs, WhatWasAskedForIsNotSilentlyChanged) {
  RANVIER_NEEDS_SHARED_DATA("loihi-chip-recording");
  const std::string run = "run " + quoted(shared_data("loihi-chip-recording")) + " --target loihi-table2 -q -o r ";
  for (const char* schedule : {"staged-unary", "staged-graded", "async-unary"})
    expect_refusal(ranvier(run + "--schedule " + schedule), 4, schedule);
  expect_refusal(ranvier(run + "--images 9"), 4, "--images: 9 asked for, ");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "r"));
  EXPECT_EQ(ranvier(run + "--schedule timesteps --images 1").exit_code, 0);
}

TEST_F(TemporalVerbs, ConvertTakesNetworksOnImagesOnly) {
  expect_refusal(ranvier("convert fashion-vit-small --schedule timesteps"), 4, "--schedule: timesteps is for networks");
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/nmnist-mlp");
  expect_refusal(ranvier("convert " + quoted(shared_data("loihi-nets/nmnist-mlp"))), 4, "is a network over time");
}

TEST_F(TemporalVerbs, EmptyRecordingsAreRefused) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/dvs-gesture-cnn");
  std::ofstream(folder_ / "1.bs2");
  expect_refusal(ranvier("run " + quoted(shared_data("loihi-nets/dvs-gesture-cnn")) +
                         " --target loihi-fitted --images-file ./1.bs2 -q -o r"),
                 5, "1.bs2: holds no event");
}

TEST_F(TemporalVerbs, RefusesWhatCannotBe) {
  expect_refusal(ranvier("run fashion-vit-small --target tianjic-like:3x3 --schedule timesteps -q -o r"), 4,
                 "--schedule");
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/nmnist-mlp");
  const std::string network = quoted(shared_data("loihi-nets/nmnist-mlp"));
  expect_refusal(ranvier("map " + network + " --target tianjic-like -q"), 2, "fan_in_axons");
  expect_refusal(ranvier("run " + network + " --target loihi-table2 --images-file none.txt -q -o r"), 5, "none.txt");
}

}  // namespace
}  // namespace ranvier::cli_test
