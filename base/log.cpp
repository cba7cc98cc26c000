// SPDX-License-Identifier: Apache-2.0
// spdlog behind log.h.
#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <mutex>

#include "base/errors.h"
#include "base/terminal.h"

namespace ranvier::log {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kQuiet:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

Level from_spdlog(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return Level::kDebug;
    case spdlog::level::info:
      return Level::kInfo;
    case spdlog::level::warn:
      return Level::kWarning;
    case spdlog::level::err:
    case spdlog::level::critical:
      return Level::kError;
    default:
      return Level::kQuiet;
  }
}

// Screen lines are short ("warning: text"); the file has the time of day too. Spdlog guards each sink by its own mutex;
// `guard` is for the list of sinks.
struct Sinks {
  std::mutex guard;
  std::shared_ptr<spdlog::logger> logger;
  Sinks() {
    auto screen = std::make_shared<spdlog::sinks::stderr_color_sink_mt>(may_colour(2) ? spdlog::color_mode::always
                                                                                      : spdlog::color_mode::never);
    screen->set_pattern("%^%l%$: %v");
    logger = std::make_shared<spdlog::logger>("ranvier", spdlog::sinks_init_list{screen});
    logger->set_level(spdlog::level::info);
  }
};

Sinks& sinks() {
  static Sinks instance;
  return instance;
}

}  // namespace

void set_level(Level level) { sinks().logger->set_level(to_spdlog(level)); }

Level level() { return from_spdlog(sinks().logger->level()); }

void copy_to(const std::filesystem::path& path) {
  const std::lock_guard lock(sinks().guard);
  auto& list = sinks().logger->sinks();
  list.resize(1);
  if (path.empty()) return;
  try {
    auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string(), true);
    file->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l: %v");
    list.push_back(std::move(file));
    sinks().logger->flush_on(spdlog::level::debug);
  } catch (const spdlog::spdlog_ex&) {
    throw FileWriteFailed(path.string(), errno);
  }
}

void write(Level level, std::string_view line) {
  const std::lock_guard lock(sinks().guard);
  if (sinks().logger->should_log(to_spdlog(level)) && line_is_open().exchange(false)) std::fputs("\r\x1b[K", stderr);
  sinks().logger->log(to_spdlog(level), "{}", line);
}

}  // namespace ranvier::log
