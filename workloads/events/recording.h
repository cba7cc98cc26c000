// SPDX-License-Identifier: Apache-2.0
// Recordings of event cameras and of spiking units, whatever their file format (docs/reference/event-files.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace ranvier::workloads {

/// One event of an address-event camera. Polarity 1: the pixel got brighter.
struct CameraEvent {
  std::int32_t x = 0;
  std::int32_t y = 0;
  std::int32_t polarity = 0;
  std::int64_t microseconds = 0;
  friend bool operator==(const CameraEvent&, const CameraEvent&) = default;
};

/// One spike of a unit that has a number and no place.
struct UnitSpike {
  std::int64_t microseconds = 0;
  std::int32_t unit = 0;
  friend bool operator==(const UnitSpike&, const UnitSpike&) = default;
};

struct Recording {
  std::string file;        // for messages; "file#sample" where a file holds several
  std::int32_t width = 0;  // of the sensor; 0: the file does not say
  std::int32_t height = 0;
  std::vector<CameraEvent> events;  // as in the file's order; empty where `spikes` is not
  std::vector<UnitSpike> spikes;
  std::int32_t label = -1;  // -1: the file does not say
};

enum class EventFormat : std::uint8_t { kBs2, kNmnist, kAedat, kCsv, kHdf5 };

/// Of a time that a file gives as a plain number. kUsual: microseconds; floating-point numbers in HDF5: seconds.
enum class TimeUnit : std::uint8_t { kUsual, kSeconds, kMilliseconds, kMicroseconds, kNanoseconds };

struct RecordingOptions {
  TimeUnit time_unit = TimeUnit::kUsual;  // CSV, HDF5
  std::string camera;                     // AEDAT 2.0 whose header names none; see camera_names()
  std::string sample;                     // HDF5: number or path of a recording in a file of several
};

/// Throws FileMissing, BadEventFile, NoEvents, UnknownCamera, BadTextNumber, BadEventTable, BadEventDataset,
/// NoSuchSample, EventsExpandTooFar, SeveralCameras.
Recording read_recording(const std::filesystem::path& path, EventFormat format, const RecordingOptions& options = {});
/// The same of bytes in memory; `file` stands for the name in messages.
Recording parse_recording(std::span<const std::uint8_t> bytes, const std::string& file, EventFormat format,
                          const RecordingOptions& options = {});

/// One of several recordings in a file.
struct RecordingEntry {
  std::string sample;       // RecordingOptions::sample; empty: the file is one recording
  std::int32_t label = -1;  // -1: the file does not say
};
/// What a file holds: one entry, but for HDF5. Throws FileMissing, BadEventDataset.
std::vector<RecordingEntry> list_recordings(const std::filesystem::path& path, EventFormat format);

/// Values of RecordingOptions::camera.
std::vector<std::string> camera_names();

/// ".bs2" and the like; the usual one first.
std::span<const char* const> extensions_of(EventFormat format);

}  // namespace ranvier::workloads
