// SPDX-License-Identifier: Apache-2.0
// Checkpoints: everything that decides the rest of a run, as it is between two steps, in bytes that say what they are
// of (docs/reference/run-folder.md). A run that goes on from one ends as if it had never stopped.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace ranvier::sim {

/// Where a run stands: the next step of this image is this one. Between images: step 0 of the next.
struct CheckpointPlace {
  std::int32_t image = 0;
  std::int32_t step = 0;
  friend bool operator==(const CheckpointPlace&, const CheckpointPlace&) = default;
};

/// When checkpoints are taken and who takes them.
struct Checkpointing {
  std::function<void(std::span<const std::uint8_t>, CheckpointPlace)> sink;  // null: none are taken
  std::int64_t every_steps = 0;                                              // 0: steps do not matter
  double every_seconds = 0;  // of wall time; 0: time does not matter. At least 20 times what the last one took
  bool at_end = false;       // also when the last image is done
  // A run that is interrupted hands one over in any case.
};

/// A checkpoint to go on from.
struct ResumeFrom {
  std::span<const std::uint8_t> bytes;  // empty: from the start
  std::string name;                     // for messages
};

/// Decides at each step boundary whether a checkpoint is due, and seals it.
class Checkpoints {
 public:
  /// `job`: digest of all that must be the same when the run goes on (job_digest.h); asked for once, when needed.
  Checkpoints(const Checkpointing& how, std::function<std::string()> job);
  bool wanted() const { return static_cast<bool>(how_.sink); }
  /// Called once a boundary.
  bool due(bool step_done, bool stops, bool ends);
  /// Seals `state` and hands it over.
  void take(CheckpointPlace place, const std::function<std::vector<std::uint8_t>()>& state);

 private:
  using Clock = std::chrono::steady_clock;
  const Checkpointing& how_;
  std::function<std::string()> job_;
  std::string digest_;
  std::int64_t steps_since_ = 0;
  Clock::time_point last_ = Clock::now();
  Clock::duration last_took_{};
};

/// `state` with its header: format, job, place, digest of it all.
std::vector<std::uint8_t> seal_checkpoint(const std::string& job_digest, CheckpointPlace place,
                                          std::span<const std::uint8_t> state);

struct OpenedCheckpoint {
  std::string job_digest;
  CheckpointPlace place;
  std::span<const std::uint8_t> state;  // into the bytes given
};

/// Throws CheckpointDamaged, CheckpointVersion.
OpenedCheckpoint open_checkpoint(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace ranvier::sim
