// SPDX-License-Identifier: Apache-2.0
// One rule for all formats: step = floor(microseconds / step length), each input at most once a step.
#include "workloads/events/binning.h"

#include <algorithm>
#include <limits>

#include "workloads/events/event_errors.h"

namespace ranvier::workloads {
namespace {

/// Earliest time of events or spikes; there is at least one.
template <class Event>
std::int64_t earliest(const std::vector<Event>& events) {
  return std::min_element(events.begin(), events.end(),
                          [](const Event& a, const Event& b) { return a.microseconds < b.microseconds; })
      ->microseconds;
}

}  // namespace

std::vector<Spike> bin_recording(const Recording& recording, const EventBinning& binning) {
  const std::string& file = recording.file;
  const CameraGeometry& g = binning.geometry;
  const bool camera = recording.spikes.empty();
  if (camera && recording.events.empty()) return {};
  const std::int64_t first = camera ? earliest(recording.events) : earliest(recording.spikes);
  const std::int64_t start = binning.from_first_event ? first : 0;
  const auto demand = [&](std::size_t event, const char* what, std::int64_t got, std::int64_t end) {
    if (got < 0 || got >= end) throw EventOutOfRange(file, event, what, got, 0, end - 1);
  };

  std::vector<Spike> spikes;
  const auto add = [&](std::size_t event, std::int64_t microseconds, std::int32_t unit) {
    // Before the first event nothing comes, and a difference of two times may leave 64 bits only upwards.
    if (microseconds < start) {
      throw EventOutOfRange(file, event, "time in us", microseconds, 0, std::numeric_limits<std::int64_t>::max());
    }
    const std::uint64_t passed = static_cast<std::uint64_t>(microseconds) - static_cast<std::uint64_t>(start);
    const std::uint64_t step = passed / static_cast<std::uint64_t>(binning.step_microseconds);
    if (step < static_cast<std::uint64_t>(binning.steps)) spikes.push_back({static_cast<std::int32_t>(step), unit});
  };
  spikes.reserve(recording.events.size() + recording.spikes.size());
  for (std::size_t i = 0; i < recording.events.size(); ++i) {
    const CameraEvent& event = recording.events[i];
    demand(i, "x", event.x, g.width);
    demand(i, "y", event.y, g.height);
    demand(i, "polarity", event.polarity, g.polarities);
    add(i, event.microseconds, (event.y * g.width + event.x) * g.polarities + event.polarity);
  }
  const std::int64_t units = std::int64_t{g.height} * g.width * g.polarities;
  for (std::size_t i = 0; i < recording.spikes.size(); ++i) {
    demand(i, "unit", recording.spikes[i].unit, units);
    add(i, recording.spikes[i].microseconds, recording.spikes[i].unit);
  }
  if (spikes.empty() && first > 0) {
    throw NoEventInTime(file, first, std::int64_t{binning.steps} * binning.step_microseconds);
  }
  std::sort(spikes.begin(), spikes.end());
  spikes.erase(std::unique(spikes.begin(), spikes.end()), spikes.end());
  return spikes;
}

}  // namespace ranvier::workloads
