// SPDX-License-Identifier: Apache-2.0
// Flow cells.
#include "mapper/flows.h"

#include <algorithm>
#include <bit>

#include "mapper/delivery.h"
#include "mapper/engines.h"
#include "mapper/work.h"

namespace ranvier::mapper {

using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

namespace {

struct Claim {
  Reach reach;
  TileId tile;
};

Range intersect(Range a, Range b) { return {std::max(a.begin, b.begin), std::min(a.end, b.end)}; }

std::vector<std::int32_t> borders(const std::vector<Claim>& claims, Range Reach::*axis) {
  std::vector<std::int32_t> cuts;
  for (const Claim& c : claims) {
    cuts.push_back((c.reach.*axis).begin);
    cuts.push_back((c.reach.*axis).end);
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  return cuts;
}

/// Cuts the claims' rectangles along all borders; merges cells greedily, along channels first.
void append_cells(TileId source, const std::vector<Claim>& claims, std::int32_t bits, std::vector<Flow>& flows) {
  if (claims.empty()) return;
  const auto rows = borders(claims, &Reach::tokens);
  const auto columns = borders(claims, &Reach::channels);
  const std::size_t height = rows.size() - 1;
  const std::size_t width = columns.size() - 1;
  std::vector<std::vector<TileId>> cell(height * width);
  for (const Claim& c : claims) {
    for (std::size_t r = 0; r < height; ++r) {
      if (!c.reach.tokens.contains(rows[r])) continue;
      for (std::size_t k = 0; k < width; ++k)
        if (c.reach.channels.contains(columns[k])) cell[r * width + k].push_back(c.tile);
    }
  }
  for (auto& destinations : cell) {
    std::sort(destinations.begin(), destinations.end());
    destinations.erase(std::unique(destinations.begin(), destinations.end()), destinations.end());
  }
  std::vector<bool> taken(cell.size(), false);
  for (std::size_t r = 0; r < height; ++r) {
    for (std::size_t k = 0; k < width; ++k) {
      const auto& destinations = cell[r * width + k];
      if (taken[r * width + k] || destinations.empty()) continue;
      const auto free_and_equal = [&](std::size_t row, std::size_t column) {
        return !taken[row * width + column] && cell[row * width + column] == destinations;
      };
      std::size_t right = k + 1;
      while (right < width && free_and_equal(r, right)) ++right;
      std::size_t down = r + 1;
      for (; down < height; ++down) {
        bool whole = true;
        for (std::size_t column = k; column < right && whole; ++column) whole = free_and_equal(down, column);
        if (!whole) break;
      }
      for (std::size_t row = r; row < down; ++row)
        for (std::size_t column = k; column < right; ++column) taken[row * width + column] = true;
      flows.push_back({source, {rows[r], rows[down]}, {columns[k], columns[right]}, destinations, bits});
    }
  }
}

}  // namespace

std::int32_t payload_bits(const Program& program, StageId id, Schedule schedule) {
  const Stage& stage = program.stage(id);
  if (stage.kind == StageKind::kAdd) return kResidualSumBits;
  if (schedule != Schedule::kStagedGraded) return 1;
  const std::int64_t span = stage.kind == StageKind::kInput ? std::int64_t{program.input_code_max}
                                                            : std::int64_t{stage.encoder.hi} - stage.encoder.lo;
  return std::max(
      1, static_cast<std::int32_t>(std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(0, span)))));
}

std::vector<Flow> make_flows(const Program& program, const std::vector<Tile>& tiles, Schedule schedule) {
  struct Port {
    StageId consumer;
    std::size_t port;
  };
  std::vector<std::vector<Port>> ports_fed(program.stages.size());
  for (std::size_t s = 0; s < program.stages.size(); ++s)
    for (std::size_t p = 0; p < program.stages[s].inputs.size(); ++p)
      ports_fed[program.stages[s].inputs[p].stage.value()].push_back({StageId(s), p});
  std::vector<std::vector<TileId>> tiles_by_stage(program.stages.size());
  for (std::size_t t = 0; t < tiles.size(); ++t) tiles_by_stage[tiles[t].stage.value()].push_back(TileId(t));

  // Sparse stages: an event goes to the tiles that it has a synapse in, and to no other.
  const SynapseRuns runs(program, tiles);

  std::vector<Flow> flows;
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    const Tile& source = tiles[t];
    if (source.partial_of.valid()) {
      flows.push_back({TileId(t), source.tokens, source.outputs, {source.partial_of}, kPartialSumBits});
      continue;
    }
    if (source.statistics) {
      std::vector<Claim> row;
      for (const TileId id : tiles_by_stage[source.stage.value()]) {
        const Range common = intersect(tiles[id.value()].tokens, source.tokens);
        if (!tiles[id.value()].statistics && common.size() > 0) row.push_back({{common, source.outputs}, id});
      }
      append_cells(TileId(t), row, kStatisticsBits, flows);
      continue;
    }
    // The device is reached through core 0's router, and dense tiles take zeros from each other: flows of their own.
    std::vector<Claim> on_cores, dense, device;
    for (const Port& fed : ports_fed[source.stage.value()]) {
      for (const TileId id : tiles_by_stage[fed.consumer.value()]) {
        const Reach wanted = reach_of(program, tiles[id.value()], fed.port);
        const Reach common{intersect(wanted.tokens, source.tokens), intersect(wanted.channels, source.outputs)};
        if (common.tokens.size() <= 0 || common.channels.size() <= 0) continue;
        const Engine engine = tiles[id.value()].engine;
        const bool zeros = source.engine == Engine::kDense && engine == Engine::kDense;
        auto& claims = engine == Engine::kOffload ? device : zeros ? dense : on_cores;
        if (!program.stage(fed.consumer).sparse) {
          claims.push_back({common, id});
          continue;
        }
        for (const Range run : runs.of(id, fed.port))
          if (const Range part = intersect(run, common.channels); part.size() > 0)
            claims.push_back({{common.tokens, part}, id});
      }
    }
    for (const auto* claims : {&on_cores, &dense, &device})
      append_cells(TileId(t), *claims, payload_bits(program, source.stage, schedule), flows);
  }
  return flows;
}

std::vector<double> estimate_flow_events(const Program& program, const std::vector<Tile>& tiles,
                                         const std::vector<Flow>& flows, Schedule schedule) {
  std::vector<double> events;
  events.reserve(flows.size());
  for (const Flow& flow : flows) {
    const Tile& source = tiles[flow.source.value()];
    const double values = static_cast<double>(flow.tokens.size()) * flow.channels.size();
    const double each = carries_zeros(tiles, flow) ? 1.0
                        : source.sums_for_others() ? passes_of(program, source.stage, schedule)
                                                   : events_per_value(program, source.stage, schedule);
    events.push_back(values * each);
  }
  return events;
}

}  // namespace ranvier::mapper
