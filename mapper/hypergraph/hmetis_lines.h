// SPDX-License-Identifier: Apache-2.0
// Lines of numbers with % comments: what the readers of hypergraphs and of parts share.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "mapper/hypergraph/errors.h"

namespace ranvier::mapper::hypergraph {

/// Goes through a text line by line, and through a line number by number. CR at the end of a line is blank.
class NumberLines {
 public:
  NumberLines(std::string_view text, const std::string& file)
      : at_(text.data()), end_(text.data() + text.size()), file_(file) {}

  /// To the next line that is not a comment; false: there is none. What was left of the last one is skipped.
  bool next_line();
  std::size_t line() const { return line_; }

  /// False: the line has no more numbers.
  bool next(std::uint64_t& value) {
    if (at_end_of_line()) return false;
    const auto [rest, error] = std::from_chars(at_, line_end_, value);
    if (error != std::errc{} || !ends_number(rest)) fail_at_token("a whole number");
    at_ = rest;
    return true;
  }
  /// Also decimals and exponents.
  bool next(double& value);

  [[noreturn]] void fail(const std::string& reason) const { throw HypergraphFileError(file_, line_, reason); }

 private:
  static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
  bool ends_number(const char* p) const { return p == line_end_ || blank(*p); }
  bool at_end_of_line() {
    while (at_ != line_end_ && blank(*at_)) ++at_;
    return at_ == line_end_;
  }
  [[noreturn]] void fail_at_token(const char* wanted) const;

  const char* at_;
  const char* end_;
  const char* line_end_ = nullptr;  // of the line at hand; null before the first
  std::size_t line_ = 0;
  const std::string& file_;
};

}  // namespace ranvier::mapper::hypergraph
