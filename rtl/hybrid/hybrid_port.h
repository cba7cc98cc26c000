// SPDX-License-Identifier: Apache-2.0
// The pins of one rv_hybrid_core, free of Verilator headers. A cycle: set `in`, call cycle(), read `out`, which holds
// the outputs as they stood just before the clock edge; a handshake happened where valid and ready were both high.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace ranvier::rtl {

inline constexpr std::int32_t kHybridLanes = 16;
/// One word of the config port.
using HybridWord = std::array<std::uint32_t, static_cast<std::size_t>(kHybridLanes)>;

enum class HybridSelect : std::uint8_t { kOperands, kSums, kCodes, kInputs, kThresholds, kAxons, kMap, kControl };

class HybridCorePort {
 public:
  struct Inputs {
    bool reset = false;  // rst_ni inverted
    bool event_valid = false;
    std::int32_t event_port = 0;
    std::int32_t event_token = 0;
    std::int32_t event_channel = 0;
    std::int32_t event_payload = 0;
    bool tick_valid = false;
    bool tick_dry = false;
    bool spike_ready = true;
    bool config_valid = false;
    bool config_write = false;
    HybridSelect config_select = HybridSelect::kControl;
    std::uint32_t config_address = 0;
    HybridWord config_data{};

    bool operator==(const Inputs&) const = default;
  };
  struct Outputs {
    bool event_ready = false;
    bool tick_ready = false;
    bool spike_valid = false;
    std::int32_t spike_token = 0;
    std::int32_t spike_output = 0;
    std::int32_t spike_payload = 0;
    bool config_ready = false;
    bool config_read_valid = false;
    HybridWord config_read_data{};  // kept from the last config_read_valid
    bool busy = false;
    bool scanning = false;
    bool restless = false;
    bool overflow = false;
    std::uint32_t busy_cycles = 0;
    std::uint32_t stall_cycles = 0;
  };

  virtual ~HybridCorePort() = default;
  HybridCorePort() = default;
  HybridCorePort(const HybridCorePort&) = delete;
  HybridCorePort& operator=(const HybridCorePort&) = delete;

  Inputs in;
  Outputs out;
  virtual void cycle() = 0;
  /// Cycles with `in` as it is until, and with, one that sees the core idle or an event out, at most `limit`; returns
  /// how many.
  virtual std::int64_t run(std::int64_t limit) = 0;
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
std::unique_ptr<HybridCorePort> make_fast_hybrid_port();
/// A failed assertion prints its place in the RTL on standard error. Registers and memories start with random values
/// drawn from `seed`.
std::unique_ptr<HybridCorePort> make_check_hybrid_port(std::uint32_t seed);

}  // namespace ranvier::rtl
