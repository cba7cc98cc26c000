// SPDX-License-Identifier: Apache-2.0
// Prices of stages and crossings, from the estimates of the pure choices and the device's cost model.
#include <algorithm>
#include <cmath>

#include "mapper/cost.h"
#include "mapper/demand.h"
#include "mapper/dense_cost.h"
#include "mapper/device_schedule.h"
#include "mapper/engines.h"
#include "mapper/flows.h"
#include "mapper/hybrid.h"
#include "mapper/step_work.h"
#include "mapper/work.h"

namespace ranvier::mapper {

using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

namespace {

double watts(Power p) { return static_cast<double>(p.count()) * 1e-6; }

struct ChipPrices {
  std::vector<Price> stage;  // [0]: what sending the input takes
};

/// Time and energy of every stage in a pure choice on the chip.
ChipPrices chip_prices(const MappingProblem& problem, const Mapping* mapping) {
  const Program& program = *problem.program;
  const double period = seconds(chips::clock_period(problem.board.chip));
  ChipPrices prices;
  prices.stage.resize(program.stages.size());
  for (std::size_t t = 1; t < problem.tiles.size(); ++t)
    prices.stage[problem.tiles[t].stage.value()].cores += core_share(problem.board.chip.core, problem.tiles[t].demand);
  std::vector<double> slowest(program.stages.size(), 0);
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
    double& most = slowest[problem.tiles[t].stage.value()];
    most = std::max(most, problem.tile_cycles[t]);
  }
  if (mapping == nullptr) {
    const chips::Sync& sync = problem.board.chip.sync;
    const std::int64_t end = end_of_step_cycles(sync, 1, static_cast<std::int64_t>(problem.board.chips()));
    for (std::size_t s = 1; s < slowest.size(); ++s)
      prices.stage[s].seconds = period * synchronised(sync, slowest[s], 1, end);
    return prices;
  }
  const Metrics metrics = estimate(problem, *mapping);
  // A level's time goes to the stages with a tile in it, by the cycles of their slowest tile; one cycle more for each,
  // so that no share is nought over nought. Schedules without stages have one level.
  const std::vector<std::size_t> bucket = level_steps(problem, mapping->level).bucket;
  std::vector<std::vector<std::uint8_t>> in_level(metrics.levels.size(),
                                                  std::vector<std::uint8_t>(program.stages.size(), 0));
  for (std::size_t t = 0; t < problem.tiles.size(); ++t) in_level[bucket[t]][problem.tiles[t].stage.value()] = 1;
  double steps = 0;
  for (std::size_t l = 0; l < metrics.levels.size(); ++l) {
    double sum = 0;
    for (std::size_t s = 0; s < program.stages.size(); ++s) sum += in_level[l][s] * (slowest[s] + 1);
    const double time = period * static_cast<double>(metrics.levels[l].cycles.count());
    steps += time;
    for (std::size_t s = 0; s < program.stages.size(); ++s)
      if (in_level[l][s] != 0) prices.stage[s].seconds += time * (slowest[s] + 1) / sum;
  }
  prices.stage.back().seconds += std::max(0.0, seconds(metrics.latency) - steps);  // reading the potentials
  const double sync = joules(problem.board.chip.energy.step_sync.value) * static_cast<double>(metrics.chips) *
                      metrics.steps / static_cast<double>(program.stages.size());
  for (std::size_t s = 0; s < program.stages.size(); ++s)
    prices.stage[s].joules = joules(metrics.layers[s].energy) + sync;
  return prices;
}

/// Values of stage `from` over host link and, to or from the device, DMA: as events one way, as values the other.
Price crossing_price(const Program& program, const chips::Board& board, std::size_t to, std::size_t input,
                     bool device_link, bool host_link) {
  const Stage& consumer = program.stages[to];
  const StageId from = consumer.inputs[input].stage;
  const Stage& producer = program.stage(from);
  const bool all = input == 1 && (consumer.kind == StageKind::kScores || consumer.kind == StageKind::kMix);
  const std::int32_t tokens = all ? producer.tokens : std::min(producer.tokens, consumer.tokens);
  const std::int64_t values = std::int64_t{tokens} * producer.channels;
  const std::int32_t bits = payload_bits(program, from, Schedule::kStagedGraded);
  Price price;
  if (device_link) {
    const std::int64_t bytes = values * value_bytes(bits);
    price.seconds += seconds(link_time(*board.device, bytes));
    price.joules += joules(link_energy(*board.device, bytes));
  }
  if (host_link) {
    const chips::Chip& chip = board.chip;
    const double flits = static_cast<double>(values) * events_per_value(program, from, Schedule::kStagedGraded) *
                         static_cast<double>(chips::flits_of(chip.noc, bits));
    price.seconds +=
        seconds(chips::clock_period(chip)) * (static_cast<double>(chip.host_link.latency_cycles.value) +
                                              flits * static_cast<double>(chip.host_link.cycles_per_flit.value));
    price.joules += flits * (joules(chip.energy.host_flit.value) + joules(chip.energy.router_hop.value));
  }
  return price;
}

}  // namespace

