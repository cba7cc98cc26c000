// SPDX-License-Identifier: Apache-2.0
// Errors of event camera and spike train files: each names the file, the byte, row or data set, and what to do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace ranvier::workloads {

/// A binary recording is not what its format says, at byte `offset`.
struct BadEventFile : Error {
  BadEventFile(const std::string& file_, std::uint64_t offset_, const std::string& detail_);
  std::string file;
  std::uint64_t offset = 0;
  std::string detail;
};

/// A recording without a single event.
struct NoEvents : Error {
  explicit NoEvents(const std::string& file_);
  std::string file;
};

/// AEDAT 2.0 addresses mean what the camera's layout says, and the header names no known camera.
struct UnknownCamera : Error {
  UnknownCamera(const std::string& file_, const std::string& named_, const std::vector<std::string>& known);
  std::string file;
  std::string named;  // empty: none
};

/// More than one camera's events in a file.
struct SeveralCameras : Error {
  SeveralCameras(const std::string& file_, std::int64_t first_, std::int64_t second_);
  std::string file;
  std::int64_t first = 0;
  std::int64_t second = 0;
};

/// Compressed data that grow beyond any real recording.
struct EventsExpandTooFar : Error {
  EventsExpandTooFar(const std::string& file_, std::uint64_t offset_, std::uint64_t limit_bytes_);
  std::string file;
  std::uint64_t offset = 0;
  std::uint64_t limit_bytes = 0;
};

/// The header or a row of a CSV file.
struct BadEventTable : Error {
  BadEventTable(const std::string& file_, std::int64_t row_, const std::string& detail_);
  std::string file;
  std::int64_t row = 0;  // from 1, the header's
  std::string detail;
};

/// A data set of an HDF5 file; `dataset` empty: the file as a whole.
struct BadEventDataset : Error {
  BadEventDataset(const std::string& file_, const std::string& dataset_, const std::string& detail_);
  std::string file;
  std::string dataset;
  std::string detail;
};

/// A file of several recordings does not hold the one asked for, or none was asked for.
struct NoSuchSample : Error {
  NoSuchSample(const std::string& file_, const std::string& sample_, const std::string& there_);
  std::string file;
  std::string sample;
  std::string there;  // what the file does hold
};

/// An event of a recording, counted from 0, lies outside of the network's input.
struct EventOutOfRange : Error {
  EventOutOfRange(const std::string& file_, std::size_t event_, const std::string& quantity_, std::int64_t got_,
                  std::int64_t least_, std::int64_t most_);
  std::string file;
  std::size_t event = 0;
  std::string quantity;
  std::int64_t got = 0;
  std::int64_t least = 0;
  std::int64_t most = 0;
};

/// All events come after the network's last step.
struct NoEventInTime : Error {
  NoEventInTime(const std::string& file_, std::int64_t earliest_, std::int64_t end_);
  std::string file;
  std::int64_t earliest_microseconds = 0;
  std::int64_t end_microseconds = 0;
};

}  // namespace ranvier::workloads
