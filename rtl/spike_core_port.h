// SPDX-License-Identifier: Apache-2.0
// The pins of one rv_spike_core, free of Verilator headers. A cycle: set `in`, call cycle(), read `out`, which holds
// the outputs as they stood just before the clock edge; a handshake happened where valid and ready were both high.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "rtl/verilated_core.h"

namespace ranvier::rtl {

/// One word of the config port, a lane times 32 bits; cores of fewer lanes than kCoreLimits use the first ones.
using ConfigWord = std::array<std::uint32_t, static_cast<std::size_t>(kCoreLimits.lanes)>;

enum class ConfigSelect : std::uint8_t {
  kSynapses = 0,
  kState = 1,
  kThresholds = 2,
  kControl = 3,
  kBiases = 4,
  kDynamics = 5,  // lower half, then upper half
  kAxonTable = 6,
  kLists = 7
};

class SpikeCorePort {
 public:
  struct Inputs {
    bool reset = false;  // rst_ni inverted
    bool event_valid = false;
    bool event_direct = false;
    std::int32_t event_token = 0;
    std::int32_t event_channel = 0;
    std::int32_t event_payload = 0;
    bool tick_valid = false;
    bool spike_ready = true;
    bool config_valid = false;
    bool config_write = false;
    ConfigSelect config_select = ConfigSelect::kControl;
    std::uint32_t config_address = 0;
    ConfigWord config_data{};
  };
  struct Outputs {
    bool event_ready = false;
    bool tick_ready = false;
    bool spike_valid = false;
    std::int32_t spike_token = 0;
    std::int32_t spike_neuron = 0;
    std::int32_t spike_payload = 0;
    bool config_ready = false;
    bool config_read_valid = false;
    ConfigWord config_read_data{};  // kept from the last config_read_valid
    bool busy = false;
    bool scanning = false;
    bool overflow = false;
    bool saturated = false;
    std::uint32_t busy_cycles = 0;
    std::uint32_t stall_cycles = 0;
  };

  virtual ~SpikeCorePort() = default;
  SpikeCorePort() = default;
  SpikeCorePort(const SpikeCorePort&) = delete;
  SpikeCorePort& operator=(const SpikeCorePort&) = delete;

  virtual const CoreLimits& limits() const { return kCoreLimits; }

  Inputs in;
  Outputs out;
  virtual void cycle() = 0;
  /// Cycles with `in` as it is until, and with, one that sees the core idle or an event out, at most `limit`; returns
  /// how many.
  virtual std::int64_t run(std::int64_t limit) {
    for (std::int64_t n = 1;; ++n) {
      cycle();
      if (!out.busy || out.spike_valid || n >= limit) return n;
    }
  }
  std::int64_t cycles() const { return cycles_; }  // since construction

  /// Check build only; the fast build does nothing. Waves go to `path` from the next cycle on.
  virtual void open_wave(const std::filesystem::path& path) = 0;
  virtual void write_coverage(const std::filesystem::path& path) = 0;
  /// Whether an assertion of the RTL failed since the last call.
  virtual bool take_assertion_failure() = 0;

 protected:
  std::int64_t cycles_ = 0;
};

/// No assertions, coverage or waves.
std::unique_ptr<SpikeCorePort> make_fast_port();
/// A failed assertion prints its place in the RTL on standard error. Registers and memories start with random values
/// drawn from `seed`.
std::unique_ptr<SpikeCorePort> make_check_port(std::uint32_t seed);
/// The set of 4 lanes; no assertions, coverage or waves.
std::unique_ptr<SpikeCorePort> make_four_lane_port();
/// The set of 8 lanes; assertions, no coverage or waves.
std::unique_ptr<SpikeCorePort> make_eight_lane_port(std::uint32_t seed);

}  // namespace ranvier::rtl
