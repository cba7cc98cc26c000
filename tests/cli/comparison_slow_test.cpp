// SPDX-License-Identifier: Apache-2.0
// Published trained transformers on every family: exact, or a reason why they do not fit.
#include "command.h"
#include "tests/shared_data.h"

namespace ranvier::cli_test {
namespace {

class PublishedNetworks : public CommandTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(PublishedNetworks, RunOnEveryFamily) {
  RANVIER_NEEDS_SHARED_DATA(GetParam());
  const Outcome o = ranvier("chips compare '" + shared_data(GetParam()).string() + "' -q --json");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const auto j = o.json();
  ASSERT_EQ(j["targets"].size(), 9u);
  for (const auto& t : j["targets"]) {
    EXPECT_TRUE(t["fits"].get<bool>()) << t;
    EXPECT_TRUE(t["exact"].is_null() || t["exact"].get<bool>()) << t;
  }
}

INSTANTIATE_TEST_SUITE_P(All, PublishedNetworks,
                         ::testing::Values("kwt1", "vit-cifar10/pre-ln-64x4", "vit-cifar10/post-ln-128x6",
                                           "vit-cifar10/vnncomp-ibp_3_3_8"),
                         [](const auto& network) {
                           std::string name(network.param);
                           std::string letters;
                           for (const char c : name)
                             if (std::isalnum(static_cast<unsigned char>(c)) != 0) letters += c;
                           return letters;
                         });

}  // namespace
}  // namespace ranvier::cli_test
