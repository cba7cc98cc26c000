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
    if (stage.inputs.size() != 1 || !stage.sparse || !stage.integrate || stage.integrate->bias == 0 || stage.cuba.axon_delay_steps != 1)
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

FanOut::FanOut(const mapper::MappingProblem& problem, StageId stage)
    : decode_cycles_(problem.board.chip.core.event_decode_cycles.value) {
  const workloads::Program& program = *problem.program;
  const chips::CoreKind& core = problem.board.chip.core;
  const auto units = static_cast<std::size_t>(program.stage(stage).channels);
  tile_.resize(units);
  messages_.resize(units);
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
    const mapper::Tile& tile = problem.tiles[t];
    if (tile.stage == stage) {
      for (std::int32_t u = tile.outputs.begin; u < tile.outputs.end; ++u)
        tile_[static_cast<std::size_t>(u)] = static_cast<std::uint32_t>(t);
    }
    const workloads::Stage& to = program.stage(tile.stage);
    if (to.inputs.front().stage != stage) continue;
    consumers_.push_back(t);
    synapse_cycles_.push_back(to.sparse->dense() ? core.synapse_cycles.value : core.synapse_sparse_cycles.value);
  }
  cycles_.resize(units * consumers_.size());
  for (std::size_t u = 0; u < units; ++u) {
    for (std::size_t k = 0; k < consumers_.size(); ++k) {
      const mapper::Tile& tile = problem.tiles[consumers_[k]];
      const std::int64_t n =
          program.stage(tile.stage).sparse->count(static_cast<std::int32_t>(u), {tile.outputs.begin, tile.outputs.end});
      if (n == 0) continue;
      ++messages_[u];
      cycles_[u * consumers_.size() + k] = static_cast<std::uint32_t>(decode_cycles_ + n * synapse_cycles_[k]);
    }
  }
}

}  // namespace ranvier::sim
