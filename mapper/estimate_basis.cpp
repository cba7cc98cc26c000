// SPDX-License-Identifier: Apache-2.0
// Arrivals: synaptic operations and their energy, by stage.
#include "mapper/estimate_basis.h"

#include <cmath>

#include "mapper/delivery.h"
#include "mapper/merged_flows.h"
#include "mapper/work.h"
#include "workloads/sparse_synapses.h"

namespace ranvier::mapper {

using workloads::Stage;

namespace {

Energy times(const chips::Param<Energy>& each, double count) { return each.value * std::llround(count); }

struct Touched {
  double units = 0;
  double weights = 0;  // read for them
};

Touched touched_by(const MappingProblem& problem, const Flow& flow, TileId to) {
  const workloads::Program& program = *problem.program;
  const Tile& source = problem.tiles[flow.source.value()];
  const Tile& tile = problem.tiles[to.value()];
  if (source.sums_for_others()) return {1, 0};
  Touched touched;
  const Stage& stage = program.stage(tile.stage);
  for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
    if (stage.inputs[port].stage != source.stage) continue;
    if (!reach_of(program, tile, port).contains(flow.tokens.begin, flow.channels.begin)) continue;
    touched.units += static_cast<double>(touched_by_event(program, tile, static_cast<int>(port)));
  }
  if (stage.kind == workloads::StageKind::kLinear || stage.kind == workloads::StageKind::kLif)
    touched.weights = touched.units;
  return touched;
}

void add_arrivals(const MappingProblem& problem, const Flow& flow, double events, EstimateBasis& basis) {
  const auto& energy = problem.board.chip.energy;
  const auto& each = problem.schedule == Schedule::kStagedGraded ? energy.multiply_add : energy.accumulate;
  for (const TileId to : flow.destinations) {
    const Tile& tile = problem.tiles[to.value()];
    const bool partial = problem.tiles[flow.source.value()].sums_for_others();
    if (tile.engine == Engine::kOffload || (tile.engine == Engine::kDense && !partial)) continue;
    const Touched touched = touched_by(problem, flow, to);
    const Stage& stage = problem.program->stage(tile.stage);
    const auto& read = stage.sparse && !stage.sparse->dense() ? energy.synapse_sparse
                       : has_shared_kernels(stage)            ? energy.synapse_conv
                                                              : energy.synapse_read;
    basis.synops[tile.stage.value()] += events * touched.units;
    basis.arrival_energy[tile.stage.value()] +=
        times(read, events * touched.weights) + times(each, events * touched.units);
  }
}

}  // namespace

EstimateBasis estimate_basis(const MappingProblem& problem) {
  EstimateBasis basis;
  basis.work = step_work(problem);
  basis.synops.assign(problem.program->stages.size(), 0.0);
  basis.arrival_energy.assign(problem.program->stages.size(), Energy());
  basis.many_flows = problem.board.chip.noc.multicast == chips::Multicast::kUnicast &&
                     problem.flows.size() > kManyFlowsOfATile * problem.tiles.size();
  for (std::size_t f = 0; f < problem.flows.size(); ++f)
    add_arrivals(problem, problem.flows[f], problem.flow_events[f], basis);
  return basis;
}

}  // namespace ranvier::mapper
