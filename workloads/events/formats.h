// SPDX-License-Identifier: Apache-2.0
// The readers behind parse_recording(), one a format. Private to this part.
#pragma once

#include <optional>
#include <string_view>

#include "workloads/events/recording.h"

namespace ranvier::workloads {

using Bytes = std::span<const std::uint8_t>;

Recording parse_bs2(Bytes bytes, const std::string& file);
Recording parse_nmnist(Bytes bytes, const std::string& file);
/// Any version: the first line tells.
Recording parse_aedat(Bytes bytes, const std::string& file, const RecordingOptions& options);
Recording parse_event_csv(std::string_view text, const std::string& file, const RecordingOptions& options);
Recording parse_event_hdf5(Bytes bytes, const std::string& file, const RecordingOptions& options);
Recording read_event_hdf5(const std::filesystem::path& path, const RecordingOptions& options);
std::vector<RecordingEntry> list_event_hdf5(const std::filesystem::path& path);

/// To the nearest; nothing where that is not finite or beyond 2^53.
std::optional<std::int64_t> rounded_microseconds(double time, double unit_microseconds);
/// Microseconds of a unit; `usual` stands for kUsual.
double microseconds_in(TimeUnit unit, double usual);

/// Sensor sizes by the name that AEDAT headers give.
struct Camera {
  const char* name;  // lower case
  std::int32_t width;
  std::int32_t height;
};
/// Null where the text names none; in any case of letters.
const Camera* find_camera(std::string_view text);

}  // namespace ranvier::workloads
