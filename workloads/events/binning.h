// SPDX-License-Identifier: Apache-2.0
// From recordings to the input spikes of a network over time.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "workloads/events/recording.h"
#include "workloads/spike_train.h"

namespace ranvier::workloads {

struct CameraGeometry {
  std::int32_t height = 0;
  std::int32_t width = 0;
  std::int32_t polarities = 2;
};

struct EventBinning {
  CameraGeometry geometry;
  std::int32_t step_microseconds = 0;
  std::int32_t steps = 0;
  bool from_first_event = false;  // step 0 starts with the earliest event and not with time 0
};

/// Sorted spikes, at most one a (polarity, y, x, step): token = y * width + x, channel = polarity; a unit's number is
/// the spike's. What comes from step `steps` on is left out. Throws EventOutOfRange; NoEventInTime where nothing is
/// left and the recording does not start at 0.
std::vector<Spike> bin_recording(const Recording& recording, const EventBinning& binning);

}  // namespace ranvier::workloads
