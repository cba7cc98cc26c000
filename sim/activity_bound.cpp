// SPDX-License-Identifier: Apache-2.0
#include "sim/activity_bound.h"

#include <algorithm>
#include <map>

namespace ranvier::sim {

std::size_t thin_out(std::vector<Activity>& activities, std::span<const StepResult> steps, std::size_t most) {
  if (activities.size() <= most) return 0;
  std::map<std::int32_t, std::size_t> slices;  // by step
  for (const Activity& a : activities) ++slices[a.step];
  std::map<std::int32_t, Duration> duration;
  for (const StepResult& s : steps) duration[s.step] = s.duration;

  std::map<std::int32_t, bool> kept;
  std::size_t room = most;
  std::vector<std::int32_t> others;
  for (const auto& [step, count] : slices) {
    if (others.empty() && most - room + count <= most / 2) {
      kept[step] = true;
      room -= count;
    } else {
      others.push_back(step);
    }
  }
  std::stable_sort(others.begin(), others.end(), [&](auto a, auto b) { return duration[a] > duration[b]; });
  for (const std::int32_t step : others) {
    if (slices[step] > room) continue;
    kept[step] = true;
    room -= slices[step];
  }
  return std::erase_if(activities, [&](const Activity& a) { return !kept.contains(a.step); });
}

}  // namespace ranvier::sim
