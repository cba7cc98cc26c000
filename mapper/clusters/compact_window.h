// SPDX-License-Identifier: Apache-2.0
// The part of a mesh that a placement needs: work and memory then depend on the clusters, not on the machine.
#pragma once

#include <cstddef>

#include "mapper/clusters/cluster_graph.h"

namespace ranvier::mapper::clusters {

struct CompactWindow {
  Mesh room;               // at the corner of the mesh; twice the cells that are needed, or the mesh
  Mesh start;              // nearly square and just large enough, or the room: where starts are laid out
  std::uint32_t left = 0;  // of the start in the room
  std::uint32_t top = 0;
};

CompactWindow compact_window(Mesh mesh, std::size_t clusters);

/// From a start in the window to cells of the room.
Placement moved_to_room(const CompactWindow& window, Placement cells);
/// From the room to the mesh.
Placement moved_to_mesh(const CompactWindow& window, Mesh mesh, Placement cells);

}  // namespace ranvier::mapper::clusters
