// SPDX-License-Identifier: Apache-2.0
// Value change dumps parsed back with a reader of IEEE 1364-2005 clause 18 that knows nothing of the writer.
#include "report/vcd_file.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "base/file.h"

namespace ranvier::report {
namespace {

namespace fs = std::filesystem;

struct Dump {
  std::string timescale;
  std::map<std::string, std::string> name_of;  // by identifier code
  std::map<std::string, int> bits_of;          // by name
  /// Values by name, by time: what was set then.
  std::map<std::int64_t, std::map<std::string, std::string>> changes;
  std::vector<std::int64_t> dumpoff;
};

std::string text_until_end(std::istringstream& in) {
  std::string all, word;
  while (in >> word && word != "$end") all += (all.empty() ? "" : " ") + word;
  EXPECT_EQ(word, "$end");
  return all;
}

Dump parse(const std::string& text) {
  Dump dump;
  std::istringstream in(text);
  std::vector<std::string> scopes;
  std::string word;
  std::int64_t time = -1;
  bool defined = false;
  while (in >> word) {
    if (word == "$timescale") {
      dump.timescale = text_until_end(in);
    } else if (word == "$comment" || word == "$version" || word == "$date") {
      text_until_end(in);
    } else if (word == "$scope") {
      const std::string scope = text_until_end(in);
      EXPECT_EQ(scope.substr(0, 7), "module ");
      scopes.push_back(scope.substr(7));
    } else if (word == "$upscope") {
      EXPECT_EQ(text_until_end(in), "");
      scopes.pop_back();
    } else if (word == "$var") {
      std::istringstream var(text_until_end(in));
      std::string type, code, name;
      int bits = 0;
      var >> type >> bits >> code >> name;
      EXPECT_EQ(type, "wire");
      std::string path;
      for (const std::string& scope : scopes) path += scope + ".";
      EXPECT_TRUE(dump.name_of.emplace(code, path + name).second) << "code twice: " << code;
      dump.bits_of[path + name] = bits;
    } else if (word == "$enddefinitions") {
      EXPECT_EQ(text_until_end(in), "");
      EXPECT_TRUE(scopes.empty());
      defined = true;
    } else if (word == "$dumpoff") {
      dump.dumpoff.push_back(time);
    } else if (word == "$dumpvars" || word == "$dumpon" || word == "$end") {
      EXPECT_TRUE(defined);
    } else if (word[0] == '#') {
      const std::int64_t next = std::stoll(word.substr(1));
      EXPECT_GT(next, time);
      time = next;
    } else if (word[0] == 'b') {
      std::string code;
      in >> code;
      EXPECT_TRUE(dump.name_of.contains(code)) << code;
      EXPECT_LE(word.size() - 1, static_cast<std::size_t>(dump.bits_of[dump.name_of[code]]));
      dump.changes[time][dump.name_of[code]] = word.substr(1);
    } else {
      EXPECT_TRUE(word[0] == '0' || word[0] == '1' || word[0] == 'x') << word;
      EXPECT_TRUE(dump.name_of.contains(word.substr(1))) << word;
      EXPECT_EQ(dump.bits_of[dump.name_of[word.substr(1)]], 1);
      dump.changes[time][dump.name_of[word.substr(1)]] = word.substr(0, 1);
    }
  }
  EXPECT_TRUE(defined);
  return dump;
}

class Vcd : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ =
        fs::temp_directory_path() /
        fmt::format("ranvier-{}-{}.vcd", ::testing::UnitTest::GetInstance()->current_test_info()->name(), ::getpid());
  }
  void TearDown() override { fs::remove(path_); }
  fs::path path_;
};

