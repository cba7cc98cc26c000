// SPDX-License-Identifier: Apache-2.0
// The mesh and its delays as the network models use them: taken from a board, or from one of the router presets that
// have published curves. Also the closed form of zero-load latency, which both models must meet exactly.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/ids.h"
#include "chips/chip.h"
#include "mapper/mesh.h"

namespace ranvier::sim {

/// How a flit gets a switch and a virtual channel.
enum class RouterKind : std::uint8_t {
  kSingleStage,  // p3: the winner of the switch takes a VC; nothing to wait for but credit and the output
  kSpeculative,  // s3: VC and switch allocation in one cycle, switch wins without a VC are wasted
  kStaged,       // d5: route, VC allocation, switch allocation in cycles of their own
};

/// Who gets the switch, and a virtual channel where that is allocated apart.
enum class Allocator : std::uint8_t {
  kIslip,       // output first: every output grants, every input accepts, round robin, pointers move on acceptance
  kInputFirst,  // every input chooses one output, every output one of those inputs, round robin, pointers move on a win
};

enum class Topology : std::uint8_t {
  kMesh,             // with several cores a router: the concentrated mesh
  kTorus,            // both dimensions wrap
  kTriangularTorus,  // also links north-east (+x, -y) and south-west: six neighbours
};

/// All in cycles, between events that the models see.
struct RouterTiming {
  std::int32_t route = 0;              // head in front of its buffer -> may ask; 0: looked ahead
  std::int32_t vc_allocation = 0;      // kStaged, at least 1 there: VC asked for -> may ask for the switch
  std::int32_t switch_allocation = 1;  // switch asked for -> won, at least 1
  std::int32_t crossbar = 0;           // switch won -> on the link
  std::int32_t link = 1;               // on the link -> in the next input buffer, free to ask for a switch; at least 1
  std::int32_t link_vertical = 1;      // the same, links north and south
  std::int32_t credit = 1;             // switch asked for and won -> the slot can be used by the sender upstream
  std::int32_t inject = 2;             // leaves the source queue -> in the router's local input buffer
  std::int32_t link_cycles_per_flit = 1;   // that a flit keeps a link between two routers of a chip busy
  std::int32_t local_cycles_per_flit = 1;  // the same, links from and to a core
  std::int32_t router() const { return switch_allocation + crossbar; }
  std::int32_t hop() const { return router() + link; }  // also into the sink
  std::int32_t vertical_hop() const { return router() + link_vertical; }
};

/// A link over a chip edge: `latency` until a flit is across whole, its serialisation included; one flit in
/// `cycles_per_flit`.
struct EdgeTiming {
  std::int32_t latency = 1;
  std::int32_t cycles_per_flit = 1;
};

struct MeshSpec {
  std::int32_t width = 1;  // routers
  std::int32_t height = 1;
  std::int32_t chip_width = 1;  // a link between two chips has `edge` timing
  std::int32_t chip_height = 1;
  std::int32_t cores_per_router = 1;  // each with a port of its own, adjacent numbers
  std::int32_t virtual_channels = 1;
  std::int32_t buffer_flits = 1;  // per input port and virtual channel
  Topology topology = Topology::kMesh;
  RouterKind kind = RouterKind::kSingleStage;
  Allocator allocator = Allocator::kIslip;
  RouterTiming timing;
  EdgeTiming edge;

  std::int32_t routers() const { return width * height; }
  std::int32_t cores() const { return routers() * cores_per_router; }
  /// Directed links that leave a router, numbered in mapper::Direction order, then north-east and south-west.
  std::int32_t links() const { return topology == Topology::kTriangularTorus ? 6 : 4; }
  std::int32_t ports() const { return links() + cores_per_router; }  // of a router
  std::int32_t router_of(CoreId c) const { return static_cast<std::int32_t>(c.value()) / cores_per_router; }
  std::int32_t x(CoreId c) const { return router_of(c) % width; }
  std::int32_t y(CoreId c) const { return router_of(c) / width; }
  /// Switch won -> free to ask for a switch in the next router, over a chip edge.
  std::int32_t edge_hop() const { return timing.router() + edge.latency; }
  /// The credit goes back over the same edge.
  std::int32_t edge_credit() const { return std::max(1, timing.credit - timing.link + edge.latency); }
  /// Slots of an input buffer at a chip edge: it covers the round trip of its credits, or the link could not run at its
  /// rate.
  std::int32_t edge_buffer_flits() const {
    const std::int32_t loop = edge_hop() + edge_credit() + head_setup();
    return std::max(buffer_flits, (loop + edge.cycles_per_flit - 1) / edge.cycles_per_flit);
  }
  /// Cycles from a head flit's arrival to its first bid for the switch.
  std::int32_t head_setup() const { return timing.route + timing.vc_allocation; }
};

inline constexpr std::int32_t kMaxVirtualChannels = 12;
inline constexpr std::int32_t kMaxBufferFlits = 16384;
inline constexpr std::int32_t kMaxMeshSide = 4096;
inline constexpr std::int32_t kMaxDelayCycles = 1 << 16;
inline constexpr std::int32_t kMaxPorts = 31;   // of a router, links and cores
inline constexpr std::int32_t kMaxInputs = 64;  // of a router: ports times virtual channels

/// Single-stage routers with the delays of the board's chip file. inject = 1 + link_cycles: out of the core, over a
/// link.
MeshSpec mesh_of(const chips::Board& board);

/// A router with Noxim's links: a flit every 2 cycles, into and out of cores too, 2 cycles a hop. Packets of 2 flits.
inline constexpr const char* kHalfRate = "half-rate";

/// One chip of width x height routers as BookSim's `d5`, `s3` or `p3`, or kHalfRate. Throws UnknownPreset.
MeshSpec preset_mesh(const std::string& preset, std::int32_t width, std::int32_t height, std::int32_t virtual_channels,
                     std::int32_t buffer_flits);

/// Throws NetworkParameterError for what the models cannot hold.
void check(const MeshSpec& mesh);

/// Cycles from `at` of inject() to delivery in an empty network whose buffers cover the credit loop:
/// inject + Σ over routers on the way (head_setup + hop, vertical_hop or edge_hop; hop into the sink) + (flits - 1) *
/// slowest link on the way.
std::int64_t zero_load_cycles(const MeshSpec& mesh, CoreId from, CoreId to, std::int32_t flits = 1);

/// The same on any way that crosses these links, of a mesh.
std::int64_t zero_load_cycles(const MeshSpec& mesh, const mapper::WayLinks& way, std::int32_t flits);

}  // namespace ranvier::sim
