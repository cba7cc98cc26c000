// SPDX-License-Identifier: Apache-2.0
#include "cli/common.h"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <thread>

#include <fmt/format.h>

#include "base/file.h"
#include "base/log.h"

namespace ranvier::cli {
namespace {

std::atomic<bool> stop_asked{false};
std::atomic<bool> stops_at_a_step{false};

[[noreturn]] void wait_for_interrupts(const sigset_t& interrupts) {
  int which = 0;
  sigwait(&interrupts, &which);
  if (stops_at_a_step.load()) {
    stop_asked.store(true);
    sigwait(&interrupts, &which);
    std::signal(which, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &interrupts, nullptr);
    std::raise(which);
  }
  constexpr std::string_view kSaid = "ranvier: interrupted; nothing was written\n";
  static_cast<void>(!::write(STDERR_FILENO, kSaid.data(), kSaid.size()));
  std::_Exit(static_cast<int>(ExitCode::kInterrupted));
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

CLI::Option* add_output_option(CLI::App& verb, const std::string& name, std::string& file, const std::string& what) {
  return verb.add_option(name, file, what)->each([name](const std::string& path) {
    if (path.empty()) throw UsageError(name, "an empty name; name a file or leave the option out");
    if (std::filesystem::is_directory(path)) throw FileWriteFailed(path, EISDIR);
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    const bool there = std::filesystem::exists(path);
    if (::access(there ? path.c_str() : folder.empty() ? "." : folder.c_str(), W_OK) != 0)
      throw FileWriteFailed(path, errno);
  });
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

void catch_interrupts() {
  // By a thread that waits for them: METIS puts a handler of SIGTERM of its own in place while it runs, which jumps, in
  // whatever thread gets the signal. Threads made from here on inherit the mask.
  sigset_t interrupts;
  sigemptyset(&interrupts);
  sigaddset(&interrupts, SIGINT);
  sigaddset(&interrupts, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &interrupts, nullptr);
  std::thread([interrupts] { wait_for_interrupts(interrupts); }).detach();
}

void stop_at_a_step_when_interrupted() { stops_at_a_step.store(true); }

const std::atomic<bool>& interrupted() { return stop_asked; }

}  // namespace ranvier::cli
