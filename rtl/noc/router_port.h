// SPDX-License-Identifier: Apache-2.0
// The pins of one Verilated rv_router or rv_fork_router, free of Verilator headers. A cycle: set `in`, call cycle(),
// read `out`, which holds the outputs as they stood just before the clock edge.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace ranvier::rtl {

/// What the router was Verilated with; in flits and cycles.
struct RouterParameters {
  std::int32_t vcs = 0;
  std::int32_t depth = 0;
  std::int32_t hop = 0;
  std::int32_t credit = 0;
  std::int32_t coordinate_bits = 0;
  std::int32_t cores = 0;       // a router's
  std::int32_t label_bits = 0;  // of a packet on a tree; 0: the router forks none
  constexpr std::int32_t ports() const { return 4 + cores; }
  friend bool operator==(const RouterParameters&, const RouterParameters&) = default;
};

class RouterPort {
 public:
  static constexpr std::size_t kPorts = 21;  // at most: east, west, south, north, cores
  struct Flit {
    bool head = false;
    bool tail = false;
    std::uint8_t x = 0;
    std::uint8_t y = 0;
    std::uint8_t core = 0;
    std::uint32_t data = 0;
    bool on_tree = false;  // `label` says where it goes
    std::uint16_t label = 0;
    friend bool operator==(const Flit&, const Flit&) = default;
  };
  struct FlitPin {
    bool valid = false;
    std::uint8_t vc = 0;
    Flit flit;
    friend bool operator==(const FlitPin&, const FlitPin&) = default;
  };
  struct CreditPin {
    bool valid = false;
    std::uint8_t vc = 0;
    friend bool operator==(const CreditPin&, const CreditPin&) = default;
  };
  /// Of the table of a router that forks: what flits with a label leave by, and their labels over links.
  struct Entry {
    std::uint16_t label = 0;
    std::uint32_t outputs = 0;
    std::array<std::uint16_t, 4> next{};
  };
  struct Pins {
    std::array<FlitPin, kPorts> flits;      // in: by input; out: by output
    std::array<CreditPin, kPorts> credits;  // in: by output; out: by input
    std::array<bool, kPorts> busy{};        // in, by output: the link takes no flit that wins now
    std::optional<Entry> write;             // in
  };

  virtual ~RouterPort() = default;
  RouterPort() = default;
  RouterPort(const RouterPort&) = delete;
  RouterPort& operator=(const RouterPort&) = delete;

  bool reset = false;
  std::uint8_t x = 0;  // where it is
  std::uint8_t y = 0;
  Pins in;
  Pins out;
  bool overflow = false;  // sticky: a flit came without a credit
  virtual void cycle() = 0;
  virtual std::int64_t cycles() const = 0;  // since it was made
  /// Whether an assertion of the RTL failed since the last call.
  virtual bool take_assertion_failure() = 0;
  /// From now on all signals go to the file.
  virtual void open_wave(const std::filesystem::path& path) = 0;
};

/// Of all models of a router that there are.
const std::vector<RouterParameters>& router_models();

/// A router after a reset, of one of router_models().
std::unique_ptr<RouterPort> make_router_port(const RouterParameters& parameters, std::uint8_t x, std::uint8_t y);

}  // namespace ranvier::rtl
