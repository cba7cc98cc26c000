// SPDX-License-Identifier: Apache-2.0
// Diagnostics for people, on standard error: standard output belongs to results. Thin front of spdlog, so that no other
// file sees it. Colours only on a terminal and never under NO_COLOR.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

namespace ranvier::log {

enum class Level : std::uint8_t { kDebug, kInfo, kWarning, kError, kQuiet };

/// Messages below `level` are dropped; kQuiet drops all. The start value is kInfo.
void set_level(Level level);
Level level();

/// Copies all messages, without colour, to a file (a run folder's log.txt) until the next call; an empty path ends it.
/// Throws FileError where the file cannot be opened.
void copy_to(const std::filesystem::path& path);

void write(Level level, std::string_view line);

template <class... Args>
void debug(fmt::format_string<Args...> text, Args&&... args) {
  if (level() <= Level::kDebug) write(Level::kDebug, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
  write(Level::kInfo, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> text, Args&&... args) {
  write(Level::kWarning, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> text, Args&&... args) {
  write(Level::kError, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace ranvier::log
