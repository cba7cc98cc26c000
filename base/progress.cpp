// SPDX-License-Identifier: Apache-2.0
// Drawing of the progress line. The ETA comes from the steps of this run only.
#include "base/progress.h"

#include <fmt/format.h>

#include <iostream>
#include <utility>

#include "base/terminal.h"

namespace ranvier {
namespace {

using std::chrono::nanoseconds;
constexpr nanoseconds kRedraw = std::chrono::milliseconds(100);
constexpr nanoseconds kPlainLine = std::chrono::seconds(10);

std::string duration_text(nanoseconds t) {
  const auto s = std::chrono::duration_cast<std::chrono::seconds>(t).count();
  if (s < 10) return fmt::format("{:.1f} s", std::chrono::duration<double>(t).count());
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  return fmt::format("{} h {:02} min", s / 3600, s / 60 % 60);
}

}  // namespace

Progress::Progress(std::string title, std::int64_t total, ProgressOptions options)
    : title_(std::move(title)), total_(total), options_(std::move(options)) {
  if (options_.out == nullptr) options_.out = &std::cerr;
  terminal_ = options_.terminal.value_or(is_terminal(2));
  colour_ = terminal_ && options_.colour.value_or(may_colour(2));
  start_ = last_drawn_ = now();
}

Progress::~Progress() {
  if (drawn_ && !finished_) close_line();
}

nanoseconds Progress::now() const {
  return options_.clock ? options_.clock() : nanoseconds(std::chrono::steady_clock::now().time_since_epoch());
}

void Progress::set(std::int64_t done) {
  done_ = done;
  if (options_.quiet || finished_) return;
  const nanoseconds at = now();
  const bool first_on_screen = terminal_ && !drawn_;
  if (first_on_screen || at - last_drawn_ >= (terminal_ ? kRedraw : kPlainLine)) draw(at);
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  if (options_.quiet) return;
  draw(now());
  close_line();
}

void Progress::close_line() {
  if (!terminal_) return;
  // A log line may have cleared the progress line already.
  const bool cleared = options_.out == &std::cerr && !line_is_open().exchange(false);
  if (!cleared) *options_.out << '\n' << std::flush;
}

std::string Progress::line(nanoseconds elapsed) const {
  std::string text = colour_ ? fmt::format("\x1b[36m{}\x1b[0m {}", title_, done_) : fmt::format("{} {}", title_, done_);
  if (total_ > 0) text += fmt::format("/{} ({} %)", total_, done_ * 100 / total_);
  if (finished_) return text + fmt::format(", took {}", duration_text(elapsed));
  if (total_ > 0 && done_ > 0 && done_ < total_) {
    const double left = static_cast<double>(total_ - done_) / static_cast<double>(done_);
    const auto eta = nanoseconds(static_cast<std::int64_t>(static_cast<double>(elapsed.count()) * left));
    text += fmt::format(", {} left", duration_text(eta));
  }
  return text;
}

void Progress::draw(nanoseconds at) {
  // "\r" and "erase to the end of the line" redraw in place; neither is a colour.
  if (terminal_) {
    *options_.out << "\r\x1b[K" << line(at - start_) << std::flush;
    if (options_.out == &std::cerr) line_is_open() = true;
  } else {
    *options_.out << line(at - start_) << '\n' << std::flush;
  }
  last_drawn_ = at;
  drawn_ = true;
}

}  // namespace ranvier
