// SPDX-License-Identifier: Apache-2.0
// A loaded core of the check build, and small tiles for it.
#pragma once

#include <gtest/gtest.h>

#include "rtl/hybrid/hybrid_cycles.h"
#include "rtl/hybrid/hybrid_driver.h"

namespace ranvier::rtl {

/// One token of ST-BIF encoders over sums, each event of channel c adding to output c.
inline HybridTile element_tile(std::int32_t values, std::int32_t threshold, bool graded, std::int32_t lo = -8,
                               std::int32_t hi = 7) {
  HybridTile tile;
  tile.events = HybridEvents::kElements;
  tile.graded = graded;
  tile.values = values;
  tile.lo = lo;
  tile.hi = hi;
  tile.gain = {1};
  tile.theta.assign(static_cast<std::size_t>(values), threshold);
  return tile;
}

class HybridCoreTest : public testing::Test {
 protected:
  HybridCoreTest() : port_(make_check_hybrid_port(1)), driver_(*port_) {}
  ~HybridCoreTest() override { EXPECT_FALSE(port_->take_assertion_failure()); }

  std::vector<HybridSpike> tick() {
    timed_.clear();
    const std::int64_t took = driver_.tick(timed_);
    EXPECT_EQ(took, tick_cycles(driver_.tile(), static_cast<std::int64_t>(timed_.size())));
    std::vector<HybridSpike> spikes;
    for (const auto& t : timed_) spikes.push_back(t.spike);
    return spikes;
  }

  std::unique_ptr<HybridCorePort> port_;
  HybridDriver driver_;
  std::vector<HybridDriver::TimedSpike> timed_;
};

inline std::ostream& operator<<(std::ostream& out, const HybridSpike& s) {
  return out << "{token " << s.token << ", output " << s.output << ", payload " << s.payload << "}";
}

}  // namespace ranvier::rtl
