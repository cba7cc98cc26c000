// SPDX-License-Identifier: Apache-2.0
// The pins of one Verilated rv_mesh, free of Verilator headers. A cycle: set `in`, call cycle(), read `out`, which
// holds the outputs as they stood just before the clock edge.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "chips/chip.h"

namespace ranvier::rtl {

/// What a mesh was Verilated with; in flits and cycles.
struct MeshParameters {
  std::int32_t columns = 0;
  std::int32_t rows = 0;
  std::int32_t vcs = 0;
  std::int32_t depth = 0;
  std::int32_t hop = 0;
  std::int32_t inject = 0;
  std::int32_t credit = 0;
  std::int32_t data_bits = 0;  // of a flit
  constexpr std::int32_t cores() const { return columns * rows; }
  friend bool operator==(const MeshParameters&, const MeshParameters&) = default;
};
inline constexpr std::int32_t kMostPacketFlits = 15;

class MeshPort {
 public:
  /// A packet that its core offers: it stays as it is until `ready`, which comes with its last flit.
  struct Packet {
    bool valid = false;
    std::uint8_t x = 0;
    std::uint8_t y = 0;
    std::uint8_t flits = 1;
    std::uint64_t data = 0;  // of the present flit
  };
  struct CoreInputs {
    Packet own;
    Packet relay;
    bool eject_open = true;
  };
  struct CoreOutputs {
    bool own_ready = false;
    bool relay_ready = false;
    bool own_enters = false;  // its head leaves
    bool relay_enters = false;
    bool eject_valid = false;
    bool eject_head = false;
    bool eject_tail = false;
    std::uint64_t eject_data = 0;
  };

  virtual ~MeshPort() = default;
  MeshPort() = default;
  MeshPort(const MeshPort&) = delete;
  MeshPort& operator=(const MeshPort&) = delete;

  virtual const MeshParameters& parameters() const = 0;
  bool reset = false;
  std::vector<CoreInputs> in;  // by core: (r % columns, r / columns)
  std::vector<CoreOutputs> out;
  bool overflow = false;  // sticky: a flit came without a credit
  virtual void cycle() = 0;

  /// Whether an assertion of the RTL failed since the last call.
  virtual bool take_assertion_failure() = 0;
  /// The covered mesh only; others do nothing. From now on all signals go to the file.
  virtual void open_wave(const std::filesystem::path& path) { static_cast<void>(path); }
  virtual void write_coverage(const std::filesystem::path& path) { static_cast<void>(path); }
};

enum class ModelBuild : std::uint8_t { kFast, kCheck };

/// The board's mesh after a reset; the check build, with assertions, is of 2x2 only. Throws MeshNotVerilated
/// (rtl/noc/errors.h) for a board whose network none of the Verilated meshes is. Registers of the check build start
/// with random values drawn from `seed`.
std::unique_ptr<MeshPort> make_mesh_port(const chips::Board& board, ModelBuild build, std::uint32_t seed = 1);

/// What rv_mesh needs to be the board's network. Throws MeshNotVerilated for what it cannot be at all.
MeshParameters mesh_parameters(const chips::Board& board);

}  // namespace ranvier::rtl
