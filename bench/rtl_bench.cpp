// SPDX-License-Identifier: Apache-2.0
// Clock cycles a second of the fast model of rv_spike_core under busy traffic: 15 graded events, then a tick, again and
// again; sums over all instances, one thread.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

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
  const CoreTile tile = bench_tile(static_cast<std::int32_t>(state.range(1)), 4);
  std::vector<std::unique_ptr<SpikeCorePort>> ports;
  std::vector<std::unique_ptr<SpikeCoreDriver>> cores;
  for (std::size_t i = 0; i < instances; ++i) {
    ports.push_back(make_fast_port());
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
}
BENCHMARK(busy_traffic)
    ->ArgNames({"instances", "neurons"})
    ->Args({1, 16})
    ->Args({1, 256})
    ->Args({8, 256})
    ->Args({64, 256});

}  // namespace
}  // namespace ranvier::rtl
