// SPDX-License-Identifier: Apache-2.0
// What a placement costs, as Jin et al. (ASPLOS 2023) and AxonFlow (Ronzani and Silvano, 2026) measure it. Equations:
// docs/reference/place.md.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/clusters/cluster_graph.h"

namespace ranvier::mapper::clusters {

/// Units of Jin et al.: a router's energy and time are 1.
struct HopCosts {
  double router_energy = 1;
  double wire_energy = 0.1;
  double router_latency = 1;
  double wire_latency = 0.01;
};

/// d is the distance in hops, w the weight of an edge. All zero for a graph without edges.
struct Metrics {
  double weighted_hops = 0;          // sum of w d
  double energy = 0;                 // asplos23: sum of w (d (router + wire) + wire)
  double energy_axonflow = 0;        // sum of w ((d + 1) router + d wire)
  double latency_mean = 0;           // asplos23: mean over edges of d (router + wire) + wire
  double latency_mean_weighted = 0;  // the same, weighted by w
  double latency_mean_axonflow = 0;  // weighted mean of (d + 1) router + d wire
  double latency_max = 0;            // greatest term of latency_mean
  double congestion_mean = 0;        // over the 2XY - X - Y undirected links
  double congestion_max = 0;
  std::uint32_t distance_max = 0;
};

Metrics measure(const ClusterGraph& graph, Mesh mesh, const Placement& placement, const HopCosts& costs = {});

/// Energy (asplos23) of a sum of w d over a total of w.
double energy_of(double weighted_hops, double total_weight, const HopCosts& costs = {});

/// Load of every link: an edge spreads evenly over the parallel links of its bounding box, w / rows on each horizontal
/// one and w / columns on each vertical one. Linear in edges and cells.
struct LinkLoads {
  Mesh mesh;
  std::vector<double> east;   // from (x, y) to (x + 1, y), at y * width + x; the last column is 0
  std::vector<double> south;  // from (x, y) to (x, y + 1); the last row is 0
};
LinkLoads link_loads(const ClusterGraph& graph, Mesh mesh, const Placement& placement);

}  // namespace ranvier::mapper::clusters
