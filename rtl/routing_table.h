// SPDX-License-Identifier: Apache-2.0
// rv_routing_table behind the spike port of a core: its contents, what a mapping writes into it, its pins.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mapper/mapping.h"
#include "rtl/core_tile.h"

namespace ranvier::rtl {

/// Sizes of rv_routing_table as Verilated: its defaults.
struct RoutingTableSize {
  std::int32_t neurons = 256;
  std::int32_t entries = 256;
  int token_bits = 6;
  int core_bits = 8;
  int axon_bits = 12;
};
inline constexpr RoutingTableSize kRoutingTableSize;

/// For events of tokens first_token to last_token; the rest is added to token and neuron, modulo their width.
struct RouteEntry {
  std::int32_t core = 0;
  bool relay = false;  // the core passes the event on
  std::int32_t add_axon = 0;
  std::int32_t add_token = 0;
  std::int32_t first_token = 0;
  std::int32_t last_token = 0;
  friend bool operator==(const RouteEntry&, const RouteEntry&) = default;
};
struct RouteList {
  std::int32_t first = 0;
  std::int32_t count = 0;
};
struct RoutingTable {
  std::vector<RouteList> neurons;
  std::vector<RouteEntry> entries;
};

/// The table of a tile: one entry for every packet that the source sends for an event of a flow, in order of flows;
/// neurons with the same flows share their list. Axons and tokens leave as numbers within the stage. Flows that end
/// on the source's own core alone have no packet. For chips that fork packets in routers: the tree is theirs, the entry
/// names its first core.
RoutingTable routing_table(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, TileId tile);

struct RoutedPacket {
  std::int32_t core = 0;
  std::int32_t token = 0;
  std::int32_t axon = 0;
  std::int32_t payload = 0;
  bool relay = false;
  friend bool operator==(const RoutedPacket&, const RoutedPacket&) = default;
};
/// What the table makes of an event, in order.
std::vector<RoutedPacket> routed(const RoutingTable& table, const CoreSpike& spike,
                                 const RoutingTableSize& size = kRoutingTableSize);
/// Cycles from taking the event until the next can be taken, when every packet is taken at once.
std::int64_t routing_cycles(const RoutingTable& table, const CoreSpike& spike);

class RoutingTablePort {
 public:
  virtual ~RoutingTablePort() = default;
  struct Inputs {
    bool reset = false;
    bool spike_valid = false;
    CoreSpike spike;
    bool packet_ready = false;
  };
  struct Outputs {
    bool spike_ready = false;
    bool packet_valid = false;
    RoutedPacket packet;
  };
  Inputs in;
  Outputs out;  // as they stood just before the clock edge
  virtual void cycle() = 0;
  virtual void load(const RoutingTable& table) = 0;
  virtual bool take_assertion_failure() = 0;
};

/// With assertions; registers and memories start with random values.
std::unique_ptr<RoutingTablePort> make_routing_table_port(std::uint32_t seed);

}  // namespace ranvier::rtl
