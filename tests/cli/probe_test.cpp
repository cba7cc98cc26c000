// SPDX-License-Identifier: Apache-2.0
// --probe from the command line: files that agree with the rest of the run folder, refusals, full disks.
#include <map>
#include <sstream>

#include "command.h"

namespace ranvier::cli_test {
namespace {

class ProbeOption : public CommandTest {
 protected:
  static constexpr const char* kRun =
      "run fashion-vit-small --target tianjic-like:3x3 --images 1 --accuracy-images 1 -q --json -o r ";

  /// Rows of a CSV file by column.
  std::map<std::string, std::vector<std::string>> table(const std::string& file) const {
    std::istringstream in(text_of(folder_ / file));
    std::string line, cell;
    std::getline(in, line);
    std::vector<std::string> names;
    for (std::istringstream header(line); std::getline(header, cell, ',');) names.push_back(cell);
    std::map<std::string, std::vector<std::string>> columns;
    for (const std::string& name : names) columns[name];
    while (std::getline(in, line)) {
      std::istringstream row(line);
      for (const std::string& name : names) {
        std::getline(row, cell, ',');
        columns[name].push_back(cell);
      }
    }
    return columns;
  }
  std::vector<std::string> leftovers() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      names.push_back(entry.path().filename().string());
    return names;
  }
};

TEST_F(ProbeOption, TablesAgreeWithTheRunFolder) {
  const auto o = ranvier(std::string(kRun) +
                         "--fidelity cycle --probe spikes --probe links --probe stalls --probe 'buffers:core=17' "
                         "--probe 'membrane:block0.q[tokens=0..4,neurons=0..15]:image=0:every=2' "
                         "--probe vcd:routers=3..6:steps=4:file=w.vcd --probe spikes:head,block1.*:file=some.h5");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  const nlohmann::json result = o.json();
  EXPECT_EQ(result["probes_dir"], "r/probes");
  for (const char* file :
       {"spikes.csv", "links.csv", "stalls.csv", "buffers-core-17.csv",
        "membrane-block0.q-tokens-0..4-neurons-0..15-image-0-every-2.csv", "w.vcd", "some.h5", "index.json"})
    EXPECT_TRUE(std::filesystem::exists(folder_ / "r" / "probes" / file)) << file;

  std::map<std::string, std::int64_t> events;
  auto spikes = table("r/probes/spikes.csv");
  for (const std::string& layer : spikes["layer"]) ++events[layer];
  std::int64_t all = 0;
  for (const auto& layer : result["layers"]) {
    EXPECT_EQ(events[layer["layer"]], layer["events"].get<std::int64_t>()) << layer["layer"];
    all += layer["events"].get<std::int64_t>();
  }
  EXPECT_GT(all, 1000);

  auto probed = table("r/probes/links.csv"), run = table("r/links.csv");
  std::map<std::string, std::int64_t> flits;
  for (std::size_t i = 0; i < probed["flits"].size(); ++i)
    flits[probed["from_core"][i] + ">" + probed["to_core"][i]] += std::stoll(probed["flits"][i]);
  ASSERT_EQ(flits.size(), run["flits"].size());
  for (std::size_t i = 0; i < run["flits"].size(); ++i)
    EXPECT_EQ(flits[run["from_core"][i] + ">" + run["to_core"][i]], std::stoll(run["flits"][i]));

  auto membrane = table("r/probes/membrane-block0.q-tokens-0..4-neurons-0..15-image-0-every-2.csv");
  ASSERT_FALSE(membrane["step"].empty());
  EXPECT_EQ(membrane["step"].size() % (5 * 16), 0U);
  // All potentials of a graded tile rest in the end, unless their codes are at an end.
  for (std::size_t i = membrane["step"].size() - 5 * 16; i < membrane["step"].size(); ++i) {
    const std::int64_t v = std::stoll(membrane["potential"][i]), theta = std::stoll(membrane["threshold"][i]);
    if (std::abs(std::stoll(membrane["code"][i])) < 7) {
      EXPECT_GE(v, 0) << i;
      EXPECT_LT(v, theta) << i;
    }
  }
  EXPECT_EQ(text_of(folder_ / "r" / "probes" / "w.vcd").rfind("$version ranvier $end\n", 0), 0U);
  EXPECT_EQ(text_of(folder_ / "r" / "probes" / "some.h5").substr(1, 3), "HDF");
  EXPECT_EQ(leftovers(), std::vector<std::string>{"r"});
}

TEST_F(ProbeOption, WhatCannotBeRecordedIsRefusedInOneLineBeforeTheRun) {
  ASSERT_EQ(ranvier("map fashion-vit-small --target tianjic-like --preset compact -q -o m.json").exit_code, 0);
  const auto refused = [&](const std::string& options, const std::string& line) {
    expect_refusal(ranvier("sim m.json --images 1 -q -o r --fidelity fast " + options), 4, line);
    EXPECT_EQ(leftovers(), std::vector<std::string>{"m.json"});
  };
  refused("--probe spike", "--probe 'spike': no probe 'spike'; did you mean 'spikes'?");
  refused("--probe spikes:blok0.q",
          "--probe 'spikes:blok0.q': no layer 'blok0.q' in the program; did you mean 'block0.q'?");
  refused("--probe 'membrane:block0.q[tokens=0..999]'", "block0.q has tokens 0..");
  refused("--probe stalls", "--probe 'stalls': stalls exist at --fidelity cycle only");
  refused("--probe buffers", "--probe 'buffers': buffers exist at --fidelity cycle only");
  refused("--probe vcd", "--probe 'vcd': signals of the network exist at --fidelity cycle only");
  refused("--probe links:router=99999", "no router 99999");
  refused("--probe links:file=a.csv --probe spikes:file=a.csv", "another probe writes a.csv already");
  expect_refusal(ranvier(std::string(kRun) + "--probe links --remap until=1%,max=2"), 4,
                 "--remap simulates many times");
  refused("--probe links --ranks 2", "leave out --ranks");
  refused("--probe-format xml --probe links", "--probe-format");
}

TEST_F(ProbeOption, AFullDiskIsOneLineAndLeavesNothing) {
  ASSERT_EQ(ranvier("map fashion-vit-small --target tianjic-like --preset compact -q -o m.json").exit_code, 0);
  for (const char* format : {"csv", "hdf5"}) {
    const auto out = folder_ / "out.txt";
    // 64 KiB or, where the shell counts in 512 bytes, 32: the first table to grow beyond it fails.
    const std::string line = "cd '" + folder_.string() +
                             "' && trap '' XFSZ && ulimit -f 64 && '" RANVIER_BINARY
                             "' sim m.json --images 1 --accuracy-images 1 -q "
                             "--fidelity fast --probe spikes --probe-format " +
                             format + " -o r >'" + out.string() + "' 2>&1";
    const int status = std::system(line.c_str());
    EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 5) << format;
    const std::string said = text_of(out);
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    EXPECT_NE(said.find(std::string("r/probes/spikes.") + (format[0] == 'c' ? "csv" : "h5")), std::string::npos)
        << said;
    std::filesystem::remove(out);
    EXPECT_EQ(leftovers(), std::vector<std::string>{"m.json"});
  }
}

