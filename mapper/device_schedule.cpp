// SPDX-License-Identifier: Apache-2.0
// Levels of offloaded stages.
#include "mapper/device_schedule.h"

#include <algorithm>

#include "mapper/engines.h"
#include "mapper/flows.h"

namespace ranvier::mapper {

namespace {

Duration transfer(const chips::Board& board, std::int64_t bytes) {
  return bytes > 0 ? link_time(*board.device, bytes) : Duration();
}

}  // namespace

std::int64_t value_bytes(std::int32_t payload_bits) { return payload_bits <= 8 ? 1 : payload_bits <= 16 ? 2 : 4; }

std::int64_t chip_cycles(const chips::Chip& chip, Duration time) {
  const std::int64_t period = chips::clock_period(chip).count();
  return (time.count() + period - 1) / period;
}

DeviceSchedule device_schedule(const MappingProblem& problem, const std::vector<std::int32_t>& level) {
  DeviceSchedule s;
  const auto offloaded = [&](TileId t) { return problem.tiles[t.value()].engine == Engine::kOffload; };
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) s.used = s.used || offloaded(TileId(t));
  if (!s.used) return s;
  const workloads::Program& program = *problem.program;
  s.cost.resize(program.stages.size());
  s.link_bytes.resize(program.stages.size());
  s.steps.resize(static_cast<std::size_t>(*std::max_element(level.begin(), level.end())) + 1);
  const StageId head(program.stages.size() - 1);
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
    DeviceStep& step = s.steps[static_cast<std::size_t>(level[t])];
    const StageId stage = problem.tiles[t].stage;
    if (!offloaded(TileId(t))) {
      step.chip_works = true;
      continue;
    }
    DenseCost& cost = s.cost[stage.value()];
    cost = dense_cost(*problem.board.device, dense_work_of(program, stage), 1, Precision::kInt8);
    step.compute += cost.total;
    if (stage == head)
      s.link_bytes[stage.value()] += s.readout_bytes = program.stage(head).channels * value_bytes(kPotentialBits);
  }
  for (const Flow& flow : problem.flows) {
    const bool from = offloaded(flow.source), into = to_device(problem.tiles, flow);
    DeviceStep& step = s.steps[static_cast<std::size_t>(level[flow.source.value()])];
    if (!into) step.chip_works = true;
    if (from == into) continue;
    const std::int64_t bytes = std::int64_t{flow.tokens.size()} * flow.channels.size() * value_bytes(flow.payload_bits);
    (into ? step.in_bytes : step.out_bytes) += bytes;
    if (into && flow.source == TileId(0)) step.from_host = true;
    s.link_bytes[problem.tiles[flow.source.value()].stage.value()] += bytes;
  }
  Duration compute, in, out = transfer(problem.board, s.readout_bytes);
  for (const DeviceStep& step : s.steps) {
    compute += step.compute;
    in += transfer(problem.board, step.in_bytes);
    out += transfer(problem.board, step.out_bytes);
  }
  s.busiest = std::max({compute, in, out});
  return s;
}

DeviceStep device_wave(const DeviceStep& step, std::int32_t wave, std::int32_t waves) {
  DeviceStep part = step;
  if (wave > 0) {
    part.compute = Duration();
    part.out_bytes = 0;
  }
  if (step.from_host ? wave > 0 : wave + 1 < waves) part.in_bytes = 0;
  part.from_host = step.from_host && wave == 0;
  return part;
}

double with_device(const chips::Board& board, const DeviceStep& step, double chip, std::int32_t waves) {
  const auto cycles = [&](Duration time) { return static_cast<double>(chip_cycles(board.chip, time)); };
  const double first = chip / waves, later = chip - first;
  if (step.from_host) return std::max(first, cycles(transfer(board, step.in_bytes))) + later;
  const double before = cycles(step.compute + transfer(board, step.out_bytes));
  const double busy = step.out_bytes > 0 ? before + first : std::max(before, first);
  return busy + later + cycles(transfer(board, step.in_bytes));
}

}  // namespace ranvier::mapper
