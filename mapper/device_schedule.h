// SPDX-License-Identifier: Apache-2.0
// What the board's device does for the stages placed on it, level by level: operators, and transfers over its link. One
// image, int8. The simulator keeps the same schedule; docs/explanation/mapping.md describes it.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/dense_cost.h"
#include "mapper/mapping.h"

namespace ranvier::mapper {

/// One level of the staged-graded schedule. Order: operators, transfer out, the chip's work on it; and last, when all
/// that the chip sent to the device is with the host, the transfer in.
struct DeviceStep {
  Duration compute;            // operators of the level, one after the other
  std::int64_t out_bytes = 0;  // values for the chip, zeros too
  std::int64_t in_bytes = 0;   // values for the device, zeros too
  bool from_host = false;      // in_bytes are input codes, known when the step begins
  bool chip_works = false;     // a core fires, or packets enter the mesh: the chip's synchronisation ends the step
};

struct DeviceSchedule {
  bool used = false;                     // a stage is offloaded; else all that follows is empty
  std::vector<DenseCost> cost;           // by stage
  std::vector<DeviceStep> steps;         // by level
  Duration busiest;                      // of an image: operators, transfers in, or transfers out
  std::int64_t readout_bytes = 0;        // potentials of an offloaded head
  std::vector<std::int64_t> link_bytes;  // by sending stage: over the device's link, potentials included
  /// False only where the device works alone.
  bool chip_works(std::size_t level) const { return !used || steps[level].chip_works; }
};
DeviceSchedule device_schedule(const MappingProblem& problem, const std::vector<std::int32_t>& level);

/// Its part of a level's wave: operators and the transfer out come before the first, input codes are on their way from
/// it on, the transfer in comes after the last.
DeviceStep device_wave(const DeviceStep& step, std::int32_t wave, std::int32_t waves);

/// Bytes of a value on the device's link: 1, 2 or 4.
std::int64_t value_bytes(std::int32_t payload_bits);

/// Cycles of the chip's clock that a time takes, begun ones whole.
std::int64_t chip_cycles(const chips::Chip& chip, Duration time);

/// Cycles of a step in which the chip alone would work `chip` cycles: what the device sends comes first, else both work
/// side by side; the transfer in comes last. Of a level of several waves the first alone is beside the device.
double with_device(const chips::Board& board, const DeviceStep& step, double chip, std::int32_t waves = 1);

}  // namespace ranvier::mapper
