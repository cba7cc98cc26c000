// SPDX-License-Identifier: Apache-2.0
// The version line and the text header of AEDAT files.
#include "workloads/events/aedat.h"

#include <algorithm>
#include <cctype>

namespace ranvier::workloads {
namespace {

constexpr std::string_view kMagic = "#!AER-DAT";

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// The header line that `text` starts with, to its line end; empty where what is there are data: the first byte of an
/// address may be a "#" too, but no line of text holds control characters.
std::string_view header_line(std::string_view text) {
  if (!text.starts_with('#')) return {};
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = text.substr(0, end + 1);
  const bool plain = std::all_of(line.begin(), line.end(), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' || c == '\t' || c == '\r' || c == '\n';
  });
  return plain ? line : std::string_view{};
}

std::string trimmed(std::string_view line) {
  while (!line.empty() && (line.front() == '#' || line.front() == ' ')) line.remove_prefix(1);
  while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ') line.remove_suffix(1);
  return std::string(line);
}

}  // namespace

std::string AedatHeader::value(std::string_view key) const {
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (line->size() <= key.size() || !std::equal(key.begin(), key.end(), line->begin(), same_letter)) continue;
    const std::size_t begin = line->find_first_not_of(": ", key.size());
    return begin == std::string::npos ? "" : line->substr(begin);
  }
  return {};
}

Recording parse_aedat(Bytes bytes, const std::string& file, const RecordingOptions& options) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::string_view first = header_line(text);
  if (!first.starts_with(kMagic)) throw BadEventFile(file, 0, "no line '#!AER-DAT' and version at the start");
  const std::string version = trimmed(first.substr(kMagic.size()));
  std::size_t at = first.size();
  AedatHeader header{file, {}};
  if (version != "4.0") {
    for (std::string_view line = header_line(text.substr(at)); !line.empty(); line = header_line(text.substr(at))) {
      if (line == "#\n" && first.ends_with("\r\n")) break;  // an address: the header's own lines end otherwise
      at += line.size();
      header.lines.push_back(trimmed(line));
      if (header.lines.back() == "!END-HEADER" || header.lines.back() == "End Of ASCII Header") break;
    }
  }
  ByteCursor data(bytes.subspan(at), file, at);
  if (version == "2.0") return parse_aedat2(header, data, options);
  if (version == "3.1") return parse_aedat3(header, data);
  if (version == "4.0") return parse_aedat4(file, data);
  throw BadEventFile(file, kMagic.size(), "a version of AEDAT other than 2.0, 3.1 and 4.0: convert it with DV or jAER");
}

}  // namespace ranvier::workloads
