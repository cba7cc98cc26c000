// SPDX-License-Identifier: Apache-2.0
// Step times in closed form.
#include "mapper/step_work.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "mapper/delivery.h"
#include "mapper/mesh.h"
#include "mapper/work.h"

namespace ranvier::mapper {

namespace {

constexpr double kRoundingSlack = 1e-6;  // sums of event counts are not exact: no phase for less than this

}  // namespace

double receive_cycles(const MappingProblem& problem, const Flow& flow, TileId to) {
  const chips::CoreKind& core = problem.board.chip.core;
  const Tile& source = problem.tiles[flow.source.value()];
  const Tile& tile = problem.tiles[to.value()];
  if (tile.engine == Engine::kOffload) return 0;
  const auto each = [&](std::int64_t touched) {
    return static_cast<double>(receive_cycles_of(*problem.program, core, tile.stage, touched));
  };
  if (source.sums_for_others()) return each(1);
  const workloads::Stage& stage = problem.program->stage(tile.stage);
  double cycles = 0;
  for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
    if (stage.inputs[port].stage != source.stage) continue;
    if (!reach_of(*problem.program, tile, port).contains(flow.tokens.begin, flow.channels.begin)) continue;
    if (tile.engine == Engine::kDense)
      cycles += static_cast<double>(core.event_decode_cycles.value);  // stored, not yet multiplied
    else
      cycles += each(touched_by_event(*problem.program, tile, static_cast<int>(port)));
  }
  return cycles;
}

StepWork step_work(const MappingProblem& problem) {
  StepWork work;
  work.fire = problem.tile_cycles;
  const auto relay = static_cast<double>(problem.board.chip.core.relay_cycles.value);
  const auto emit = static_cast<double>(problem.board.chip.core.emit_cycles.value);
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    auto& cycles = work.integrate.emplace_back();
    for (const TileId to : flow.destinations) {
      cycles.push_back(problem.flow_events[f] * receive_cycles(problem, flow, to));
      work.fire[to.value()] -= cycles.back();
    }
    work.relay.push_back(problem.flow_events[f] * relay);
    work.emit.push_back(problem.flow_events[f] * emit);
    // Flows that differ in their delay alone are made of the same events; they stand side by side.
    const bool again = f > 0 && problem.flows[f - 1].source == flow.source &&
                       problem.flows[f - 1].tokens == flow.tokens && problem.flows[f - 1].channels == flow.channels;
    work.free_packets.push_back(again ? 0 : 1);
  }
  for (double& cycles : work.fire) cycles = std::max(0.0, cycles);
  return work;
}

LevelSteps level_steps(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                       const std::vector<std::int32_t>& waves) {
  const bool staged = problem.schedule == Schedule::kStagedGraded || problem.schedule == Schedule::kStagedUnary;
  const auto depth = static_cast<std::size_t>(*std::max_element(level.begin(), level.end()));
  LevelSteps result;
  result.steps.assign(staged ? depth + 1 : 1, 1.0);
  for (std::size_t t = 0; t < level.size(); ++t) {
    result.bucket.push_back(staged ? static_cast<std::size_t>(level[t]) : 0);
    double& steps = result.steps[result.bucket[t]];
    steps = std::max(steps, passes_of(*problem.program, problem.tiles[t].stage, problem.schedule));
  }
  if (problem.schedule == Schedule::kAsynchronousUnary) result.steps[0] += static_cast<double>(depth);
  if (problem.schedule == Schedule::kTimesteps) result.steps[0] += 1;  // the host's first step comes before all others
  for (double& steps : result.steps) steps = std::ceil(steps);
  for (std::size_t l = 0; staged && l < std::min(waves.size(), depth + 1); ++l) result.steps[l] *= waves[l];
  return result;
}

bool pipelined(chips::SyncPolicy policy) {
  return policy == chips::SyncPolicy::kLayerPipeline || policy == chips::SyncPolicy::kDataflow;
}

