// SPDX-License-Identifier: Apache-2.0
// Mapping files that somebody wrote or damaged: the line names the file, the place in it, and what to do.
#include <functional>

#include "command.h"

namespace ranvier::cli_test {
namespace {

using nlohmann::json;

class GivenMapping : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    const Outcome made =
        ranvier("map fashion-vit-small --target tianjic-like:3x3 --preset compact,fast -q -o good.json");
    ASSERT_EQ(made.exit_code, 0) << made.err;
    good_ = json::parse(text_of(folder_ / "good.json"));
  }
  void write(const std::function<void(json&)>& damage) const {
    json file = good_;
    damage(file);
    std::ofstream(folder_ / "m.json") << file;
  }
  void expect_refused(const std::string& line, const std::function<void(json&)>& damage) const {
    write(damage);
    expect_refusal(ranvier("check m.json"), 5, line);
    expect_refusal(ranvier("sim m.json -q -o s"), 5, line);
    expect_refusal(ranvier("run fashion-vit-small --mapping m.json -q -o s"), 5, line);
  }
  json good_;
};

TEST_F(GivenMapping, NamesThePlaceInTheFile) {
  expect_refused("m.json: at /board/target: unknown target 'tianjik-like'; did you mean 'tianjic-like'?",
                 [](json& m) { m["board"]["target"] = "tianjik-like"; });
  expect_refused("m.json: at /board/target: ", [](json& m) { m["board"]["target"] = "tianjic-like:0x3"; });
  expect_refused("m.json: at /: unknown member \"constraint\"; did you mean 'constraints'?", [](json& m) {
    m["constraint"] = {{"dead_cores", {0}}};
  });
  expect_refused("m.json: at /flows/0/source: there are none to name", [](json& m) { m["tiles"] = json::array(); });
  expect_refused("m.json: at /tiles/0/stage: a file without \"flows\" is a sketch, and there a stage is its name",
                 [](json& m) { m.erase("flows"); });
}

TEST_F(GivenMapping, OtherMembersAreRemarks) {
  write([](json& m) { m["author"] = m["tiles"][1]["note"] = "me"; });
  EXPECT_EQ(ranvier("check m.json").exit_code, 0);
}

TEST_F(GivenMapping, AWorkloadThatIsNotBundledIsAskedFor) {
  write([](json& m) { m["program"]["name"] = "mine"; });
  const char* line =
      "m.json: at /program/name: 'mine' is no bundled workload; name its file or folder after --workload";
  expect_refusal(ranvier("check m.json"), 5, line);
  expect_refusal(ranvier("sim m.json -q -o s"), 5, line);
  EXPECT_EQ(ranvier("check m.json --workload fashion-vit-small").exit_code, 0);
  expect_refusal(ranvier("check m.json --workload fashion-vit-smal"), 5, "workload 'fashion-vit-smal'");
}

TEST_F(GivenMapping, SketchesWithMisspeltMembersAreRefused) {
  const json tile = {{"stage", "embed"}, {"core", 0}, {"outptus", {0, 8}}};
  write([&](json& m) {
    m = {{"format", "ranvier-mapping"},
         {"version", 1},
         {"program", {{"name", "fashion-vit-small"}}},
         {"board", {{"target", "tianjic-like"}}},
         {"schedule", "staged-graded"},
         {"tiles", {tile}}};
  });
  expect_refusal(ranvier("check m.json"), 5,
                 "m.json: at /tiles/0: unknown member \"outptus\"; did you mean 'outputs'?");
}

TEST_F(GivenMapping, IllegalOnesAreNamedByTheirFile) {
  std::size_t flow = 0;
  while (good_["flows"][flow]["chain"].size() != 1) ++flow;
  const int there = good_["flows"][flow]["chain"][0];
  const int elsewhere = there + 1;
  const std::string who = "flow " + std::to_string(flow);
  const auto expect_finding = [&](const std::string& text, const json& chain) {
    write([&](json& m) { m["flows"][flow]["chain"] = chain; });
    const Outcome checked = ranvier("check m.json");
    EXPECT_EQ(checked.exit_code, 5);
    EXPECT_NE(checked.out.find("m.json: route: " + who + text), std::string::npos) << checked.out;
    expect_refusal(ranvier("sim m.json -q -o s"), 5, "m.json: not a legal mapping (1 finding); first: " + who + text);
  };
  expect_finding(" does not visit core " + std::to_string(there) + ", where a destination is", {elsewhere});
  expect_finding(" visits core " + std::to_string(elsewhere) + ", where no destination is", {there, elsewhere});
  expect_finding(" visits core " + std::to_string(there) + " twice", {there, there});
}

// An hour of mapping is not lost on a name.
TEST_F(GivenMapping, OutputsThatCannotBeWrittenAreRefusedFirst) {
  std::filesystem::create_directory(folder_ / "folder");
  std::ofstream(folder_ / "e.csv") << "0,1,1\n";
  std::ofstream(folder_ / "n.hgr") << "1 2\n1 2\n";
  const std::string none = "nowhere --target tianjic-like";  // a workload that would be refused next
  for (const std::string& command :
       {"map " + none + " -o ", "check fidelity " + none + " -o ", std::string("place e.csv -o "),
        std::string("place e.csv --write-edges "), std::string("partition n.hgr --limits neurons=1 -o "),
        std::string("partition n.hgr --limits neurons=1 -o p.txt --clusters "),
        std::string("partition n.hgr --limits neurons=1 -o p.txt --write-hgr ")}) {
    expect_refusal(ranvier(command + "folder"), 5, "folder: cannot write: Is a directory");
    expect_refusal(ranvier(command + "no/such/file"), 5, "no/such/file: cannot write: No such file or directory");
    expect_refusal(ranvier(command + "''"), 4, "an empty name; name a file or leave the option out");
    EXPECT_FALSE(std::filesystem::exists(folder_ / "p.txt")) << command;
  }
  std::ofstream(folder_ / "folder/of-the-user") << "kept";
  expect_refusal(ranvier("run " + none + " -o folder"), 4, "folder");
  expect_refusal(ranvier("sim no.json -o folder"), 4, "folder");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "folder/of-the-user"));
}

}  // namespace
}  // namespace ranvier::cli_test
