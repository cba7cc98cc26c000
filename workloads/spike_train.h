// SPDX-License-Identifier: Apache-2.0
// Spikes over time: how a sample of a temporal program is given, and spike lists as text.
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

/// Text with two whole numbers a line, `neuron step`, both from 0, in any order; "#" starts a comment. Sorted, each
/// once. Throws FileMissing, BadTextNumber.
std::vector<Spike> read_spike_list(const std::filesystem::path& path);
std::vector<Spike> parse_spike_list(const std::string& text, const std::string& file);

}  // namespace ranvier::workloads
