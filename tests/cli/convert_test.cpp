// SPDX-License-Identifier: Apache-2.0
// ranvier convert: every method, the file it writes and what other verbs make of it, wrong options.
#include "command.h"

namespace ranvier::cli_test {
namespace {

using ConvertVerb = CommandTest;

const char* const kQuick = " --max-images 20 --spiking-images 4 --json";

TEST_F(ConvertVerb, EveryMethodFillsTheLossTable) {
  for (const char* method : {"spikezip", "sta --steps 8", "ecmt", "ei-if --bits 5", "rate --steps 16"}) {
    const auto o = ranvier("convert fashion-vit-small --method " + std::string(method) + kQuick);
    ASSERT_EQ(o.exit_code, 0) << method << ": " << o.err;
    const auto j = o.json();
    for (const char* key : {"accuracy_float", "accuracy_integer", "accuracy_spiking", "steps", "ladder", "total"})
      EXPECT_TRUE(j.contains(key)) << method << " " << key;
    EXPECT_GT(j["total"]["events"].get<double>(), 1000) << method;
    EXPECT_GT(j["total"]["neurons"].get<int>(), 10'000) << method;
    EXPECT_GT(j["arithmetic_energy"]["spiking_nj"].get<double>(), 0) << method;
    EXPECT_NE(j["arithmetic_energy"]["means"].get<std::string>().find("no memory"), std::string::npos);
    for (const auto& stage : j["stages"]) {
      EXPECT_GE(stage["integer_error"].get<double>(), 0) << method;
      EXPECT_LT(stage["float_error"].get<double>(), 2) << method << " " << stage["stage"];
    }
  }
}

TEST_F(ConvertVerb, TheLadderClimbs) {
  const auto o = ranvier("convert fashion-vit-small --method sta --steps 16 --max-images 1 --spiking-images 40 --json");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const auto ladder = o.json()["ladder"];
  ASSERT_EQ(ladder.size(), 5U);
  EXPECT_EQ(ladder[4]["step"], 16);
  EXPECT_LT(ladder[0]["accuracy"].get<double>(), 0.5);
  EXPECT_GT(ladder[4]["accuracy"].get<double>(), 0.75);
}

TEST_F(ConvertVerb, AWrittenNetworkRunsAsWhatItWasMadeFrom) {
  const auto made = ranvier(std::string("convert fashion-vit-small -o small.rvn") + kQuick);
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_EQ(made.json()["file"], "small.rvn");
  const auto again = ranvier("convert small.rvn --spiking-images 4 --json");
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.json()["total"], made.json()["total"]);
  EXPECT_FALSE(again.json().contains("accuracy_float"));
  const auto from_name = ranvier("map fashion-vit-small --target tianjic-like -q --json");
  const auto from_file = ranvier("map small.rvn --target tianjic-like -q --json");
  ASSERT_EQ(from_file.exit_code, 0) << from_file.err;
  EXPECT_EQ(from_file.json()["tiles"], from_name.json()["tiles"]);
  const auto run = ranvier("run small.rvn --target tianjic-like --images 1 --fidelity analytic -q --json -o r");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(run.json()["exact"].get<bool>());
  EXPECT_TRUE(run.json()["accuracy_float"].is_null());
}

TEST_F(ConvertVerb, ARateNetworkIsExecutedButNotMapped) {
  const auto made = ranvier(std::string("convert fashion-vit-small --method sta --steps 4 -o sta.rvn") + kQuick);
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const auto again = ranvier("convert sta.rvn --spiking-images 4 --json");
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.json()["total"], made.json()["total"]);
  EXPECT_EQ(again.json()["accuracy_spiking"], made.json()["accuracy_spiking"]);
  const auto mapped = ranvier("map sta.rvn --target tianjic-like");
  EXPECT_EQ(mapped.exit_code, 5);
  EXPECT_NE(mapped.err.find("converted by sta"), std::string::npos) << mapped.err;
}

TEST_F(ConvertVerb, WrongOptionsSayWhoseTheyAre) {
  const std::string model = "convert fashion-vit-small ";
  for (const char* wrong :
       {"--method spikzip", "--method ecmt --units ugo", "--method sta --units spiking", "--method rate --scale static",
        "--method ecmt --burst 1", "--method sta --burst 5", "--method sta --thresholds 4",
        "--method ei-if --start zero", "--method sta --start late", "--method sta --schedule staged-unary",
        "-o network.json", "--method ei-if --scale dynamic -o dynamic.rvn", "--schedule timesteps"}) {
    const auto o = ranvier(model + wrong + " --max-images 1 --spiking-images 1");
    EXPECT_EQ(o.exit_code, 4) << wrong << ": " << o.err;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "network.json"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "dynamic.rvn"));
}

TEST_F(ConvertVerb, ADamagedNetworkFileIsRefused) {
  ASSERT_EQ(ranvier(std::string("convert fashion-vit-small -o small.rvn") + kQuick).exit_code, 0);
  std::string bytes = text_of(folder_ / "small.rvn");
  bytes[bytes.size() / 2] ^= 1;
  std::ofstream(folder_ / "small.rvn", std::ios::binary) << bytes;
  for (const char* verb : {"convert small.rvn", "map small.rvn --target tianjic-like"}) {
    const auto o = ranvier(verb);
    EXPECT_EQ(o.exit_code, 5) << o.err;
    EXPECT_NE(o.err.find("small.rvn"), std::string::npos) << o.err;
  }
}

}  // namespace
}  // namespace ranvier::cli_test
