// SPDX-License-Identifier: Apache-2.0
// The pins of one rv_plastic_core, free of Verilator headers. A cycle: set `in`, call cycle(), read `out`, which holds
// the outputs as they stood just before the clock edge; a handshake happened where valid and ready were both high.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "rtl/plastic/plastic_tile.h"

namespace ranvier::rtl {

class PlasticCorePort {
 public:
  struct Inputs {
    bool reset = false;  // rst_ni inverted
    bool event_valid = false;
    PlasticEvent event;
    bool tick_valid = false;
    bool spike_ready = true;
    bool config_valid = false;
    bool config_write = false;
    PlasticMemory config_select = PlasticMemory::kControl;
    std::uint32_t config_address = 0;
    PlasticWord config_data{};
  };
  struct Outputs {
    bool event_ready = false;
    bool tick_ready = false;
    bool spike_valid = false;
    std::int32_t spike_neuron = 0;
    bool config_ready = false;
    bool config_read_valid = false;
    PlasticWord config_read_data{};  // kept from the last config_read_valid
    bool busy = false;
    bool scanning = false;
    bool saturated = false;
    std::uint32_t busy_cycles = 0;
    std::uint32_t stall_cycles = 0;
  };

  virtual ~PlasticCorePort() = default;
  PlasticCorePort() = default;
  PlasticCorePort(const PlasticCorePort&) = delete;
  PlasticCorePort& operator=(const PlasticCorePort&) = delete;

  Inputs in;
  Outputs out;
  virtual void cycle() = 0;
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
std::unique_ptr<PlasticCorePort> make_fast_plastic_port();
/// Registers and memories start with random values drawn from `seed`.
std::unique_ptr<PlasticCorePort> make_check_plastic_port(std::uint32_t seed);

}  // namespace ranvier::rtl
