// SPDX-License-Identifier: Apache-2.0
// Splitting and strict parsing: a number is a number to its last character, in any locale.
#include "workloads/number_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "workloads/temporal_errors.h"

namespace ranvier::workloads {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// What a message repeats of a field: binary files give long ones.
std::string shown(const TextField& field) {
  constexpr std::size_t kLongest = 40;
  std::string text;
  for (const char c : field.text.substr(0, kLongest)) text += c >= ' ' && c <= '~' ? c : '?';
  return field.text.size() > kLongest ? text + "..." : text;
}

BadTextNumber bad_number(const TextField& field, const std::string& file, const std::string& expected) {
  return {{file, field.line, field.column}, shown(field), expected};
}

template <class Number>
bool parse(std::string_view text, Number& number) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::vector<std::vector<TextField>> text_rows(std::string_view text) {
  std::vector<std::vector<TextField>> rows;
  int line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = text.find('\n');
    std::string_view rest = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    rest = rest.substr(0, rest.find('#'));
    std::vector<TextField> row;
    for (std::size_t at = 0; at < rest.size();) {
      if (is_blank(rest[at])) {
        ++at;
        continue;
      }
      const std::size_t begin = at;
      while (at < rest.size() && !is_blank(rest[at])) ++at;
      row.push_back({rest.substr(begin, at - begin), line, static_cast<int>(begin) + 1});
    }
    if (!row.empty()) rows.push_back(std::move(row));
  }
  return rows;
}

std::int64_t whole_number(const TextField& field, const std::string& file, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  if (!parse(field.text, number) || number < least || number > most) {
    throw bad_number(field, file, fmt::format("a whole number in {}..{}", least, most));
  }
  return number;
}

double real_number(const TextField& field, const std::string& file) {
  double number = 0;
  if (!parse(field.text, number) || !std::isfinite(number)) throw bad_number(field, file, "a finite number");
  return number;
}

void demand_columns(const std::vector<TextField>& row, std::size_t columns, const std::string& file,
                    const std::string& expected) {
  if (row.size() == columns) return;
  throw bad_number(row.size() > columns ? row[columns] : row.back(), file,
                   fmt::format("the end of a line of {} numbers: {}", columns, expected));
}

}  // namespace ranvier::workloads
