// SPDX-License-Identifier: Apache-2.0
// The verifier's own account of which tile needs which event, counted event by event.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "mapper/verifier_parts.h"

namespace ranvier::mapper::verify_parts {

using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

namespace {

/// True when the tile has a use for the event (token, channel) of its stage's input number `port`.
bool needs(const Program& program, const Tile& tile, std::size_t port, std::int32_t token, std::int32_t channel) {
  const Stage& s = program.stage(tile.stage);
  const bool in_tokens = token >= tile.tokens.begin && token < tile.tokens.end;
  switch (s.kind) {
    case StageKind::kInput:
    case StageKind::kLif:  // by its window
      return false;
    case StageKind::kLinear:
      return in_tokens && channel >= tile.inputs.begin && channel < tile.inputs.end;
    case StageKind::kLayerNorm:
      if (tile.statistics) return in_tokens && channel >= tile.inputs.begin && channel < tile.inputs.end;
      return in_tokens && channel >= tile.outputs.begin && channel < tile.outputs.end;
    case StageKind::kGelu:
    case StageKind::kAdd:
      return in_tokens && channel >= tile.outputs.begin && channel < tile.outputs.end;
    case StageKind::kScores:
    case StageKind::kMix: {
      const std::int32_t head = channel / (program.stage(s.inputs[port].stage).channels / s.heads);
      const std::int32_t per_head = s.channels / s.heads;
      const bool in_heads = head * per_head >= tile.outputs.begin && head * per_head < tile.outputs.end;
      return in_heads && (port == 1 || in_tokens);
    }
  }
  return false;
}

bool within(const InputWindow& window, std::int32_t token, std::int32_t channel) {
  return window.tokens.contains(token) && window.channels.contains(channel);
}

std::int32_t bits_needed(const MappingProblem& p, const Tile& source) {
  const Stage& s = p.program->stage(source.stage);
  if (source.partial_of.valid()) return 24;
  if (source.statistics) {
    // |x| <= 32767 before and after: the sum changes by twice as much a channel, the sum of squares, in units of 2^20,
    // by less than 1024. Its low digit is the rest, without a sign.
    const std::int64_t channels = source.inputs.end - source.inputs.begin;
    const std::int64_t most = std::max(channels * 2 * 32767, channels * 1024);
    std::int32_t magnitude = 1;
    while (most >> magnitude != 0) ++magnitude;
    return std::max(magnitude + 1, 20);
  }
  if (s.kind == StageKind::kAdd) return 16;
  if (p.schedule != Schedule::kStagedGraded) return 1;
  const std::int64_t codes = s.kind == StageKind::kInput ? std::int64_t{p.program->input_code_max} + 1
                                                         : std::int64_t{s.encoder.hi} - s.encoder.lo + 1;
  std::int32_t bits = 1;
  while ((std::int64_t{1} << bits) < codes) ++bits;
  return bits;
}

/// Deliveries to one tile from one source (a stage, or one input slice): a grid of counts over tokens and channels.
struct Grid {
  std::int32_t tokens = 0;
  std::int32_t channels = 0;
  std::vector<std::uint8_t> count;
  Grid(std::int32_t t, std::int32_t c)
      : tokens(t), channels(c), count(static_cast<std::size_t>(t) * static_cast<std::size_t>(c), 0) {}
  std::uint8_t& at(std::int32_t t, std::int32_t c) {
    return count[static_cast<std::size_t>(t) * static_cast<std::size_t>(channels) + static_cast<std::size_t>(c)];
  }
  void add(const Flow& flow) {
    for (std::int32_t t = flow.tokens.begin; t < flow.tokens.end; ++t)
      for (std::int32_t c = flow.channels.begin; c < flow.channels.end; ++c)
        if (at(t, c) < 2) ++at(t, c);
  }
};

template <class Needed>
void compare(Grid& grid, TileId tile, StageId stage, const std::string& from, Needed&& needed, Findings& out) {
  std::map<FindingKind, std::pair<std::int64_t, std::string>> wrong;  // events, first place
  for (std::int32_t t = 0; t < grid.tokens; ++t) {
    for (std::int32_t c = 0; c < grid.channels; ++c) {
      const bool wanted = needed(t, c);
      const int got = grid.at(t, c);
      if (got == (wanted ? 1 : 0)) continue;
      const FindingKind kind = !wanted    ? FindingKind::kFlowStray
                               : got == 0 ? FindingKind::kFlowMissing
                                          : FindingKind::kFlowDuplicate;
      auto& [events, place] = wrong[kind];
      if (events++ == 0) place = fmt::format("token {} channel {}", t, c);
    }
  }
  for (const auto& [kind, what] : wrong)
    out.add({.kind = kind,
             .stage = stage,
             .tile = tile,
             .text = fmt::format("tile {}: {} from {}, {} of them, the first {}", tile.value(), name_of(kind), from,
                                 what.first, what.second)});
}

}  // namespace

void check_flows(const MappingProblem& p, Findings& out) {
  const Program& program = *p.program;
  std::vector<std::vector<std::size_t>> into(p.tiles.size());
  for (std::size_t f = 0; f < p.flows.size(); ++f) {
    const Flow& flow = p.flows[f];
    const Tile& source = p.tiles[flow.source.value()];
    const bool inside = flow.tokens.begin >= source.tokens.begin && flow.tokens.end <= source.tokens.end &&
                        flow.channels.begin >= source.outputs.begin && flow.channels.end <= source.outputs.end &&
                        flow.tokens.begin < flow.tokens.end && flow.channels.begin < flow.channels.end;
    if (!inside) {
      out.add({.kind = FindingKind::kFlowRange,
               .stage = source.stage,
               .tile = flow.source,
               .flow = f,
               .text = fmt::format("flow {} carries events that tile {} does not send", f, flow.source.value())});
      continue;
    }
    if (flow.payload_bits < bits_needed(p, source))
      out.add(
          {.kind = FindingKind::kPayload,
           .stage = source.stage,
           .tile = flow.source,
           .flow = f,
           .text = fmt::format("flow {} has {} payload bits, needs {}", f, flow.payload_bits, bits_needed(p, source))});
    for (const TileId to : flow.destinations) into[to.value()].push_back(f);
  }
  std::vector<std::vector<std::size_t>> slices(p.tiles.size());
  for (std::size_t t = 0; t < p.tiles.size(); ++t)
    if (p.tiles[t].partial_of.valid()) slices[p.tiles[t].partial_of.value()].push_back(t);
  std::map<StageId, std::vector<std::size_t>> statistics;
  for (std::size_t t = 0; t < p.tiles.size(); ++t)
    if (p.tiles[t].statistics) statistics[p.tiles[t].stage].push_back(t);
  for (std::size_t t = 0; t < p.tiles.size(); ++t)
    if (const auto row = statistics.find(p.tiles[t].stage); row != statistics.end() && !p.tiles[t].statistics)
      slices[t] = row->second;

  for (std::size_t t = 1; t < p.tiles.size(); ++t) {
    const Tile& tile = p.tiles[t];
    const Stage& stage = program.stage(tile.stage);
    std::map<StageId, Grid> from_stage;
    std::map<std::size_t, Grid> from_slice;
    for (const auto& input : stage.inputs) {
      const Stage& producer = program.stage(input.stage);
      from_stage.try_emplace(input.stage, producer.tokens, producer.channels);
    }
    for (const std::size_t s : slices[t])
      if (p.tiles[s].stage == tile.stage)
        from_slice.try_emplace(s, stage.tokens, p.tiles[s].statistics ? 3 : stage.channels);
    for (const std::size_t f : into[t]) {
      const Flow& flow = p.flows[f];
      const Tile& source = p.tiles[flow.source.value()];
      const auto slice = from_slice.find(flow.source.value());
      const auto producer = from_stage.find(source.stage);
      if (source.sums_for_others() && slice != from_slice.end())
        slice->second.add(flow);
      else if (!source.sums_for_others() && producer != from_stage.end())
        producer->second.add(flow);
      else
        out.add({.kind = FindingKind::kFlowStray,
                 .stage = tile.stage,
                 .tile = TileId(t),
                 .flow = f,
                 .text = fmt::format("tile {} has no use for flow {} of tile {}", t, f, flow.source.value())});
    }
    const bool lif = stage.kind == StageKind::kLif;
    const InputWindow window = lif ? input_window(stage, tile) : InputWindow{};
    const std::vector<std::int64_t> synapses =
        stage.sparse ? synapses_by_source(stage, tile) : std::vector<std::int64_t>{};
    const bool drops = stage.sparse != nullptr && p.board.chip.noc.multicast == chips::Multicast::kTree;
    for (auto& [id, grid] : from_stage) {
      const StageId producer = id;
      compare(
          grid, TileId(t), tile.stage, program.stage(id).name,
          [&](std::int32_t token, std::int32_t channel) {
            if (stage.sparse) {
              // Its sources: the channels of each input, one input behind the other.
              std::size_t first = 0;
              for (const auto& input : stage.inputs) {
                if (input.stage == producer && synapses[first + static_cast<std::size_t>(channel)] > 0) return true;
                first += static_cast<std::size_t>(program.stage(input.stage).channels);
              }
              return drops && grid.at(token, channel) == 1;  // looked up by its key, and without synapses
            }
            if (lif) return within(window, token, channel);
            for (std::size_t port = 0; port < stage.inputs.size(); ++port)
              if (stage.inputs[port].stage == producer && needs(program, tile, port, token, channel)) return true;
            return false;
          },
          out);
    }
    for (auto& [id, grid] : from_slice) {
      const Tile& slice = p.tiles[id];
      compare(
          grid, TileId(t), tile.stage, fmt::format("{} {}", slice.statistics ? "statistics tile" : "input slice", id),
          [&](std::int32_t token, std::int32_t channel) {
            return slice.tokens.contains(token) && slice.outputs.contains(channel) &&
                   (!slice.statistics || tile.tokens.contains(token));
          },
          out);
    }
  }
}

}  // namespace ranvier::mapper::verify_parts
