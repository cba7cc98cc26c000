// SPDX-License-Identifier: Apache-2.0
// What can go wrong when a board's network is asked for in RTL.
#pragma once

#include <string>

#include "base/error.h"

namespace ranvier::rtl {

/// The board's network is none of the Verilated meshes.
struct MeshNotVerilated : Error {
  MeshNotVerilated(const std::string& board_name, const std::string& why)
      : Error(ExitCode::kUsage, "board '" + board_name + "': its network is not in RTL: " + why +
                                    "; take a 2x2 or 4x4 board of tianjic-like"),
        board(board_name),
        reason(why) {}
  std::string board;
  std::string reason;
};

/// A packet that the mesh does not deliver: a fault of the RTL or of who drives it.
struct MeshHangs : Error {
  MeshHangs(std::int64_t cycles_waited, std::size_t packets_left)
      : Error(ExitCode::kInternal, "the RTL mesh still holds " + std::to_string(packets_left) + " packets after " +
                                       std::to_string(cycles_waited) + " cycles without a delivery"),
        cycles(cycles_waited),
        packets(packets_left) {}
  std::int64_t cycles;
  std::size_t packets;
};

}  // namespace ranvier::rtl
