// SPDX-License-Identifier: Apache-2.0
// A run that has not ended, on disk: a folder beside its run folder with all that `ranvier resume` needs
// (docs/reference/run-folder.md). It is there from the first checkpoint until the run folder is complete.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/file.h"
#include "cli/checkpoint_options.h"
#include "mapper/hybrid.h"
#include "report/run_record.h"
#include "sim/simulate.h"

namespace ranvier::cli {

/// What of a run is neither in its options nor in its mapping; resume.json holds it.
struct RunContext {
  std::vector<std::string> argv;  // of the first start
  std::string remap;              // empty: no remap
  bool force = false;             // an older run folder is to be replaced
  std::vector<mapper::Alternative> alternatives;
  std::vector<sim::CheckpointPlace> resumed_at;  // once for each time
};

std::string run_context_to_json(const RunContext& context);
/// Throws RunFolderUnreadable.
RunContext run_context_from_json(const std::string& text, const std::string& file);

class UnfinishedRun {
 public:
  /// `out`: of the run folder. Throws UnfinishedRunExists where another run has not ended there, unless `force`, which
  /// gives that one up.
  static UnfinishedRun start(const std::filesystem::path& out, bool force);
  /// Of the one that is there; `out` may also name the folder of the state itself. Throws NothingToResume and
  /// RunInProgress.
  static UnfinishedRun find(const std::filesystem::path& out);
  UnfinishedRun(UnfinishedRun&& other) noexcept;
  ~UnfinishedRun();

  const std::filesystem::path& out() const { return out_; }
  std::filesystem::path file(const char* name) const { return folder_ / name; }
  std::filesystem::path checkpoint_file() const;
  std::string read(const char* name) const { return read_file(file(name)); }
  std::vector<std::uint8_t> read_checkpoint() const;

  /// What write() puts beside the checkpoint the first time.
  void describe(std::function<std::string()> job_json, std::function<std::string()> mapping_json, RunContext context);
  /// Replaces the checkpoint in one step. Throws FileWriteFailed; the one before is then still there.
  void write(std::span<const std::uint8_t> checkpoint);
  /// Sets sink and intervals. A checkpoint that cannot be written is told, not fatal, but for the last one of an
  /// interrupted run.
  void attach(const CheckpointOptions& when, bool at_end, sim::SimOptions& options);

  bool written() const { return described_; }
  /// The run folder is complete, or going on would lead to the same failure.
  void remove();

 private:
  explicit UnfinishedRun(std::filesystem::path out);
  void lock();
  void write_once();

  std::filesystem::path out_, folder_;
  std::function<std::string()> job_json_, mapping_json_;
  RunContext context_;
  bool described_ = false;
  bool told_ = false;  // that a checkpoint could not be written
  int lock_ = -1;
};

/// A run that has not ended has its state where a new one would put its own.
struct UnfinishedRunExists : Error {
  explicit UnfinishedRunExists(const std::string& out);
  std::string out;
};

struct NothingToResume : Error {
  NothingToResume(const std::string& out, bool finished);
  std::string out;
  bool finished;
};

/// Another process runs it.
struct RunInProgress : Error {
  explicit RunInProgress(const std::string& out);
  std::string out;
};

}  // namespace ranvier::cli
