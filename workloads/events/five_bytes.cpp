// SPDX-License-Identifier: Apache-2.0
// Five bytes an event: x, y, then polarity in bit 7 and 23 bits of microseconds, high bits first. SLAYER's .bs2 is just
// that. N-MNIST's .bin (Orchard et al. 2015; github.com/gorchard/event-Python, read_dataset) has time overflows
// between: events with y = 240, each of which puts 2^13 microseconds on itself and on what follows.
#include "workloads/events/event_errors.h"
#include "workloads/events/formats.h"

namespace ranvier::workloads {
namespace {

constexpr std::size_t kEventBytes = 5;
constexpr std::uint8_t kOverflowY = 240;
constexpr std::int64_t kOverflowMicroseconds = 1 << 13;

Recording parse(Bytes bytes, const std::string& file, bool overflows) {
  if (bytes.size() % kEventBytes != 0) {
    throw BadEventFile(file, bytes.size() - bytes.size() % kEventBytes, "the file ends within an event of 5 bytes");
  }
  Recording recording;
  recording.file = file;
  recording.events.reserve(bytes.size() / kEventBytes);
  std::int64_t passed = 0;
  for (std::size_t i = 0; i < bytes.size(); i += kEventBytes) {
    if (overflows && bytes[i + 1] == kOverflowY) {
      passed += kOverflowMicroseconds;
      continue;
    }
    const std::int32_t high = bytes[i + 2];
    recording.events.push_back(
        {bytes[i], bytes[i + 1], high >> 7, passed + ((high & 127) << 16 | bytes[i + 3] << 8 | bytes[i + 4])});
  }
  return recording;
}

}  // namespace

Recording parse_bs2(Bytes bytes, const std::string& file) { return parse(bytes, file, false); }

Recording parse_nmnist(Bytes bytes, const std::string& file) {
  Recording recording = parse(bytes, file, true);
  recording.width = recording.height = 34;
  return recording;
}

}  // namespace ranvier::workloads
