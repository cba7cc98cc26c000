// SPDX-License-Identifier: Apache-2.0
// Makes flit-level networks.
#include "sim/cycle_network.h"

#include "sim/cycle_network_engine.h"

namespace ranvier::sim {

std::unique_ptr<CycleNetwork> make_cycle_network(const MeshSpec& mesh, const NetworkOptions& options) {
  check(mesh);
  if (mesh.cores_per_router > 1) {
    if (mesh.ports() <= 8) return std::make_unique<CycleEngine<0, false, 8>>(mesh, options);
    return std::make_unique<CycleEngine<0, false, kLocal + kMaxCoresPerRouter>>(mesh, options);
  }
  if (mesh.kind != RouterKind::kSingleStage) return std::make_unique<CycleEngine<0, true, 5>>(mesh, options);
  if (mesh.virtual_channels == 1) return std::make_unique<CycleEngine<1, false, 5>>(mesh, options);
  if (mesh.virtual_channels == 4) return std::make_unique<CycleEngine<4, false, 5>>(mesh, options);
  return std::make_unique<CycleEngine<0, false, 5>>(mesh, options);
}

std::unique_ptr<Network> make_cycle_network(const chips::Board& board, const NetworkOptions& options) {
  return make_cycle_network(mesh_of(board), options);
}

}  // namespace ranvier::sim
