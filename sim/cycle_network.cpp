// SPDX-License-Identifier: Apache-2.0
// Makes flit-level networks.
#include "sim/cycle_network.h"

#include "sim/cycle_network_engine.h"
#include "sim/network_errors.h"

namespace ranvier::sim {

std::unique_ptr<CycleNetwork> make_cycle_network(const MeshSpec& mesh, const NetworkOptions& options) {
  check(mesh);
  if (mesh.kind != RouterKind::kSingleStage) throw UnknownPreset(mesh.kind == RouterKind::kStaged ? "d5" : "s3");
  if (mesh.virtual_channels == 1) return std::make_unique<CycleEngine<1>>(mesh, options);
  return std::make_unique<CycleEngine<0>>(mesh, options);
}

std::unique_ptr<Network> make_cycle_network(const chips::Board& board, const NetworkOptions& options) {
  return make_cycle_network(mesh_of(board), options);
}

}  // namespace ranvier::sim
