// SPDX-License-Identifier: Apache-2.0
// Text of a good chip file and ways to spoil it, for the tests of the loader.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "base/file.h"
#include "chips/loader.h"
#include "chips/schema.h"
#include "chips/target.h"

namespace ranvier::chips {

inline std::string toy_path() { return std::string(RANVIER_SOURCE_DIR) + "/tests/data/toy.yaml"; }
inline std::string toy_text() { return read_file(toy_path()); }

/// `text` with the one line that begins with `start` (after blanks) replaced; an empty replacement removes it.
inline std::string with_line(std::string text, const std::string& start, const std::string& replacement) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    const std::size_t first = text.find_first_not_of(' ', at);
    if (text.compare(first, start.size(), start) == 0) {
      return text.replace(at, end - at + 1, replacement.empty() ? "" : replacement + "\n");
    }
    at = end + 1;
  }
  throw std::logic_error("no line begins with " + start);
}

inline std::string toy_with(const std::string& start, const std::string& replacement) {
  return with_line(toy_text(), start, replacement);
}

/// 1-based line of the first line that begins with `start`.
inline int line_of(const std::string& text, const std::string& start) {
  int line = 1;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t first = text.find_first_not_of(' ', at);
    if (text.compare(first, start.size(), start) == 0) return line;
    at = text.find('\n', at) + 1;
  }
  return 0;
}

inline Board load_text(const std::string& text) {
  Findings findings;
  Board board = parse_target(text, "chip.yaml", chip_finder("."), findings);
  findings.throw_first();
  return board;
}

/// Loads `text`, which must fail with an E, and returns it.
template <class E>
E failure(const std::string& text) {
  try {
    load_text(text);
  } catch (const E& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    return e;
  } catch (const std::exception& e) {
    throw std::logic_error(std::string("failed in another way: ") + e.what());
  }
  throw std::logic_error("loaded");
}

}  // namespace ranvier::chips
