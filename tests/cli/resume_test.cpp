// SPDX-License-Identifier: Apache-2.0
// A run that was interrupted, killed, or left without disk space goes on to the bytes that it would have had.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "command.h"

namespace ranvier::cli_test {
namespace {

namespace fs = std::filesystem;

/// Small enough for seconds, long enough for dozens of boundaries.
const std::string kRun =
    "run fashion-vit-small --target tianjic-like:3x3 --fidelity analytic --schedule staged-unary --images 3 "
    "--accuracy-images 1 --preset compact --json ";
const std::string kQuiet = kRun + "-q ";

class ResumeVerb : public CommandTest {
 protected:
  /// False where the child ended before the file was there.
  bool wait_for(const fs::path& file, pid_t child) const {
    while (!fs::exists(folder_ / file)) {
      siginfo_t info{};
      if (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child)
        return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  /// Everything of a run folder but times, host and arguments.
  void expect_same_folder(const std::string& a, const std::string& b) const {
    for (const char* file : {"config.resolved.yaml", "mapping.json", "results.sqlite", "layers.csv", "links.csv",
                             "trace.json", "job.json"}) {
      const std::string text = text_of(folder_ / a / file);
      EXPECT_FALSE(text.empty()) << file;
      EXPECT_TRUE(text == text_of(folder_ / b / file)) << file << " of " << a << " and " << b;
    }
  }
  static void expect_same_json(nlohmann::json a, nlohmann::json b) {
    for (const char* key : {"wall_s", "peak_rss_mib", "run_dir"}) {
      a.erase(key);
      b.erase(key);
    }
    EXPECT_EQ(a, b);
  }
  void expect_nothing_left(const std::string& out) const {
    EXPECT_FALSE(fs::exists(folder_ / (out + ".part")));
    for (const auto& entry : fs::directory_iterator(folder_))
      EXPECT_NE(entry.path().filename().string().rfind(std::string(".").append(out), 0), 0U) << entry.path();
  }
};

TEST_F(ResumeVerb, GoesOnAfterCtrlC) {
  const auto whole = ranvier(kQuiet + "-o whole");
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  expect_nothing_left("whole");
  const pid_t child = start(kRun + "--checkpoint every=1 -o r");
  ASSERT_TRUE(wait_for("r.part/checkpoint.bin", child)) << text_of(folder_ / "started.err");
  ::kill(child, SIGINT);
  ASSERT_EQ(end_of(child), 3) << text_of(folder_ / "started.err");
  const auto part = nlohmann::json::parse(text_of(folder_ / "started.txt"));
  EXPECT_TRUE(part["interrupted"].get<bool>());
  EXPECT_LT(part["images"].get<int>(), 3);
  EXPECT_NE(text_of(folder_ / "started.err").find("ranvier resume r\n"), std::string::npos)
      << text_of(folder_ / "started.err");
  EXPECT_TRUE(nlohmann::json::parse(text_of(folder_ / "r/manifest.json"))["interrupted"].get<bool>());
  const auto rest = ranvier("resume r/ -q --json");
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  expect_same_json(rest.json(), whole.json());
  expect_same_folder("r", "whole");
  expect_nothing_left("r");
  const auto manifest = nlohmann::json::parse(text_of(folder_ / "r/manifest.json"));
  EXPECT_FALSE(manifest["interrupted"].get<bool>());
  EXPECT_EQ(manifest["resumed_at"].size(), 1U);
  EXPECT_EQ(manifest["argv"][1], "run");
}

TEST_F(ResumeVerb, GoesOnAfterBeingKilledAgainAndAgain) {
  const auto whole = ranvier(kQuiet + "--remap until=1%,max=2 -o whole");
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  std::mt19937 random(7);
  pid_t child = start(kQuiet + "--checkpoint every=1 --remap until=1%,max=2 -o r");
  ASSERT_TRUE(wait_for("r.part/checkpoint.bin", child)) << text_of(folder_ / "started.err");
  int killed = 0;
  for (; killed < 6; ++killed) {
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
    ::kill(child, SIGKILL);
    if (end_of(child) != 128 + SIGKILL) break;  // it was done before
    ASSERT_TRUE(fs::exists(folder_ / "r.part/checkpoint.bin"));
    child = start("resume r -q --json --checkpoint every=1");
  }
  if (killed == 6) {
    ASSERT_EQ(end_of(child), 0) << text_of(folder_ / "started.err");
  }
  EXPECT_GT(killed, 0);
  expect_same_json(nlohmann::json::parse(text_of(folder_ / "started.txt")), whole.json());
  expect_same_folder("r", "whole");
  expect_nothing_left("r");
}

// Beyond the limit a write fails as on a full disk.
TEST_F(ResumeVerb, AFullDiskLeavesTheLastCheckpoint) {
  const auto whole = ranvier(kQuiet + "-o whole");
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  const pid_t child = start(kQuiet + "--checkpoint every=1 -o r");
  ASSERT_TRUE(wait_for("r.part/checkpoint.bin", child)) << text_of(folder_ / "started.err");
  ::kill(child, SIGKILL);
  ASSERT_EQ(end_of(child), 128 + SIGKILL);
  const std::string kept = text_of(folder_ / "r.part/checkpoint.bin");
  const std::string line = "cd '" + folder_.string() +
                           "' && trap '' XFSZ && ulimit -f 4 && '" RANVIER_BINARY
                           "' resume r -q --json --checkpoint every=2 >full.txt 2>full.err";
  const int status = std::system(line.c_str());
  const std::string said = text_of(folder_ / "full.err");
  EXPECT_EQ(WEXITSTATUS(status), 5) << said;
  EXPECT_NE(said.find("File too large"), std::string::npos) << said;
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
  EXPECT_EQ(text_of(folder_ / "full.txt"), "");
  EXPECT_FALSE(fs::exists(folder_ / "r"));
  EXPECT_TRUE(text_of(folder_ / "r.part/checkpoint.bin") == kept);
  const auto rest = ranvier("resume r -q --json");
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  expect_same_json(rest.json(), whole.json());
  expect_same_folder("r", "whole");
}

TEST_F(ResumeVerb, RefusesWhatItCannotGoOnWith) {
  expect_refusal(ranvier("resume nowhere"), 5, "nowhere: no run has left a checkpoint in nowhere.part");
  ASSERT_EQ(ranvier(kQuiet + "-o r").exit_code, 0);
  expect_refusal(ranvier("resume r"), 5, "r: this run has ended");
  for (const char* wrong : {"every=0", "every=x", "seconds=0", "seconds=-1", "often", "every=1,every=2", ""})
    expect_refusal(ranvier(kQuiet + "-o s --checkpoint '" + wrong + "'"), 4, "--checkpoint");
  expect_refusal(ranvier(kQuiet + "-o s --checkpoint every=5 --probe spikes"), 4, "--checkpoint: a run with --probe");

  const pid_t child = start(kQuiet + "--checkpoint every=1 -o s");
  ASSERT_TRUE(wait_for("s.part/checkpoint.bin", child));
  expect_refusal(ranvier("resume s"), 4, "s: another process runs it");
  ::kill(child, SIGKILL);
  ASSERT_EQ(end_of(child), 128 + SIGKILL);
  expect_refusal(ranvier(kQuiet + "-o s"), 4, "s.part: a run that has not ended");

  const auto replace = [&](const char* file, const std::string& text) {
    std::ofstream(folder_ / "s.part" / file, std::ios::binary) << text;
  };
  const std::string checkpoint = text_of(folder_ / "s.part/checkpoint.bin");
  const std::string job = text_of(folder_ / "s.part/job.json");
  const std::string context = text_of(folder_ / "s.part/resume.json");
  std::string spoilt = checkpoint;
  spoilt[spoilt.size() / 2] = static_cast<char>(spoilt[spoilt.size() / 2] ^ 1);
  replace("checkpoint.bin", spoilt);
  expect_refusal(ranvier("resume s -q"), 5, "checkpoint.bin: its bytes are not those that were written");
  replace("checkpoint.bin", checkpoint.substr(0, checkpoint.size() / 2));
  expect_refusal(ranvier("resume s -q"), 5, "checkpoint.bin: cut short");
  replace("checkpoint.bin", checkpoint);
  auto other = nlohmann::json::parse(job);
  other["images"] = 2;
  replace("job.json", other.dump());
  expect_refusal(ranvier("resume s -q"), 5, "checkpoint.bin: of another job");
  replace("job.json", "{");
  expect_refusal(ranvier("resume s -q"), 5, "job.json");
  replace("job.json", job);
  replace("resume.json", "[]");
  expect_refusal(ranvier("resume s -q"), 5, "resume.json");
  replace("resume.json", context);
  EXPECT_EQ(ranvier("resume s.part -q --json").exit_code, 0);
  expect_nothing_left("s");
}

TEST_F(ResumeVerb, ForceGivesAnUnfinishedRunUp) {
  const pid_t child = start(kQuiet + "--checkpoint every=1 -o r");
  ASSERT_TRUE(wait_for("r.part/checkpoint.bin", child));
  ::kill(child, SIGKILL);
  ASSERT_EQ(end_of(child), 128 + SIGKILL);
  const auto again = ranvier(kQuiet + "--force -o r");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  expect_nothing_left("r");
}

TEST_F(ResumeVerb, SwitchedOffNothingIsKept) {
  ASSERT_EQ(ranvier(kQuiet + "--checkpoint off -o r").exit_code, 0);
  expect_nothing_left("r");
}

}  // namespace
}  // namespace ranvier::cli_test
