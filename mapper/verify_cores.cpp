// SPDX-License-Identifier: Apache-2.0
// The verifier's cores: what tiles take alone and, with what they share counted once, together.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "mapper/verifier_parts.h"

namespace ranvier::mapper::verify_parts {

using workloads::Stage;
using workloads::StageKind;

namespace {

bool is_product(const Stage& s) { return s.kind == StageKind::kScores || s.kind == StageKind::kMix; }

/// A tile of these takes from each input the channels that it computes or, for its statistics, sums.
bool by_value(const Stage& s) {
  return s.kind == StageKind::kGelu || s.kind == StageKind::kAdd || s.kind == StageKind::kLayerNorm;
}
Range taken(const Tile& tile) { return tile.statistics ? tile.inputs : tile.outputs; }

/// Bytes that arrive on all ports in a step in which every neuron sends: sums are two bytes, codes one.
std::int64_t received_values(const MappingProblem& p, const Tile& tile) {
  const Stage& s = p.program->stage(tile.stage);
  std::int64_t bytes = 0;
  for (std::size_t port = 0; port < s.inputs.size(); ++port) {
    const Stage& from = p.program->stage(s.inputs[port].stage);
    std::int64_t channels = from.channels;
    if (s.kind == StageKind::kLinear) channels = tile.inputs.end - tile.inputs.begin;
    if (by_value(s)) channels = taken(tile).end - taken(tile).begin;
    if (is_product(s)) channels = std::int64_t{tile.outputs.end - tile.outputs.begin} * from.channels / s.channels;
    std::int64_t tokens = std::min(tile.tokens.end, from.tokens) - tile.tokens.begin;
    if (is_product(s) && port == 1) tokens = from.tokens;
    bytes += channels * tokens * (from.kind == StageKind::kAdd ? 2 : 1);
  }
  return bytes;
}

/// The table of docs/explanation/mapping.md, computed from the stage alone.
Demand expected_demand(const MappingProblem& p, const Tile& tile) {
  const Stage& s = p.program->stage(tile.stage);
  const std::int64_t outputs = tile.outputs.end - tile.outputs.begin;
  const std::int64_t inputs = tile.inputs.end - tile.inputs.begin;
  const std::int64_t tokens = tile.tokens.end - tile.tokens.begin;
  std::int64_t axons = 0;
  std::int64_t received = 0;
  std::int64_t per_token = 0;
  std::int64_t fixed = 0;
  switch (s.kind) {
    case StageKind::kInput:
      return {};
    case StageKind::kLinear:
      axons = inputs;
      per_token = 4 * outputs;
      break;
    case StageKind::kLayerNorm:
      axons = (tile.statistics ? inputs : outputs) * static_cast<std::int64_t>(s.inputs.size());
      per_token = tile.statistics ? 2 * inputs + 12 : 3 * outputs;
      if (!tile.statistics && s.layer_norm.normalise && outputs < s.channels) per_token += 12;
      break;
    case StageKind::kGelu:
      axons = outputs;
      per_token = 2 * outputs;
      break;
    case StageKind::kAdd:
      axons = outputs * static_cast<std::int64_t>(s.inputs.size());
      per_token = 2 * outputs;
      break;
    case StageKind::kLif: {
      const auto w = input_window(s, tile);
      axons = s.sparse ? sparse_axons(s, tile) : std::int64_t{w.tokens.size()} * w.channels.size();
      received = (axons + 7) / 8;
      per_token = 10 * outputs;
      break;
    }
    case StageKind::kScores:
    case StageKind::kMix: {
      const Stage& second = p.program->stage(s.inputs[1].stage);
      const std::int64_t heads = outputs * s.heads / s.channels;
      const std::int64_t first_width = heads * s.in_channels / s.heads;
      const std::int64_t second_width = heads * second.channels / s.heads;
      axons = first_width + second_width;
      per_token = 5 * outputs + first_width;
      fixed = second_width * second.tokens;
      break;
    }
  }
  const bool stream = tile.mode == TokenMode::kStream;
  Demand d;
  d.neurons = s.kind == StageKind::kLif ? outputs * tokens : tile.statistics ? inputs : outputs;
  d.axons = axons;
  d.synapse_bytes = expected_synapse_bytes(p.board.chip.core, s, tile);
  d.state_bytes = Bytes(fixed + (stream ? per_token : per_token * tokens));
  d.bulk_bytes = Bytes(stream ? per_token * tokens : 0);
  d.receive_bytes = Bytes(s.kind == StageKind::kLif ? received : received_values(p, tile));
  d.tiles = 1;
  d.profiles = 1;
  d.formats = s.kind == StageKind::kLinear || (s.kind == StageKind::kLif && axons > 0) ? 1 : 0;
  return d;
}

bool equal(const Demand& a, const Demand& b) {
  return a.neurons == b.neurons && a.axons == b.axons && a.synapse_bytes == b.synapse_bytes &&
         a.state_bytes == b.state_bytes && a.bulk_bytes == b.bulk_bytes && a.receive_bytes == b.receive_bytes &&
         a.tiles == b.tiles && a.profiles == b.profiles && a.formats == b.formats;
}

/// Axons of a tile: which producer, for which of the ports that read it, and which of its values.
void list_axons(const MappingProblem& p, const Tile& tile, std::vector<std::uint64_t>& axons) {
  const Stage& s = p.program->stage(tile.stage);
  const auto add = [&](StageId producer, std::size_t earlier_ports, std::int64_t value) {
    axons.push_back((std::uint64_t{producer.value()} << 44) | (static_cast<std::uint64_t>(earlier_ports) << 40) |
                    static_cast<std::uint64_t>(value));
  };
  std::vector<std::int64_t> synapses;
  if (s.sparse) synapses = synapses_by_source(s, tile);
  std::size_t source = 0;
  for (std::size_t port = 0; port < s.inputs.size(); ++port) {
    const StageId producer = s.inputs[port].stage;
    const Stage& from = p.program->stage(producer);
    std::size_t earlier = 0;
    for (std::size_t before = 0; before < port; ++before) earlier += s.inputs[before].stage == producer ? 1 : 0;
    if (s.sparse) {
      for (std::int32_t c = 0; c < from.channels; ++c, ++source)
        if (source < synapses.size() && synapses[source] > 0) add(producer, earlier, c);
      continue;
    }
    Range channels{0, from.channels};
    Range tokens{0, 1};
    if (s.kind == StageKind::kLinear) channels = tile.inputs;
    if (by_value(s)) channels = taken(tile);
    if (is_product(s)) {
      const std::int32_t head = s.channels / s.heads;
      const std::int32_t width = from.channels / s.heads;
      channels = {tile.outputs.begin / head * width, tile.outputs.end / head * width};
    }
    if (s.kind == StageKind::kLif) {
      const InputWindow w = input_window(s, tile);
      channels = w.channels;
      tokens = w.tokens;
    }
    for (std::int64_t t = tokens.begin; t < tokens.end; ++t)
      for (std::int32_t c = channels.begin; c < channels.end; ++c) add(producer, earlier, t * from.channels + c);
  }
}

/// Tiles whose weights are the same numbers: of one stage, outputs and inputs, for other tokens or positions.
bool same_weights(const MappingProblem& p, const Tile& a, const Tile& b) {
  const Stage& s = p.program->stage(a.stage);
  const bool positions =
      s.kind == StageKind::kLif && !s.sparse && std::int64_t{s.conv.out_height} * s.conv.out_width > 1;
  return (s.kind == StageKind::kLinear || positions) && a.stage == b.stage && a.outputs == b.outputs &&
         a.inputs == b.inputs;
}

/// What the tiles of one core take together. A chip that limits tiles gives each its own axons and weights.
Demand taken_together(const MappingProblem& p, const std::vector<std::size_t>& tiles) {
  Demand sum;
  std::set<StageId> stages;
  std::vector<std::uint64_t> axons;
  const bool share = p.board.chip.core.tiles.value == 0 && tiles.size() > 1;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const Tile& tile = p.tiles[tiles[i]];
    const Demand d = expected_demand(p, tile);
    sum.neurons += d.neurons;
    sum.state_bytes += d.state_bytes;
    sum.bulk_bytes += d.bulk_bytes;
    sum.receive_bytes = std::max(sum.receive_bytes, d.receive_bytes);
    ++sum.tiles;
    stages.insert(tile.stage);
    bool there = false;
    for (std::size_t other = 0; share && other < i && !there; ++other)
      there = same_weights(p, tile, p.tiles[tiles[other]]);
    if (!there) sum.synapse_bytes += d.synapse_bytes;
    if (share)
      list_axons(p, tile, axons);
    else
      sum.axons += d.axons;
  }
  if (share) {
    std::sort(axons.begin(), axons.end());
    sum.axons = std::unique(axons.begin(), axons.end()) - axons.begin();
  }
  // Tiles of one stage share its neuron configuration and weight format.
  sum.profiles = static_cast<std::int64_t>(stages.size());
  for (const StageId id : stages)
    if (const StageKind k = p.program->stage(id).kind; k == StageKind::kLinear || k == StageKind::kLif) ++sum.formats;
  return sum;
}

}  // namespace

