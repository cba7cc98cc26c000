// SPDX-License-Identifier: Apache-2.0
// The run folder is complete or not there.
#include "report/run_folder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/file.h"
#include "report/errors.h"
#include "tests/report/sample_run.h"

namespace ranvier::report {
namespace {

namespace fs = std::filesystem;

class RunFolder : public testing::Test {
 protected:
  RunFolder() : run_(sample_run()) {
    std::string name = (fs::temp_directory_path() / "ranvier-report-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    root_ = name;
  }
  ~RunFolder() override { fs::remove_all(root_); }

  std::vector<std::string> entries(const fs::path& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  std::unique_ptr<SampleRun> run_;
  fs::path root_;
};

/// One number out of a database.
std::int64_t query(const fs::path& file, const std::string& sql) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW) << sql;
  const std::int64_t value = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return value;
}

TEST_F(RunFolder, HoldsEveryFileAndNothingElse) {
  write_run_folder(root_ / "deep" / "run", run_->record);
  EXPECT_EQ(entries(root_ / "deep" / "run"),
            (std::vector<std::string>{"config.resolved.yaml", "layers.csv", "ledger.csv", "links.csv", "log.txt", "manifest.json",
                                      "mapping.json", "report.html", "results.sqlite", "trace.json"}));
  EXPECT_EQ(entries(root_ / "deep"), std::vector<std::string>{"run"});
  const auto manifest = nlohmann::json::parse(read_file(root_ / "deep" / "run" / "manifest.json"));
  EXPECT_EQ(manifest["seed"], 42);
  EXPECT_EQ(manifest["argv"][0], "ranvier");
  EXPECT_EQ(manifest["inputs"][0]["sha256"], std::string(64, 'a'));
  EXPECT_EQ(manifest["wall_s_by_stage"][1]["stage"], "simulate");
  EXPECT_FALSE(manifest.contains("started_utc"));
  EXPECT_EQ(read_file(root_ / "deep" / "run" / "log.txt"), "mapped\nsimulated\n");
}

TEST_F(RunFolder, SameRecordSameBytes) {
  write_run_folder(root_ / "a", run_->record);
  write_run_folder(root_ / "b/", run_->record);
  for (const std::string& name : entries(root_ / "a")) {
    EXPECT_EQ(read_file(root_ / "a" / name), read_file(root_ / "b" / name)) << name;
  }
}

TEST_F(RunFolder, DatabaseLayersAddUpToTheTotalExactly) {
  write_run_folder(root_ / "run", run_->record);
  const fs::path db = root_ / "run" / "results.sqlite";
  const std::int64_t total = run_->record.result.total_energy.count();
  EXPECT_EQ(query(db, "SELECT sum(energy_aj) FROM layers"), total);
  EXPECT_EQ(query(db, "SELECT sum(energy_aj) FROM layer_energy"), total);
  EXPECT_EQ(query(db, "SELECT sum(energy_aj) FROM ledger"), total);
  EXPECT_EQ(query(db, "SELECT sum(energy_aj) FROM origins"), total);
  EXPECT_EQ(query(db, "SELECT value FROM run WHERE key = 'energy'"), total);
  EXPECT_EQ(query(db, "SELECT sum(events) FROM layers"), run_->record.result.events);
  EXPECT_EQ(query(db, "SELECT sum(events) FROM layer_steps"), run_->record.result.events);
  EXPECT_EQ(query(db,
                  "SELECT count(*) FROM (SELECT l.stage FROM layers l JOIN ledger g USING(stage) GROUP BY l.stage "
                  "HAVING l.energy_aj <> sum(g.energy_aj))"),
            0);
  EXPECT_EQ(query(db, "SELECT count(*) FROM steps"), static_cast<std::int64_t>(run_->record.result.steps.size()));
  EXPECT_EQ(query(db, "SELECT count(*) FROM images WHERE exact"), 3);
  EXPECT_EQ(query(db, "SELECT count(*) FROM remap WHERE accepted"), 3);
  EXPECT_EQ(query(db, "SELECT sum(flits) FROM links"), [&] {
    std::int64_t flits = 0;
    for (const sim::LinkResult& link : run_->record.result.links) flits += link.flits;
    return flits;
  }());
}

TEST_F(RunFolder, OriginsOfADeviceNameItsFile) {
  run_->problem.board.device.emplace().file = "chips/sample-device.yaml";
  write_run_folder(root_ / "run", run_->record);
  const fs::path db = root_ / "run" / "results.sqlite";
  EXPECT_EQ(query(db, "SELECT count(*) FROM origins WHERE file = 'chips/sample-device.yaml'"), 4);
  EXPECT_EQ(query(db,
                  "SELECT count(*) FROM origins WHERE (component LIKE 'device_%') <> (file = "
                  "'chips/sample-device.yaml')"),
            0);
}

TEST_F(RunFolder, CsvLayersAddUpToTheTotalExactly) {
  write_run_folder(root_ / "run", run_->record);
  std::istringstream csv(read_file(root_ / "run" / "layers.csv"));
  std::string line;
  std::getline(csv, line);
  std::vector<std::string> header;
  std::istringstream names(line);
  for (std::string name; std::getline(names, name, ',');) header.push_back(name);
  std::int64_t energy = 0;
  std::int64_t components = 0;
  std::size_t rows = 0;
  while (std::getline(csv, line)) {
    std::istringstream cells(line);
    std::size_t column = 0;
    for (std::string cell; std::getline(cells, cell, ','); ++column) {
      ASSERT_LT(column, header.size());
      if (header[column] == "energy_aj") energy += std::stoll(cell);
      if (header[column].ends_with("_aj") && header[column] != "energy_aj") components += std::stoll(cell);
    }
    EXPECT_EQ(column, header.size());
    ++rows;
  }
  EXPECT_EQ(rows, run_->record.result.layers.size() + 1);
  EXPECT_EQ(energy, run_->record.result.total_energy.count());
  EXPECT_EQ(components, run_->record.result.total_energy.count());
}

TEST_F(RunFolder, OverwritesOnlyARunFolderAndOnlyByForce) {
  write_run_folder(root_ / "run", run_->record);
  std::ofstream(root_ / "run" / "note.txt") << "mine";
  try {
    write_run_folder(root_ / "run", run_->record);
    FAIL() << "no error";
  } catch (const RunFolderExists& error) {
    EXPECT_EQ(error.exit_code, ExitCode::kUsage);
    EXPECT_TRUE(error.is_run_folder);
    EXPECT_EQ(error.path, root_ / "run");
  }
  EXPECT_TRUE(fs::exists(root_ / "run" / "note.txt"));
  write_run_folder(root_ / "run", run_->record, true);
  EXPECT_FALSE(fs::exists(root_ / "run" / "note.txt"));
  EXPECT_TRUE(fs::exists(root_ / "run" / "report.html"));
  EXPECT_EQ(entries(root_), std::vector<std::string>{"run"});

  fs::create_directory(root_ / "home");
  std::ofstream(root_ / "home" / "thesis.tex") << "years of work";
  try {
    write_run_folder(root_ / "home", run_->record, true);
    FAIL() << "no error";
  } catch (const RunFolderExists& error) {
    EXPECT_FALSE(error.is_run_folder);
  }
  EXPECT_EQ(read_file(root_ / "home" / "thesis.tex"), "years of work");
}

TEST_F(RunFolder, TakesAnEmptyFolder) {
  fs::create_directory(root_ / "run");
  write_run_folder(root_ / "run", run_->record);
  EXPECT_TRUE(fs::exists(root_ / "run" / "manifest.json"));
}

TEST_F(RunFolder, AFileInTheWayIsAnError) {
  std::ofstream(root_ / "run") << "a file";
  try {
    write_run_folder(root_ / "run", run_->record);
    FAIL() << "no error";
  } catch (const RunFolderUnwritable& error) {
    EXPECT_EQ(error.exit_code, ExitCode::kBadInput);
    EXPECT_EQ(error.path, root_ / "run");
  }
  EXPECT_THROW(write_run_folder(root_ / "run" / "below", run_->record), RunFolderUnwritable);
  EXPECT_EQ(read_file(root_ / "run"), "a file");
}

/// Files of this process may not grow beyond a size while it lives: writes fail as on a full disk.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : old_signal_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    rlimit limit = old_limit_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    ::signal(SIGXFSZ, old_signal_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit old_limit_{};
  void (*old_signal_)(int);
};

// Each limit stops another writer: text files, the database, or the page.
class FullDisk : public RunFolder, public testing::WithParamInterface<rlim_t> {};

TEST_P(FullDisk, LeavesNothingBehind) {
  bool failed = false;
  {
    const SmallDisk limit(GetParam());
    try {
      write_run_folder(root_ / "run", run_->record);
    } catch (const RunFolderWriteFailed& error) {
      failed = true;
      EXPECT_EQ(error.path.parent_path(), root_ / "run");
      EXPECT_FALSE(error.reason.empty());
    }
  }
  EXPECT_TRUE(failed);
  EXPECT_TRUE(entries(root_).empty());
}

TEST_P(FullDisk, KeepsTheOldRunUnderForce) {
  write_run_folder(root_ / "run", run_->record);
  const std::string before = read_file(root_ / "run" / "manifest.json");
  run_->record.seed = 43;
  {
    const SmallDisk limit(GetParam());
    EXPECT_THROW(write_run_folder(root_ / "run", run_->record, true), RunFolderWriteFailed);
  }
  EXPECT_EQ(read_file(root_ / "run" / "manifest.json"), before);
  EXPECT_EQ(entries(root_), std::vector<std::string>{"run"});
}

INSTANTIATE_TEST_SUITE_P(Sizes, FullDisk, testing::Values(rlim_t{16}, rlim_t{16'384}, rlim_t{65'536}));

TEST_F(RunFolder, BooksThatDoNotBalanceLeaveNothing) {
  run_->record.result.total_energy += Energy(1);
  EXPECT_THROW(write_run_folder(root_ / "run", run_->record), std::logic_error);
  EXPECT_TRUE(entries(root_).empty());
}

}  // namespace
}  // namespace ranvier::report
