// SPDX-License-Identifier: Apache-2.0
// Lines and fields of the CSV files of this folder, without a copy of their text.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ranvier::mapper::clusters {

inline std::string_view without_blanks(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Exactly three fields, without the blanks around them; false for more or fewer.
inline bool three_fields(std::string_view line, std::array<std::string_view, 3>& fields) {
  const auto comma = [](std::string_view text) {
    const void* at = std::memchr(text.data(), ',', text.size());
    return at == nullptr ? text.npos : static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
  };
  for (std::size_t i = 0; i < 2; ++i) {
    const std::size_t end = comma(line);
    if (end == line.npos) return false;
    fields[i] = without_blanks(line.substr(0, end));
    line.remove_prefix(end + 1);
  }
  fields[2] = without_blanks(line);
  return comma(line) == line.npos;
}

/// The whole field as a number.
template <class Number>
bool parse_whole(std::string_view field, Number& value) {
  const char* end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, value);
  return error == std::errc{} && stop == end;
}

/// Lines with content: blank ones and comments are passed over, and so is a first one that is names of columns.
/// take(std::string_view) gets the others, line() counts all.
template <class Take>
class LineReader {
 public:
  explicit LineReader(Take take) : take_(take) {}

  /// Whole lines; only the last of a file may lack its end.
  void read(std::string_view text) {
    while (!text.empty()) {
      const void* found = std::memchr(text.data(), '\n', text.size());
      const std::size_t end =
          found == nullptr ? text.size() : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
      ++line_;
      content(text.substr(0, end));
      text.remove_prefix(std::min(text.size(), end + 1));
    }
  }
  std::int64_t line() const { return line_; }

 private:
  void content(std::string_view line) {
    if (line_ == 1 && line.substr(0, 3) == "\xef\xbb\xbf") line.remove_prefix(3);  // byte order mark
    line = without_blanks(line);
    if (line.empty() || line.front() == '#') return;
    const bool names =
        !begun_ && ((line.front() >= 'a' && line.front() <= 'z') || (line.front() >= 'A' && line.front() <= 'Z'));
    begun_ = true;
    if (!names) take_(line);
  }

  Take take_;
  std::int64_t line_ = 0;
  bool begun_ = false;
};

}  // namespace ranvier::mapper::clusters
