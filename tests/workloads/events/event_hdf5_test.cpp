// SPDX-License-Identifier: Apache-2.0
// Events and spike trains in HDF5, layout by layout, and what is refused.
#include <gmock/gmock.h>

#include "base/errors.h"
#include "tests/workloads/events/event_writers.h"
#include "tests/workloads/events/made_events.h"
#include "tests/workloads/events/made_hdf5.h"

namespace ranvier::workloads {
namespace {

using testing::HasSubstr;

const EventList kThree{{3, 4, 1, 5}, {639, 479, 0, 1'700'000'000'000'001}, {0, 0, 1, 8}};

void put_columns(MadeHdf5& file, const std::string& group, const std::array<const char*, 4>& names, hid_t time_type,
                 double unit, bool minus = false) {
  std::vector<double> x, y, t, p;
  for (const CameraEvent& e : kThree) {
    x.push_back(e.x);
    y.push_back(e.y);
    t.push_back(static_cast<double>(e.microseconds) * unit);
    p.push_back(minus && e.polarity == 0 ? -1 : e.polarity);
  }
  file.numbers(group + names[0], x, H5T_STD_U16LE, {}, 2, true);
  file.numbers(group + names[1], y, H5T_STD_I32BE);
  file.numbers(group + names[2], t, time_type);
  file.numbers(group + names[3], p, H5T_STD_I8LE);
}

/// From bytes and from the file alike.
Recording read_both(MadeHdf5& file, const RecordingOptions& options = {}) {
  const Recording of_bytes = parse_recording(file.bytes(), "f", EventFormat::kHdf5, options);
  const Recording of_file = read_recording(file.path(), EventFormat::kHdf5, options);
  EXPECT_EQ(of_bytes.events, of_file.events);
  EXPECT_EQ(of_bytes.spikes, of_file.spikes);
  EXPECT_EQ(of_bytes.label, of_file.label);
  return of_bytes;
}

TEST(EventHdf5, ColumnsInAGroup) {
  MadeHdf5 file;
  put_columns(file, "events/", {"x", "y", "t", "p"}, H5T_STD_I64LE, 1);
  EXPECT_EQ(read_both(file).events, kThree);
}

TEST(EventHdf5, ColumnsOfPluralNamesInSecondsWithMinusOne) {
  MadeHdf5 file;
  put_columns(file, "events/", {"xs", "ys", "ts", "ps"}, H5T_IEEE_F64LE, 1e-6, true);
  EXPECT_EQ(read_both(file).events, kThree);
}

TEST(EventHdf5, ColumnsAtTheRootOrWhereTheSampleNames) {
  MadeHdf5 root, deep;
  put_columns(root, "", {"x", "y", "timestamp", "polarity"}, H5T_STD_I64LE, 1);
  root.numbers("label", {7}, H5T_STD_I32LE);
  EXPECT_EQ(read_both(root).events, kThree);
  EXPECT_EQ(read_both(root).label, 7);
  put_columns(deep, "prophesee/left/", {"x", "y", "t", "p"}, H5T_STD_I64LE, 1e-3);
  const Recording r = read_both(deep, {TimeUnit::kMilliseconds, "", "prophesee/left"});
  EXPECT_EQ(r.events.front(), (CameraEvent{3, 4, 1, 0}));
  EXPECT_EQ(r.file, "f#prophesee/left");
}

TEST(EventHdf5, Records) {
  MadeHdf5 file;
  file.records("events", {{5, 3, 4, 1}, {1'700'000'000'000'001, 639, 479, 0}, {8, 0, 0, 1}});
  EXPECT_EQ(read_both(file).events, kThree);
}

TEST(EventHdf5, GroupsOfTimeAndData) {
  MadeHdf5 file;
  for (const char* sample : {"train/10", "train/2"}) {
    const std::string group = std::string(sample) + "/";
    file.numbers(group + "time", {5, 8}, H5T_STD_U32LE);
    file.numbers(group + "data", {3, 4, 1, 6, 7, 0}, H5T_STD_U8LE, {2, 3});
    file.numbers(group + "labels", {group == "train/2/" ? 4.0 : 11.0}, H5T_STD_U32LE, {1, 1});
  }
  const auto e = refused<NoSuchSample>(file.bytes(), EventFormat::kHdf5);
  EXPECT_THAT(e.what(), HasSubstr("holds 2 recordings (train/2, train/10); name one as FILE#SAMPLE"));
  const Recording r = read_both(file, {TimeUnit::kUsual, "", "train/2"});
  EXPECT_EQ(r.events, (EventList{{3, 4, 1, 5}, {6, 7, 0, 8}}));
  EXPECT_EQ(r.label, 4);
  const auto entries = list_recordings(file.path(), EventFormat::kHdf5);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].sample, "train/2");
  EXPECT_EQ(entries[1].sample, "train/10");
  EXPECT_EQ(entries[1].label, 11);
}

TEST(EventHdf5, SpikeTrainsOfVariableLength) {
  for (const hsize_t chunk : {0, 2}) {
    MadeHdf5 file;
    file.rows("spikes/times", {{0.0625, 1.25}, {}, {0.5, 0.25, 0.125}}, H5T_IEEE_F32LE, chunk);
    file.rows("spikes/units", {{699, 0}, {}, {1, 2, 3}}, H5T_STD_U16LE, chunk);
    file.numbers("labels", {19, 3, 0}, H5T_STD_U16LE);
    EXPECT_EQ(read_both(file, {TimeUnit::kUsual, "", "0"}).spikes,
              (std::vector<UnitSpike>{{62'500, 699}, {1'250'000, 0}}));
    const Recording last = read_both(file, {TimeUnit::kUsual, "", "2"});
    EXPECT_EQ(last.spikes, (std::vector<UnitSpike>{{500'000, 1}, {250'000, 2}, {125'000, 3}}));
    EXPECT_EQ(last.label, 0);
    EXPECT_THROW(read_recording(file.path(), EventFormat::kHdf5, {TimeUnit::kUsual, "", "1"}), NoEvents);
    const auto entries = list_recordings(file.path(), EventFormat::kHdf5);
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[1].sample, "1");
    EXPECT_EQ(entries[1].label, 3);
    for (const char* wrong : {"", "3", "x", "-1"}) {
      EXPECT_THAT(refused<NoSuchSample>(file.bytes(), EventFormat::kHdf5, {TimeUnit::kUsual, "", wrong}).what(),
                  HasSubstr("spike trains 0 to 2"));
    }
  }
}

TEST(EventHdf5, ARowLongerThanItsHeapIsRefused) {
  MadeHdf5 file;
  file.rows("spikes/times", {{1, 2}}, H5T_IEEE_F64LE);
  file.rows("spikes/units", {{3, 4}}, H5T_STD_U16LE);
  ByteList bytes = file.bytes();
  const ByteList unit_row{2, 0, 0, 0};  // elements, then the address of the heap
  int changed = 0;
  for (std::size_t at = 0; at + 16 <= bytes.size(); at += 4) {
    std::uint64_t address = 0;
    std::memcpy(&address, bytes.data() + at + 4, 8);
    if (!std::equal(unit_row.begin(), unit_row.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at)) ||
        address + 4 > bytes.size() || std::memcmp(bytes.data() + address, "GCOL", 4) != 0) {
      continue;
    }
    bytes[at] = 0xff;
    bytes[at + 3] = 0x40;
    ++changed;
  }
  ASSERT_EQ(changed, 2);
  const auto e = refused<BadEventDataset>(bytes, EventFormat::kHdf5);
  EXPECT_EQ(e.dataset, "spikes/times[0]");
  EXPECT_THAT(e.what(), HasSubstr("a row of 1073742079 elements in 16 bytes"));
}

/// What a file with these columns is refused for.
std::string refused_columns(const std::vector<double>& x, const std::vector<double>& t, const std::vector<double>& p) {
  MadeHdf5 file;
  file.numbers("events/x", x, H5T_IEEE_F64LE);
  file.numbers("events/y", std::vector<double>(x.size(), 0), H5T_STD_U8LE);
  file.numbers("events/t", t, H5T_IEEE_F64LE);
  file.numbers("events/p", p, H5T_IEEE_F32LE);
  const auto e = refused<BadEventDataset>(file.bytes(), EventFormat::kHdf5);
  return e.dataset + " " + e.detail;
}

TEST(EventHdf5, RefusesNumbersThatAreNoEvents) {
  EXPECT_THAT(refused_columns({0, -1}, {0, 0}, {0, 0}), HasSubstr("events/x element 1: x -1"));
  EXPECT_THAT(refused_columns({0.5}, {0}, {0}), HasSubstr("events/x element 0: x 0.5"));
  EXPECT_THAT(refused_columns({0}, {1e300}, {0}), HasSubstr("events/t element 0: time 1e+300"));
  EXPECT_THAT(refused_columns({0}, {0}, {2}), HasSubstr("events/p element 0: polarity 2"));
  EXPECT_THAT(refused_columns({0, 1}, {0}, {0, 0}), HasSubstr("events/x 2 elements, events/t has 1"));
}

TEST(EventHdf5, RefusesOtherFilesAndWhatLiesOutside) {
  EXPECT_THAT(refused<BadEventDataset>(ByteList(3000, 7), EventFormat::kHdf5).what(), HasSubstr("cannot open it"));
  MadeHdf5 other;
  other.numbers("weights", {1, 2}, H5T_IEEE_F32LE);
  EXPECT_THAT(refused<BadEventDataset>(other.bytes(), EventFormat::kHdf5).what(), HasSubstr("no events in a known"));
  MadeHdf5 linked;
  linked.numbers("events/x", {1}, H5T_STD_U8LE);
  linked.numbers("events/t", {1}, H5T_STD_U8LE);
  linked.link_to_file("events/y");
  EXPECT_EQ(refused<BadEventDataset>(linked.bytes(), EventFormat::kHdf5).detail, "no data set y; add it");
  MadeHdf5 packed;
  packed.rows("spikes/times", {{1}}, H5T_IEEE_F32LE, 1, true);
  packed.rows("spikes/units", {{1}}, H5T_STD_U8LE, 1, true);
  EXPECT_THAT(refused<BadEventDataset>(packed.bytes(), EventFormat::kHdf5).what(), HasSubstr("h5repack -f NONE"));
  MadeHdf5 three;
  three.numbers("time", {1}, H5T_STD_U8LE);
  three.numbers("data", {1, 2}, H5T_STD_U8LE, {1, 2});
  EXPECT_THAT(refused<BadEventDataset>(three.bytes(), EventFormat::kHdf5).what(), HasSubstr("three columns"));
  EXPECT_THROW(read_recording("/nonexistent/1.h5", EventFormat::kHdf5), FileMissing);
  EXPECT_THROW(list_recordings("/nonexistent/1.h5", EventFormat::kHdf5), FileMissing);
}

TEST(EventHdf5, RefusesMoreElementsThanTheFileCanHold) {
  MadeHdf5 file;
  file.numbers("events/t", {1}, H5T_STD_U8LE);
  file.numbers("events/x", {}, H5T_STD_U8LE, {1'000'000'000}, 1000);  // no chunk of it was written
  EXPECT_THAT(refused<BadEventDataset>(file.bytes(), EventFormat::kHdf5).what(),
              HasSubstr("1000000000 elements do not fit into a file of"));
}

}  // namespace
}  // namespace ranvier::workloads