void check_cores(const MappingProblem& p, const Mapping& m, Findings& out) {
  if (m.core_of[0].valid())
    out.add({.kind = FindingKind::kPlacement, .tile = TileId(0), .text = "the host tile has a core"});
  std::map<CoreId, std::vector<std::size_t>> tiles_of;
  for (std::size_t t = 1; t < p.tiles.size(); ++t) {
    const Tile& tile = p.tiles[t];
    if (tile.engine == Engine::kOffload) continue;
    if (!equal(expected_demand(p, tile), tile.demand))
      out.add({.kind = FindingKind::kDemand,
               .stage = tile.stage,
               .tile = TileId(t),
               .text = fmt::format("tile {} of {} does not take what it says", t, p.program->stage(tile.stage).name)});
    if (!m.core_of[t].valid() || m.core_of[t].value() >= p.board.cores()) {
      out.add({.kind = FindingKind::kPlacement,
               .stage = tile.stage,
               .tile = TileId(t),
               .text = fmt::format("tile {} is on no core of the board", t)});
      continue;
    }
    tiles_of[m.core_of[t]].push_back(t);
  }
  const chips::CoreKind& kind = p.board.chip.core;
  for (const auto& [core, tiles] : tiles_of) {
    const Demand sum = taken_together(p, tiles);
    const auto limit = [&, at = core](const char* resource, std::int64_t used, std::int64_t available) {
      if (used > available)
        out.add({.kind = FindingKind::kCapacity,
                 .core = at,
                 .text = fmt::format("core {} has {} {}, its tiles take {}", at.value(), available, resource, used)});
    };
    limit("neurons", sum.neurons, kind.neurons.value);
    limit("fan_in_axons", sum.axons, kind.fan_in_axons.value);
    limit("synapse_memory bytes", sum.synapse_bytes.count(), kind.synapse_memory.value.count());
    limit("state_memory bytes", sum.state_bytes.count(), kind.state_memory.value.count());
    limit("bulk_memory bytes", sum.bulk_bytes.count(), kind.bulk_memory.value.count());
    const auto optional = [&](const char* resource, std::int64_t used, std::int64_t available) {
      if (available > 0) limit(resource, used, available);
    };
    optional("core_memory bytes", (sum.synapse_bytes + sum.state_bytes).count(), kind.core_memory.value.count());
    optional("receive_limit bytes", sum.receive_bytes.count(), kind.receive_limit.value.count());
    optional("tiles", sum.tiles, kind.tiles.value);
    optional("compartment_profiles", sum.profiles, kind.compartment_profiles.value);
    optional("synapse_formats", sum.formats, kind.synapse_formats.value);
  }
}

}  // namespace ranvier::mapper::verify_parts
