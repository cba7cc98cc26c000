// SPDX-License-Identifier: Apache-2.0
// An event and a config word offered to a core in the same cycle: the word waits until the event is worked off.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

namespace ranvier::rtl {

/// Offers both as they stand in `port.in`, the word a read; returns what it reads.
template <class Port>
auto read_beside_event(Port& port) {
  constexpr std::int32_t kHangs = 1000;
  port.in.event_valid = port.in.config_valid = true;
  port.in.config_write = false;
  port.cycle();
  EXPECT_TRUE(port.out.event_ready);
  EXPECT_FALSE(port.out.config_ready);
  port.in.event_valid = false;
  std::int32_t waited = 0;
  for (port.cycle(); !port.out.config_ready && waited < kHangs; port.cycle()) ++waited;
  EXPECT_GT(waited, 0);
  EXPECT_LT(waited, kHangs);
  port.in.config_valid = false;
  waited = 0;
  for (port.cycle(); !port.out.config_read_valid && waited < kHangs; port.cycle()) ++waited;
  EXPECT_LT(waited, kHangs);
  return port.out.config_read_data;
}

}  // namespace ranvier::rtl
