// SPDX-License-Identifier: Apache-2.0
// Reads traces of packets.
#include "sim/traffic_trace.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/file.h"

namespace ranvier::sim {

namespace {

constexpr std::string_view kBlank = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

class TraceReader {
 public:
  TraceReader(const std::string& file, std::int32_t cores, std::int32_t flits)
      : file_(file), cores_(cores), flits_(flits) {}

  void line(std::string_view text) {
    ++line_;
    const std::string_view content = trimmed(text);
    if (content.empty() || content.front() == '#') return;
    if (!begun_ && is_header(content)) {
      begun_ = true;
      return;
    }
    begun_ = true;
    std::string_view rest = content;
    TracePacket packet;
    packet.cycle = number(rest, "cycle", kMostTraceCycle);
    packet.source = core(rest, "source");
    packet.destination = core(rest, "destination");
    packet.flits = flits_;
    if (rest.data() != nullptr) packet.flits = static_cast<std::int32_t>(number(rest, "flits", kMostTraceFlits));
    if (packet.flits < 1) refuse("a packet has at least one flit");
    if (rest.data() != nullptr) refuse("more than four columns; write cycle,source,destination,flits");
    packets_.push_back(packet);
  }

  std::vector<TracePacket> done() {
    if (packets_.empty()) refuse("no packets; write a line cycle,source,destination for each");
    std::stable_sort(packets_.begin(), packets_.end(),
                     [](const TracePacket& a, const TracePacket& b) { return a.cycle < b.cycle; });
    return std::move(packets_);
  }

 private:
  [[noreturn]] void refuse(const std::string& reason) const { throw TraceError(file_, line_, reason); }

  /// Names of columns: the first field is one.
  static bool is_header(std::string_view content) {
    const std::string_view first = trimmed(content.substr(0, content.find(',')));
    return first == "cycle";
  }

  /// Takes the next field off `rest`, which is left without data after the last one.
  std::int64_t number(std::string_view& rest, const char* name, std::int64_t most) const {
    if (rest.data() == nullptr) refuse(fmt::format("no {}; write cycle,source,destination[,flits]", name));
    const std::size_t comma = rest.find(',');
    const std::string_view field = trimmed(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc{} || end != field.data() + field.size() || value < 0 || value > most) {
      refuse(fmt::format("{} '{}' is no whole number from 0 to {}", name, field, most));
    }
    return value;
  }

  CoreId core(std::string_view& rest, const char* name) const {
    return CoreId(static_cast<std::uint32_t>(number(rest, name, cores_ - 1)));
  }

  std::string file_;
  std::int32_t cores_;
  std::int32_t flits_;
  int line_ = 0;
  bool begun_ = false;
  std::vector<TracePacket> packets_;
};

}  // namespace

TraceError::TraceError(const std::string& file_, int line_, const std::string& reason_)
    : Error(ExitCode::kBadInput, fmt::format("{}:{}: {}", file_, line_, reason_)),
      file(file_),
      line(line_),
      reason(reason_) {}

std::vector<TracePacket> parse_trace(std::string_view text, const std::string& file, std::int32_t cores,
                                     std::int32_t flits) {
  TraceReader reader(file, cores, flits);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    reader.line(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return reader.done();
}

std::vector<TracePacket> read_trace(const std::filesystem::path& path, std::int32_t cores, std::int32_t flits) {
  return parse_trace(read_file(path), path.string(), cores, flits);
}

}  // namespace ranvier::sim
