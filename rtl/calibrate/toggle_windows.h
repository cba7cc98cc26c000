// SPDX-License-Identifier: Apache-2.0
// Windows of recorded traffic on the check build: what a core did in each, and how many of its bits changed.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "rtl/calibrate/recorded_tile.h"
#include "rtl/spike_core_port.h"

namespace ranvier::rtl {

/// Event kinds that toggles are owed to.
enum class ToggleKind : std::uint8_t { kIdleCycle, kEventIn, kSynapticAdd, kNeuronUpdate, kSpikeOut, kSignChange };
inline constexpr std::size_t kToggleKinds = 6;
inline constexpr std::array<const char*, kToggleKinds> kToggleKindNames{"idle_cycle",    "event_in",  "synaptic_add",
                                                                        "neuron_update", "spike_out", "sign_change"};

struct ToggleWindow {
  std::string what;                           // layer and variation
  std::array<double, kToggleKinds> counts{};  // by kind
  double toggles = 0;
  std::int64_t cycles = 0;
};

struct WindowOptions {
  std::int64_t cycles = 20'000;    // a window, at least; it ends between two things told
  std::int64_t idle_cycles = 400;  // after a tick of every second image: a core waits for the end of the step
  std::size_t first_image = 0, images = 1;
  double threshold_scale = 1;        // other thresholds, other firing; kept even and within the core's range
  std::filesystem::path work_dir{};  // where coverage files pass through
};

/// Toggles of signals that say nothing of the work are left out: clock, configuration port, and the counters of cycles.
bool counts_as_work(const std::string& signal);

/// Runs `recorded` on a check build; throws std::logic_error where its spikes are not the golden model's.
std::vector<ToggleWindow> toggle_windows(const RecordedTile& recorded, const WindowOptions& options);

}  // namespace ranvier::rtl
