// SPDX-License-Identifier: Apache-2.0
// The lines that users read when a recording is not what it should be.
#include "workloads/events/event_errors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ranvier::workloads {
namespace {

/// Text from a file, on one line and not too long.
std::string shown(const std::string& text) {
  constexpr std::size_t kLongest = 60;
  std::string line;
  for (const char c : text.substr(0, kLongest)) line += c >= ' ' && c <= '~' ? c : '?';
  return text.size() > kLongest ? line + "..." : line;
}

}  // namespace

BadEventFile::BadEventFile(const std::string& file_, std::uint64_t offset_, const std::string& detail_)
    : Error(ExitCode::kBadInput,
            fmt::format("{}: byte {}: {}; the file was cut short, or is of another format than input.coding names",
                        file_, offset_, detail_)),
      file(file_),
      offset(offset_),
      detail(detail_) {}

NoEvents::NoEvents(const std::string& file_)
    : Error(ExitCode::kBadInput, fmt::format("{}: holds no event; give a recording that is not empty", shown(file_))),
      file(file_) {}

UnknownCamera::UnknownCamera(const std::string& file_, const std::string& named_, const std::vector<std::string>& known)
    : Error(
          ExitCode::kBadInput,
          named_.empty()
              ? fmt::format("{}: byte 0: the header names no camera, and addresses mean nothing without; set "
                            "input.camera to one of {}",
                            file_, fmt::join(known, ", "))
              : fmt::format("{}: camera '{}' is not known; set input.camera to the one whose address layout it has: {}",
                            file_, shown(named_), fmt::join(known, ", "))),
      file(file_),
      named(named_) {}

SeveralCameras::SeveralCameras(const std::string& file_, std::int64_t first_, std::int64_t second_)
    : Error(ExitCode::kBadInput, fmt::format("{}: events of two cameras (sources {} and {}); export one of them to a "
                                             "file of its own",
                                             file_, first_, second_)),
      file(file_),
      first(first_),
      second(second_) {}

EventsExpandTooFar::EventsExpandTooFar(const std::string& file_, std::uint64_t offset_, std::uint64_t limit_bytes_)
    : Error(ExitCode::kBadInput,
            fmt::format("{}: byte {}: compressed data expand to more than {} bytes, as no recording of this size does; "
                        "record it again without compression",
                        file_, offset_, limit_bytes_)),
      file(file_),
      offset(offset_),
      limit_bytes(limit_bytes_) {}

BadEventTable::BadEventTable(const std::string& file_, std::int64_t row_, const std::string& detail_)
    : Error(ExitCode::kBadInput, fmt::format("{}: row {}: {}", file_, row_, detail_)),
      file(file_),
      row(row_),
      detail(detail_) {}

BadEventDataset::BadEventDataset(const std::string& file_, const std::string& dataset_, const std::string& detail_)
    : Error(ExitCode::kBadInput, dataset_.empty() ? fmt::format("{}: {}", shown(file_), detail_)
                                                  : fmt::format("{}: {}: {}", shown(file_), shown(dataset_), detail_)),
      file(file_),
      dataset(dataset_),
      detail(detail_) {}

NoSuchSample::NoSuchSample(const std::string& file_, const std::string& sample_, const std::string& there_)
    : Error(ExitCode::kBadInput,
            sample_.empty() ? fmt::format("{}: holds {}; name one as FILE#SAMPLE", file_, there_)
                            : fmt::format("{}: holds no recording '{}'; there is {}", file_, shown(sample_), there_)),
      file(file_),
      sample(sample_),
      there(there_) {}

EventOutOfRange::EventOutOfRange(const std::string& file_, std::size_t event_, const std::string& quantity_,
                                 std::int64_t got_, std::int64_t least_, std::int64_t most_)
    : Error(ExitCode::kBadInput, fmt::format("{}: event {}: {} {} is outside {}..{}; is this a recording for this "
                                             "network's input?",
                                             shown(file_), event_, quantity_, got_, least_, most_)),
      file(file_),
      event(event_),
      quantity(quantity_),
      got(got_),
      least(least_),
      most(most_) {}

NoEventInTime::NoEventInTime(const std::string& file_, std::int64_t earliest_, std::int64_t end_)
    : Error(ExitCode::kBadInput, fmt::format("{}: the first event comes at {} us and the network's last step ends at "
                                             "{} us; set input.time_from: first-event",
                                             shown(file_), earliest_, end_)),
      file(file_),
      earliest_microseconds(earliest_),
      end_microseconds(end_) {}

}  // namespace ranvier::workloads
