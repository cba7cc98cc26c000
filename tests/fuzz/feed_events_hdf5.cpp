// SPDX-License-Identifier: Apache-2.0
// Bytes as events in HDF5: the first picks how they are read, the others are the file.
#include "tests/fuzz/child_signals.h"
#include "tests/fuzz/feed.h"
#include "workloads/events/binning.h"

namespace ranvier::fuzz {

bool feed_events_hdf5(std::span<const std::uint8_t> bytes) {
  using namespace workloads;
  let_children_die_quietly();
  if (bytes.empty()) return false;
  const unsigned pick = bytes[0];
  RecordingOptions options;
  options.time_unit = static_cast<TimeUnit>(pick % 5);
  options.sample = pick >= 0xf0 ? "0" : pick >= 0xe0 ? "train/0" : "";
  return read_or_refused([&] {
    const Recording recording = parse_recording(bytes.subspan(1), "fuzzed", EventFormat::kHdf5, options);
    read_or_refused([&] { bin_recording(recording, {{128, 128, 2}, 1000, 500, (pick & 1) != 0}); });
  });
}

}  // namespace ranvier::fuzz
