// SPDX-License-Identifier: Apache-2.0
// docs/how-to/add-a-core-rtl.md, followed by somebody who has the installed header and the example's files in a folder
// of their own: build, regress, attach to a network, and see a fault. Needs verilator and make.
#include "command.h"

namespace ranvier::cli_test {
namespace {

class ForeignCore : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    const std::filesystem::path adapter = RANVIER_SOURCE_DIR "/rtl/adapter";
    std::filesystem::copy(adapter / "example", folder_ / "mine", std::filesystem::copy_options::recursive);
    std::filesystem::create_directories(folder_ / "include/rtl/adapter");
    std::filesystem::copy(adapter / "ranvier_core.h", folder_ / "include/rtl/adapter/ranvier_core.h");
  }
  void build() {
    const Outcome o = shell("make -s -C mine RANVIER_INCLUDE=../include CXXFLAGS=-O1");
    ASSERT_EQ(o.exit_code, 0) << o.out << o.err;
  }
  void replace(const std::string& file, const std::string& from, const std::string& to) {
    std::string text = text_of(folder_ / file);
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    std::ofstream(folder_ / file) << text;
  }
};

TEST_F(ForeignCore, TheExampleIsBuiltRegressedAndAttachedOutsideTheSourceTree) {
  build();
  const Outcome test = ranvier("rtl test --core mine/aer_core.so --count 4 --steps 50 --json");
  ASSERT_EQ(test.exit_code, 0) << test.err;
  const auto j = test.json();
  EXPECT_EQ(j["core"], "aer_core");
  EXPECT_EQ(j["passed"], 4);
  EXPECT_EQ(j["failed"], 0);
  EXPECT_GT(j["cases"]["fires up"].get<int>(), 100);
  EXPECT_GT(j["cases"]["fires down"].get<int>(), 100);

  const Outcome run = ranvier(
      "run fashion-vit-small --target tianjic-like:3x3 --images 1 --accuracy-images 1 --schedule staged-unary "
      "--rtl block1.fc1=mine/aer_core.so -q --json -o r");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(run.json()["exact"].get<bool>());
  EXPECT_GT(run.json()["lockstep_events_compared"].get<int>(), 0);
}

TEST_F(ForeignCore, AFaultIsShownWithItsPlaceAndWaveform) {
  replace("mine/aer_core.sv", "potential >= $signed", "potential > $signed");
  build();
  const Outcome test = ranvier("rtl test --core mine/aer_core.so --count 6 --steps 50 --waves waves -q");
  EXPECT_EQ(test.exit_code, 6);
  EXPECT_NE(test.err.find("expected an event of payload 1, got no event; waveform in waves/aer_core."),
            std::string::npos)
      << test.err;
  EXPECT_FALSE(std::filesystem::is_empty(folder_ / "waves"));
  const Outcome run = ranvier(
      "run fashion-vit-small --target tianjic-like:3x3 --images 1 --accuracy-images 1 --schedule staged-unary "
      "--rtl block1.fc1=mine/aer_core.so -q -o r");
  expect_refusal(run, 6, "block1.fc1");
}

TEST_F(ForeignCore, IsBuiltUnderItsOwnNameFromSeveralSources) {
  for (const char* ending : {".sv", ".cpp"}) {
    std::string text = text_of(folder_ / ("mine/aer_core" + std::string(ending)));
    for (std::size_t at = 0; (at = text.find("aer_core", at)) != std::string::npos;) text.replace(at, 8, "mine");
    std::ofstream(folder_ / ("mine/mine" + std::string(ending))) << text;
    std::filesystem::remove(folder_ / ("mine/aer_core" + std::string(ending)));
  }
  replace("mine/mine.sv", "endmodule", "  also u_also (.clk_i(1'b0));\nendmodule");
  std::ofstream(folder_ / "mine/also.sv") << "module also (input logic clk_i);\n  logic unused;\n"
                                             "  assign unused = clk_i;\nendmodule\n";
  const Outcome o = shell("make -s -C mine CORE=mine SV='mine.sv also.sv' RANVIER_INCLUDE=../include CXXFLAGS=-O1");
  ASSERT_EQ(o.exit_code, 0) << o.out << o.err;
  const Outcome test = ranvier("rtl test --core mine/mine.so --count 2 --steps 20 --json");
  ASSERT_EQ(test.exit_code, 0) << test.err;
  EXPECT_EQ(test.json()["core"], "mine");
  EXPECT_EQ(test.json()["passed"], 2);
}

TEST_F(ForeignCore, ACoreThatNeverAcknowledgesTimesOut) {
  replace("mine/aer_core.sv", "            aer_in_ack <= 1'b1;\n", "");
  build();
  const Outcome test = ranvier("rtl test --core mine/aer_core.so --count 1 --steps 5 --timeout-cycles 3000000 -q");
  EXPECT_EQ(test.exit_code, 6);
  EXPECT_NE(test.err.find("ranvier_core_s"), std::string::npos) << test.err;
  EXPECT_NE(test.err.find("not ready after 3000000 cycles"), std::string::npos) << test.err;
}

}  // namespace
}  // namespace ranvier::cli_test
