// SPDX-License-Identifier: Apache-2.0
// Chips that no C++ knows (docs/how-to/add-a-chip.md), and every bundled family, run the small bundled transformer
// exactly.
#include "command.h"

namespace ranvier::cli_test {
namespace {

const std::string kRun =
    "run fashion-vit-small --images 1 --accuracy-images 1 --fidelity fast -q --json -o r --target ";
const std::string kData = std::string(RANVIER_SOURCE_DIR) + "/tests/data/";

using AddedChip = CommandTest;

TEST_F(AddedChip, PassesItsCheck) {
  for (const char* name : {"toy-mesh.yaml", "toy-mesh-large.yaml"}) {
    const auto o = ranvier("chips check " + kData + name);
    EXPECT_EQ(o.exit_code, 0) << o.out;
  }
}

TEST_F(AddedChip, RunsATransformerOnAGrid) {
  const auto o = ranvier(kRun + kData + "toy-mesh.yaml:4x4");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  EXPECT_TRUE(o.json()["exact"].get<bool>());
  EXPECT_GT(o.json()["chips"].get<int>(), 6);
}

TEST_F(AddedChip, RunsATransformerOnSixLargeCores) {
  const auto o = ranvier(kRun + kData + "toy-mesh-large.yaml");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  EXPECT_TRUE(o.json()["exact"].get<bool>());
  EXPECT_EQ(o.json()["chips"], 1);
  EXPECT_LE(o.json()["cores"].get<int>(), 6);
}

TEST_F(AddedChip, SixSmallCoresAreTooFew) {
  expect_refusal(ranvier(kRun + kData + "toy-mesh.yaml"), 2, "does not fit");
}

class Families : public CommandTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(Families, RunTheTransformerExactly) {
  const auto o = ranvier(kRun + GetParam());
  ASSERT_EQ(o.exit_code, 0) << o.err;
  EXPECT_TRUE(o.json()["exact"].get<bool>());
}

INSTANTIATE_TEST_SUITE_P(Bundled, Families,
                         ::testing::Values("tianjic-like", "tianjicx-like", "loihi-table2", "loihi-fitted",
                                           "loihi2-like", "lynxi-ka200-like", "hp300_a", "hp300_b", "kapoho-point"),
                         [](const auto& target) {
                           std::string name = target.param;
                           for (char& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });

}  // namespace
}  // namespace ranvier::cli_test
