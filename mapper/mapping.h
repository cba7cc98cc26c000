// SPDX-License-Identifier: Apache-2.0
// The mapping problem (tiles, flows, board), its solution, and the profile that simulation feeds back.
// Solvers are free functions from a MappingProblem to a Mapping; verify() (verifier.h) shares no code with them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "chips/chip.h"
#include "mapper/constraints.h"
#include "workloads/program.h"

namespace ranvier::mapper {

struct Range {
  std::int32_t begin = 0;
  std::int32_t end = 0;
  std::int32_t size() const { return end - begin; }
  bool contains(std::int32_t i) const { return i >= begin && i < end; }
  friend bool operator==(const Range&, const Range&) = default;
};

enum class TokenMode : std::uint8_t { kShared, kStream, kReplicate };

/// What of its core's resources a tile takes.
struct Demand {
  std::int64_t neurons = 0;
  std::int64_t axons = 0;
  Bytes synapse_bytes;
  Bytes state_bytes;
  Bytes bulk_bytes;
  Bytes receive_bytes;         // values that may arrive in one step
  std::int64_t tiles = 0;      // 1 for a tile on a core
  std::int64_t profiles = 0;   // neuron configurations
  std::int64_t formats = 0;    // synapse formats
  std::int64_t out_axons = 0;  // unicast chips: neurons times destination cores, known once placed
};

/// What executes a stage: event-driven cores, the same cores in dense mode (all values, zero or not), or the board's
/// device behind the host link. The integers are the same.
enum class Engine : std::uint8_t { kSpiking, kDense, kOffload };

/// Of a LayerNorm row: its sum, and its sum of squares as low and high part.
inline constexpr std::int32_t kStatisticsDigits = 3;

/// A slice of a stage. Linear: any of the three ranges may be cut. Scores and mix: cut by heads (through `outputs`) and
/// query tokens. LayerNorm: by tokens and, with statistics tiles for its sums, by outputs. GELU and add: by outputs and
/// tokens. A tile with `partial_of` holds only some inputs: it has no encoder and sends integer differences of its sums
/// to that tile. A statistics tile of a LayerNorm row sums some of its inputs and their squares, and sends differences,
/// in kStatisticsDigits digits (its `outputs`), to all tiles that map those tokens.
struct Tile {
  StageId stage;
  Range outputs;  // channels of the stage
  Range inputs;   // channels of inputs[0]; whole range unless the tile is an input slice
  Range tokens;
  TokenMode mode = TokenMode::kShared;
  TileId partial_of;
  Demand demand;
  Engine engine = Engine::kSpiking;  // kOffload: the whole stage, on no core, like the host tile
  bool statistics = false;           // kLayerNorm
  /// No encoder: what it sends are differences of sums, for tiles of its own stage alone.
  bool sums_for_others() const { return partial_of.valid() || statistics; }
};

/// Which events go where: every event of `source` with token and channel in these ranges goes to all of `destinations`,
/// once. A destination takes it on each of its ports that is fed by the source's stage and whose reach (delivery.h)
/// holds it. In asynchronous schedules on chips with delays all destinations of a flow need the same delay.
struct Flow {
  TileId source;
  Range tokens;
  Range channels;
  std::vector<TileId> destinations;  // sorted
  std::int32_t payload_bits = 1;
};

using workloads::Schedule;

/// Tile 0 is the host's input stage: it has no core, its events enter over the host link at core 0 of the board. So do
/// those of offloaded tiles; a flow ends either on tiles of cores or on tiles of the device, never on both.
struct MappingProblem {
  const workloads::Program* program = nullptr;
  chips::Board board;
  Schedule schedule = Schedule::kStagedGraded;
  std::vector<Tile> tiles;
  std::vector<Flow> flows;
  std::vector<double> flow_events;  // events per image, by flow; estimated, or measured by a profile
  std::vector<double> tile_cycles;  // busy cycles per image, by tile; estimated, or measured
  MapConstraints constraints{};     // of the user
};

/// Relay multicast: the packet goes to chain[0], whose core passes a copy on to chain[1], and so on, until the source
/// sends another packet of its own. Unicast: a packet to each core of the chain. Tree: one packet, forked by routers.
struct Route {
  std::vector<CoreId>
      chain;  // distinct cores of the flow's destinations other than the source's own core; the host has
              // no core, so its chains hold all of them, core 0 too, and begin at the router of core 0.
              // From a core to the device: core 0, whose router is the way out; host to device: none
  std::vector<LinkId> tree{};  // tree chips: links from the source's router to those of the chain's cores, ascending
                               // there; each after the one it goes on from. To the device: none, packets to the
                               // host go from point to point
  std::vector<std::size_t> starts{};  // relay chips: places in the chain, ascending and none 0, whose core gets a
                                      // packet of the source's own; the core before it passes nothing on
  /// Relay chips: whether the core at this place of the chain passes the packet on.
  bool passes_on(std::size_t place) const {
    return place + 1 < chain.size() && std::find(starts.begin(), starts.end(), place + 1) == starts.end();
  }
};

/// Keys k with (k & mask) == key.
struct KeyBlock {
  std::uint32_t key = 0;
  std::uint32_t mask = 0;
  friend bool operator==(const KeyBlock&, const KeyBlock&) = default;
};

/// Where a router sends packets of these keys: bit d the link in Direction d, bit 4 + i the router's core i.
struct TableEntry {
  KeyBlock keys;
  std::uint64_t outputs = 0;
  friend bool operator==(const TableEntry&, const TableEntry&) = default;
};

/// Tree chips: what routers hold. The first entry that matches a packet's key holds; a packet from a link that none
/// matches goes straight on.
struct RoutingTables {
  std::vector<KeyBlock> keys;                      // by flow; mask 0 where it has no tree
  std::vector<std::vector<TableEntry>> of_router;  // in order of precedence
};

struct Mapping {
  std::vector<CoreId> core_of;      // by tile; invalid for the host tile and for offloaded ones
  std::vector<Route> routes;        // by flow
  std::vector<std::int32_t> level;  // by tile: staged schedules fire a tile when its level comes
  std::vector<std::int32_t>
      delay;               // by flow: steps an event waits at its destination (asynchronous, chips with delays)
  RoutingTables tables{};  // tree chips
  /// Relay chips, staged schedules, by level: in how many steps a level sends, each a slice of its tiles' events, so
  /// that relays hold what comes (waves.h). One where there is no entry.
  std::vector<std::int32_t> waves{};
  std::int32_t waves_of(std::size_t of_level) const { return of_level < waves.size() ? waves[of_level] : 1; }
};

/// What a simulation measured, per image. Same indices as the problem it was made for.
struct Profile {
  std::vector<double> flow_events;
  std::vector<double> tile_cycles;
  std::vector<double> link_flits;  // by directed link, link numbering of mapper/mesh.h
  double step_time_ns_mean = 0;
};

}  // namespace ranvier::mapper
