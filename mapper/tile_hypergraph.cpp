// SPDX-License-Identifier: Apache-2.0
// Reduction of tiles to a hypergraph under limits.
#include "mapper/tile_hypergraph.h"

#include <algorithm>
#include <map>
#include <string>

namespace ranvier::mapper {

using hypergraph::Hypergraph;
using hypergraph::Lists;
using hypergraph::PartitionProblem;
using hypergraph::SharedResource;
using hypergraph::SummedResource;
using hypergraph::Vertex;

namespace {

constexpr Vertex kOutside = UINT32_MAX;

/// Flows between vertices; those within one vertex, or that reach one alone from outside, cost nothing and are left
/// out.
Hypergraph graph_of(const MappingProblem& problem, const std::vector<Vertex>& vertex_of, std::size_t vertices) {
  Hypergraph graph;
  graph.vertices = vertices;
  std::vector<Vertex> pins;
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    pins.clear();
    for (const TileId to : flow.destinations)
      if (const Vertex v = vertex_of[to.value()]; v != kOutside) pins.push_back(v);
    std::sort(pins.begin(), pins.end());
    pins.erase(std::unique(pins.begin(), pins.end()), pins.end());
    const Vertex source = vertex_of[flow.source.value()];
    if (source != kOutside) {
      std::erase(pins, source);
      pins.insert(pins.begin(), source);
    }
    if (pins.size() < 2) continue;
    graph.pins.items.insert(graph.pins.items.end(), pins.begin(), pins.end());
    graph.pins.offset.push_back(graph.pins.items.size());
    graph.weight.push_back(problem.flow_events[f] *
                           static_cast<double>(chips::flits_of(problem.board.chip.noc, flow.payload_bits)));
  }
  return graph;
}

class Limits {
 public:
  Limits(const TileNeeds& needs, const std::vector<TileId>& tiles, PartitionProblem& out)
      : needs_(needs), tiles_(tiles), out_(out) {}

  template <class Need>
  void sum(const char* name, std::int64_t limit, Need need) {
    SummedResource r{name, limit, {}};
    for (const TileId t : tiles_) r.demand.push_back(need(needs_.demand(t)));
    out_.summed.push_back(std::move(r));
  }

  /// Atoms of the axon line between borders of runs.
  void axons(std::int64_t limit) {
    std::vector<std::int64_t> border;
    for (const TileId t : tiles_)
      for (const auto run : needs_.axons(t)) {
        border.push_back(run.begin);
        border.push_back(run.end);
      }
    std::sort(border.begin(), border.end());
    border.erase(std::unique(border.begin(), border.end()), border.end());
    SharedResource r{"fan_in_axons", limit, {}, {}};
    for (std::size_t b = 0; b + 1 < border.size(); ++b) r.size.push_back(border[b + 1] - border[b]);
    for (const TileId t : tiles_) {
      for (const auto run : needs_.axons(t)) {
        const auto first = std::lower_bound(border.begin(), border.end(), run.begin) - border.begin();
        const auto last = std::lower_bound(border.begin(), border.end(), run.end) - border.begin();
        for (auto b = first; b < last; ++b) r.items_of.items.push_back(static_cast<std::uint32_t>(b));
      }
      r.items_of.offset.push_back(r.items_of.items.size());
    }
    out_.shared.push_back(std::move(r));
  }

  /// One item a tile by `kind_of` (equal: shared) and, where `own` is given, one of its own.
  template <class KindOf, class Size, class Own>
  void shared(const char* name, std::int64_t limit, KindOf kind_of, Size size, Own own) {
    SharedResource r{name, limit, {}, {}};
    std::map<std::uint32_t, std::uint32_t> item;
    for (const TileId t : tiles_) {
      const std::int64_t common = size(needs_.demand(t));
      if (common > 0) {
        const auto [at, is_new] = item.try_emplace(kind_of(t), static_cast<std::uint32_t>(r.size.size()));
        if (is_new) r.size.push_back(common);
        r.items_of.items.push_back(at->second);
      }
      if (const std::int64_t alone = own(needs_.demand(t)); alone > 0) {
        r.items_of.items.push_back(static_cast<std::uint32_t>(r.size.size()));
        r.size.push_back(alone);
      }
      r.items_of.offset.push_back(r.items_of.items.size());
    }
    out_.shared.push_back(std::move(r));
  }

