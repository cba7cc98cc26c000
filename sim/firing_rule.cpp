// SPDX-License-Identifier: Apache-2.0
#include "sim/firing_rule.h"

#include <algorithm>
#include <utility>

namespace ranvier::sim {

using mapper::Schedule;

FiringRule::FiringRule(Schedule schedule, const std::vector<std::int32_t>& level_of_tile, std::int32_t timesteps,
                       bool closed, std::vector<std::int32_t> waves)
    : schedule_(schedule),
      timesteps_(timesteps),
      closed_(closed && schedule == Schedule::kTimesteps),
      waves_(std::move(waves)) {
  if (schedule == Schedule::kTimesteps) {
    levels_.resize(2);
    levels_[0].emplace_back(0);  // what the host sends in step 0 is integrated in step 1
    for (std::size_t t = 0; t < level_of_tile.size(); ++t) levels_[1].emplace_back(t);
    return;
  }
  const bool staged = schedule != Schedule::kAsynchronousUnary;
  for (std::size_t t = 0; t < level_of_tile.size(); ++t) {
    const auto level = staged ? static_cast<std::size_t>(level_of_tile[t]) : 0;
    if (levels_.size() <= level) levels_.resize(level + 1);
    levels_[level].emplace_back(t);
  }
}

void FiringRule::restore(StateReader& r) {
  r(level_, step_, wave_, done_);
  if (level_ >= levels_.size() && !done_) throw StateMismatch("a level beyond the last");
  if (wave_ < 0 || wave_ >= waves()) throw StateMismatch("a wave beyond the last");
}

const std::vector<TileId>& FiringRule::firing() const { return levels_[level_]; }

void FiringRule::end_step(bool events, bool restless) {
  if (schedule_ == Schedule::kTimesteps) {
    level_ = 1;
    done_ = ++step_ > timesteps_;
    return;
  }
  if (schedule_ == Schedule::kAsynchronousUnary) {
    done_ = !events;
    return;
  }
  if (++wave_ < waves()) return;
  wave_ = 0;
  if (!restless) ++level_;
  done_ = level_ == levels_.size();
}

}  // namespace ranvier::sim
