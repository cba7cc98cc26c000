// SPDX-License-Identifier: Apache-2.0
// Sensors by the names that headers give them, and units of time.
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "workloads/events/formats.h"

namespace ranvier::workloads {
namespace {

// iniVation's list of devices (docs.inivation.com, file formats); DAVIS cameras share one address layout.
constexpr std::array kCameras{
    Camera{"dvs128", 128, 128},   Camera{"davis128", 128, 128}, Camera{"davis208", 208, 192},
    Camera{"davis240", 240, 180}, Camera{"davis346", 346, 260}, Camera{"davis640", 640, 480},
};

}  // namespace

const Camera* find_camera(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const Camera& camera : kCameras) {
    if (lower.find(camera.name) != std::string::npos) return &camera;
  }
  return nullptr;
}

std::vector<std::string> camera_names() {
  std::vector<std::string> names;
  for (const Camera& camera : kCameras) names.emplace_back(camera.name);
  return names;
}

double microseconds_in(TimeUnit unit, double usual) {
  switch (unit) {
    case TimeUnit::kSeconds:
      return 1e6;
    case TimeUnit::kMilliseconds:
      return 1e3;
    case TimeUnit::kMicroseconds:
      return 1;
    case TimeUnit::kNanoseconds:
      return 1e-3;
    case TimeUnit::kUsual:
      break;
  }
  return usual;
}

std::optional<std::int64_t> rounded_microseconds(double time, double unit_microseconds) {
  constexpr double kMost = 9007199254740992.0;  // 2^53: doubles are whole numbers up to here
  const double microseconds = std::round(time * unit_microseconds);
  if (!(std::abs(microseconds) <= kMost)) return std::nullopt;
  return static_cast<std::int64_t>(microseconds);
}

}  // namespace ranvier::workloads
