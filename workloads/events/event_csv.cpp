// SPDX-License-Identifier: Apache-2.0
// Events or spikes as a table of text: a header row with the columns' names in any order, then a row an event.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>

#include "workloads/events/event_errors.h"
#include "workloads/events/formats.h"

namespace ranvier::workloads {
namespace {

constexpr std::int64_t kMostAddress = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t kAbsent = std::numeric_limits<std::size_t>::max();

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\r' || c == '"'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The next line of `text`, which loses it.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return trimmed(line);
}

struct Columns {
  std::size_t x = kAbsent, y = kAbsent, polarity = kAbsent, time = kAbsent, unit = kAbsent;
  std::size_t count = 0;
  char separator = ',';
  bool camera() const { return unit == kAbsent; }
};

class Table {
 public:
  Table(const std::string& file, const RecordingOptions& options)
      : file_(file), unit_microseconds_(microseconds_in(options.time_unit, 1)) {}

  Recording parse(std::string_view text) {
    Recording recording;
    recording.file = file_;
    bool header = true;
    for (; !text.empty();) {
      const std::string_view line = next_line(text);
      ++row_;
      if (line.empty() || line.starts_with('#')) continue;
      if (header) {
        read_header(line);
        header = false;
      } else {
        read_row(line, recording);
      }
    }
    if (header) fail("no header; name the columns in the first row: x,y,t,p or unit,time");
    return recording;
  }

 private:
  void read_header(std::string_view line) {
    for (const char separator : {';', '\t'}) {
      if (line.find(separator) != std::string_view::npos) columns_.separator = separator;
    }
    split(line);
    columns_.count = fields_.size();
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      std::string name(fields_[i]);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      std::size_t* column = column_of(name);
      if (column == nullptr) continue;
      if (*column != kAbsent) fail(fmt::format("the column '{}' stands twice", name));
      *column = i;
    }
    if (columns_.time == kAbsent) fail("no column t, time or timestamp; name the columns: x,y,t,p or unit,time");
    if (columns_.camera() && (columns_.x == kAbsent || columns_.y == kAbsent)) {
      fail("columns neither x and y nor unit; name the columns: x,y,t,p or unit,time");
    }
    if (!columns_.camera() && columns_.x != kAbsent) fail("columns both x and unit; drop one of them");
  }

  std::size_t* column_of(const std::string& name) {
    if (name == "x") return &columns_.x;
    if (name == "y") return &columns_.y;
    if (name == "p" || name == "polarity" || name == "pol") return &columns_.polarity;
    if (name == "t" || name == "time" || name == "timestamp" || name == "ts") return &columns_.time;
    if (name == "unit" || name == "neuron") return &columns_.unit;
    return nullptr;
  }

  void read_row(std::string_view line, Recording& recording) {
    split(line);
    if (fields_.size() != columns_.count) {
      fail(fmt::format("{} columns, the header has {}; correct this row", fields_.size(), columns_.count));
    }
    const std::int64_t time = microseconds(fields_[columns_.time]);
    if (!columns_.camera()) {
      recording.spikes.push_back({time, address("unit", columns_.unit)});
      return;
    }
    CameraEvent event{address("x", columns_.x), address("y", columns_.y), 0, time};
    if (columns_.polarity != kAbsent) event.polarity = polarity(fields_[columns_.polarity]);
    recording.events.push_back(event);
  }

  void split(std::string_view line) {
    fields_.clear();
    for (std::size_t end = 0; end != std::string_view::npos;) {
      end = line.find(columns_.separator);
      fields_.push_back(trimmed(line.substr(0, end)));
      line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    }
  }

  template <class Number>
  static bool parse_number(std::string_view text, Number& number) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
  }

  std::int32_t address(const char* name, std::size_t column) const {
    std::int64_t number = 0;
    if (!parse_number(fields_[column], number) || number < 0 || number > kMostAddress) {
      fail(fmt::format("{} '{}' is no whole number from 0; correct this row", name, fields_[column].substr(0, 40)));
    }
    return static_cast<std::int32_t>(number);
  }

  /// 0 and -1, or words for them, mean darker.
  std::int32_t polarity(std::string_view text) const {
    constexpr std::array<std::string_view, 5> kOff{"0", "-1", "false", "False", "off"};
    constexpr std::array<std::string_view, 6> kOn{"1", "+1", "true", "True", "on", "1.0"};
    if (std::find(kOff.begin(), kOff.end(), text) != kOff.end()) return 0;
    if (std::find(kOn.begin(), kOn.end(), text) != kOn.end()) return 1;
    fail(fmt::format("polarity '{}' is none of 0, 1 and -1; correct this row", text.substr(0, 40)));
  }

  /// Whole microseconds stay exact, whatever their size.
  std::int64_t microseconds(std::string_view text) const {
    std::int64_t whole = 0;
    if (unit_microseconds_ == 1 && parse_number(text, whole)) return whole;
    double number = 0;
    if (parse_number(text, number)) {
      if (const auto rounded = rounded_microseconds(number, unit_microseconds_)) return *rounded;
    }
    fail(fmt::format("time '{}' is no number of at most 2^53 microseconds; correct this row", text.substr(0, 40)));
  }

  [[noreturn]] void fail(const std::string& detail) const { throw BadEventTable(file_, row_, detail); }

  const std::string& file_;
  double unit_microseconds_;
  Columns columns_;
  std::vector<std::string_view> fields_;
  std::int64_t row_ = 0;
};

}  // namespace

Recording parse_event_csv(std::string_view text, const std::string& file, const RecordingOptions& options) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return Table(file, options).parse(text);
}

}  // namespace ranvier::workloads
