// SPDX-License-Identifier: Apache-2.0
#include "sim/simple_fan_out.h"

#include <fmt/format.h>

#include <set>

#include "sim/errors.h"
#include "workloads/sparse_synapses.h"

namespace ranvier::sim {

void check_simple(const mapper::MappingProblem& problem, const mapper::Mapping& mapping) {
  const workloads::Program& program = *problem.program;
  const auto refuse = [&](const std::string& why) { throw NoSimpleTiming(program.name, why); };
  if (!program.temporal() || !program.closed) refuse("it is no network over time without a host");
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    const workloads::Stage& stage = program.stages[s];
    if (!stage.sparse || !stage.integrate || stage.integrate->bias == 0 || stage.cuba.axon_delay_steps != 1)
      refuse(fmt::format("{} is no layer of biased compartments with listed synapses", stage.name));
  }
  const chips::Chip& chip = problem.board.chip;
  if (chip.noc.multicast != chips::Multicast::kUnicast)
    refuse(fmt::format("{} does not send a message to each destination core", chip.name));
  if (chip.core.lanes.value != 1) refuse(fmt::format("cores of {} have several lanes", chip.name));
  std::set<CoreId> taken;
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
    if (problem.tiles[t].engine != mapper::Engine::kSpiking) refuse("not all of it is on spiking cores");
    if (!taken.insert(mapping.core_of[t]).second) refuse("two of its tiles share a core");
  }
}

FanOut::FanOut(const mapper::MappingProblem& problem, const mapper::Mapping&)
    : stages_(problem.program->stages.size()) {
  const workloads::Program& program = *problem.program;
  for (std::size_t s = 0; s < stages_.size(); ++s) {
    PerStage& stage = stages_[s];
    const auto units = static_cast<std::size_t>(program.stages[s].channels);
    stage.tile.resize(units);
    std::vector<std::size_t> consumers;
    for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
      const mapper::Tile& tile = problem.tiles[t];
      if (tile.stage == StageId(s)) {
        for (std::int32_t u = tile.outputs.begin; u < tile.outputs.end; ++u)
          stage.tile[static_cast<std::size_t>(u)] = static_cast<std::uint32_t>(t);
      }
      if (program.stage(tile.stage).inputs.front().stage == StageId(s)) consumers.push_back(t);
    }
    stage.offset.push_back(0);
    for (std::size_t u = 0; u < units; ++u) {
      for (const std::size_t t : consumers) {
        const mapper::Tile& tile = problem.tiles[t];
        const std::int64_t n = program.stage(tile.stage)
                                   .sparse->count(static_cast<std::int32_t>(u), {tile.outputs.begin, tile.outputs.end});
        if (n > 0) stage.ways.push_back({static_cast<std::uint32_t>(t), static_cast<std::uint32_t>(n)});
      }
      stage.offset.push_back(static_cast<std::uint32_t>(stage.ways.size()));
    }
  }
}

}  // namespace ranvier::sim
