// SPDX-License-Identifier: Apache-2.0
// One line that says how far a long job is and when it will end. On a terminal it is redrawn in place; in a file or a
// pipe it is a plain line at most every ten seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>

namespace ranvier {

struct ProgressOptions {
  bool quiet = false;                               // prints nothing
  std::optional<bool> terminal;                     // empty: ask the system about standard error
  std::optional<bool> colour;                       // empty: a terminal without NO_COLOR
  std::ostream* out = nullptr;                      // null: standard error
  std::function<std::chrono::nanoseconds()> clock;  // empty: the steady clock. Only what is printed depends on it
};

/// Not thread-safe: one owner calls advance(). The end of its life closes the line.
class Progress {
 public:
  /// `total` 0: unknown, then no share and no ETA.
  Progress(std::string title, std::int64_t total, ProgressOptions options = {});
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::int64_t steps = 1) { set(done_ + steps); }
  void set(std::int64_t done);
  /// Prints the last state with the time taken. Later calls do nothing.
  void finish();

 private:
  std::chrono::nanoseconds now() const;
  std::string line(std::chrono::nanoseconds elapsed) const;
  void draw(std::chrono::nanoseconds at);
  void close_line();

  std::string title_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  ProgressOptions options_;
  bool terminal_ = false;
  bool colour_ = false;
  bool finished_ = false;
  bool drawn_ = false;
  std::chrono::nanoseconds start_{};
  std::chrono::nanoseconds last_drawn_{};
};

}  // namespace ranvier