TEST_F(ProbeOption, TheTraceIsKeptBelowItsLimitAndSaysWhatIsMissing) {
  // Many short steps: a network over time is not needed, unary steps are enough.
  ASSERT_EQ(ranvier("map fashion-vit-small --target tianjic-like --schedule async-unary -q -o m.json").exit_code, 0);
  const std::string run =
      "sim m.json --images 24 --accuracy-images 1 --fidelity analytic --json -o r --force --trace-limit-mib ";
  const auto whole = ranvier(run + "64");
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_EQ(whole.err.find("trace.json keeps"), std::string::npos);
  const auto size = std::filesystem::file_size(folder_ / "r" / "trace.json");
  ASSERT_GT(size, std::uintmax_t{1} << 20) << "the test needs a larger trace";
  const auto cut = ranvier(run + "1");
  ASSERT_EQ(cut.exit_code, 0) << cut.err;
  EXPECT_LE(std::filesystem::file_size(folder_ / "r" / "trace.json"), std::uintmax_t{1} << 20);
  EXPECT_NE(cut.err.find("trace.json keeps"), std::string::npos) << cut.err;
  EXPECT_NE(text_of(folder_ / "r" / "log.txt").find("trace.json keeps"), std::string::npos);
  const auto trace = nlohmann::json::parse(text_of(folder_ / "r" / "trace.json"));
  EXPECT_GT(trace["otherData"]["steps_left_out"].get<int>() + trace["otherData"]["slices_left_out"].get<int>(), 0);
}

}  // namespace
}  // namespace ranvier::cli_test
