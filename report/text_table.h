// SPDX-License-Identifier: Apache-2.0
// Aligned columns of text for a terminal.
#pragma once

#include <string>
#include <vector>

namespace ranvier::report {

/// Columns as wide as their widest cell, two spaces apart; the first is left-aligned, and so are those named.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header, std::vector<std::size_t> left_aligned = {0});
  void row(std::vector<std::string> cells);
  /// The last row stands out: bold where colour is on.
  void emphasise();
  void rule();
  std::string text(bool colour) const;

 private:
  struct Line {
    std::vector<std::string> cells;  // empty: a rule
    bool bold = false;
  };
  std::vector<std::size_t> left_;
  std::vector<Line> lines_;
};

/// Columns that UTF-8 text takes on a terminal, for the letters used here: one a code point.
std::size_t display_width(const std::string& text);

/// Breaks at spaces to lines of at most 110 columns; those after the first are indented.
std::string wrapped(const std::string& text, std::size_t indent);

}  // namespace ranvier::report
