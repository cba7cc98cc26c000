// SPDX-License-Identifier: Apache-2.0
// Tiles to chips with METIS.
#include <metis.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <stdexcept>

#include "mapper/metis_turn.h"
#include "mapper/partition.h"

namespace ranvier::mapper {

namespace {

constexpr int kConstraints = 5;
constexpr double kWeightSum = 1e8;  // METIS adds edge weights in 32 bits

idx_t share(std::int64_t need, std::int64_t limit) {
  if (limit <= 0) return 1;
  return static_cast<idx_t>(1 + 1000 * need / limit);  // never 0: METIS divides by the sum
}

}  // namespace

std::vector<std::int32_t> split_to_parts(const MappingProblem& problem, std::int32_t parts, std::uint64_t seed) {
  const std::size_t tiles = problem.tiles.size();
  std::vector<std::int32_t> part(tiles, 0);
  part[0] = -1;
  if (parts <= 1 || tiles <= 2) return part;

  // Vertex v is tile v + 1: the host tile is on no chip.
  std::map<std::pair<std::size_t, std::size_t>, double> weight;
  double sum = 0;
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    if (flow.source.value() == 0) continue;
    const double flits =
        problem.flow_events[f] * static_cast<double>(chips::flits_of(problem.board.chip.noc, flow.payload_bits));
    if (problem.tiles[flow.source.value()].engine == Engine::kOffload) continue;
    for (const TileId to : flow.destinations) {
      if (problem.tiles[to.value()].engine == Engine::kOffload) continue;
      weight[{flow.source.value() - 1, to.value() - 1}] += flits;
      weight[{to.value() - 1, flow.source.value() - 1}] += flits;
      sum += flits;
    }
  }
  std::vector<idx_t> first{0};
  std::vector<idx_t> neighbour;
  std::vector<idx_t> edge_weight;
  auto edge = weight.begin();
  for (std::size_t v = 0; v + 1 < tiles; ++v) {
    for (; edge != weight.end() && edge->first.first == v; ++edge) {
      neighbour.push_back(static_cast<idx_t>(edge->first.second));
      edge_weight.push_back(static_cast<idx_t>(1 + std::llround(edge->second * kWeightSum / std::max(1.0, sum) / 4)));
    }
    first.push_back(static_cast<idx_t>(neighbour.size()));
  }
  const chips::CoreKind& core = problem.board.chip.core;
  std::vector<idx_t> vertex_weight;
  for (std::size_t t = 1; t < tiles; ++t) {
    const Demand& d = problem.tiles[t].demand;
    const std::array<idx_t, kConstraints> weights{share(d.neurons, core.neurons.value),
                                                  share(d.axons, core.fan_in_axons.value),
                                                  share(d.synapse_bytes.count(), core.synapse_memory.value.count()),
                                                  share(d.state_bytes.count(), core.state_memory.value.count()), 1};
    vertex_weight.insert(vertex_weight.end(), weights.begin(), weights.end());
  }

  std::array<idx_t, METIS_NOPTIONS> options{};
  METIS_SetDefaultOptions(options.data());
  options[METIS_OPTION_SEED] = static_cast<idx_t>(seed % 0x7fffffff);
  options[METIS_OPTION_NUMBERING] = 0;
  auto vertices = static_cast<idx_t>(tiles - 1);
  idx_t constraints = kConstraints;
  idx_t wanted = std::min(parts, static_cast<std::int32_t>(vertices));
  idx_t cut = 0;
  std::vector<real_t> imbalance(kConstraints, 1.1F);
  std::vector<idx_t> result(tiles - 1, 0);
  const std::lock_guard turn(metis_turn());
  const int status =
      METIS_PartGraphKway(&vertices, &constraints, first.data(), neighbour.data(), vertex_weight.data(), nullptr,
                          edge_weight.data(), &wanted, nullptr, imbalance.data(), options.data(), &cut, result.data());
  if (status != METIS_OK) throw std::logic_error("METIS_PartGraphKway failed");
  for (std::size_t v = 0; v < result.size(); ++v) part[v + 1] = static_cast<std::int32_t>(result[v]);
  return part;
}

}  // namespace ranvier::mapper
