// SPDX-License-Identifier: Apache-2.0
// Which reader a format has, and what every recording has to be.
#include "workloads/events/recording.h"

#include <array>

#include "base/file.h"
#include "workloads/events/event_errors.h"
#include "workloads/events/formats.h"

namespace ranvier::workloads {
namespace {

Recording not_empty(Recording recording) {
  if (recording.events.empty() && recording.spikes.empty()) throw NoEvents(recording.file);
  return recording;
}

Recording parse(Bytes bytes, const std::string& file, EventFormat format, const RecordingOptions& options) {
  switch (format) {
    case EventFormat::kBs2:
      return parse_bs2(bytes, file);
    case EventFormat::kNmnist:
      return parse_nmnist(bytes, file);
    case EventFormat::kAedat:
      return parse_aedat(bytes, file, options);
    case EventFormat::kCsv:
      return parse_event_csv({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file, options);
    case EventFormat::kHdf5:
      return parse_event_hdf5(bytes, file, options);
  }
  throw std::logic_error("an event format without a reader");
}

}  // namespace

Recording parse_recording(Bytes bytes, const std::string& file, EventFormat format, const RecordingOptions& options) {
  if (bytes.empty()) throw NoEvents(file);
  return not_empty(parse(bytes, file, format, options));
}

Recording read_recording(const std::filesystem::path& path, EventFormat format, const RecordingOptions& options) {
  if (format == EventFormat::kHdf5) return not_empty(read_event_hdf5(path, options));
  return parse_recording(read_bytes(path), path.string(), format, options);
}

std::vector<RecordingEntry> list_recordings(const std::filesystem::path& path, EventFormat format) {
  if (format == EventFormat::kHdf5) return list_event_hdf5(path);
  return {RecordingEntry{}};
}

std::span<const char* const> extensions_of(EventFormat format) {
  static constexpr std::array<const char*, 1> kBs2{".bs2"}, kNmnist{".bin"}, kCsv{".csv"};
  static constexpr std::array<const char*, 2> kAedat{".aedat", ".aedat4"};
  static constexpr std::array<const char*, 3> kHdf5{".h5", ".hdf5", ".hdf"};
  switch (format) {
    case EventFormat::kBs2:
      return kBs2;
    case EventFormat::kNmnist:
      return kNmnist;
    case EventFormat::kAedat:
      return kAedat;
    case EventFormat::kCsv:
      return kCsv;
    case EventFormat::kHdf5:
      return kHdf5;
  }
  throw std::logic_error("an event format without an extension");
}

}  // namespace ranvier::workloads
