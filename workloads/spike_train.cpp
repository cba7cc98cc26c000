// SPDX-License-Identifier: Apache-2.0
// Packing of spikes, and spike lists.
#include "workloads/spike_train.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/file.h"
#include "workloads/number_text.h"
#include "workloads/temporal_errors.h"

namespace ranvier::workloads {
namespace {

void sort_unique(std::vector<Spike>& spikes) {
  std::sort(spikes.begin(), spikes.end());
  spikes.erase(std::unique(spikes.begin(), spikes.end()), spikes.end());
}

}  // namespace

std::vector<std::int32_t> pack_spikes(std::span<const Spike> spikes) {
  std::vector<std::int32_t> packed;
  packed.reserve(2 * spikes.size());
  for (const Spike& spike : spikes) {
    packed.push_back(spike.step);
    packed.push_back(spike.unit);
  }
  return packed;
}

void check_spikes(const Program& program, std::span<const std::int32_t> packed) {
  const Stage& input = program.stages.front();
  const std::int64_t units = std::int64_t{input.tokens} * input.channels;
  if (packed.size() % 2 != 0) throw BadSpikeTrain(program.name, packed.size() - 1, "a step without a unit");
  for (std::size_t i = 0; i < packed.size(); i += 2) {
    if (packed[i] < 0 || packed[i] >= program.timesteps) {
      throw BadSpikeTrain(program.name, i, fmt::format("step {} is outside 0..{}", packed[i], program.timesteps - 1));
    }
    if (packed[i + 1] < 0 || packed[i + 1] >= units) {
      throw BadSpikeTrain(program.name, i + 1, fmt::format("unit {} is outside 0..{}", packed[i + 1], units - 1));
    }
    if (i > 0 && Spike{packed[i - 2], packed[i - 1]} >= Spike{packed[i], packed[i + 1]}) {
      throw BadSpikeTrain(
          program.name, i,
          fmt::format("spike ({}, {}) comes after ({}, {})", packed[i], packed[i + 1], packed[i - 2], packed[i - 1]));
    }
  }
}

std::vector<Spike> unpack_spikes(const Program& program, std::span<const std::int32_t> packed) {
  check_spikes(program, packed);
  std::vector<Spike> spikes;
  spikes.reserve(packed.size() / 2);
  for (std::size_t i = 0; i < packed.size(); i += 2) spikes.push_back({packed[i], packed[i + 1]});
  return spikes;
}

std::vector<Spike> parse_spike_list(const std::string& text, const std::string& file) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  std::vector<Spike> spikes;
  for (const auto& row : text_rows(text)) {
    demand_columns(row, 2, file, "neuron and step");
    spikes.push_back({static_cast<std::int32_t>(whole_number(row[1], file, 0, kMost)),
                      static_cast<std::int32_t>(whole_number(row[0], file, 0, kMost))});
  }
  sort_unique(spikes);
  return spikes;
}

std::vector<Spike> read_spike_list(const std::filesystem::path& path) {
  return parse_spike_list(read_file(path), path.string());
}

}  // namespace ranvier::workloads
