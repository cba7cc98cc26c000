// SPDX-License-Identifier: Apache-2.0
// The shell bound.
#include "mapper/clusters/bounds.h"

#include <algorithm>
#include <functional>

namespace ranvier::mapper::clusters {

namespace {

/// Neighbourhoods hold weights rounded to float, up by at most this factor.
constexpr double kFloatRounding = 1 + 0x1p-24;

}  // namespace

std::vector<std::uint64_t> largest_shells(Mesh mesh) {
  std::vector<std::uint64_t> shells;
  if (mesh.cells() == 0) return shells;
  const Cell middle = mesh.at(mesh.width / 2, mesh.height / 2);
  for (Cell c = 0; c < mesh.cells(); ++c) {
    const std::uint32_t d = mesh.distance(middle, c);
    if (d == 0) continue;
    if (shells.size() < d) shells.resize(d);
    ++shells[d - 1];
  }
  return shells;
}

double shell_bound(const ClusterGraph& graph, Mesh mesh) {
  const std::vector<std::uint64_t> shells = largest_shells(mesh);
  std::vector<float> weights;
  double sum = 0;
  for (Cluster c = 0; c < graph.size(); ++c) {
    weights.clear();
    for (const auto& n : graph.neighbours(c)) weights.push_back(n.weight);
    std::sort(weights.begin(), weights.end(), std::greater<>());
    std::size_t next = 0;
    for (std::size_t d = 0; d < shells.size() && next < weights.size(); ++d)
      for (std::uint64_t i = 0; i < shells[d] && next < weights.size(); ++i)
        sum += static_cast<double>(weights[next++]) * static_cast<double>(d + 1);
  }
  return sum / 2 / kFloatRounding;
}

}  // namespace ranvier::mapper::clusters
