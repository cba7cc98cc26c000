// SPDX-License-Identifier: Apache-2.0
// Writers of the event formats, for tests only: what they write, the readers must give back.
#pragma once

#include <fmt/format.h>
#include <lz4frame.h>
#include <zstd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "workloads/events/recording.h"

namespace ranvier::workloads {

using ByteList = std::vector<std::uint8_t>;
using EventList = std::vector<CameraEvent>;

template <class Number>
void put_little(ByteList& bytes, Number number) {
  const auto* raw = reinterpret_cast<const std::uint8_t*>(&number);
  bytes.insert(bytes.end(), raw, raw + sizeof(Number));
}

inline void put_big(ByteList& bytes, std::uint32_t number) {
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(number >> shift));
}

inline void put_text(ByteList& bytes, const std::string& text) { bytes.insert(bytes.end(), text.begin(), text.end()); }

inline void put_five(ByteList& bytes, std::int32_t x, std::int32_t y, std::int32_t polarity, std::int64_t time) {
  for (const std::int64_t byte : {std::int64_t{x}, std::int64_t{y}, polarity << 7 | time >> 16, time >> 8, time}) {
    bytes.push_back(static_cast<std::uint8_t>(byte));
  }
}

inline ByteList bs2_bytes(const EventList& events) {
  ByteList bytes;
  for (const CameraEvent& e : events) put_five(bytes, e.x, e.y, e.polarity, e.microseconds);
  return bytes;
}

/// With an overflow event wherever `overflow_every` microseconds have passed; those are 8192 in the format.
inline ByteList nmnist_bytes(const EventList& events) {
  ByteList bytes;
  std::int64_t passed = 0;
  for (const CameraEvent& e : events) {
    for (; e.microseconds - passed >= 2 * 8192; passed += 8192) put_five(bytes, 0, 240, 0, 0);
    put_five(bytes, e.x, e.y, e.polarity, e.microseconds - passed);
  }
  return bytes;
}

inline ByteList aedat2_bytes(const EventList& events, const std::string& chip, bool davis) {
  ByteList bytes;
  put_text(bytes, "#!AER-DAT2.0\r\n# This is a raw AE data file - do not edit\r\n# Timestamps tick is 1 us\r\n");
  if (!chip.empty()) put_text(bytes, "# AEChip: " + chip + "\r\n");
  for (const CameraEvent& e : events) {
    put_big(bytes, davis ? static_cast<std::uint32_t>(e.y << 22 | e.x << 12 | e.polarity << 11)
                         : static_cast<std::uint32_t>(e.y << 8 | e.x << 1 | e.polarity));
    put_big(bytes, static_cast<std::uint32_t>(e.microseconds));
  }
  return bytes;
}

/// Packets of up to `packet_events` events with the same upper bits of time, and packets of another type between.
inline ByteList aedat3_bytes(const EventList& events, std::size_t packet_events, const std::string& source = "DVS128") {
  ByteList bytes;
  put_text(bytes, "#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: " + source +
                      "\r\n#Start-Time: 2026-01-01 00:00:00 (TZ+0000)\r\n#!END-HEADER\r\n");
  const auto head = [&](std::int16_t type, std::int32_t size, std::int64_t overflow, std::int32_t count) {
    put_little<std::int16_t>(bytes, type);
    put_little<std::int16_t>(bytes, 1);
    for (const std::int64_t word : {std::int64_t{size}, std::int64_t{4}, overflow, std::int64_t{count},
                                    std::int64_t{count}, std::int64_t{count}}) {
      put_little<std::int32_t>(bytes, static_cast<std::int32_t>(word));
    }
  };
  for (std::size_t at = 0; at < events.size();) {
    const std::int64_t overflow = events[at].microseconds >> 31;
    std::size_t end = at;
    while (end < events.size() && end - at < packet_events && events[end].microseconds >> 31 == overflow) ++end;
    head(1, 8, overflow, static_cast<std::int32_t>(end - at));
    for (; at < end; ++at) {
      const CameraEvent& e = events[at];
      put_little<std::uint32_t>(bytes, static_cast<std::uint32_t>(e.x) << 17 | static_cast<std::uint32_t>(e.y) << 2 |
                                           static_cast<std::uint32_t>(e.polarity) << 1 | 1);
      put_little<std::int32_t>(bytes, static_cast<std::int32_t>(e.microseconds & 0x7fffffff));
    }
    head(0, 8, overflow, 1);  // a special event
    put_little<std::uint64_t>(bytes, 0);
  }
  return bytes;
}

enum class Aedat4Packing : std::int32_t { kNone = 0, kLz4 = 1, kLz4High = 2, kZstd = 3, kZstdHigh = 4 };

