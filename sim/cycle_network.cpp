// SPDX-License-Identifier: Apache-2.0
// Makes flit-level networks.
#include "sim/cycle_network.h"

#include "sim/cycle_network_engine.h"

namespace ranvier::sim {

namespace {

template <class S>
std::unique_ptr<CycleNetwork> made(const MeshSpec& mesh, const NetworkOptions& options) {
  return std::make_unique<CycleEngine<S>>(mesh, options);
}

}  // namespace

std::unique_ptr<CycleNetwork> make_cycle_network(const MeshSpec& mesh, const NetworkOptions& options) {
  check(mesh);
  if (mesh.links() > 4) return (mesh.ports() <= 7 ? made<SixWayShape> : made<SixWayLargeShape>)(mesh, options);
  if (mesh.ports() > 8) return made<FourWayLargeShape>(mesh, options);
  if (mesh.ports() > 5) return made<FourWaySmallShape>(mesh, options);
  const bool staged = mesh.kind != RouterKind::kSingleStage;
  const bool plain = mesh.topology == Topology::kMesh && mesh.allocator == Allocator::kIslip;
  if (plain && mesh.virtual_channels == 4 && staged) return made<FourVcStagedShape>(mesh, options);
  if (plain && mesh.virtual_channels == 4 && mesh.timing.route == 0) return made<FourVcShape>(mesh, options);
  if (plain && mesh.virtual_channels == 1 && !staged && mesh.timing.route == 0) return made<OneVcShape>(mesh, options);
  return made<FourWayShape>(mesh, options);
}

std::unique_ptr<Network> make_cycle_network(const chips::Board& board, const NetworkOptions& options) {
  return make_cycle_network(mesh_of(board), options);
}

}  // namespace ranvier::sim
