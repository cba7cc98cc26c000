// SPDX-License-Identifier: Apache-2.0
// The pins of one Verilated rv_chip, free of Verilator headers. A cycle: set `in`, call cycle(), read `out`, which
// holds the outputs as they stood just before the clock edge.
#pragma once

#include <memory>
#include <vector>

#include "chips/chip.h"
#include "rtl/core_tile.h"
#include "rtl/noc/mesh_port.h"

namespace ranvier::rtl {

/// Selects of the config port beyond those of the core.
inline constexpr std::uint8_t kSendTable = 8, kReceiveTable = 9;

class ChipPort {
 public:
  struct Inputs {
    bool reset = false;
    bool step_valid = false;
    std::vector<bool> step_fires;  // by core
    bool host_valid = false;
    std::uint8_t host_x = 0;
    std::uint8_t host_y = 0;
    std::uint64_t host_data = 0;
    bool config_valid = false;
    bool config_write = false;
    std::uint32_t config_core = 0;
    std::uint8_t config_select = 0;
    std::uint32_t config_address = 0;
    ConfigWord config_data{};
  };
  struct Sent {
    bool valid = false;
    CoreSpike spike;
  };
  struct Outputs {
    bool step_ready = false;
    bool idle = false;
    bool host_ready = false;
    bool config_ready = false;
    bool config_read_valid = false;
    ConfigWord config_read_data{};
    std::vector<Sent> sent;  // by core
    bool overflow = false;   // sticky: a potential left its bits
    bool lost = false;       // sticky: a relay buffer was full
    bool full = false;       // sticky: a queue of packets to send was full
    bool credit = false;     // sticky: a flit came without a credit
  };

  virtual ~ChipPort() = default;
  ChipPort() = default;
  ChipPort(const ChipPort&) = delete;
  ChipPort& operator=(const ChipPort&) = delete;

  virtual const MeshParameters& parameters() const = 0;
  Inputs in;
  Outputs out;
  virtual void cycle() = 0;
  /// Whether an assertion of the RTL failed since the last call.
  virtual bool take_assertion_failure() = 0;
};

/// The board's chip after a reset. Throws MeshNotVerilated where there is none of its size, network and build.
std::unique_ptr<ChipPort> make_chip_port(const chips::Board& board, ModelBuild build, std::uint32_t seed = 1);

}  // namespace ranvier::rtl
