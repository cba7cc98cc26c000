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

/// The mapping asks for something that rv_chip does not do.
struct ChipNotInRtl : Error {
  explicit ChipNotInRtl(const std::string& why)
      : Error(ExitCode::kUsage,
              "this mapping cannot run on the RTL chip: " + why + "; map linear stages, a tile a core, without delays"),
        reason(why) {}
  std::string reason;
};

/// A fault that the RTL chip noted, or a step that it does not end.
struct ChipFault : Error {
  ChipFault(const std::string& what_failed, std::int32_t in_step)
      : Error(ExitCode::kFunctionalMismatch, "the RTL chip failed in step " + std::to_string(in_step) + ": " +
                                                 what_failed + "; the mapping or the RTL is wrong"),
        fault(what_failed),
        step(in_step) {}
  std::string fault;
  std::int32_t step;
};

/// Routers were named that do not exist or are not in RTL.
struct RouterNotInRtl : Error {
  RouterNotInRtl(const std::string& named, const std::string& why)
      : Error(ExitCode::kUsage, "--rtl " + named + ": " + why +
                                    "; take router:N, or routers for all that are, of a "
                                    "board of tianjic-like or spinnaker-like"),
        selection(named),
        reason(why) {}
  std::string selection;
  std::string reason;
};

/// An RTL router and its twin in the network model differ.
struct RouterMismatch : Error {
  RouterMismatch(std::size_t number, std::int64_t at, const std::string& what_differs, const std::string& wanted,
                 const std::string& seen, const std::string& wave)
      : Error(ExitCode::kFunctionalMismatch,
              "router " + std::to_string(number) + " in RTL differs from the model in cycle " + std::to_string(at) +
                  " of the run, " + what_differs + ": expected " + wanted + ", got " + seen +
                  (wave.empty() ? std::string("; the RTL or the model is wrong")
                                : "; " + wave + " has the cycles before it")),
        router(number),
        cycle(at),
        difference(what_differs),
        expected(wanted),
        got(seen),
        wave_file(wave) {}
  std::size_t router;
  std::int64_t cycle;
  std::string difference;
  std::string expected;
  std::string got;
  std::string wave_file;
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
