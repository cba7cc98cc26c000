// SPDX-License-Identifier: Apache-2.0
// Numbers in text files: columns separated by blanks, "#" starts a comment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace ranvier::workloads {

/// A word of the text with its place.
struct TextField {
  std::string_view text;
  int line = 0;
  int column = 0;
};

/// Lines that hold anything; the views point into `text`.
std::vector<std::vector<TextField>> text_rows(std::string_view text);

/// Throws BadTextNumber unless the field is a whole number in least..most.
std::int64_t whole_number(const TextField& field, const std::string& file, std::int64_t least, std::int64_t most);
/// Throws BadTextNumber unless the field is a finite number.
double real_number(const TextField& field, const std::string& file);
/// Throws BadTextNumber unless the row has `columns` fields; `expected` names them.
void demand_columns(const std::vector<TextField>& row, std::size_t columns, const std::string& file,
                    const std::string& expected);

}  // namespace ranvier::workloads
