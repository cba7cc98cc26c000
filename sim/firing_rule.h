// SPDX-License-Identifier: Apache-2.0
// Which tiles fire in which step, and when an image is done: the schedules of docs/explanation/integer-units.md
// section 6.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/mapping.h"
#include "sim/state_bytes.h"

namespace ranvier::sim {

class FiringRule {
 public:
  /// `timesteps`: of the program, for Schedule::kTimesteps; `closed`: no host sends, so there is no step of its own.
  /// `waves`: by level, one where there is none; of staged schedules.
  FiringRule(mapper::Schedule schedule, const std::vector<std::int32_t>& level_of_tile, std::int32_t timesteps = 0,
             bool closed = false, std::vector<std::int32_t> waves = {});

  void begin_image() {
    level_ = closed_ ? 1 : 0;
    step_ = closed_ ? 1 : 0;
    wave_ = 0;
    done_ = false;
  }
  /// Tiles that fire in the present step, ascending; tile 0 stands for the host's input codes.
  const std::vector<TileId>& firing() const;
  /// Staged unary asks after the last wave whether any tile of the level would fire again: restless tiles keep their
  /// level in turn.
  bool asks_for_rest() const { return schedule_ == mapper::Schedule::kStagedUnary && wave_ + 1 == waves(); }
  /// The step is over. `events`: any tile emitted, or events wait out a delay.
  void end_step(bool events, bool restless);
  bool done() const { return done_; }
  /// Time steps: how many follow the present one.
  std::int32_t steps_to_come() const { return timesteps_ - step_; }
  /// Of the present step, in staged schedules.
  std::size_t level() const { return level_; }
  /// Of the level in turn: the present step is `wave()` of so many; tiles fire in the first.
  std::int32_t waves() const { return level_ < waves_.size() ? waves_[level_] : 1; }
  std::int32_t wave() const { return wave_; }

  /// Where the image stands, for checkpoints. Throws StateMismatch for a level or wave that there is none of.
  void save(StateWriter& w) const { w(level_, step_, wave_, done_); }
  void restore(StateReader& r);

 private:
  mapper::Schedule schedule_;
  std::int32_t timesteps_;
  bool closed_;
  std::vector<std::vector<TileId>> levels_;  // asynchronous: one level of all tiles; time steps: the host, then all
  std::vector<std::int32_t> waves_;          // by level
  std::size_t level_ = 0;
  std::int32_t step_ = 0;
  std::int32_t wave_ = 0;
  bool done_ = false;
};

}  // namespace ranvier::sim
