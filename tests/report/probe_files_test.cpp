// SPDX-License-Identifier: Apache-2.0
// Tables of probes read back from their files, names of files, and full disks.
#include "report/probe_files.h"

#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/resource.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "report/errors.h"
#include "report/probe_csv.h"
#include "report/probe_hdf5.h"
#include "tests/sim/chip_fixture.h"

namespace ranvier::report {
namespace {

namespace fs = std::filesystem;

class ProbeFile : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / fmt::format("ranvier-probes-{}-{}",
                                                    ::testing::UnitTest::GetInstance()->current_test_info()->name(),
                                                    ::getpid());
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }
  std::vector<std::string> entries(const fs::path& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  fs::path root_;
};

const sim::TableInfo kTable{
    "spikes:a",
    "events",
    {{"step", "", "number"}, {"layer", "", "stage", {"input", "a,\"b\""}}, {"value", "codes", "payload"}},
    {{"seed", "7"}, {"program", "tiny"}}};

TEST_F(ProbeFile, CsvHoldsNumbersAndNames) {
  {
    CsvTable table(root_ / "t.csv", "shown/t.csv");
    table.begin(kTable);
    table.put(std::vector<std::int64_t>{0, 0, 5, 1, 1, -9'000'000'000});
    table.put(std::vector<std::int64_t>{2, 1, 0});
    EXPECT_FALSE(fs::exists(root_ / "t.csv"));
    table.finish();
  }
  EXPECT_EQ(read_file(root_ / "t.csv"),
            "step,layer,value\n0,input,5\n1,\"a,\"\"b\"\"\",-9000000000\n2,\"a,\"\"b\"\"\",0\n");
  EXPECT_EQ(entries(root_), std::vector<std::string>{"t.csv"});
}

TEST_F(ProbeFile, IsGoneUnlessItWasFinished) {
  {
    CsvTable csv(root_ / "t.csv", "t.csv");
    Hdf5Table hdf5(root_ / "t.h5", "t.h5");
    csv.begin(kTable);
    hdf5.begin(kTable);
    csv.put(std::vector<std::int64_t>{0, 0, 5});
    hdf5.put(std::vector<std::int64_t>{0, 0, 5});
    EXPECT_EQ(entries(root_).size(), 2U);
  }
  EXPECT_TRUE(entries(root_).empty());
}

std::vector<std::int64_t> dataset(hid_t file, const char* name) {
  const hid_t set = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(set);
  std::vector<std::int64_t> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  EXPECT_GE(H5Dread(set, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
  H5Sclose(space), H5Dclose(set);
  return values;
}

std::vector<std::string> texts(hid_t file, const char* object, const char* name) {
  const hid_t attribute = H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  std::vector<char*> pointers(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  EXPECT_GE(H5Aread(attribute, type, pointers.data()), 0);
  std::vector<std::string> all(pointers.begin(), pointers.end());
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
  H5Sclose(space), H5Tclose(type), H5Aclose(attribute);
  return all;
}

TEST_F(ProbeFile, Hdf5ComesBackWhateverTheNumberOfRows) {
  // None, less than a chunk, one chunk, and chunks with rows left over.
  for (const std::int64_t rows : {0, 5, 16'384, 40'000}) {
    const fs::path path = root_ / fmt::format("{}.h5", rows);
    {
      Hdf5Table table(path, path);
      table.begin(kTable);
      std::vector<std::int64_t> batch;
      for (std::int64_t i = 0; i < rows; ++i) {
        batch.insert(batch.end(), {i, i % 2, -i * i});
        if (batch.size() < 3 * 1000) continue;
        table.put(batch);
        batch.clear();
      }
      table.put(batch);
      table.finish();
    }
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    ASSERT_GE(file, 0);
    const auto steps = dataset(file, "step"), layers = dataset(file, "layer"), values = dataset(file, "value");
    ASSERT_EQ(steps.size(), static_cast<std::size_t>(rows));
    ASSERT_EQ(layers.size(), static_cast<std::size_t>(rows));
    ASSERT_EQ(values.size(), static_cast<std::size_t>(rows));
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (steps[at] != i || layers[at] != i % 2 || values[at] != -i * i) FAIL() << "row " << i;
    }
    EXPECT_EQ(texts(file, "/", "probe"), std::vector<std::string>{"spikes:a"});
    EXPECT_EQ(texts(file, "/", "format"), std::vector<std::string>{"ranvier-probe/1"});
    EXPECT_EQ(texts(file, "/", "seed"), std::vector<std::string>{"7"});
    EXPECT_EQ(texts(file, "/", "columns"), (std::vector<std::string>{"step", "layer", "value"}));
    EXPECT_EQ(texts(file, "value", "unit"), std::vector<std::string>{"codes"});
    EXPECT_EQ(texts(file, "layer", "labels"), (std::vector<std::string>{"input", "a,\"b\""}));
    const hid_t attribute = H5Aopen(file, "rows", H5P_DEFAULT);
    std::int64_t said = -1;
    H5Aread(attribute, H5T_NATIVE_INT64, &said);
    EXPECT_EQ(said, rows);
    H5Aclose(attribute), H5Fclose(file);
  }
}

TEST_F(ProbeFile, SameRowsGiveTheSameBytes) {
  for (const char* name : {"a.h5", "b.h5"}) {
    Hdf5Table table(root_ / name, name);
    table.begin(kTable);
    for (std::int64_t i = 0; i < 20'000; ++i) table.put(std::vector<std::int64_t>{i, 1, i * 7});
    table.finish();
  }
  EXPECT_EQ(read_file(root_ / "a.h5"), read_file(root_ / "b.h5"));
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

template <class Table>
void fill_until_full(const fs::path& path) {
  std::uint64_t noise = 1;
  Table table(path, "run/probes/t");
  table.begin(kTable);
  for (std::int64_t i = 0; i < 200'000; ++i) {
    noise = noise * 6364136223846793005u + 1442695040888963407u;
    table.put(std::vector<std::int64_t>{i, 1, static_cast<std::int64_t>(noise >> 1)});
  }
  table.finish();
}

TEST_F(ProbeFile, AFullDiskIsOneErrorAndLeavesNothing) {
  for (const rlim_t bytes : {0, 500, 3'000, 100'000, 700'000}) {
    for (const bool hdf5 : {false, true}) {
      bool failed = false;
      {
        const SmallDisk limit(bytes);
        try {
          hdf5 ? fill_until_full<Hdf5Table>(root_ / "t") : fill_until_full<CsvTable>(root_ / "t");
        } catch (const FileWriteFailed& error) {
          failed = true;
          EXPECT_EQ(error.exit_code, ExitCode::kBadInput);
          EXPECT_EQ(error.path, "run/probes/t");
        }
      }
      EXPECT_TRUE(failed) << bytes << " bytes, hdf5 " << hdf5;
      EXPECT_TRUE(entries(root_).empty());
    }
  }
  // The library has survived it.
  fill_until_full<Hdf5Table>(root_ / "after");
  const hid_t file = H5Fopen((root_ / "after").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  ASSERT_GE(file, 0);
  EXPECT_EQ(dataset(file, "step").size(), 200'000U);
  H5Fclose(file);
}

ProbeFilesOptions options_in(const fs::path& root, ProbeFormat format = ProbeFormat::kCsv) {
  return {root / "run", format, {{"seed", "7"}}};
}

std::vector<sim::ProbeSpec> specs(const std::vector<std::string>& probes) {
  std::vector<sim::ProbeSpec> all;
  for (const std::string& text : probes) all.push_back(sim::parse_probe(text));
  return all;
}

TEST_F(ProbeFile, FilesAreNamedAfterTheirProbes) {
  const ProbeFiles files(specs({"spikes:block0.q", "spikes:block0.q", "membrane:fc[tokens=0..4,neurons=3]:every=2",
                                "links:file=l.h5", "spikes:file=mine", "vcd:routers=3..6"}),
                         options_in(root_));
  EXPECT_EQ(files.names(), (std::vector<std::string>{"spikes-block0.q.csv", "spikes-block0.q-2.csv",
                                                     "membrane-fc-tokens-0..4-neurons-3-every-2.csv", "l.h5",
                                                     "mine.csv", "vcd-routers-3..6.vcd"}));
  const ProbeFiles hdf5(specs({"spikes", "links:file=l.csv"}), options_in(root_, ProbeFormat::kHdf5));
  EXPECT_EQ(hdf5.names(), (std::vector<std::string>{"spikes.h5", "l.csv"}));
}

TEST_F(ProbeFile, NamesThatCannotBeAreRefusedAndLeaveNothing) {
  EXPECT_THROW(ProbeFiles(specs({"spikes:file=x.json"}), options_in(root_)), sim::BadProbe);
  EXPECT_THROW(ProbeFiles(specs({"vcd:file=x.csv"}), options_in(root_)), sim::BadProbe);
  EXPECT_THROW(ProbeFiles(specs({"spikes:file=x.csv", "links:file=x.csv"}), options_in(root_)), sim::BadProbe);
  EXPECT_TRUE(entries(root_).empty());
  EXPECT_THROW(ProbeFiles(specs({"spikes"}), {"/proc/no/run", ProbeFormat::kCsv, {}}), RunFolderUnwritable);
}

TEST_F(ProbeFile, TheFolderHoldsTheTablesAndSaysWhatTheyAre) {
  const auto c = sim::testing::tiny_case();
  {
    ProbeFiles files(specs({"spikes", "links:file=l.h5", "vcd:routers=0..1"}), options_in(root_));
    sim::SimOptions options;
    options.probes = files.probes();
    simulate(c->problem, c->mapping, std::vector<std::vector<std::int32_t>>{{3, 0, 0, 0}}, options);
    const fs::path folder = files.finish();
    EXPECT_EQ(entries(folder), (std::vector<std::string>{"index.json", "l.h5", "spikes.csv", "vcd-routers-0..1.vcd"}));
    const auto index = nlohmann::json::parse(read_file(folder / "index.json"));
    ASSERT_EQ(index.size(), 3U);
    EXPECT_EQ(index[0]["file"], "spikes.csv");
    EXPECT_EQ(index[0]["rows"], 4);
    EXPECT_EQ(index[0]["columns"].size(), 9U);
    EXPECT_EQ(index[0]["facts"]["seed"], "7");
    EXPECT_EQ(index[0]["facts"]["clock_khz"], "1000000");
    EXPECT_GT(index[2]["signals"].get<int>(), 20);
    EXPECT_GT(index[2]["changes"].get<int>(), 0);
    EXPECT_NE(read_file(folder / "spikes.csv").find("\n0,0,0,input,0,0,0,3,0\n"), std::string::npos);
  }
  EXPECT_TRUE(entries(root_).empty());  // nobody took the folder in
}

}  // namespace
}  // namespace ranvier::report
