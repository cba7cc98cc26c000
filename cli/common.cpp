// SPDX-License-Identifier: Apache-2.0
#include "cli/common.h"

#include <unistd.h>
#include <charconv>

#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>

#include <fmt/format.h>

#include "base/log.h"

namespace ranvier::cli {
namespace {

std::atomic<bool> stop_asked{false};

void on_interrupt(int signal) {
  stop_asked.store(true);
  std::signal(signal, SIG_DFL);
}

}  // namespace

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  return CLI::Validator(
      [least, most](const std::string& text) -> std::string {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc{} && end == text.data() + text.size() && value >= least && value <= most) return "";
        return fmt::format("'{}' is not a whole number from {} to {}", text, least, most);
      },
      "");
}

void add_common(CLI::App& verb, Common& common) {
  verb.add_option("--seed", common.seed, "seed of everything drawn at random")
      ->capture_default_str()
      ->check(whole_number(0, UINT64_MAX));
  verb.add_option("--threads", common.threads, "worker threads, 0 for all cores; changes no result")
      ->capture_default_str()
      ->check(whole_number(0, 1024));
  verb.add_flag("--json", common.json, "print one JSON object on standard output");
  verb.add_flag("-q,--quiet", common.quiet, "no progress and no remarks");
  verb.add_flag("-v,--verbose", common.verbose, "more remarks");
}

void apply_common(const Common& common) {
  if (common.quiet) log::set_level(log::Level::kError);
  if (common.verbose) log::set_level(log::Level::kDebug);
}

int thread_count(const Common& common) {
  if (common.threads > 0) return common.threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

const std::atomic<bool>& interrupted() { return stop_asked; }

void catch_interrupt() { std::signal(SIGINT, on_interrupt); }

void catch_termination() { std::signal(SIGTERM, on_interrupt); }

void stop_at_interrupt() {
  // By a thread that waits for them: METIS puts a handler of SIGTERM of its own in place while it runs, which jumps, in
  // whatever thread gets the signal. Threads made from here on inherit the mask.
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  std::thread([stops] {
    int which = 0;
    sigwait(&stops, &which);
    constexpr std::string_view kSaid = "ranvier: interrupted; nothing was written\n";
    static_cast<void>(!::write(STDERR_FILENO, kSaid.data(), kSaid.size()));
    std::_Exit(static_cast<int>(ExitCode::kInterrupted));
  }).detach();
}

}  // namespace ranvier::cli
