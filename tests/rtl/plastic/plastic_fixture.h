// SPDX-License-Identifier: Apache-2.0
// One rv_plastic_core of the check build for directed tests; a failed assertion of the RTL fails the test.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "rtl/plastic/plastic_driver.h"

namespace ranvier::rtl {

inline PlasticEvent spike(std::int32_t axon) { return {axon, 0, false}; }
inline PlasticEvent direct(std::int32_t neuron, std::int32_t payload) { return {neuron, payload, true}; }

/// Weights of 2 units, thresholds of 10; a trace of 1024 halves every step and changes a weight by a quarter of itself.
inline PlasticTile small_tile(std::int32_t neurons, std::int32_t axons) {
  PlasticTile tile;
  tile.neurons = neurons;
  tile.axons = axons;
  tile.rule.pre_decay = tile.rule.post_decay = 1;
  tile.rule.depress_shift = tile.rule.potentiate_shift = 2;
  tile.weight.assign(static_cast<std::size_t>(neurons) * static_cast<std::size_t>(axons), 512);
  tile.threshold.assign(static_cast<std::size_t>(neurons), 10);
  return tile;
}

class PlasticCore : public testing::Test {
 protected:
  PlasticCore() : port_(make_check_plastic_port(3)), driver_(*port_) {}
  ~PlasticCore() override { EXPECT_FALSE(port_->take_assertion_failure()); }

  using Spikes = std::vector<std::int32_t>;

  Spikes tick() {
    Spikes spikes;
    cycles_ = driver_.tick(spikes);
    return spikes;
  }
  std::unique_ptr<PlasticCorePort> port_;
  PlasticDriver driver_;
  std::int64_t cycles_ = 0;  // of the last tick
};

}  // namespace ranvier::rtl
