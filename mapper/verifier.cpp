// SPDX-License-Identifier: Apache-2.0
// The verifier: tiles, capacities, schedule. Flows and routes are checked in verify_flows.cpp and verify_routes.cpp.
#include "mapper/verifier.h"

#include <fmt/format.h>

#include <algorithm>

#include "mapper/verifier_parts.h"

namespace ranvier::mapper {

using workloads::Stage;
using workloads::StageKind;

namespace {

using verify_parts::Findings;

bool is_product(const Stage& s) { return s.kind == StageKind::kScores || s.kind == StageKind::kMix; }

bool within(Range r, std::int32_t size) { return r.begin >= 0 && r.begin < r.end && r.end <= size; }

/// Sizes and ids; nothing else is looked at when these are wrong.
void check_shape(const MappingProblem& p, const Mapping& m, Findings& out) {
  const auto size = [&](const char* what, std::size_t is, std::size_t wanted) {
    if (is != wanted)
      out.add({.kind = FindingKind::kShape, .text = fmt::format("{} entries of {}, {} expected", is, what, wanted)});
  };
  size("core_of", m.core_of.size(), p.tiles.size());
  size("level", m.level.size(), p.tiles.size());
  size("routes", m.routes.size(), p.flows.size());
  size("delay", m.delay.size(), p.flows.size());
  size("flow_events", p.flow_events.size(), p.flows.size());
  size("tile_cycles", p.tile_cycles.size(), p.tiles.size());
  if (p.program == nullptr || p.program->stages.empty()) {
    out.add({.kind = FindingKind::kShape, .text = "no program"});
    return;
  }
  if (p.tiles.empty()) out.add({.kind = FindingKind::kShape, .text = "no tiles, not even the host's"});
  for (std::size_t t = 0; t < p.tiles.size(); ++t) {
    const Tile& tile = p.tiles[t];
    if (tile.stage.value() >= p.program->stages.size() ||
        (tile.partial_of.valid() && tile.partial_of.value() >= p.tiles.size()))
      out.add(
          {.kind = FindingKind::kShape, .tile = TileId(t), .text = fmt::format("tile {} names no stage or tile", t)});
  }
  for (std::size_t f = 0; f < p.flows.size(); ++f) {
    bool bad = p.flows[f].source.value() >= p.tiles.size() || p.flows[f].destinations.empty();
    for (const TileId to : p.flows[f].destinations) bad = bad || to.value() >= p.tiles.size() || to.value() == 0;
    if (bad)
      out.add({.kind = FindingKind::kShape,
               .flow = f,
               .text = fmt::format("flow {} has no such source or destination", f)});
  }
}

void check_ranges(const MappingProblem& p, Findings& out) {
  for (std::size_t t = 0; t < p.tiles.size(); ++t) {
    const Tile& tile = p.tiles[t];
    const Stage& s = p.program->stage(tile.stage);
    const auto bad = [&](const char* why) {
      out.add({.kind = FindingKind::kTileRange,
               .stage = tile.stage,
               .tile = TileId(t),
               .text = fmt::format("tile {} of {}: {}", t, s.name, why)});
    };
    if ((tile.stage.value() == 0) != (t == 0)) bad("tile 0 and no other is the host's");
    if (!within(tile.outputs, tile.statistics ? kStatisticsDigits : s.channels)) bad("outputs outside the stage");
    if (!within(tile.tokens, s.tokens)) bad("tokens outside the stage");
    if (t == 0) {
      if (tile.outputs != Range{0, s.channels} || tile.tokens != Range{0, s.tokens}) bad("the host's stage is not cut");
      continue;
    }
    if (!within(tile.inputs, s.in_channels)) bad("inputs outside the stage");
    if (s.kind != StageKind::kLinear) {
      if (!tile.statistics && tile.inputs != Range{0, s.in_channels}) bad("only linear stages are cut by inputs");
      if (s.kind == StageKind::kLif && tile.mode != TokenMode::kShared)
        bad("compartments are no contexts to swap or copy");
      if (tile.partial_of.valid()) bad("only linear stages have input slices");
    }
    if (tile.statistics) {
      if (s.kind != StageKind::kLayerNorm || !s.layer_norm.normalise) bad("no output depends on sums of all channels");
      if (tile.outputs != Range{0, 3}) bad("statistics are a sum and two digits of a sum of squares");
    }
    if (is_product(s)) {
      const std::int32_t per_head = s.channels / s.heads;
      if (tile.outputs.begin % per_head != 0 || tile.outputs.end % per_head != 0) bad("a head is cut");
      if (tile.mode == TokenMode::kStream) bad("the contexts of a product of streams cannot be swapped");
    }
  }
}

/// Each (token, output) by one owner; each owner's inputs by itself and its slices, once.
void check_coverage(const MappingProblem& p, Findings& out) {
  std::vector<std::vector<std::size_t>> owners(p.program->stages.size());
  std::vector<std::vector<std::size_t>> slices(p.tiles.size());
  for (std::size_t t = 0; t < p.tiles.size(); ++t) {
    const TileId owner = p.tiles[t].partial_of;
    if (p.tiles[t].statistics) continue;
    if (owner.valid())
      slices[owner.value()].push_back(t);
    else
      owners[p.tiles[t].stage.value()].push_back(t);
  }
  for (std::size_t s = 0; s < owners.size(); ++s) {
    const Stage& stage = p.program->stages[s];
    const auto width = static_cast<std::size_t>(stage.channels);
    std::vector<std::uint8_t> count(width * static_cast<std::size_t>(stage.tokens), 0);
    for (const std::size_t t : owners[s]) {
      const Tile& tile = p.tiles[t];
      for (std::int32_t n = tile.tokens.begin; n < tile.tokens.end; ++n)
        for (std::int32_t o = tile.outputs.begin; o < tile.outputs.end; ++o) {
          auto& cell = count[static_cast<std::size_t>(n) * width + static_cast<std::size_t>(o)];
          if (cell < 2) ++cell;
        }
    }
    for (std::size_t i = 0; i < count.size(); ++i) {
      if (count[i] == 1) continue;
      out.add({.kind = FindingKind::kCoverage,
               .stage = StageId(s),
               .text = fmt::format("{}: token {} channel {} is computed by {} tiles", stage.name, i / width, i % width,
                                   count[i] == 0 ? "no" : "several")});
      break;
    }
  }
  for (std::size_t t = 1; t < p.tiles.size(); ++t) {
    const Tile& owner = p.tiles[t];
    const auto bad = [&](const std::string& why) {
      out.add({.kind = FindingKind::kInputSlices,
               .stage = owner.stage,
               .tile = TileId(t),
               .text = fmt::format("tile {} of {}: {}", t, p.program->stage(owner.stage).name, why)});
    };
    if (owner.statistics) continue;
    if (owner.partial_of.valid()) {
      if (p.tiles[owner.partial_of.value()].partial_of.valid()) bad("is an input slice of an input slice");
      if (p.tiles[owner.partial_of.value()].stage != owner.stage) bad("is an input slice of another stage's tile");
      continue;
    }
    std::vector<std::uint8_t> count(static_cast<std::size_t>(p.program->stage(owner.stage).in_channels), 0);
    const auto add = [&](Range r) {
      for (std::int32_t i = r.begin; i < r.end; ++i)
        if (count[static_cast<std::size_t>(i)] < 2) ++count[static_cast<std::size_t>(i)];
    };
    add(owner.inputs);
    for (const std::size_t slice : slices[t]) {
      const Tile& part = p.tiles[slice];
      if (part.outputs != owner.outputs || part.tokens != owner.tokens)
        bad(fmt::format("its input slice {} has other outputs or tokens", slice));
      if (part.stage == owner.stage) add(part.inputs);
    }
    for (std::size_t i = 0; i < count.size(); ++i) {
      if (count[i] == 1) continue;
      bad(fmt::format("input {} is in {} slices", i, count[i] == 0 ? "no" : "several"));
      break;
    }
  }
}

/// Each (token, input) of a cut row once in a statistics tile, of a whole row never.
void check_statistics(const MappingProblem& p, Findings& out) {
  for (std::size_t s = 0; s < p.program->stages.size(); ++s) {
    const Stage& stage = p.program->stages[s];
    if (stage.kind != StageKind::kLayerNorm || !stage.layer_norm.normalise) continue;
    const auto width = static_cast<std::size_t>(stage.in_channels);
    std::vector<std::uint8_t> count(width * static_cast<std::size_t>(stage.tokens), 0);
    std::vector<bool> cut(static_cast<std::size_t>(stage.tokens), false);
    for (const Tile& tile : p.tiles) {
      if (tile.stage != StageId(s)) continue;
      for (auto n = static_cast<std::size_t>(tile.tokens.begin); n < static_cast<std::size_t>(tile.tokens.end); ++n) {
        if (!tile.statistics) {
          if (tile.outputs.end - tile.outputs.begin < stage.channels) cut[n] = true;
          continue;
        }
        for (auto i = static_cast<std::size_t>(tile.inputs.begin); i < static_cast<std::size_t>(tile.inputs.end); ++i)
          if (count[n * width + i] < 2) ++count[n * width + i];
      }
    }
    for (std::size_t i = 0; i < count.size(); ++i) {
      if (count[i] == (cut[i / width] ? 1 : 0)) continue;
      out.add({.kind = FindingKind::kStatistics,
               .stage = StageId(s),
               .text = fmt::format("{}: token {} is in {}, its input {} in {} statistics tiles", stage.name, i / width,
                                   cut[i / width] ? "parts" : "one piece", i % width,
                                   count[i] == 0   ? "no"
                                   : count[i] == 1 ? "one of the"
                                                   : "several")});
      break;
    }
  }
}

void check_schedule(const MappingProblem& p, const Mapping& m, Findings& out) {
  const std::int64_t most = p.board.chip.max_delay_steps.value;
  const bool delays = p.schedule == Schedule::kAsynchronousUnary && most > 0;
  for (std::size_t f = 0; f < p.flows.size(); ++f) {
    const Flow& flow = p.flows[f];
    const std::int64_t sent = m.level[flow.source.value()];
    for (const TileId to : flow.destinations) {
      const std::int64_t used = m.level[to.value()];
      // Over time a stage may feed itself and earlier ones: those spikes belong to a later step.
      const bool feeds_back = p.schedule == Schedule::kTimesteps &&
                              p.tiles[flow.source.value()].stage.value() >= p.tiles[to.value()].stage.value();
      if (used <= sent && !feeds_back)
        out.add({.kind = FindingKind::kLevel,
                 .tile = to,
                 .flow = f,
                 .text = fmt::format("tile {} of level {} needs tile {} of level {}", to.value(), used,
                                     flow.source.value(), sent)});
      if (p.schedule == Schedule::kTimesteps) {
        const Stage& source = p.program->stage(p.tiles[flow.source.value()].stage);
        const std::int64_t waits = source.kind == StageKind::kLif ? source.cuba.axon_delay_steps - 1 : 0;
        if (m.delay[f] != waits || waits > most)
          out.add({.kind = FindingKind::kDelay,
                   .tile = to,
                   .flow = f,
                   .text = fmt::format("flow {} waits {} steps, {} asks for {}, the chip delays {} at most", f,
                                       m.delay[f], source.name, waits, most)});
        continue;
      }
      const std::int64_t wanted = delays ? std::min(used - sent - 1, most) : 0;
      if (m.delay[f] != wanted)
        out.add({.kind = FindingKind::kDelay,
                 .tile = to,
                 .flow = f,
                 .text = fmt::format("flow {} to tile {} waits {} steps, {} would align it", f, to.value(), m.delay[f],
                                     wanted)});
    }
  }
}

}  // namespace

std::vector<Finding> verify(const MappingProblem& problem, const Mapping& mapping, std::size_t limit) {
  Findings out(limit);
  check_shape(problem, mapping, out);
  if (!out.list.empty()) return out.list;
  check_ranges(problem, out);
  if (!out.list.empty()) return out.list;
  check_coverage(problem, out);
  check_statistics(problem, out);
  verify_parts::check_engines(problem, mapping, out);
  verify_parts::check_cores(problem, mapping, out);
  verify_parts::check_constraints(problem, mapping, out);
  verify_parts::check_weights(problem, out);
  verify_parts::check_flows(problem, out);
  check_schedule(problem, mapping, out);
  for (const Finding& f : out.list)
    if (f.kind == FindingKind::kPlacement) return out.list;  // routes of cores that are not there
  verify_parts::check_routes(problem, mapping, out);
  for (const Finding& f : out.list)
    if (f.kind == FindingKind::kRoute || out.list.size() >= limit) return out.list;  // relays that are not there
  verify_parts::check_relays(problem, mapping, out);
  return out.list;
}

const char* name_of(FindingKind kind) {
  switch (kind) {
    case FindingKind::kShape:
      return "shape";
    case FindingKind::kTileRange:
      return "tile range";
    case FindingKind::kCoverage:
      return "coverage";
    case FindingKind::kInputSlices:
      return "input slices";
    case FindingKind::kStatistics:
      return "row statistics";
    case FindingKind::kPlacement:
      return "placement";
    case FindingKind::kDemand:
      return "demand";
    case FindingKind::kCapacity:
      return "capacity";
    case FindingKind::kFlowRange:
      return "flow range";
    case FindingKind::kFlowMissing:
      return "missing events";
    case FindingKind::kFlowDuplicate:
      return "duplicate events";
    case FindingKind::kFlowStray:
      return "stray events";
    case FindingKind::kPayload:
      return "payload";
    case FindingKind::kRoute:
      return "route";
    case FindingKind::kRouteEntries:
      return "route entries";
    case FindingKind::kLevel:
      return "level";
    case FindingKind::kDelay:
      return "delay";
    case FindingKind::kDeadlock:
      return "deadlock";
    case FindingKind::kTable:
      return "routing table";
    case FindingKind::kEngine:
      return "engine";
    case FindingKind::kWaves:
      return "waves";
    case FindingKind::kRelayRoom:
      return "relay room";
    case FindingKind::kConstraint:
      return "constraint";
  }
  return "";
}

}  // namespace ranvier::mapper