 private:
  const TileNeeds& needs_;
  const std::vector<TileId>& tiles_;
  PartitionProblem& out_;
};

void add_limits(const TileNeeds& needs, const std::vector<TileId>& tiles, PartitionProblem& out) {
  const chips::CoreKind& core = needs.problem().board.chip.core;
  Limits limits(needs, tiles, out);
  const auto nothing = [](const Demand&) { return std::int64_t{0}; };
  limits.sum("neurons", core.neurons.value, [](const Demand& d) { return d.neurons; });
  limits.sum("state_memory", core.state_memory.value.count(), [](const Demand& d) { return d.state_bytes.count(); });
  limits.sum("bulk_memory", core.bulk_memory.value.count(), [](const Demand& d) { return d.bulk_bytes.count(); });
  if (core.tiles.value > 0) limits.sum("tiles", core.tiles.value, [](const Demand& d) { return d.tiles; });
  const bool out_axons =
      std::any_of(tiles.begin(), tiles.end(), [&](TileId t) { return needs.demand(t).out_axons > 0; });
  if (out_axons) limits.sum("route_entries", core.route_entries.value, [](const Demand& d) { return d.out_axons; });
  if (needs.share())
    limits.axons(core.fan_in_axons.value);
  else
    limits.sum("fan_in_axons", core.fan_in_axons.value, [](const Demand& d) { return d.axons; });
  const auto weights = [&](TileId t) { return needs.weights(t); };
  const auto synapses = [](const Demand& d) { return d.synapse_bytes.count(); };
  limits.shared("synapse_memory", core.synapse_memory.value.count(), weights, synapses, nothing);
  if (core.core_memory.value.count() > 0)
    limits.shared("core_memory", core.core_memory.value.count(), weights, synapses,
                  [](const Demand& d) { return d.state_bytes.count(); });
  const auto stage = [&](TileId t) { return needs.stage(t).value(); };
  if (core.compartment_profiles.value > 0)
    limits.shared(
        "compartment_profiles", core.compartment_profiles.value, stage, [](const Demand& d) { return d.profiles; },
        nothing);
  if (core.synapse_formats.value > 0)
    limits.shared(
        "synapse_formats", core.synapse_formats.value, stage, [](const Demand& d) { return d.formats; }, nothing);
}

}  // namespace

PartitionProblem cores_problem(const TileNeeds& needs, const PlaceRules& rules, const std::vector<TileId>& tiles,
                               std::size_t cores) {
  const MappingProblem& problem = needs.problem();
  std::vector<Vertex> vertex_of(problem.tiles.size(), kOutside);
  for (std::size_t i = 0; i < tiles.size(); ++i) vertex_of[tiles[i].value()] = static_cast<Vertex>(i);
  PartitionProblem out;
  out.graph = graph_of(problem, vertex_of, tiles.size());
  out.most_parts = cores;
  add_limits(needs, tiles, out);
  if (!rules.any()) return out;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const auto company = rules.company(tiles[i]);
    if (company.size() > 1 && company.front() == tiles[i]) {
      auto& group = out.together.emplace_back();
      for (const TileId mate : company)
        if (vertex_of[mate.value()] != kOutside) group.push_back(vertex_of[mate.value()]);
    }
    for (std::size_t k = i + 1; k < tiles.size(); ++k)
      if (rules.apart(std::span(&tiles[i], 1), std::span(&tiles[k], 1)))
        out.apart.emplace_back(static_cast<Vertex>(i), static_cast<Vertex>(k));
  }
  return out;
}

PartitionProblem chips_problem(const MappingProblem& problem, const std::vector<std::vector<TileId>>& clusters,
                               std::size_t chips, std::size_t cores_per_chip) {
  std::vector<Vertex> vertex_of(problem.tiles.size(), kOutside);
  for (std::size_t c = 0; c < clusters.size(); ++c)
    for (const TileId t : clusters[c]) vertex_of[t.value()] = static_cast<Vertex>(c);
  PartitionProblem out;
  out.graph = graph_of(problem, vertex_of, clusters.size());
  out.most_parts = chips;
  out.summed.push_back(
      {"cores", static_cast<std::int64_t>(cores_per_chip), std::vector<std::int64_t>(clusters.size(), 1)});
  return out;
}

}  // namespace ranvier::mapper
