// SPDX-License-Identifier: Apache-2.0
// Column widths and padding.
#include "report/text_table.h"

#include <algorithm>

namespace ranvier::report {

std::size_t display_width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

TextTable::TextTable(std::vector<std::string> header, std::vector<std::size_t> left_aligned)
    : left_(std::move(left_aligned)) {
  row(std::move(header));
  rule();
}

void TextTable::row(std::vector<std::string> cells) { lines_.push_back({std::move(cells), false}); }
void TextTable::emphasise() { lines_.back().bold = true; }
void TextTable::rule() { lines_.push_back({}); }

std::string TextTable::text(bool colour) const {
  std::vector<std::size_t> width;
  for (const Line& line : lines_) {
    width.resize(std::max(width.size(), line.cells.size()));
    for (std::size_t i = 0; i < line.cells.size(); ++i) width[i] = std::max(width[i], display_width(line.cells[i]));
  }
  std::size_t whole = 0;
  for (const std::size_t w : width) whole += w + 2;
  std::string out;
  for (const Line& line : lines_) {
    if (line.cells.empty()) {
      out += std::string(whole - 2, '-') + "\n";
      continue;
    }
    std::string text;
    for (std::size_t i = 0; i < line.cells.size(); ++i) {
      const std::string pad(width[i] - display_width(line.cells[i]), ' ');
      const bool left = std::find(left_.begin(), left_.end(), i) != left_.end();
      text += (i == 0 ? "" : "  ") + (left ? line.cells[i] + pad : pad + line.cells[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += colour && line.bold ? "\033[1m" + text + "\033[0m\n" : text + "\n";
  }
  return out;
}

std::string wrapped(const std::string& text, std::size_t indent) {
  constexpr std::size_t kWidth = 110;
  std::string out;
  std::size_t column = indent;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    const std::size_t width = display_width(word);
    if (column > indent && column + 1 + width > kWidth) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width;
    begin = end + 1;
  }
  return out;
}

}  // namespace ranvier::report
