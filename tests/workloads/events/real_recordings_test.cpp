// SPDX-License-Identifier: Apache-2.0
// Real recordings, written in every other format: the same spikes, and the same results of the published networks.
#include <gtest/gtest.h>

#include <set>

#include "base/file.h"
#include "tests/shared_data.h"
#include "tests/workloads/events/event_writers.h"
#include "tests/workloads/events/made_hdf5.h"
#include "workloads/slayer.h"
#include "workloads/temporal_reference.h"

namespace ranvier::workloads {
namespace {

void write_hdf5(const EventList& events, const std::filesystem::path& path) {
  MadeHdf5 file;
  std::vector<double> x, y, t, p;
  for (const CameraEvent& e : events) {
    x.push_back(e.x);
    y.push_back(e.y);
    t.push_back(static_cast<double>(e.microseconds));
    p.push_back(e.polarity);
  }
  file.numbers("events/x", x, H5T_STD_U16LE, {}, 4096, true);
  file.numbers("events/y", y, H5T_STD_U16LE, {}, 4096, true);
  file.numbers("events/t", t, H5T_STD_I64LE, {}, 4096, true);
  file.numbers("events/p", p, H5T_STD_I8LE, {}, 4096, true);
  write_file_atomically(path, std::span<const std::uint8_t>(file.bytes()));
}

/// The model, reading another format; AEDAT with its times as they are, so that steps begin where they did.
TemporalModel reading(TemporalModel model, EventFormat format) {
  model.input.format = format;
  model.input.binning.from_first_event = false;
  return model;
}

struct OtherFile {
  const char* name;
  EventFormat format;
  ByteList bytes;
};

std::vector<OtherFile> other_files(const EventList& events, const std::string& info) {
  return {{"2.aedat", EventFormat::kAedat, aedat2_bytes(events, "DVS128", false)},
          {"3.aedat", EventFormat::kAedat, aedat3_bytes(events, 4096)},
          {"none.aedat4", EventFormat::kAedat, aedat4_bytes(events, 10'000, Aedat4Packing::kNone, info)},
          {"lz4.aedat4", EventFormat::kAedat, aedat4_bytes(events, 10'000, Aedat4Packing::kLz4, info, true)},
          {"zstd.aedat4", EventFormat::kAedat, aedat4_bytes(events, 10'000, Aedat4Packing::kZstd, info, true)},
          {"e.csv", EventFormat::kCsv, csv_bytes(events)}};
}

/// Checks that each format gives the sample's own spikes; returns how many files were compared.
int compare(const TemporalModel& model, const std::filesystem::path& sample, const std::string& info, bool digit) {
  const ScratchFolder folder;
  const auto expected = load_sample(model, sample);
  const EventList events = read_recording(sample, EventFormat::kBs2).events;
  EXPECT_GT(expected.size(), 2000U);
  std::vector<OtherFile> files = other_files(events, info);
  files.push_back({"e.bs2", EventFormat::kBs2, bs2_bytes(events)});
  if (digit) files.push_back({"e.bin", EventFormat::kNmnist, nmnist_bytes(events)});
  for (const OtherFile& file : files) {
    write_file_atomically(folder.path() / file.name, std::span<const std::uint8_t>(file.bytes));
    EXPECT_EQ(load_sample(reading(model, file.format), folder.path() / file.name), expected) << file.name;
  }
  write_hdf5(events, folder.path() / "e.h5");
  EXPECT_EQ(load_sample(reading(model, EventFormat::kHdf5), folder.path() / "e.h5"), expected);
  return static_cast<int>(files.size()) + 1;
}

TEST(RealRecordings, GesturesInEveryFormat) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/dvs-gesture-cnn");
  RANVIER_NEEDS_SHARED_DATA("dvs-gesture");
  const TemporalModel model = load_temporal(shared_data("loihi-nets/dvs-gesture-cnn"));
  const SampleSet samples = find_samples(model);
  ASSERT_EQ(samples.count(), 5U);
  for (const auto& file : samples.files) EXPECT_EQ(compare(model, file, aedat4_info(128, 128), false), 8);
}

TEST(RealRecordings, DigitsInEveryFormat) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/nmnist-mlp");
  RANVIER_NEEDS_SHARED_DATA("nmnist");
  const TemporalModel model = load_temporal(shared_data("loihi-nets/nmnist-mlp"));
  const SampleSet samples = find_samples(model);
  ASSERT_EQ(samples.count(), 50U);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(compare(model, samples.files[i], "", true), 9);
}

TEST(RealRecordings, PublishedNetworkOnFoldersOfOtherFormats) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/nmnist-mlp");
  RANVIER_NEEDS_SHARED_DATA("nmnist");
  const TemporalModel model = load_temporal(shared_data("loihi-nets/nmnist-mlp"));
  const SampleSet samples = find_samples(model);
  const ScratchFolder folder;
  std::string labels;
  for (std::size_t i = 0; i < 10; ++i) {
    const EventList events = read_recording(samples.files[i], EventFormat::kBs2).events;
    const auto name = folder.path() / "digits" / samples.names[i];
    std::filesystem::create_directories(name.parent_path());
    write_file_atomically(name.string() + ".bin", std::span<const std::uint8_t>(nmnist_bytes(events)));
    write_file_atomically(name.string() + ".aedat4",
                          std::span<const std::uint8_t>(aedat4_bytes(events, 999, Aedat4Packing::kLz4, "")));
    labels += fmt::format("{} {}\n", samples.names[i], samples.labels[i]);
  }
  write_file_atomically(folder.path() / "digits" / "labels.txt", labels);
  for (const EventFormat format : {EventFormat::kNmnist, EventFormat::kAedat}) {
    const TemporalModel other = reading(model, format);
    const SampleSet set = find_samples(other, folder.path() / "digits");
    ASSERT_EQ(set.count(), 10U);
    for (std::size_t i = 0; i < set.count(); ++i) {
      const TemporalRun expected = run_temporal_reference(model.program, load_sample(model, samples.files[i]));
      const TemporalRun run = run_temporal_reference(other.program, load_sample(other, set.files[i]));
      EXPECT_EQ(run.output_counts, expected.output_counts);
      EXPECT_EQ(run.spike_count, expected.spike_count);
      EXPECT_EQ(set.labels[i], samples.labels[i]);
      EXPECT_EQ(run.prediction, set.labels[i]);
    }
  }
}

TEST(RealRecordings, SamplesWithinOneHdf5File) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/nmnist-mlp");
  const TemporalModel model = reading(load_temporal(shared_data("loihi-nets/nmnist-mlp")), EventFormat::kHdf5);
  MadeHdf5 file;
  file.rows("spikes/times", {{0.0015, 0.002}, {0.25}}, H5T_IEEE_F64LE);
  file.rows("spikes/units", {{7, 2311}, {0}}, H5T_STD_U16LE);
  file.numbers("labels", {9, 4}, H5T_STD_U8LE);
  file.bytes();
  const SampleSet set = find_samples(model, file.path());
  EXPECT_EQ(set.names, (std::vector<std::string>{"made#0", "made#1"}));
  EXPECT_EQ(set.labels, (std::vector<std::int32_t>{9, 4}));
  EXPECT_EQ(load_sample(model, set.files[0]), (std::vector<std::int32_t>{1, 7, 2, 2311}));
  EXPECT_EQ(load_sample(model, set.files[1]), (std::vector<std::int32_t>{250, 0}));
  EXPECT_EQ(find_samples(model, file.path().string() + "#1").names, (std::vector<std::string>{"made#1"}));
}

}  // namespace
}  // namespace ranvier::workloads
