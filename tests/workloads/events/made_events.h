// SPDX-License-Identifier: Apache-2.0
// Events for tests: drawn in time order within a format's bounds.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "workloads/events/event_errors.h"
#include "workloads/events/recording.h"

namespace ranvier::workloads {

struct EventBounds {
  std::int32_t width = 128;
  std::int32_t height = 128;
  std::int64_t first = 0;  // of time
  std::int64_t longest_gap = 5000;
};

/// At least one event.
inline std::vector<CameraEvent> draw_events(const EventBounds& bounds) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 60);
  std::vector<CameraEvent> events;
  std::int64_t now = bounds.first;
  for (std::size_t i = 0; i < count; ++i) {
    now += *rc::gen::inRange<std::int64_t>(0, bounds.longest_gap);
    events.push_back(
        {*rc::gen::inRange(0, bounds.width), *rc::gen::inRange(0, bounds.height), *rc::gen::inRange(0, 2), now});
  }
  return events;
}

/// The failure that reading throws.
template <class Failure>
Failure refused(const std::vector<std::uint8_t>& bytes, EventFormat format, const RecordingOptions& options = {}) {
  try {
    parse_recording(bytes, "f", format, options);
  } catch (const Failure& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_EQ(std::string(e.what()).rfind("f: ", 0), 0U) << e.what();
    return e;
  }
  throw std::logic_error("was not refused");
}

}  // namespace ranvier::workloads
