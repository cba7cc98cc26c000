// SPDX-License-Identifier: Apache-2.0
// Calls of METIS for parts and for halves.
#include "mapper/hypergraph/metis_cuts.h"
#include "mapper/metis_turn.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace ranvier::mapper::hypergraph {

namespace {

std::array<idx_t, METIS_NOPTIONS> options_with(std::uint64_t seed) {
  std::array<idx_t, METIS_NOPTIONS> options{};
  METIS_SetDefaultOptions(options.data());
  options[METIS_OPTION_SEED] = static_cast<idx_t>(seed % 0x7fffffff);
  options[METIS_OPTION_NUMBERING] = 0;
  return options;
}

/// METIS gives up on some graphs of few, heavy vertices; runs of equal length are a cut as well.
void cut_in_order(std::vector<idx_t>& part, std::size_t parts) {
  for (std::size_t v = 0; v < part.size(); ++v) part[v] = static_cast<idx_t>(v * parts / part.size());
}

/// The vertices of one side, edges between them, and which they were.
std::pair<MetisInput, std::vector<idx_t>> side_of(const MetisInput& graph, const std::vector<idx_t>& side,
                                                  idx_t wanted) {
  std::vector<idx_t> number(graph.vertices(), -1);
  std::vector<idx_t> was;
  for (std::size_t v = 0; v < side.size(); ++v)
    if (side[v] == wanted) {
      number[v] = static_cast<idx_t>(was.size());
      was.push_back(static_cast<idx_t>(v));
    }
  MetisInput half;
  half.constraints = graph.constraints;
  const auto constraints = static_cast<std::size_t>(graph.constraints);
  for (const idx_t w : was) {
    const auto v = static_cast<std::size_t>(w);
    for (auto i = static_cast<std::size_t>(graph.first[v]); i < static_cast<std::size_t>(graph.first[v + 1]); ++i) {
      const idx_t to = number[static_cast<std::size_t>(graph.neighbour[i])];
      if (to < 0) continue;
      half.neighbour.push_back(to);
      half.edge_weight.push_back(graph.edge_weight[i]);
    }
    half.first.push_back(static_cast<idx_t>(half.neighbour.size()));
    for (std::size_t c = 0; c < constraints; ++c)
      half.vertex_weight.push_back(graph.vertex_weight[v * constraints + c]);
  }
  return {std::move(half), std::move(was)};
}

std::vector<idx_t> halves(MetisInput& graph, std::size_t left, std::size_t parts, double imbalance,
                          std::uint64_t seed) {
  auto vertices = static_cast<idx_t>(graph.vertices());
  std::vector<idx_t> side(graph.vertices(), 0);
  auto options = options_with(seed);
  idx_t two = 2;
  idx_t cut = 0;
  const auto constraints = static_cast<std::size_t>(graph.constraints);
  std::vector<real_t> balance(constraints, static_cast<real_t>(imbalance));
  const real_t share = static_cast<real_t>(left) / static_cast<real_t>(parts);
  std::vector<real_t> shares(constraints, share);
  shares.resize(2 * constraints, 1 - share);
  const std::lock_guard turn(metis_turn());
  if (METIS_PartGraphRecursive(&vertices, &graph.constraints, graph.first.data(), graph.neighbour.data(),
                               graph.vertex_weight.data(), nullptr, graph.edge_weight.data(), &two, shares.data(),
                               balance.data(), options.data(), &cut, side.data()) != METIS_OK)
    cut_in_order(side, 2);
  return side;
}

}  // namespace

bool is_even(const MetisInput& graph, std::size_t parts) {
  const auto constraints = static_cast<std::size_t>(graph.constraints);
  for (std::size_t c = 0; c < constraints; ++c) {
    std::int64_t sum = 0;
    std::int64_t most = 1;
    for (std::size_t i = c; i < graph.vertex_weight.size(); i += constraints) {
      sum += graph.vertex_weight[i];
      most = std::max<std::int64_t>(most, graph.vertex_weight[i]);
    }
    if (most * 3 * static_cast<std::int64_t>(parts) > sum) return false;
  }
  return true;
}

std::vector<idx_t> cut_in_halves(const MetisInput& graph, std::size_t parts, double imbalance, std::uint64_t seed) {
  std::vector<idx_t> part(graph.vertices(), 0);
  struct Piece {
    MetisInput graph;
    std::vector<idx_t> was;
    std::size_t base;
    std::size_t parts;
  };
  std::vector<idx_t> all(graph.vertices());
  std::iota(all.begin(), all.end(), 0);
  std::vector<Piece> pieces;
  pieces.push_back({graph, std::move(all), 0, parts});
  while (!pieces.empty()) {
    Piece piece = std::move(pieces.back());
    pieces.pop_back();
    if (piece.parts < 2 || piece.was.size() < 2) {
      for (const idx_t v : piece.was) part[static_cast<std::size_t>(v)] = static_cast<idx_t>(piece.base);
      continue;
    }
    const std::size_t left = piece.parts / 2;
    const std::vector<idx_t> side = halves(piece.graph, left, piece.parts, imbalance, seed);
    for (const idx_t s : {0, 1}) {
      auto [half, was] = side_of(piece.graph, side, s);
      for (idx_t& v : was) v = piece.was[static_cast<std::size_t>(v)];
      pieces.push_back({std::move(half), std::move(was), s == 0 ? piece.base : piece.base + left,
                        s == 0 ? left : piece.parts - left});
    }
  }
  return part;
}

std::vector<idx_t> cut_k_way(MetisInput graph, std::size_t parts, std::vector<real_t> imbalance, std::uint64_t seed) {
  if (!is_even(graph, parts)) return cut_in_halves(graph, parts, 1.005, seed);
  auto vertices = static_cast<idx_t>(graph.vertices());
  auto wanted = static_cast<idx_t>(parts);
  auto options = options_with(seed);
  idx_t cut = 0;
  std::vector<idx_t> part(graph.vertices(), 0);
  const std::lock_guard turn(metis_turn());
  if (METIS_PartGraphKway(&vertices, &graph.constraints, graph.first.data(), graph.neighbour.data(),
                          graph.vertex_weight.data(), nullptr, graph.edge_weight.data(), &wanted, nullptr,
                          imbalance.data(), options.data(), &cut, part.data()) != METIS_OK)
    cut_in_order(part, parts);
  return part;
}

}  // namespace ranvier::mapper::hypergraph
