// SPDX-License-Identifier: Apache-2.0
// Spikes over time: how a sample of a temporal program is given, event camera recordings, and spike lists as text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "workloads/program.h"

namespace ranvier::workloads {

/// Unit = token * channels + channel of its stage.
struct Spike {
  std::int32_t step = 0;
  std::int32_t unit = 0;
  friend auto operator<=>(const Spike&, const Spike&) = default;
};

/// "Input codes" of a temporal program: pairs (step, unit), ascending, each spike once.
std::vector<std::int32_t> pack_spikes(std::span<const Spike> spikes);
/// Inverse. Throws BadSpikeTrain unless `packed` is pairs, strictly ascending, within the program's steps and inputs.
std::vector<Spike> unpack_spikes(const Program& program, std::span<const std::int32_t> packed);
/// Throws as unpack_spikes does.
void check_spikes(const Program& program, std::span<const std::int32_t> packed);

/// One event of an address-event camera.
struct CameraEvent {
  std::int32_t x = 0;
  std::int32_t y = 0;
  std::int32_t polarity = 0;
  std::int32_t microseconds = 0;
};

/// A .bs2 file: 5 bytes an event: x, y, then polarity in bit 7 and 23 bits of microseconds, high bits first.
/// Throws FileMissing, BadEventFile (no byte, or a size that is no multiple of 5).
std::vector<CameraEvent> read_bs2(const std::filesystem::path& path);
std::vector<CameraEvent> parse_bs2(std::span<const std::uint8_t> bytes, const std::string& file);

struct CameraGeometry {
  std::int32_t height = 0;
  std::int32_t width = 0;
  std::int32_t polarities = 2;
};

/// Sorted spikes, at most one a (polarity, y, x, step): token = y * width + x, channel = polarity. Events from step
/// `steps` on are left out. Throws EventOutOfRange; `file` is for its message.
std::vector<Spike> bin_events(std::span<const CameraEvent> events, const CameraGeometry& geometry,
                              std::int32_t step_microseconds, std::int32_t steps, const std::string& file);

/// Text with two whole numbers a line, `neuron step`, both from 0, in any order; "#" starts a comment. Sorted, each
/// once. Throws FileMissing, BadTextNumber.
std::vector<Spike> read_spike_list(const std::filesystem::path& path);
std::vector<Spike> parse_spike_list(const std::string& text, const std::string& file);

}  // namespace ranvier::workloads
