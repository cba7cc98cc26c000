// SPDX-License-Identifier: Apache-2.0
// A binary built with -DRANVIER_RTL=OFF says what to install and how to build, whatever options follow.
#include "command.h"

namespace ranvier::cli_test {
namespace {

using RefusalWithoutRtl = CommandTest;

TEST_F(RefusalWithoutRtl, EveryVerbOfRtlSaysHowToBuildIt) {
  for (const char* arguments : {"rtl", "rtl test", "rtl test --core ./mine.so --count 3", "rtl noc --size 4x4",
                                "rtl calibrate --target tianjic-like"}) {
    const Outcome o = ranvier(arguments);
    expect_refusal(o, 4, "apt install verilator");
    EXPECT_NE(o.err.find("-DRANVIER_RTL=ON"), std::string::npos) << arguments;
  }
}

TEST_F(RefusalWithoutRtl, AttachedCoresSayHowToBuildThem) {
  expect_refusal(ranvier("run fashion-vit-small --target tianjic-like --rtl 'block0.*' -q -o r"), 4,
                 "apt install verilator");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "r"));
}

TEST_F(RefusalWithoutRtl, HelpSaysThatRtlIsNotThere) {
  const Outcome o = ranvier("--help");
  EXPECT_EQ(o.exit_code, 0);
  EXPECT_NE(o.out.find("built without RTL"), std::string::npos);
}

}  // namespace
}  // namespace ranvier::cli_test
