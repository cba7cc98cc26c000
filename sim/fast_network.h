// SPDX-License-Identifier: Apache-2.0
// The network by link reservation, a few operations a packet and hop. What it leaves out against the flit-level
// network:
//  - A packet reserves its whole path when it leaves its source queue, the first gap on each link that it fits: where
//  packets
//    meet, the one that left first goes first; there is no round-robin. Behind a gap too short for it a packet can be
//    overtaken.
//  - Buffers are unbounded: a packet that waits for a link keeps none of the links behind it busy, nor its source.
//  - Virtual channels: packets that share a link pass it one after another, whole.
//  - A closed ejection port holds deliveries back; it stops nothing in the mesh.
// What stays exact: zero-load latency, flits by link, a flit a cycle per link (edges: their serialisation), source and
// sink.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/network.h"
#include "sim/network_timing.h"

namespace ranvier::sim {

/// Throws NetworkParameterError.
std::unique_ptr<Network> make_fast_network(const MeshSpec& mesh, const NetworkOptions& options = {});

/// The list above as plain sentences, for reports.
std::vector<std::string> fast_network_left_out();

}  // namespace ranvier::sim
