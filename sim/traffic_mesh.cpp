// SPDX-License-Identifier: Apache-2.0
// The network that traffic options ask for: a preset with other delays, allocator or topology.
#include "sim/network_errors.h"
#include "sim/network_topology.h"
#include "sim/traffic.h"

namespace ranvier::sim {

namespace {

Allocator allocator_of(const std::string& name) {
  if (name == "islip") return Allocator::kIslip;
  if (name == "input-first") return Allocator::kInputFirst;
  throw UnknownAllocator(name);
}

void change(RouterTiming& timing, const DelayChanges& changes) {
  timing.route = changes.route.value_or(timing.route);
  timing.vc_allocation = changes.vc_allocation.value_or(timing.vc_allocation);
  timing.switch_allocation = changes.switch_allocation.value_or(timing.switch_allocation);
  timing.crossbar = changes.crossbar.value_or(timing.crossbar);
  if (changes.router) timing.crossbar = *changes.router - timing.switch_allocation;
  if (changes.link) timing.link = timing.link_vertical = *changes.link;
  timing.credit = changes.credit.value_or(timing.credit);
  timing.inject = changes.inject.value_or(timing.inject);
  timing.link_cycles_per_flit = changes.link_cycles_per_flit.value_or(timing.link_cycles_per_flit);
}

}  // namespace

MeshSpec mesh_of(const TrafficOptions& options) {
  MeshSpec mesh =
      preset_mesh(options.preset, options.width, options.height, options.virtual_channels, options.buffer_flits);
  mesh.topology = topology_named(options.topology);
  mesh.allocator = allocator_of(options.allocator);
  constexpr std::int32_t kUsualConcentration = 4;
  if (options.concentration != 0) {
    mesh.cores_per_router = options.concentration;
  } else if (options.topology == "cmesh") {
    mesh.cores_per_router = kUsualConcentration;
  }
  change(mesh.timing, options.delays);
  check(mesh);
  return mesh;
}

std::int32_t packet_flits(const TrafficOptions& options) {
  if (options.flits != 0) return options.flits;
  return options.preset == kHalfRate ? 2 : 1;
}

}  // namespace ranvier::sim
