// SPDX-License-Identifier: Apache-2.0
// Mesh parameters from boards and presets, their limits, and the closed form of zero-load latency.
#include "sim/network_timing.h"

#include <cstdlib>

#include "sim/network_errors.h"
#include "sim/network_topology.h"

namespace ranvier::sim {

namespace {

std::int32_t narrow(const chips::Count& count, const char* name, std::int64_t least, std::int64_t most) {
  if (count.value < least || count.value > most) throw NetworkParameterError(name, count.value, least, most);
  return static_cast<std::int32_t>(count.value);
}

void limit(const char* name, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value < least || value > most) throw NetworkParameterError(name, value, least, most);
}

}  // namespace

MeshSpec mesh_of(const chips::Board& board) {
  const chips::Noc& noc = board.chip.noc;
  MeshSpec mesh;
  mesh.width = board.width();
  mesh.height = board.height();
  mesh.chip_width = noc.width;
  mesh.chip_height = noc.height;
  mesh.cores_per_router = narrow(noc.cores_per_router, "cores_per_router", 1, kMaxPorts - 4);
  mesh.virtual_channels = narrow(noc.virtual_channels, "virtual_channels", 1, kMaxVirtualChannels);
  mesh.buffer_flits = narrow(noc.buffer_flits, "buffer_flits", 1, kMaxBufferFlits);
  mesh.timing.crossbar = narrow(noc.router_cycles, "router_cycles", 1, kMaxDelayCycles) - 1;
  mesh.timing.link = narrow(noc.link_cycles, "link_cycles", 1, kMaxDelayCycles);
  mesh.timing.link_vertical = noc.link_cycles_vertical.value == 0
                                  ? mesh.timing.link
                                  : narrow(noc.link_cycles_vertical, "link_cycles_vertical", 1, kMaxDelayCycles);
  mesh.timing.link_cycles_per_flit = narrow(noc.link_cycles_per_flit, "link_cycles_per_flit", 1, kMaxDelayCycles);
  mesh.timing.credit = narrow(noc.credit_cycles, "credit_cycles", 1, kMaxDelayCycles);
  mesh.timing.inject = 1 + mesh.timing.link;
  if (board.chips() > 1) {
    mesh.edge.latency = narrow(board.chip.chip_link.latency_cycles, "chip_link.latency_cycles", 1, kMaxDelayCycles);
    mesh.edge.cycles_per_flit =
        narrow(board.chip.chip_link.cycles_per_flit, "chip_link.cycles_per_flit", 1, kMaxDelayCycles);
  }
  check(mesh);
  return mesh;
}

MeshSpec preset_mesh(const std::string& preset, std::int32_t width, std::int32_t height, std::int32_t virtual_channels,
                     std::int32_t buffer_flits) {
  MeshSpec mesh;
  mesh.width = mesh.chip_width = width;
  mesh.height = mesh.chip_height = height;
  mesh.virtual_channels = virtual_channels;
  mesh.buffer_flits = buffer_flits;
  mesh.timing.crossbar = 1;
  mesh.timing.credit = 2;
  if (preset == "p3") {
    mesh.kind = RouterKind::kSingleStage;
  } else if (preset == "s3") {
    mesh.kind = RouterKind::kSpeculative;
  } else if (preset == "d5") {
    mesh.kind = RouterKind::kStaged;
    mesh.timing.route = mesh.timing.vc_allocation = 1;
  } else if (preset == kHalfRate) {
    mesh.timing.crossbar = 0;
    mesh.timing.credit = 1;
    mesh.timing.link_cycles_per_flit = mesh.timing.local_cycles_per_flit = 2;
  } else {
    throw UnknownPreset(preset);
  }
  check(mesh);
  return mesh;
}