std::int64_t end_of_step_cycles(const chips::Sync& sync, std::int64_t routers, std::int64_t chips) {
  switch (sync.policy) {
    case chips::SyncPolicy::kBarrier:
      return chips::barrier_cycles(sync, routers, chips);
    case chips::SyncPolicy::kLayerPipeline:
      return sync.barrier_cycles.value;  // to swap the buffers
    case chips::SyncPolicy::kFixedPhase:
    case chips::SyncPolicy::kFixedTick:
    case chips::SyncPolicy::kDataflow:
      return 0;
  }
  return 0;
}

InUse in_use(const chips::Board& board, const std::vector<CoreId>& core_of) {
  std::set<std::size_t> routers;
  std::set<ChipId> chips;
  for (const CoreId core : core_of) {
    if (!core.valid()) continue;
    routers.insert(board.router_of(core));
    chips.insert(board.chip_of(core));
  }
  return {static_cast<std::int64_t>(routers.size()), static_cast<std::int64_t>(chips.size())};
}

std::int64_t packets_of(const chips::Noc& noc, const Route& route) {
  if (route.chain.empty()) return 0;
  if (noc.multicast == chips::Multicast::kUnicast) return static_cast<std::int64_t>(route.chain.size());
  return 1 + static_cast<std::int64_t>(route.starts.size());
}

double synchronised(const chips::Sync& sync, double work, double steps, std::int64_t barrier) {
  const double each = std::max(1.0, std::ceil(work / steps - kRoundingSlack));
  const bool ticks = sync.policy == chips::SyncPolicy::kFixedTick;
  if (sync.policy != chips::SyncPolicy::kFixedPhase && !ticks) return steps * (each + static_cast<double>(barrier));
  const chips::Count& length = ticks ? sync.tick_cycles : sync.phase_cycles;
  const auto phase = static_cast<double>(std::max<std::int64_t>(1, length.value));
  if (ticks && sync.on_overrun == chips::TickOverrun::kLate) return steps * std::max(each, phase);
  return steps * std::ceil(each / phase) * phase;
}

double TickClock::end_of(double work, double steps) {
  const double each = std::max(1.0, std::ceil(work / steps - kRoundingSlack));
  const double before = now_;
  for (double s = 0; s < steps; ++s) {
    due_ += tick_;
    now_ = std::max(now_ + each, due_);
  }
  return now_ - before;
}

double TickClock::up_to_tick(double cycles) const { return std::ceil((now_ + cycles) / tick_) * tick_ - now_; }

double leg_cycles(const chips::Board& board, CoreId from, CoreId to, double flits) {
  const auto& noc = board.chip.noc;
  const WayLinks way = way_links(board, from, to);
  std::int64_t slowest = way.links > way.edges ? noc.link_cycles_per_flit.value : 1;
  if (way.edges > 0) slowest = std::max(slowest, board.chip.chip_link.cycles_per_flit.value);
  const std::int64_t head = 1 + noc.link_cycles.value + (way.links + 1) * noc.router_cycles.value +
                            (way.horizontal() + 1) * noc.link_cycles.value + way.vertical * noc.vertical_cycles() +
                            way.edges * board.chip.chip_link.latency_cycles.value;
  return static_cast<double>(head) + (flits - 1) * static_cast<double>(std::max<std::int64_t>(1, slowest));
}

double host_cycles(const MappingProblem& problem, const Mapping& mapping) {
  const chips::Noc& noc = problem.board.chip.noc;
  double flits = 0;
  for (std::size_t f = 0; f < problem.flows.size(); ++f)
    if (problem.flows[f].source == TileId(0))
      flits += problem.flow_events[f] * static_cast<double>(chips::flits_of(noc, problem.flows[f].payload_bits) *
                                                            packets_of(noc, mapping.routes[f]));
  return flits * static_cast<double>(problem.board.chip.host_link.cycles_per_flit.value);
}

}  // namespace ranvier::mapper
