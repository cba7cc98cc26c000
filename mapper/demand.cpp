// SPDX-License-Identifier: Apache-2.0
// Resource formulas. Widths: docs/explanation/integer-units.md; potentials 24 bits and tracers 8 share a 32-bit word.
#include "mapper/demand.h"

#include <algorithm>
#include <array>
#include <limits>

#include "mapper/delivery.h"
#include "mapper/synapse_storage.h"

namespace ranvier::mapper {

using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

namespace {

constexpr std::int64_t kPotentialBytes = 4;  // V (24 bits) and S (8 bits); an input slice: its sum; the head: V
constexpr std::int64_t kLayerNormBytes = 3;  // X (16 bits) and S
constexpr std::int64_t kMapInputBytes = 2;   // X (16 bits), where another tile holds S
constexpr std::int64_t kStatisticsBytes =
    12;                                    // sum (32 bits) and sum of squares (64) of a row, or what of them is unsent
constexpr std::int64_t kProductBytes = 5;  // P or O (32 bits) and S
constexpr std::int64_t kCodeBytes = 1;     // a code of q, k, a or v
constexpr std::int64_t kGeluBytes = 2;     // input code and S
constexpr std::int64_t kAddBytes = 2;      // difference not yet sent
constexpr std::int64_t kCompartmentBytes = 10;  // u and v (24 bits each), sum of the step's input (24), refractory (8)
constexpr std::int64_t kResidualSumBytes = 2;   // as it arrives; codes take one byte, a spike a bit

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

std::int64_t or_none(std::int64_t limit) { return limit == 0 ? kNoLimit : limit; }

std::array<ResourceUse, 11> limits(const chips::CoreKind& core, const Demand& d) {
  return {{{"neurons", d.neurons, core.neurons.value},
           {"fan_in_axons", d.axons, core.fan_in_axons.value},
           {"synapse_memory", d.synapse_bytes.count(), core.synapse_memory.value.count()},
           {"state_memory", d.state_bytes.count(), core.state_memory.value.count()},
           {"bulk_memory", d.bulk_bytes.count(), core.bulk_memory.value.count()},
           {"core_memory", (d.synapse_bytes + d.state_bytes).count(), or_none(core.core_memory.value.count())},
           {"receive_limit", d.receive_bytes.count(), or_none(core.receive_limit.value.count())},
           {"tiles", d.tiles, or_none(core.tiles.value)},
           {"compartment_profiles", d.profiles, or_none(core.compartment_profiles.value)},
           {"synapse_formats", d.formats, or_none(core.synapse_formats.value)},
           {"route_entries", d.out_axons, d.out_axons == 0 ? kNoLimit : core.route_entries.value}}};
}

/// Buffer for what arrives on a port in one step, should everything send: one value a neuron. Partial sums and
/// statistics are added on arrival and take none.
Bytes received_bytes(const Program& program, const Tile& tile, std::size_t port, const Reach& reach) {
  const Stage& stage = program.stage(tile.stage);
  const std::int64_t values = std::int64_t{reach.tokens.size()} * reach.channels.size();
  if (stage.kind == StageKind::kLif) return Bytes((values + 7) / 8);
  const bool sums = program.stage(stage.inputs[port].stage).kind == StageKind::kAdd;
  return Bytes(values * (sums ? kResidualSumBytes : kCodeBytes));
}

}  // namespace

StateBytes state_bytes(const Program& program, const Tile& tile) {
  const Stage& stage = program.stage(tile.stage);
  const std::int64_t outputs = tile.outputs.size();
  switch (stage.kind) {
    case StageKind::kInput:
      return {};
    case StageKind::kLinear:
      return {outputs * kPotentialBytes, 0};
    case StageKind::kLayerNorm: {
      if (tile.statistics) return {tile.inputs.size() * kMapInputBytes + kStatisticsBytes, 0};
      const bool cut = stage.layer_norm.normalise && outputs < stage.channels;
      return {outputs * kLayerNormBytes + (cut ? kStatisticsBytes : 0), 0};
    }
    case StageKind::kGelu:
      return {outputs * kGeluBytes, 0};
    case StageKind::kAdd:
      return {outputs * kAddBytes, 0};
    case StageKind::kLif:
      return {outputs * kCompartmentBytes, 0};
    case StageKind::kScores:
    case StageKind::kMix: {
      // One code of the query-side stream per context, all codes of the key-side stream in common.
      const std::int64_t heads = heads_of(program, tile).size();
      const std::int64_t query_codes = heads * (stage.in_channels / stage.heads);
      const std::int64_t key_codes = heads * head_width(program, stage) * key_tokens(program, stage);
      return {outputs * kProductBytes + query_codes * kCodeBytes, key_codes * kCodeBytes};
    }
  }
  return {};
}

Demand demand_of(const Program& program, const chips::CoreKind& core, const Tile& tile) {
  const Stage& stage = program.stage(tile.stage);
  Demand d;
  if (stage.kind == StageKind::kInput) return d;
  // Each position of a convolution is a compartment and an axon of its own; elsewhere tokens are contexts.
  const bool lif = stage.kind == StageKind::kLif;
  // A statistics tile keeps a value for each input; the sums, like those of a whole row, belong to the map unit.
  d.neurons = std::int64_t{(tile.statistics ? tile.inputs : tile.outputs).size()} * (lif ? tile.tokens.size() : 1);
  for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
    const Reach reach = reach_of(program, tile, port);
    if (stage.sparse) {
      for (const Range run : synapse_runs(program, stage, port, tile.outputs)) d.axons += run.size();
      d.receive_bytes = Bytes((d.axons + 7) / 8);
      continue;
    }
    d.axons += std::int64_t{reach.channels.size()} * (lif ? reach.tokens.size() : 1);
    d.receive_bytes += received_bytes(program, tile, port, reach);
  }
  if (stage.sparse) {
    d.synapse_bytes = sparse_synapse_bytes(core, stage, tile.outputs);
    d.formats = d.axons > 0 ? 1 : 0;
  } else {
    const SynapseLists synapses = synapse_lists(program, tile);
    d.synapse_bytes = synapse_bytes(core, synapses);
    d.formats = synapses.lists > 0 ? 1 : 0;
  }
  d.tiles = 1;
  d.profiles = 1;
  const StateBytes state = state_bytes(program, tile);
  const bool stream = tile.mode == TokenMode::kStream;
  d.state_bytes = Bytes(state.common + state.context * (stream ? 1 : tile.tokens.size()));
  if (stream) d.bulk_bytes = Bytes(state.context * tile.tokens.size());
  return d;
}

