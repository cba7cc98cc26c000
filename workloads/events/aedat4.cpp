// SPDX-License-Identifier: Apache-2.0
// AEDAT 4.0: a FlatBuffer that describes the file, then packets of a stream number, a size and so many bytes, each a
// compressed FlatBuffer of one type; those with the identifier EVTS hold events. Tables as in dv-runtime's IOHeader.fbs
// and EventPacket.fbs: IOHeader (compression, dataTablePosition, infoNode), EventPacket (elements), Event (i64 time,
// i16 x, i16 y, bool on; 16 bytes).
#include <map>
#include <optional>

#include "workloads/events/aedat.h"
#include "workloads/events/decompress.h"
#include "workloads/events/flat_buffer.h"
#include "workloads/events/stream_info.h"

namespace ranvier::workloads {
namespace {

constexpr std::size_t kEventBytes = 16;

Packing packing_of(std::int32_t compression, const ByteCursor& place) {
  switch (compression) {
    case 0:
      return Packing::kNone;
    case 1:
    case 2:
      return Packing::kLz4;
    case 3:
    case 4:
      return Packing::kZstd;
    default:
      place.fail(fmt::format("compression {} is not known (0 to 4 are)", compression));
  }
}

void append_events(const FlatBuffer& packet, std::vector<CameraEvent>& events) {
  const FlatVector elements = packet.root().vector(0, kEventBytes);
  for (std::size_t i = 0; i < elements.count; ++i) {
    ByteCursor event(elements.bytes.subspan(i * kEventBytes, kEventBytes), packet.file());
    const auto time = event.little<std::int64_t>("a time");
    const auto x = event.little<std::int16_t>("x");
    const auto y = event.little<std::int16_t>("y");
    events.push_back({x, y, event.little<std::uint8_t>("a polarity") != 0 ? 1 : 0, time});
  }
}

}  // namespace

Recording parse_aedat4(const std::string& file, ByteCursor data) {
  const std::uint64_t file_bytes = data.offset() + data.left();
  const std::uint64_t header_at = data.offset();
  const auto header_bytes = data.little<std::uint32_t>("the header's size");
  const FlatBuffer header(data.take(header_bytes, "the header"), file, header_at + 4, "IOHE");
  const FlatTable io = header.root();
  const Packing packing = packing_of(io.number<std::int32_t>(0, 0), data);
  const auto table_at = io.number<std::int64_t>(1, -1);
  const std::map<std::int32_t, StreamInfo> streams = parse_stream_info(io.text(2));

  Recording recording;
  recording.file = file;
  std::optional<std::int32_t> camera;
  ExpansionLimit limit(file, file_bytes);
  while (data.left() > 0 && (table_at < 0 || data.offset() < static_cast<std::uint64_t>(table_at))) {
    const auto stream = data.little<std::int32_t>("a packet's stream");
    const auto size = data.little<std::int32_t>("a packet's size");
    if (size < 0) data.fail("a packet's size is below 0");
    const std::uint64_t packet_at = data.offset();
    const auto packed = data.take(static_cast<std::uint64_t>(size), "a packet");
    const auto known = streams.find(stream);
    if (known != streams.end() && known->second.type != "EVTS") continue;
    const std::vector<std::uint8_t> bytes = expand(packed, packing, packet_at, limit);
    ByteCursor prefixed(bytes, file, packet_at);
    const auto length = prefixed.little<std::uint32_t>("a packet's content");
    const auto content = prefixed.take(length, "a packet's content");
    if (known == streams.end() && !has_identifier(content, "EVTS")) continue;
    if (camera && *camera != stream) throw SeveralCameras(file, *camera, stream);
    camera = stream;
    append_events(FlatBuffer(content, file, packet_at, "EVTS"), recording.events);
  }
  if (camera) {
    if (const auto info = streams.find(*camera); info != streams.end()) {
      recording.width = info->second.width;
      recording.height = info->second.height;
    }
  }
  return recording;
}

}  // namespace ranvier::workloads