void check(const MeshSpec& mesh) {
  limit("mesh width", mesh.width, 1, kMaxMeshSide);
  limit("mesh height", mesh.height, 1, kMaxMeshSide);
  const bool rings = mesh.topology != Topology::kMesh;
  limit("chip width", mesh.chip_width, rings ? mesh.width : 1, mesh.width);
  limit("chip height", mesh.chip_height, rings ? mesh.height : 1, mesh.height);
  limit("cores_per_router", mesh.cores_per_router, 1, kMaxPorts - mesh.links());
  if (rings) limit("virtual_channels of a torus", mesh.virtual_channels, 2, kMaxVirtualChannels);
  limit("virtual_channels", mesh.virtual_channels, 1, kMaxVirtualChannels);
  limit("buffer_flits", mesh.buffer_flits, 1, kMaxBufferFlits);
  const bool staged = mesh.kind == RouterKind::kStaged;
  limit("route_cycles", mesh.timing.route, 0, kMaxDelayCycles);
  limit("vc_allocation_cycles", mesh.timing.vc_allocation, staged ? 1 : 0, staged ? kMaxDelayCycles : 0);
  limit("switch_allocation_cycles", mesh.timing.switch_allocation, 1, kMaxDelayCycles);
  limit("crossbar_cycles", mesh.timing.crossbar, 0, kMaxDelayCycles);
  limit("link_cycles", mesh.timing.link, 1, kMaxDelayCycles);
  limit("link_cycles_vertical", mesh.timing.link_vertical, 1, kMaxDelayCycles);
  limit("link_cycles_per_flit", mesh.timing.link_cycles_per_flit, 1, kMaxDelayCycles);
  limit("local_cycles_per_flit", mesh.timing.local_cycles_per_flit, 1, kMaxDelayCycles);
  limit("credit_cycles", mesh.timing.credit, 1, kMaxDelayCycles);
  limit("inject_cycles", mesh.timing.inject, 1, kMaxDelayCycles);
  limit("chip_link.latency_cycles", mesh.edge.latency, 1, kMaxDelayCycles);
  limit("chip_link.cycles_per_flit", mesh.edge.cycles_per_flit, 1, kMaxDelayCycles);
  limit("virtual_channels of routers with so many cores", mesh.virtual_channels, 1, kMaxInputs / mesh.ports());
  const std::int64_t round_trip = std::int64_t{mesh.edge_hop()} + mesh.edge_credit() + mesh.head_setup();
  limit("chip_link.latency_cycles in flits on the way", (round_trip - 1) / mesh.edge.cycles_per_flit + 1, 1,
        2 * kMaxBufferFlits);
  const std::int64_t fifos =
      std::int64_t{mesh.routers()} * (mesh.ports() + mesh.cores_per_router) * mesh.virtual_channels;
  limit("buffer_flits of so large a mesh", mesh.buffer_flits, 1, (std::int64_t{1} << 31) / fifos);
}

std::int64_t zero_load_cycles(const MeshSpec& mesh, CoreId from, CoreId to, std::int32_t flits) {
  const auto edges = [](std::int32_t a, std::int32_t b, std::int32_t side) { return std::abs(a / side - b / side); };
  const Way way = way_between(mesh, mesh.router_of(from), mesh.router_of(to));
  const std::int64_t across = std::abs(way.x) + std::abs(way.diagonal);
  const std::int64_t along = std::abs(way.y);
  std::int64_t edges_across = 0;
  std::int64_t edges_along = 0;
  if (mesh.topology == Topology::kMesh) {
    edges_across = edges(mesh.x(from), mesh.x(to), mesh.chip_width);
    edges_along = edges(mesh.y(from), mesh.y(to), mesh.chip_height);
  }
  const std::int64_t crossings = edges_across + edges_along;
  std::int64_t slowest = mesh.timing.local_cycles_per_flit;
  if (across + along > crossings) slowest = std::max<std::int64_t>(slowest, mesh.timing.link_cycles_per_flit);
  if (crossings > 0) slowest = std::max<std::int64_t>(slowest, mesh.edge.cycles_per_flit);
  return mesh.timing.inject + (across + along + 1) * mesh.head_setup() +
         (across - edges_across + 1) * mesh.timing.hop() + (along - edges_along) * mesh.timing.vertical_hop() +
         crossings * mesh.edge_hop() + (flits - 1) * slowest;
}

std::int64_t zero_load_cycles(const MeshSpec& mesh, const mapper::WayLinks& way, std::int32_t flits) {
  std::int64_t slowest = mesh.timing.local_cycles_per_flit;
  if (way.links > way.edges) slowest = std::max<std::int64_t>(slowest, mesh.timing.link_cycles_per_flit);
  if (way.edges > 0) slowest = std::max<std::int64_t>(slowest, mesh.edge.cycles_per_flit);
  return mesh.timing.inject + std::int64_t{way.links + 1} * mesh.head_setup() +
         std::int64_t{way.horizontal() + 1} * mesh.timing.hop() + std::int64_t{way.vertical} * mesh.timing.vertical_hop() +
         std::int64_t{way.edges} * mesh.edge_hop() + (flits - 1) * slowest;
}

}  // namespace ranvier::sim
