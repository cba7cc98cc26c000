// SPDX-License-Identifier: Apache-2.0
#include "cli/unfinished_run.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/log.h"

namespace ranvier::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEnding = ".part";
constexpr const char* kCheckpoint = "checkpoint.bin";

/// Without the slash that a shell's completion leaves.
fs::path plain(fs::path path) {
  while (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
  return path;
}

}  // namespace

UnfinishedRunExists::UnfinishedRunExists(const std::string& where)
    : Error(ExitCode::kUsage, fmt::format("{}{}: a run that has not ended; go on with it by ranvier resume {}, choose "
                                          "another -o, or --force to give it up",
                                          where, kEnding, where)),
      out(where) {}

NothingToResume::NothingToResume(const std::string& where, bool ended)
    : Error(ExitCode::kBadInput,
            ended ? fmt::format("{}: this run has ended; there is nothing to resume", where)
                  : fmt::format("{}: no run has left a checkpoint in {}{}; check the folder's name, or run it again",
                                where, where, kEnding)),
      out(where),
      finished(ended) {}

RunInProgress::RunInProgress(const std::string& where)
    : Error(ExitCode::kUsage, fmt::format("{}: another process runs it; wait for that one, or end it", where)),
      out(where) {}

UnfinishedRun::UnfinishedRun(fs::path out) : out_(std::move(out)), folder_(out_.string() + kEnding) {}

UnfinishedRun::UnfinishedRun(UnfinishedRun&& other) noexcept
    : out_(std::move(other.out_)),
      folder_(std::move(other.folder_)),
      job_json_(std::move(other.job_json_)),
      mapping_json_(std::move(other.mapping_json_)),
      context_(std::move(other.context_)),
      described_(other.described_),
      told_(other.told_),
      lock_(std::exchange(other.lock_, -1)) {}

UnfinishedRun::~UnfinishedRun() {
  if (lock_ >= 0) ::close(lock_);
}

UnfinishedRun UnfinishedRun::start(const fs::path& out, bool force) {
  UnfinishedRun run(plain(out));
  if (!fs::exists(run.folder_ / kCheckpoint)) return run;
  if (!force) throw UnfinishedRunExists(run.out_.string());
  run.lock();
  run.remove();
  return run;
}

UnfinishedRun UnfinishedRun::find(const fs::path& out) {
  fs::path place = plain(out);
  if (place.extension() == kEnding) place.replace_extension();
  UnfinishedRun run(place);
  if (!fs::exists(run.folder_ / kCheckpoint))
    throw NothingToResume(place.string(), fs::exists(place / "manifest.json"));
  run.lock();
  // What a process that was killed while it wrote has left.
  for (const auto& entry : fs::directory_iterator(run.folder_)) {
    if (entry.path().extension() == kEnding) fs::remove(entry.path());
  }
  return run;
}

/// Held until the process ends, however it does.
void UnfinishedRun::lock() {
  lock_ = ::open((folder_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) throw FileWriteFailed((folder_ / "lock").string(), errno);
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) throw RunInProgress(out_.string());
}

fs::path UnfinishedRun::checkpoint_file() const { return folder_ / kCheckpoint; }

std::vector<std::uint8_t> UnfinishedRun::read_checkpoint() const { return read_bytes(checkpoint_file()); }

void UnfinishedRun::describe(std::function<std::string()> job_json, std::function<std::string()> mapping_json,
                             RunContext context) {
  job_json_ = std::move(job_json);
  mapping_json_ = std::move(mapping_json);
  context_ = std::move(context);
}

void UnfinishedRun::write_once() {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw FileWriteFailed(folder_.string(), error.value());
  if (lock_ < 0) lock();
  write_file_atomically(folder_ / "job.json", job_json_());
  write_file_atomically(folder_ / "mapping.json", mapping_json_());
  write_file_atomically(folder_ / "resume.json", run_context_to_json(context_));
  described_ = true;
}

void UnfinishedRun::write(std::span<const std::uint8_t> checkpoint) {
  if (!described_) write_once();
  write_file_atomically(folder_ / kCheckpoint, checkpoint);
}

void UnfinishedRun::attach(const CheckpointOptions& when, bool at_end, sim::SimOptions& options) {
  options.checkpoints.every_steps = when.every_steps;
  options.checkpoints.every_seconds = when.every_seconds;
  options.checkpoints.at_end = at_end;
  options.checkpoints.sink = [this](std::span<const std::uint8_t> bytes, sim::CheckpointPlace) {
    try {
      write(bytes);
    } catch (const FileWriteFailed& e) {
      if (interrupted()) throw;
      if (!told_) log::warning("{}; the run goes on, and with it the last checkpoint that was written", e.what());
      told_ = true;
    }
  };
}

void UnfinishedRun::remove() {
  std::error_code ignored;
  fs::remove(folder_ / kCheckpoint, ignored);  // first: without it the rest is nothing
  fs::remove_all(folder_, ignored);
  described_ = false;
  if (lock_ >= 0) ::close(std::exchange(lock_, -1));
}

}  // namespace ranvier::cli
