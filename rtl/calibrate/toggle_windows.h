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

/// Event kinds that toggles are owed to. rv_spike_core has the first six; the work of rv_hybrid_core's other tiles
/// follows: an addition by a row or a column event of a product, of a dense product, a value through a map.
enum class ToggleKind : std::uint8_t {
  kIdleCycle,
  kEventIn,
  kSynapticAdd,
  kNeuronUpdate,
  kSpikeOut,
  kSignChange,
  kRowAdd,
  kColumnAdd,
  kDenseAdd,
  kTableValue,
  kNormValue,
  kSoftmaxValue
};
inline constexpr std::size_t kToggleKinds = 12, kSpikeToggleKinds = 6;
inline constexpr std::array<const char*, kToggleKinds> kToggleKindNames{
    "idle_cycle", "event_in",   "synaptic_add", "neuron_update", "spike_out",  "sign_change",
    "row_add",    "column_add", "dense_add",    "table_value",   "norm_value", "softmax_value"};

struct ToggleWindow {
  std::string what;                           // layer and variation
  std::array<double, kToggleKinds> counts{};  // by kind
  double toggles = 0;
  double idle_toggles = 0;  // of these, while the core waited
  std::int64_t cycles = 0;
};

struct WindowOptions {
  std::int64_t cycles = 20'000;    // a window, at least; it ends between two things told
  std::int64_t idle_cycles = 400;  // after a tick of every second image: a core waits for the end of the step
  std::size_t first_image = 0, images = 1;
  double threshold_scale = 1;        // other thresholds, other firing; kept even and within the core's range
  std::filesystem::path work_dir{};  // where coverage files pass through
};

/// Runs `recorded` on a check build; throws std::logic_error where its spikes are not the golden model's.
std::vector<ToggleWindow> toggle_windows(const RecordedTile& recorded, const WindowOptions& options);

}  // namespace ranvier::rtl