EnginePrices engine_prices(const Program& program, const chips::Board& board, const PureEstimate& spiking,
                           const PureEstimate& dense, const std::vector<std::vector<Engine>>& allowed) {
  bool chip = false, device = false;
  for (std::size_t s = 1; s < allowed.size(); ++s)
    for (const Engine e : allowed[s]) (e == Engine::kOffload ? device : chip) = true;
  double power = device ? watts(board.device->static_device.value) : 0;
  if (chip) {
    const Mapping* mapping = spiking.mapping != nullptr ? spiking.mapping : dense.mapping;
    const std::int64_t chips_used =
        mapping != nullptr ? in_use(board, mapping->core_of).chips : static_cast<std::int64_t>(board.chips());
    power += watts(board.chip.energy.static_chip.value) * static_cast<double>(chips_used);
  }
  EnginePrices prices;
  prices.stage.resize(program.stages.size());
  prices.crossing.resize(program.stages.size());
  const auto with_static = [power](Price p) {
    p.joules += power * p.seconds;
    return p;
  };
  std::array<ChipPrices, 2> on_chip;
  const std::array<const PureEstimate*, 2> pure{&spiking, &dense};
  for (std::size_t e = 0; e < pure.size(); ++e)
    if (pure[e]->problem != nullptr) on_chip[e] = chip_prices(*pure[e]->problem, pure[e]->mapping);
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    for (const Engine engine : allowed[s]) {
      auto& price = prices.stage[s][static_cast<std::size_t>(engine)];
      if (engine != Engine::kOffload) {
        const ChipPrices& from = on_chip[static_cast<std::size_t>(engine)];
        if (!from.stage.empty()) price = with_static(from.stage[s]);
        continue;
      }
      const DenseCost cost = dense_cost(*board.device, dense_work_of(program, StageId(s)), 1, Precision::kInt8);
      price = Price{seconds(cost.total), joules(cost.energy()) - joules(cost.static_energy)};
      if (s + 1 == program.stages.size()) {
        const std::int64_t bytes = program.stages[s].channels * value_bytes(kPotentialBits);
        price->seconds += seconds(link_time(*board.device, bytes));
        price->joules += joules(link_energy(*board.device, bytes));
      }
      price = with_static(*price);
    }
    for (std::size_t i = 0; i < program.stages[s].inputs.size(); ++i) {
      auto& to = prices.crossing[s].emplace_back();
      const bool input = program.stages[s].inputs[i].stage == StageId(0);
      to[static_cast<std::size_t>(Place::kChip)] =
          with_static(crossing_price(program, board, s, i, !input && device, true));
      if (device)
        to[static_cast<std::size_t>(Place::kDevice)] = with_static(crossing_price(program, board, s, i, true, !input));
    }
  }
  return prices;
}

}  // namespace ranvier::mapper
