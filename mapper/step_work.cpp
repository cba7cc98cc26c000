// SPDX-License-Identifier: Apache-2.0
// Step times in closed form.
#include "mapper/step_work.h"

#include <algorithm>
#include <cmath>

#include "mapper/delivery.h"
#include "mapper/mesh.h"
#include "mapper/work.h"

namespace ranvier::mapper {

namespace {

constexpr double kRoundingSlack = 1e-6;  // sums of event counts are not exact: no phase for less than this

/// Cycles that one event of the flow keeps the integrating unit of the destination's core busy.
double receive_cycles(const MappingProblem& problem, const Flow& flow, TileId to) {
  const chips::CoreKind& core = problem.board.chip.core;
  const auto lanes = std::max<std::int64_t>(1, core.lanes.value);
  const Tile& source = problem.tiles[flow.source.value()];
  const Tile& tile = problem.tiles[to.value()];
  const auto each = [&](std::int64_t touched) {
    return static_cast<double>(core.event_decode_cycles.value + (touched + lanes - 1) / lanes);
  };
  if (source.partial_of == to) return each(1);
  const workloads::Stage& stage = problem.program->stage(tile.stage);
  double cycles = 0;
  for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
    if (stage.inputs[port].stage != source.stage) continue;
    if (!reach_of(*problem.program, tile, port).contains(flow.tokens.begin, flow.channels.begin)) continue;
    cycles += each(touched_by_event(*problem.program, tile, static_cast<int>(port)));
  }
  return cycles;
}

}  // namespace

StepWork step_work(const MappingProblem& problem) {
  StepWork work;
  work.fire = problem.tile_cycles;
  const auto relay = static_cast<double>(problem.board.chip.core.relay_cycles.value);
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    auto& cycles = work.integrate.emplace_back();
    for (const TileId to : flow.destinations) {
      cycles.push_back(problem.flow_events[f] * receive_cycles(problem, flow, to));
      work.fire[to.value()] -= cycles.back();
    }
    work.relay.push_back(problem.flow_events[f] * relay);
  }
  for (double& cycles : work.fire) cycles = std::max(0.0, cycles);
  return work;
}

LevelSteps level_steps(const MappingProblem& problem, const std::vector<std::int32_t>& level) {
  const bool staged = problem.schedule != Schedule::kAsynchronousUnary;
  const auto depth = static_cast<std::size_t>(*std::max_element(level.begin(), level.end()));
  LevelSteps result;
  result.steps.assign(staged ? depth + 1 : 1, 1.0);
  for (std::size_t t = 0; t < level.size(); ++t) {
    result.bucket.push_back(staged ? static_cast<std::size_t>(level[t]) : 0);
    double& steps = result.steps[result.bucket[t]];
    steps = std::max(steps, passes_of(*problem.program, problem.tiles[t].stage, problem.schedule));
  }
  if (!staged) result.steps[0] += static_cast<double>(depth);
  for (double& steps : result.steps) steps = std::ceil(steps);
  return result;
}

double synchronised(const chips::Sync& sync, double work, double steps) {
  const double each = std::max(1.0, std::ceil(work / steps - kRoundingSlack));
  if (sync.policy == chips::SyncPolicy::kBarrier)
    return steps * (each + static_cast<double>(sync.barrier_cycles.value));
  const auto phase = static_cast<double>(std::max<std::int64_t>(1, sync.phase_cycles.value));
  return steps * std::ceil(each / phase) * phase;
}

double leg_cycles(const chips::Board& board, CoreId from, CoreId to, double flits) {
  const auto& noc = board.chip.noc;
  const auto router = static_cast<double>(noc.router_cycles.value);
  const auto link = static_cast<double>(noc.link_cycles.value);
  const auto edge = static_cast<double>(board.chip.chip_link.latency_cycles.value);
  const std::int32_t crossings = chip_crossings(board, from, to);
  const double routers = hops(board, from, to) + 1;
  const double slowest =
      crossings > 0 ? static_cast<double>(std::max<std::int64_t>(1, board.chip.chip_link.cycles_per_flit.value)) : 1;
  return 1 + link + routers * router + (routers - crossings) * link + crossings * edge + (flits - 1) * slowest;
}

double host_cycles(const MappingProblem& problem) {
  double flits = 0;
  for (std::size_t f = 0; f < problem.flows.size(); ++f)
    if (problem.flows[f].source == TileId(0))
      flits += problem.flow_events[f] *
               static_cast<double>(chips::flits_of(problem.board.chip.noc, problem.flows[f].payload_bits));
  return flits * static_cast<double>(problem.board.chip.host_link.cycles_per_flit.value);
}

}  // namespace ranvier::mapper
