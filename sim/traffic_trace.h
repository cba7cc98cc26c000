// SPDX-License-Identifier: Apache-2.0
// Packets to send, out of a text file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/ids.h"

namespace ranvier::sim {

struct TracePacket {
  std::int64_t cycle = 0;  // in which it is made
  CoreId source;
  CoreId destination;
  std::int32_t flits = 1;
};

/// A line of a trace that is no packet of this mesh.
struct TraceError : Error {
  TraceError(const std::string& file, int line, const std::string& reason);
  std::string file;
  int line;
  std::string reason;
};

inline constexpr std::int64_t kMostTraceCycle = 1'000'000'000'000;
inline constexpr std::int32_t kMostTraceFlits = 1'000'000;

/// Lines cycle,source,destination[,flits], in any order; a packet without its own length has `flits`. Blank lines and
/// those that begin with # are passed over, the first line may be a header of names. Packets come back in order of
/// cycle, those of a cycle in order of the file. Throws TraceError, also for a trace without packets.
std::vector<TracePacket> parse_trace(std::string_view text, const std::string& file, std::int32_t cores,
                                     std::int32_t flits);
/// Throws FileMissing, FileUnreadable, TraceError.
std::vector<TracePacket> read_trace(const std::filesystem::path& path, std::int32_t cores, std::int32_t flits);

}  // namespace ranvier::sim
