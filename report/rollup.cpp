// SPDX-License-Identifier: Apache-2.0
// Sums of layers, checked against the ledger and the total.
#include "report/rollup.h"

#include <fmt/format.h>

#include <set>
#include <stdexcept>

#include "report/format.h"
#include "report/names.h"

namespace ranvier::report {
namespace {

void add(CostRow& to, const CostRow& row) {
  to.events += row.events;
  to.synops += row.synops;
  to.flit_hops += row.flit_hops;
  to.busy_cycles += row.busy_cycles;
  to.total += row.total;
  for (std::size_t i = 0; i < sim::kComponents; ++i) to.energy[i] += row.energy[i];
}

CostRow layer_row(const sim::LayerResult& layer) {
  CostRow row;
  row.name = layer.name;
  row.kind = layer.kind;
  row.stage = layer.stage.value();
  row.cores = layer.cores;
  row.events = layer.events;
  row.synops = layer.synops;
  row.flit_hops = layer.flit_hops;
  row.busy_cycles = layer.busy.count();
  row.latency = layer.latency;
  row.energy = layer.energy;
  row.total = sum(layer.energy);
  return row;
}

/// Layers of a level share steps, so a block's time is that of the steps in which any of them emits, not a sum.
std::optional<Duration> time_of_steps(const RunRecord& record, const std::vector<const sim::LayerResult*>& layers) {
  const sim::RunResult& result = record.result;
  if (result.steps.empty() || result.images.empty()) return std::nullopt;
  Duration time;
  for (const sim::StepResult& step : result.steps) {
    for (const sim::LayerResult* layer : layers) {
      const auto at = static_cast<std::size_t>(step.step / result.steps_a_bin);
      if (at < layer->events_by_step.size() && layer->events_by_step[at] != 0) {
        time += step.duration;
        break;
      }
    }
  }
  return Duration(time.count() / static_cast<std::int64_t>(result.images.size()));
}

std::int64_t distinct_cores(const RunRecord& record, const std::vector<const sim::LayerResult*>& layers) {
  std::set<StageId> stages;
  for (const sim::LayerResult* layer : layers) stages.insert(layer->stage);
  std::set<CoreId> cores;
  for (std::size_t t = 0; t < record.problem->tiles.size(); ++t) {
    const CoreId core = record.mapping->core_of[t];
    if (core.valid() && stages.contains(record.problem->tiles[t].stage)) cores.insert(core);
  }
  return static_cast<std::int64_t>(cores.size());
}

/// What the ledger holds for no stage; checks the rest of it against the layers.
std::array<Energy, sim::kComponents> unowed_energy(const sim::RunResult& result) {
  std::array<Energy, sim::kComponents> unowed{};
  std::vector<Energy> owed(result.layers.size());
  Energy total;
  for (const sim::LedgerEntry& entry : result.ledger) {
    total += entry.energy;
    if (!entry.stage.valid()) {
      unowed[static_cast<std::size_t>(entry.component)] += entry.energy;
    } else if (entry.stage.value() < owed.size()) {
      owed[entry.stage.value()] += entry.energy;
    } else {
      throw std::logic_error(fmt::format("energy ledger names stage {} of {}", entry.stage.value(), owed.size()));
    }
  }
  if (total != result.total_energy) {
    throw std::logic_error(fmt::format("energy ledger sums to {} aJ, the run's total is {} aJ", attojoule_text(total),
                                       attojoule_text(result.total_energy)));
  }
  for (std::size_t i = 0; i < owed.size(); ++i) {
    const Energy layer = sum(result.layers[i].energy);
    if (owed[i] != layer) {
      throw std::logic_error(fmt::format("layer {} has {} aJ, the ledger owes it {} aJ", result.layers[i].name,
                                         attojoule_text(layer), attojoule_text(owed[i])));
    }
  }
  return unowed;
}

Duration mean_latency(const sim::RunResult& result) {
  Duration whole;
  for (const sim::ImageResult& image : result.images) whole += image.latency;
  return result.images.empty() ? whole : Duration(whole.count() / static_cast<std::int64_t>(result.images.size()));
}

}  // namespace

std::string block_of(const std::string& layer) { return layer.substr(0, layer.find('.')); }

Rollup roll_up(const RunRecord& record) {
  const sim::RunResult& result = record.result;
  Rollup rollup;
  std::vector<const sim::LayerResult*> all;
  std::vector<std::vector<const sim::LayerResult*>> members;
  for (const sim::LayerResult& layer : result.layers) {
    const std::string block = block_of(layer.name);
    if (rollup.blocks.empty() || rollup.blocks.back().sum.name != block) {
      rollup.blocks.emplace_back().sum.name = block;
      rollup.blocks.back().sum.kind = "block";
      members.emplace_back();
    }
    const CostRow row = layer_row(layer);
    add(rollup.blocks.back().sum, row);
    rollup.blocks.back().layers.push_back(row);
    members.back().push_back(&layer);
    all.push_back(&layer);
  }
  rollup.network.name = "network";
  rollup.network.kind = "network";
  for (std::size_t b = 0; b < rollup.blocks.size(); ++b) {
    CostRow& block = rollup.blocks[b].sum;
    block.cores = distinct_cores(record, members[b]);
    block.latency = members[b].size() == 1 ? rollup.blocks[b].layers[0].latency : time_of_steps(record, members[b]);
    add(rollup.network, block);
  }
  rollup.network.cores = distinct_cores(record, all);
  rollup.network.latency = mean_latency(result);
  rollup.board.name = kBoardRow;
  rollup.board.kind = "board";
  rollup.board.energy = unowed_energy(result);
  rollup.board.total = sum(rollup.board.energy);
  rollup.chip = rollup.network;
  rollup.chip.name = "chip total";
  rollup.chip.kind = "chip";
  add(rollup.chip, rollup.board);
  return rollup;
}

}  // namespace ranvier::report
