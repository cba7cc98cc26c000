// SPDX-License-Identifier: Apache-2.0
#include "sim/firing_rule.h"

#include <algorithm>

namespace ranvier::sim {

using mapper::Schedule;

FiringRule::FiringRule(Schedule schedule, const std::vector<std::int32_t>& level_of_tile) : schedule_(schedule) {
  const bool staged = schedule != Schedule::kAsynchronousUnary;
  for (std::size_t t = 0; t < level_of_tile.size(); ++t) {
    const auto level = staged ? static_cast<std::size_t>(level_of_tile[t]) : 0;
    if (levels_.size() <= level) levels_.resize(level + 1);
    levels_[level].emplace_back(t);
  }
}

const std::vector<TileId>& FiringRule::firing() const { return levels_[level_]; }

void FiringRule::end_step(bool events, bool restless) {
  if (schedule_ == Schedule::kAsynchronousUnary) {
    done_ = !events;
    return;
  }
  if (!restless) ++level_;
  done_ = level_ == levels_.size();
}

}  // namespace ranvier::sim
