// SPDX-License-Identifier: Apache-2.0
// AEDAT 3.1: packets of one type each behind a header of 28 bytes, little-endian. Polarity events: 32 bits of data (0
// valid, 1 polarity, 16-2 y, 31-17 x) and 31 bits of microseconds, above which the packet counts overflows.
#include <optional>

#include "workloads/events/aedat.h"

namespace ranvier::workloads {
namespace {

constexpr std::int16_t kPolarityType = 1;
constexpr std::int32_t kPolarityBytes = 8;
constexpr std::int32_t kTimeOffset = 4;

}  // namespace

Recording parse_aedat3(const AedatHeader& header, ByteCursor data) {
  const std::string format = header.value("Format");
  if (format != "RAW") data.fail("events are packed otherwise than 'RAW'; record or convert them again as RAW");
  Recording recording;
  recording.file = header.file;
  std::optional<std::int16_t> camera;
  while (data.left() > 0) {
    const auto type = data.little<std::int16_t>("a packet's type");
    const auto source = data.little<std::int16_t>("a packet's source");
    const auto event_bytes = data.little<std::int32_t>("a packet's event size");
    const auto time_offset = data.little<std::int32_t>("a packet's time offset");
    const auto overflows = data.little<std::int32_t>("a packet's count of time overflows");
    data.little<std::int32_t>("a packet's capacity");
    const auto events = data.little<std::int32_t>("a packet's number of events");
    data.little<std::int32_t>("a packet's number of valid events");
    if (event_bytes < 0 || events < 0 || overflows < 0) data.fail("a size or count in the packet before is below 0");
    const auto body =
        data.take(static_cast<std::uint64_t>(event_bytes) * static_cast<std::uint64_t>(events), "a packet");
    if (type != kPolarityType || events == 0) continue;
    ByteCursor packet(body, header.file, data.offset() - body.size());
    if (event_bytes != kPolarityBytes || time_offset != kTimeOffset) {
      packet.fail(fmt::format("polarity events of {} bytes with the time at byte {}, not of 8 with the time at 4",
                              event_bytes, time_offset));
    }
    if (camera && *camera != source) throw SeveralCameras(header.file, *camera, source);
    camera = source;
    while (packet.left() > 0) {
      const auto bits = packet.little<std::uint32_t>("an event");
      const auto time = packet.little<std::int32_t>("a time");
      if (time < 0) packet.fail("a time below 0");
      if ((bits & 1) == 0) continue;  // a filter took it away
      recording.events.push_back({static_cast<std::int32_t>(bits >> 17), static_cast<std::int32_t>(bits >> 2 & 0x7fff),
                                  static_cast<std::int32_t>(bits >> 1 & 1), std::int64_t{overflows} << 31 | time});
    }
  }
  if (camera) {
    if (const Camera* known = find_camera(header.value(fmt::format("Source {}", *camera)))) {
      recording.width = known->width;
      recording.height = known->height;
    }
  }
  return recording;
}

}  // namespace ranvier::workloads