Demand& operator+=(Demand& a, const Demand& b) {
  a.neurons += b.neurons;
  a.axons += b.axons;
  a.synapse_bytes += b.synapse_bytes;
  a.state_bytes += b.state_bytes;
  a.bulk_bytes += b.bulk_bytes;
  a.receive_bytes = std::max(a.receive_bytes, b.receive_bytes);
  a.tiles += b.tiles;
  a.profiles += b.profiles;
  a.formats += b.formats;
  a.out_axons += b.out_axons;
  return a;
}

Demand& operator-=(Demand& a, const Demand& b) {
  a.neurons -= b.neurons;
  a.axons -= b.axons;
  a.synapse_bytes -= b.synapse_bytes;
  a.state_bytes -= b.state_bytes;
  a.bulk_bytes -= b.bulk_bytes;
  a.tiles -= b.tiles;
  a.profiles -= b.profiles;
  a.formats -= b.formats;
  a.out_axons -= b.out_axons;
  return a;
}

Demand operator+(const Demand& a, const Demand& b) {
  Demand sum = a;
  return sum += b;
}

std::optional<Excess> first_excess(const chips::CoreKind& core, const Demand& demand) {
  for (const ResourceUse& l : limits(core, demand))
    if (l.needed > l.available) return Excess{l.resource, l.needed, l.available};
  return std::nullopt;
}

bool fits(const chips::CoreKind& core, const Demand& demand) {
  for (const ResourceUse& l : limits(core, demand))
    if (l.needed > l.available) return false;
  return true;
}

std::vector<ResourceUse> resource_uses(const chips::CoreKind& core, const Demand& demand) {
  const auto all = limits(core, demand);
  return {all.begin(), all.end()};
}

double core_share(const chips::CoreKind& core, const Demand& demand) {
  double share = 0;
  for (const ResourceUse& l : limits(core, demand))
    if (l.available > 0 && l.available < kNoLimit)
      share = std::max(share, static_cast<double>(l.needed) / static_cast<double>(l.available));
  return share;
}

}  // namespace ranvier::mapper
