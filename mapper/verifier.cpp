// SPDX-License-Identifier: Apache-2.0
// The verifier: tiles, capacities, schedule. Flows and routes are checked in verify_flows.cpp and verify_routes.cpp.
#include "mapper/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

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
    if (!within(tile.outputs, s.channels)) bad("outputs outside the stage");
    if (!within(tile.tokens, s.tokens)) bad("tokens outside the stage");
    if (t == 0) {
      if (tile.outputs != Range{0, s.channels} || tile.tokens != Range{0, s.tokens}) bad("the host's stage is not cut");
      continue;
    }
    if (!within(tile.inputs, s.in_channels)) bad("inputs outside the stage");
    if (s.kind != StageKind::kLinear) {
      if (tile.inputs != Range{0, s.in_channels}) bad("only linear stages are cut by inputs");
      if (s.kind == StageKind::kLif && tile.mode != TokenMode::kShared)
        bad("compartments are no contexts to swap or copy");
      if (tile.partial_of.valid()) bad("only linear stages have input slices");
    }
    if (s.kind == StageKind::kLayerNorm && tile.outputs != Range{0, s.channels}) bad("a LayerNorm row is cut");
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

/// Bytes that arrive on all ports in a step in which every neuron sends: sums are two bytes, codes one.
std::int64_t received_values(const MappingProblem& p, const Tile& tile) {
  const Stage& s = p.program->stage(tile.stage);
  std::int64_t bytes = 0;
  for (std::size_t port = 0; port < s.inputs.size(); ++port) {
    const Stage& from = p.program->stage(s.inputs[port].stage);
    std::int64_t channels = from.channels;
    if (s.kind == StageKind::kLinear) channels = tile.inputs.end - tile.inputs.begin;
    if (s.kind == StageKind::kGelu || s.kind == StageKind::kAdd) channels = tile.outputs.end - tile.outputs.begin;
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
      axons = s.in_channels * static_cast<std::int64_t>(s.inputs.size());
      per_token = 3 * outputs;
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
      const auto w = verify_parts::input_window(s, tile);
      axons = s.sparse ? verify_parts::sparse_axons(s, tile) : std::int64_t{w.tokens.size()} * w.channels.size();
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
  d.neurons = s.kind == StageKind::kLif ? outputs * tokens : outputs;
  d.axons = axons;
  d.synapse_bytes = verify_parts::expected_synapse_bytes(p.board.chip.core, s, tile);
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

void check_cores(const MappingProblem& p, const Mapping& m, Findings& out) {
  if (m.core_of[0].valid())
    out.add({.kind = FindingKind::kPlacement, .tile = TileId(0), .text = "the host tile has a core"});
  const std::size_t cores = p.board.cores();
  std::vector<Demand> sum(cores);
  std::vector<std::set<StageId>> stages(cores);
  for (std::size_t t = 1; t < p.tiles.size(); ++t) {
    const Tile& tile = p.tiles[t];
    if (tile.engine == Engine::kOffload) continue;
    const Demand d = expected_demand(p, tile);
    if (!equal(d, tile.demand))
      out.add({.kind = FindingKind::kDemand,
               .stage = tile.stage,
               .tile = TileId(t),
               .text = fmt::format("tile {} of {} does not take what it says", t, p.program->stage(tile.stage).name)});
    const std::size_t core = m.core_of[t].value();
    if (core >= cores) {
      out.add({.kind = FindingKind::kPlacement,
               .stage = tile.stage,
               .tile = TileId(t),
               .text = fmt::format("tile {} is on no core of the board", t)});
      continue;
    }
    sum[core].neurons += d.neurons;
    sum[core].axons += d.axons;
    sum[core].synapse_bytes += d.synapse_bytes;
    sum[core].state_bytes += d.state_bytes;
    sum[core].bulk_bytes += d.bulk_bytes;
    sum[core].receive_bytes = std::max(sum[core].receive_bytes, d.receive_bytes);
    ++sum[core].tiles;
    stages[core].insert(tile.stage);
  }
  const chips::CoreKind& kind = p.board.chip.core;
  for (std::size_t c = 0; c < cores; ++c) {
    const auto limit = [&](const char* resource, std::int64_t used, std::int64_t available) {
      if (used > available)
        out.add({.kind = FindingKind::kCapacity,
                 .core = CoreId(c),
                 .text = fmt::format("core {} has {} {}, its tiles take {}", c, available, resource, used)});
    };
    limit("neurons", sum[c].neurons, kind.neurons.value);
    limit("fan_in_axons", sum[c].axons, kind.fan_in_axons.value);
    limit("synapse_memory bytes", sum[c].synapse_bytes.count(), kind.synapse_memory.value.count());
    limit("state_memory bytes", sum[c].state_bytes.count(), kind.state_memory.value.count());
    limit("bulk_memory bytes", sum[c].bulk_bytes.count(), kind.bulk_memory.value.count());
    const auto optional = [&](const char* resource, std::int64_t used, std::int64_t available) {
      if (available > 0) limit(resource, used, available);
    };
    // Tiles of one stage share its neuron configuration and weight format.
    std::int64_t formats = 0;
    for (const StageId id : stages[c])
      if (const StageKind k = p.program->stage(id).kind; k == StageKind::kLinear || k == StageKind::kLif) ++formats;
    optional("core_memory bytes", (sum[c].synapse_bytes + sum[c].state_bytes).count(), kind.core_memory.value.count());
    optional("receive_limit bytes", sum[c].receive_bytes.count(), kind.receive_limit.value.count());
    optional("tiles", sum[c].tiles, kind.tiles.value);
    optional("compartment_profiles", static_cast<std::int64_t>(stages[c].size()), kind.compartment_profiles.value);
    optional("synapse_formats", formats, kind.synapse_formats.value);
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
      if (used <= sent)
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
  verify_parts::check_engines(problem, mapping, out);
  check_cores(problem, mapping, out);
  verify_parts::check_weights(problem, out);
  verify_parts::check_flows(problem, out);
  check_schedule(problem, mapping, out);
  for (const Finding& f : out.list)
    if (f.kind == FindingKind::kPlacement) return out.list;  // routes of cores that are not there
  verify_parts::check_routes(problem, mapping, out);
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
  }
  return "";
}

}  // namespace ranvier::mapper