TEST_F(Vcd, ComesBack) {
  VcdFile file(path_, path_);
  const std::size_t valid = file.declare("chip.router_0.east", "valid", 1);
  const std::size_t credits = file.declare("chip.router_0.east", "credits", 16);
  const std::size_t buffer = file.declare("chip.router_12.core_0", "buffer", 16);
  file.start(sim::parse_probe("vcd"), Duration(3'333'333));  // 300 MHz
  file.set(0, credits, 4);
  file.set(7, valid, 1);
  file.set(7, credits, 3);
  file.set(8, valid, 0);
  file.set_all_unknown(9);
  file.set(1'000'000'000, buffer, 65'535);
  file.finish(1'000'000'005);
  const Dump dump = parse(read_file(path_));
  EXPECT_EQ(dump.timescale, "1 fs");
  EXPECT_EQ(dump.bits_of.size(), 3U);
  EXPECT_EQ(dump.bits_of.at("chip.router_0.east.credits"), 16);
  const std::int64_t period = 3'333'333;
  EXPECT_EQ(dump.changes.at(0).at("chip.router_0.east.credits"), "100");
  EXPECT_EQ(dump.changes.at(0).at("chip.router_0.east.valid"), "x");
  EXPECT_EQ(dump.changes.at(7 * period).at("chip.router_0.east.valid"), "1");
  EXPECT_EQ(dump.changes.at(7 * period).at("chip.router_0.east.credits"), "11");
  EXPECT_EQ(dump.changes.at(8 * period).at("chip.router_0.east.valid"), "0");
  EXPECT_EQ(dump.dumpoff, std::vector<std::int64_t>{9 * period});
  EXPECT_EQ(dump.changes.at(9 * period).at("chip.router_0.east.credits"), "x");
  EXPECT_EQ(dump.changes.at(1'000'000'000 * period).at("chip.router_12.core_0.buffer"), "1111111111111111");
  EXPECT_EQ(file.changes(), 5U);
}

TEST_F(Vcd, TimescaleIsTheLargestThatCyclesAreWholeNumbersOf) {
  struct Case {
    std::int64_t period_fs;
    const char* timescale;
    std::int64_t unit_fs;
  };
  for (const Case& c : {Case{1'000'000, "1 ns", 1'000'000}, Case{2'500'000, "100 ps", 100'000},
                        Case{10'000, "10 ps", 10'000}, Case{1, "1 fs", 1}, Case{3'333'333, "1 fs", 1}}) {
    VcdFile file(path_, path_);
    const std::size_t s = file.declare("chip", "s", 1);
    file.start(sim::parse_probe("vcd"), Duration(c.period_fs));
    file.set(3, s, 1);
    file.finish(4);
    const Dump dump = parse(read_file(path_));
    EXPECT_EQ(dump.timescale, c.timescale);
    EXPECT_EQ(dump.changes.rbegin()->first, 3 * c.period_fs / c.unit_fs);
  }
}

TEST_F(Vcd, ManySignalsHaveCodesOfTheirOwn) {
  VcdFile file(path_, path_);
  for (int i = 0; i < 20'000; ++i) file.declare(fmt::format("chip.router_{}", i / 50), fmt::format("s{}", i), 1);
  file.start(sim::parse_probe("vcd"), Duration(1'000'000));
  for (std::size_t s = 0; s < 20'000; s += 2) file.set(5, s, 1);
  file.finish(6);
  const Dump dump = parse(read_file(path_));
  EXPECT_EQ(dump.name_of.size(), 20'000U);
  EXPECT_EQ(dump.changes.at(5).size(), 10'000U);
  EXPECT_EQ(dump.changes.at(5).at("chip.router_399.s19998"), "1");
}

TEST_F(Vcd, TheUsersTextCannotEndItsComment) {
  VcdFile file(path_, path_);
  file.declare("chip", "s", 1);
  sim::ProbeSpec spec = sim::parse_probe("vcd");
  spec.text = "vcd $end $scope module x";
  file.start(spec, Duration(1'000'000));
  file.finish(1);
  EXPECT_EQ(parse(read_file(path_)).bits_of.size(), 1U);
}

TEST_F(Vcd, ValuesOutOfOrderAreABug) {
  VcdFile file(path_, path_);
  const std::size_t s = file.declare("chip", "s", 1);
  file.start(sim::parse_probe("vcd"), Duration(1'000'000));
  file.set(5, s, 1);
  EXPECT_THROW(file.set(4, s, 0), std::logic_error);
}

}  // namespace
}  // namespace ranvier::report
