// SPDX-License-Identifier: Apache-2.0
// Only tags and one attribute of each are looked at: the tree has no more to it than nodes and values.
#include "workloads/events/stream_info.h"

#include <charconv>

namespace ranvier::workloads {
namespace {

std::string_view attribute(std::string_view tag, std::string_view name) {
  const std::string opening = std::string(name) + "=\"";
  const std::size_t at = tag.find(opening);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + opening.size();
  return tag.substr(begin, tag.find('"', begin) - begin);
}

bool parse_count(std::string_view text, std::int32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0;
}

}  // namespace

std::map<std::int32_t, StreamInfo> parse_stream_info(std::string_view xml) {
  std::map<std::int32_t, StreamInfo> streams;
  StreamInfo* stream = nullptr;
  for (std::size_t open = xml.find('<'); open != std::string_view::npos; open = xml.find('<', open + 1)) {
    const std::size_t close = xml.find('>', open);
    if (close == std::string_view::npos) break;
    const std::string_view tag = xml.substr(open, close - open);
    const std::string_view value = xml.substr(close + 1, xml.find('<', close) - close - 1);
    std::int32_t number = 0;
    if (tag.starts_with("<node") && parse_count(attribute(tag, "name"), number)) {
      stream = &streams[number];
    } else if (tag.starts_with("<attr") && stream != nullptr) {
      const std::string_view key = attribute(tag, "key");
      if (key == "typeIdentifier") stream->type = value;
      if (key == "sizeX" && parse_count(value, number)) stream->width = number;
      if (key == "sizeY" && parse_count(value, number)) stream->height = number;
    }
  }
  return streams;
}

}  // namespace ranvier::workloads
