// SPDX-License-Identifier: Apache-2.0
// ranvier dense: what it prints adds up, and what it refuses.
#include "command.h"

namespace ranvier::cli_test {
namespace {

using Dense = CommandTest;

TEST_F(Dense, JsonAddsUp) {
  const Outcome o = ranvier("dense ascend-310 --network resnet18 --batch 8 --json");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const nlohmann::json run = o.json();
  EXPECT_EQ(run["device"], "ascend-310");
  EXPECT_EQ(run["operators"].size(), 24U);
  EXPECT_EQ(run["all"]["multiply_adds"], 8 * 1'814'073'344LL);
  std::int64_t total = 0, energy = 0, parts = 0;
  for (const auto& row : run["operators"]) {
    total += row["total_fs"].get<std::int64_t>();
    energy += row["energy_aj"].get<std::int64_t>();
  }
  for (const auto& part : run["energy_of_batch"]) parts += part["energy_aj"].get<std::int64_t>();
  EXPECT_EQ(run["all"]["total_fs"], total);
  EXPECT_EQ(run["all"]["energy_aj"], energy);
  EXPECT_EQ(parts, energy);
  EXPECT_EQ(run["assumed_energy_share"], 1.0);
  EXPECT_NEAR(run["images_per_second"].get<double>(), 8e15 / static_cast<double>(total), 1e-6);
}

TEST_F(Dense, TextNamesWhatBounds) {
  const Outcome o = ranvier("dense ascend-310 --network vgg16");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  for (const char* part : {"conv1_1 image", "fc6", "memory", "images/s", "100.0 % on assumed or unverified numbers"})
    EXPECT_NE(o.out.find(part), std::string::npos) << part;
}

TEST_F(Dense, TakesATableFromAFile) {
  std::ofstream(folder_ / "net.csv")
      << "layer,kind,input,residual,height,width,channels,outputs,kernel,stride,padding\n"
         "only,fully_connected,image,,1,1,64,10,1,1,0\n";
  const Outcome o = ranvier("dense ascend-910 --network ./net.csv --precision int8 --json");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  EXPECT_EQ(o.json()["all"]["multiply_adds"], 640);
}

TEST_F(Dense, ChipsVerbKnowsDevices) {
  const Outcome listed = ranvier("chips list --json");
  ASSERT_EQ(listed.exit_code, 0) << listed.err;
  ASSERT_EQ(listed.json()["devices"].size(), 2U);
  EXPECT_EQ(listed.json()["devices"][0]["name"], "ascend-310");
  const Outcome shown = ranvier("chips show ascend-310");
  EXPECT_TRUE(shown.out.starts_with("kind: device\n"));
  std::ofstream(folder_ / "written.yaml") << shown.out;
  EXPECT_EQ(ranvier("chips check written.yaml").exit_code, 0);
  EXPECT_TRUE(ranvier("chips check " RANVIER_SOURCE_DIR "/chips/ascend-310.yaml").out.ends_with(": good\n"));
}

TEST_F(Dense, Refusals) {
  expect_refusal(ranvier("dense ascend-301"), 5, "did you mean 'ascend-310'");
  expect_refusal(ranvier("dense ascend-310 --network vgg61"), 5, "did you mean 'vgg16'");
  expect_refusal(ranvier("dense ascend-310 --network ./none.csv"), 5, "none.csv");
  expect_refusal(ranvier("dense ascend-310 --batch 0"), 4, "--batch");
  expect_refusal(ranvier("dense ascend-310 --precision fp32"), 4, "--precision");
}

}  // namespace
}  // namespace ranvier::cli_test
