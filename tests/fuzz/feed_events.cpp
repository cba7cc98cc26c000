// SPDX-License-Identifier: Apache-2.0
// Bytes as a recording: the first picks the format and how it is read, the others are the file. HDF5 has a target of
// its own, since it is read by another process.
#include <array>

#include "tests/fuzz/feed.h"
#include "workloads/events/binning.h"

namespace ranvier::fuzz {

bool feed_events(std::span<const std::uint8_t> bytes) {
  using namespace workloads;
  constexpr std::array kFormats{EventFormat::kBs2, EventFormat::kNmnist, EventFormat::kAedat, EventFormat::kCsv};
  if (bytes.empty()) return false;
  const unsigned pick = bytes[0];
  RecordingOptions options;
  options.time_unit = static_cast<TimeUnit>(pick / 4 % 5);
  options.camera = (pick & 0x40) != 0 ? "dvs128" : "";
  return read_or_refused([&] {
    const Recording recording = parse_recording(bytes.subspan(1), "fuzzed", kFormats[pick % kFormats.size()], options);
    read_or_refused([&] { bin_recording(recording, {{128, 128, 2}, 1000, 500, (pick & 0x80) != 0}); });
  });
}

}  // namespace ranvier::fuzz
