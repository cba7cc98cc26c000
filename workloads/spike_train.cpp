// SPDX-License-Identifier: Apache-2.0
// Packing of spikes, event camera files and spike lists.
#include "workloads/spike_train.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/file.h"
#include "workloads/number_text.h"
#include "workloads/temporal_errors.h"

namespace ranvier::workloads {
namespace {

constexpr std::size_t kEventBytes = 5;

void sort_unique(std::vector<Spike>& spikes) {
  std::sort(spikes.begin(), spikes.end());
  spikes.erase(std::unique(spikes.begin(), spikes.end()), spikes.end());
}

void demand(const std::string& file, std::size_t event, const char* what, std::int32_t got, std::int32_t end) {
  if (got < 0 || got >= end) throw EventOutOfRange(file, event, what, got, 0, end - 1);
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

std::vector<CameraEvent> parse_bs2(std::span<const std::uint8_t> bytes, const std::string& file) {
  if (bytes.empty() || bytes.size() % kEventBytes != 0) throw BadEventFile(file, bytes.size(), kEventBytes);
  std::vector<CameraEvent> events;
  events.reserve(bytes.size() / kEventBytes);
  for (std::size_t i = 0; i < bytes.size(); i += kEventBytes) {
    const std::int32_t high = bytes[i + 2];
    events.push_back({bytes[i], bytes[i + 1], high >> 7, (high & 127) << 16 | bytes[i + 3] << 8 | bytes[i + 4]});
  }
  return events;
}

std::vector<CameraEvent> read_bs2(const std::filesystem::path& path) {
  return parse_bs2(read_bytes(path), path.string());
}

std::vector<Spike> bin_events(std::span<const CameraEvent> events, const CameraGeometry& geometry,
                              std::int32_t step_microseconds, std::int32_t steps, const std::string& file) {
  std::vector<Spike> spikes;
  spikes.reserve(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const CameraEvent& event = events[i];
    demand(file, i, "x", event.x, geometry.width);
    demand(file, i, "y", event.y, geometry.height);
    demand(file, i, "polarity", event.polarity, geometry.polarities);
    const std::int32_t step = event.microseconds / step_microseconds;
    if (step >= steps) continue;
    spikes.push_back({step, (event.y * geometry.width + event.x) * geometry.polarities + event.polarity});
  }
  sort_unique(spikes);
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
