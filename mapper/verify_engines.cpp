// SPDX-License-Identifier: Apache-2.0
// The verifier's rules for tiles that do not run on events alone: dense mode of the chip's cores, and the device.
#include <fmt/format.h>

#include "mapper/verifier_parts.h"

namespace ranvier::mapper::verify_parts {

using workloads::Stage;

namespace {

const char* where(Engine engine) {
  return engine == Engine::kOffload ? "on the device" : engine == Engine::kDense ? "in dense mode" : "on spiking cores";
}

bool same(Range r, std::int32_t size) { return r.begin == 0 && r.end == size; }

bool nothing(const Demand& d) {
  return d.neurons == 0 && d.axons == 0 && d.synapse_bytes == Bytes() && d.state_bytes == Bytes() &&
         d.bulk_bytes == Bytes() && d.receive_bytes == Bytes() && d.tiles == 0 && d.profiles == 0 && d.formats == 0;
}

}  // namespace

void check_engines(const MappingProblem& p, const Mapping& m, Findings& out) {
  std::vector<std::size_t> first(p.program->stages.size(), p.tiles.size());
  const auto& dense_mode = p.board.chip.mechanisms[static_cast<std::size_t>(chips::Mechanism::kDenseMode)];
  for (std::size_t t = 0; t < p.tiles.size(); ++t) {
    const Tile& tile = p.tiles[t];
    const Stage& s = p.program->stage(tile.stage);
    const auto bad = [&](const std::string& why) {
      out.add({.kind = FindingKind::kEngine,
               .stage = tile.stage,
               .tile = TileId(t),
               .text = fmt::format("tile {} of {} {}: {}", t, s.name, where(tile.engine), why)});
    };
    std::size_t& one = first[tile.stage.value()];
    if (one == p.tiles.size()) one = t;
    if (p.tiles[one].engine != tile.engine)
      bad(fmt::format("tile {} of its stage is {}", one, where(p.tiles[one].engine)));
    if (tile.engine == Engine::kSpiking) continue;
    if (t == 0) bad("the host's stage is the host's");
    if (p.schedule != Schedule::kStagedGraded) bad("the schedule is not staged-graded");
    if (s.kind == workloads::StageKind::kLif) bad("its compartments fire over time");
    if (tile.engine == Engine::kDense) {
      if (p.board.chip.core.dense_lanes.value <= 0 || dense_mode.support == chips::Support::kAbsent)
        bad("the chip has no dense mode");
      continue;
    }
    if (!p.board.device) bad("the board has no device");
    if (!same(tile.outputs, s.channels) || !same(tile.inputs, s.in_channels) || !same(tile.tokens, s.tokens) ||
        tile.partial_of.valid() || tile.mode != TokenMode::kShared)
      bad("a stage is whole there");
    if (m.core_of[t].valid()) bad(fmt::format("it has core {}", m.core_of[t].value()));
    if (!nothing(tile.demand)) bad("it takes resources of a core");
  }
  for (std::size_t f = 0; f < p.flows.size(); ++f) {
    const Flow& flow = p.flows[f];
    const bool from_dense = p.tiles[flow.source.value()].engine == Engine::kDense;
    const Engine head = p.tiles[flow.destinations.front().value()].engine;
    for (const TileId to : flow.destinations) {
      const Engine engine = p.tiles[to.value()].engine;
      // Packets for the device leave the mesh; between dense tiles zeros are sent too, to others they are not.
      const bool apart = (engine == Engine::kOffload) != (head == Engine::kOffload) ||
                         (from_dense && (engine == Engine::kDense) != (head == Engine::kDense));
      if (!apart) continue;
      out.add({.kind = FindingKind::kEngine,
               .tile = to,
               .flow = f,
               .text = fmt::format("flow {} ends {} and {}: two flows are needed", f, where(head), where(engine))});
      break;
    }
  }
}

}  // namespace ranvier::mapper::verify_parts
