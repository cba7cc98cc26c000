// SPDX-License-Identifier: Apache-2.0
// Clock cycles a second of the models of rv_spike_core and rv_hybrid_core that the chip simulation runs, under busy
// traffic: 15 graded events, then a tick, again and again; sums over all instances, one thread. A cycle of more lanes
// does more: additions_per_s compares sets of different lanes.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "rtl/core_parameters.h"
#include "rtl/hybrid/hybrid_core.h"
#include "rtl/spike_core_driver.h"
#include "rtl/stimulus.h"

namespace ranvier::rtl {
namespace {

CoreTile bench_tile(std::int32_t neurons, std::int32_t tokens) {
  Draws draws(1, 0);
  CoreTile tile;
  tile.neurons = neurons;
  tile.axons = 64;
  tile.tokens = tokens;
  tile.lo = -8;
  tile.hi = 7;
  for (std::int32_t i = 0; i < tile.axons * neurons; ++i) {
    tile.weight.push_back(static_cast<std::int8_t>(draws.between(-127, 127)));
  }
  tile.threshold.assign(static_cast<std::size_t>(neurons), 600);
  tile.potential.assign(static_cast<std::size_t>(neurons) * static_cast<std::size_t>(tokens), 300);
  return tile;
}

void busy_traffic(benchmark::State& state) {
  const auto instances = static_cast<std::size_t>(state.range(0));
  CoreTile tile = bench_tile(static_cast<std::int32_t>(state.range(1)), 4);
  tile.limits.lanes = static_cast<std::int32_t>(state.range(2));
  std::vector<std::unique_ptr<SpikeCorePort>> ports;
  std::vector<std::unique_ptr<SpikeCoreDriver>> cores;
  for (std::size_t i = 0; i < instances; ++i) {
    ports.push_back(make_fast_port(tile.limits));
    cores.push_back(std::make_unique<SpikeCoreDriver>(*ports.back()));
    cores.back()->load(tile);
  }
  Draws draws(2, 0);
  std::vector<CoreEvent> train;
  for (int i = 0; i < 15; ++i)
    train.push_back({draws.between(0, 3), draws.between(0, 63), draws.between(-8, 7), false});
  auto cycles = [&] {
    std::int64_t sum = 0;
    for (const auto& port : ports) sum += port->cycles();
    return sum;
  };
  const std::int64_t before = cycles();
  std::vector<SpikeCoreDriver::TimedSpike> spikes;
  for (auto _ : state) {
    for (auto& core : cores) {
      core->send_train(train);
      spikes.clear();
      core->tick(spikes);
    }
  }
  state.counters["core_cycles_per_s"] =
      benchmark::Counter(static_cast<double>(cycles() - before), benchmark::Counter::kIsRate);
  const std::int64_t additions =
      state.iterations() * static_cast<std::int64_t>(instances * train.size()) * tile.neurons;
  state.counters["additions_per_s"] = benchmark::Counter(static_cast<double>(additions), benchmark::Counter::kIsRate);
}
BENCHMARK(busy_traffic)
    ->ArgNames({"instances", "neurons", "lanes"})
    ->Args({1, 16, 16})
    ->Args({1, 256, 16})
    ->Args({8, 256, 16})
    ->Args({64, 256, 16})
    ->Args({1, 256, 8})
    ->Args({1, 256, 4})
    ->Args({8, 256, 4})
    ->Args({64, 256, 4});

/// A Linear stage of 256 neurons and 4 tokens, as the chip simulation drives it.
workloads::Program linear_program() {
  Draws draws(3, 0);
  workloads::Program program;
  workloads::Stage input, fc;
  input.tokens = fc.tokens = 4;
  input.channels = fc.in_channels = 64;
  fc.kind = workloads::StageKind::kLinear;
  fc.inputs = {{StageId(0), 1}};
  fc.channels = 256;
  fc.encoder.present = true;
  fc.encoder.lo = -8;
  fc.encoder.hi = 7;
  fc.encoder.threshold.assign(256, 600);
  for (std::int32_t i = 0; i < 64 * 256; ++i)
    fc.linear.weight.push_back(static_cast<std::int8_t>(draws.between(-127, 127)));
  program.stages = {input, fc};
  return program;
}

void hybrid_traffic(benchmark::State& state) {
  const workloads::Program program = linear_program();
  chips::CoreKind kind;
  sim::TileSpec spec;
  spec.program = &program;
  spec.core = &kind;
  spec.tile.stage = StageId(1);
  spec.tile.outputs = {0, 256};
  spec.tile.inputs = {0, 64};
  spec.tile.tokens = {0, 4};
  std::vector<std::unique_ptr<sim::CoreModel>> cores;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    cores.push_back(make_hybrid_core(spec));
    cores.back()->begin_image();
  }
  Draws draws(2, 0);
  std::vector<sim::Event> train;
  for (int i = 0; i < 15; ++i) train.push_back({draws.between(0, 3), draws.between(0, 63), draws.between(-8, 7), 0});
  const auto cycles = [&] {
    std::int64_t sum = 0;
    for (const auto& core : cores) sum += core->clock_cycles();
    return sum;
  };
  const std::int64_t before = cycles();
  std::vector<sim::Emission> out;
  for (auto _ : state) {
    for (const auto& core : cores) {
      for (const sim::Event& event : train) core->receive(event, Cycles(0));
      out.clear();
      core->fire(out);
    }
    for (sim::Event& event : train) event.value = -event.value;  // sums stay where they are
  }
  state.counters["core_cycles_per_s"] =
      benchmark::Counter(static_cast<double>(cycles() - before), benchmark::Counter::kIsRate);
}
BENCHMARK(hybrid_traffic)->ArgName("instances")->Arg(1)->Arg(8)->Arg(64);

}  // namespace
}  // namespace ranvier::rtl
