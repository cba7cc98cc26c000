// SPDX-License-Identifier: Apache-2.0
// Bytes as a trace of packets: the first two say how many cores there are and how long a packet is, the others are the
// file. What is read comes back the same from the text that it makes.
#include <iterator>

#include <fmt/format.h>

#include "sim/traffic_trace.h"
#include "tests/fuzz/feed.h"

namespace ranvier::fuzz {

bool feed_trace(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 2) return false;
  const std::int32_t cores = 1 + bytes[0];
  const std::int32_t flits = 1 + bytes[1] % 8;
  const std::string text(bytes.begin() + 2, bytes.end());
  return read_or_refused([&] {
    const std::vector<sim::TracePacket> packets = sim::parse_trace(text, "trace.csv", cores, flits);
    std::string again = "cycle,source,destination,flits\n";
    std::int64_t before = 0;
    for (const sim::TracePacket& p : packets) {
      if (p.cycle < before) throw std::logic_error("not in order of cycle");
      before = p.cycle;
      if (p.source.value() >= static_cast<std::uint32_t>(cores) || p.flits < 1) throw std::logic_error("no packet");
      fmt::format_to(std::back_inserter(again), "{},{},{},{}\n", p.cycle, p.source.value(), p.destination.value(),
                     p.flits);
    }
    const std::vector<sim::TracePacket> same = sim::parse_trace(again, "trace.csv", cores, flits + 1);
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const sim::TracePacket& a = packets[i];
      const sim::TracePacket& b = same.at(i);
      if (a.cycle != b.cycle || a.source != b.source || a.destination != b.destination || a.flits != b.flits) {
        throw std::logic_error("comes back as another trace");
      }
    }
  });
}

}  // namespace ranvier::fuzz