inline ByteList packed(const ByteList& bytes, Aedat4Packing packing) {
  if (packing == Aedat4Packing::kNone) return bytes;
  const bool lz4 = packing == Aedat4Packing::kLz4 || packing == Aedat4Packing::kLz4High;
  ByteList out(lz4 ? LZ4F_compressFrameBound(bytes.size(), nullptr) : ZSTD_compressBound(bytes.size()));
  out.resize(lz4 ? LZ4F_compressFrame(out.data(), out.size(), bytes.data(), bytes.size(), nullptr)
                 : ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

/// A FlatBuffer of one table with one field, a vector: vtable at 8, table at 16, the vector's count at 28.
inline ByteList flat_vector(const std::string& identifier, const ByteList& elements, std::uint32_t count) {
  ByteList bytes;
  put_little<std::uint32_t>(bytes, 16);
  put_text(bytes, identifier);
  for (const int half : {6, 8, 4, 0}) put_little<std::uint16_t>(bytes, static_cast<std::uint16_t>(half));
  for (const std::uint32_t word : {8U, 8U, 0U, count}) put_little<std::uint32_t>(bytes, word);
  bytes.insert(bytes.end(), elements.begin(), elements.end());
  return bytes;
}

/// IOHeader: vtable of three fields at 8 (compression at 4, table position at 8, text at 16 of the table), table at 20.
inline ByteList aedat4_header(Aedat4Packing packing, std::int64_t table_at, const std::string& info) {
  ByteList bytes;
  put_little<std::uint32_t>(bytes, 20);
  put_text(bytes, "IOHE");
  for (const int half : {10, 20, 4, 8, 16, 0}) put_little<std::uint16_t>(bytes, static_cast<std::uint16_t>(half));
  put_little<std::int32_t>(bytes, 12);
  put_little<std::int32_t>(bytes, static_cast<std::int32_t>(packing));
  put_little<std::int64_t>(bytes, table_at);
  put_little<std::uint32_t>(bytes, 4);
  put_little<std::uint32_t>(bytes, static_cast<std::uint32_t>(info.size()));
  put_text(bytes, info + '\0');
  return bytes;
}

inline std::string aedat4_info(int width, int height) {
  const auto stream = [](int number, const char* type, const std::string& more) {
    return fmt::format(
        "<node name=\"{}\" path=\"/mainloop/Recorder/outInfo/{}/\"><attr key=\"typeIdentifier\" "
        "type=\"string\">{}</attr>{}</node>",
        number, number, type, more);
  };
  const std::string size = fmt::format(
      "<node name=\"info\" path=\"/\"><attr key=\"sizeX\" type=\"int\">{}</attr><attr key=\"sizeY\" "
      "type=\"int\">{}</attr></node>",
      width, height);
  return "<dv version=\"2.0\"><node name=\"outInfo\" path=\"/mainloop/Recorder/outInfo/\">" + stream(0, "EVTS", size) +
         stream(1, "FRME", size) + "</node></dv>";
}

inline void put_aedat4_packet(ByteList& bytes, std::int32_t stream, const ByteList& content, Aedat4Packing packing) {
  ByteList prefixed;
  put_little<std::uint32_t>(prefixed, static_cast<std::uint32_t>(content.size()));
  prefixed.insert(prefixed.end(), content.begin(), content.end());
  const ByteList out = packed(prefixed, packing);
  put_little<std::int32_t>(bytes, stream);
  put_little<std::int32_t>(bytes, static_cast<std::int32_t>(out.size()));
  bytes.insert(bytes.end(), out.begin(), out.end());
}

/// Stream 0 are the events; packets of stream 1, of another type, stand between. With `table`, one more FlatBuffer
/// after the last packet, as DV writes it.
inline ByteList aedat4_bytes(const EventList& events, std::size_t packet_events, Aedat4Packing packing,
                             const std::string& info, bool table = false) {
  ByteList packets;
  for (std::size_t at = 0; at < events.size(); at += packet_events) {
    const std::size_t end = std::min(events.size(), at + packet_events);
    ByteList elements;
    for (std::size_t i = at; i < end; ++i) {
      put_little<std::int64_t>(elements, events[i].microseconds);
      put_little<std::int16_t>(elements, static_cast<std::int16_t>(events[i].x));
      put_little<std::int16_t>(elements, static_cast<std::int16_t>(events[i].y));
      put_little<std::uint32_t>(elements, static_cast<std::uint32_t>(events[i].polarity));
    }
    put_aedat4_packet(packets, 0, flat_vector("EVTS", elements, static_cast<std::uint32_t>(end - at)), packing);
    put_aedat4_packet(packets, 1, flat_vector("FRME", {1, 2, 3, 4}, 4), packing);
  }
  ByteList bytes;
  put_text(bytes, "#!AER-DAT4.0\r\n");
  const std::size_t before = bytes.size() + 4 + aedat4_header(packing, 0, info).size();
  const ByteList header = aedat4_header(packing, table ? static_cast<std::int64_t>(before + packets.size()) : -1, info);
  put_little<std::uint32_t>(bytes, static_cast<std::uint32_t>(header.size()));
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), packets.begin(), packets.end());
  if (table) {
    const ByteList content = packed(flat_vector("FTAB", {9, 9, 9, 9}, 4), packing);
    bytes.insert(bytes.end(), content.begin(), content.end());
  }
  return bytes;
}

inline ByteList csv_bytes(const EventList& events) {
  std::string text = "timestamp,x,y,polarity\n";
  for (const CameraEvent& e : events) text += fmt::format("{},{},{},{}\n", e.microseconds, e.x, e.y, e.polarity);
  return {text.begin(), text.end()};
}

}  // namespace ranvier::workloads
