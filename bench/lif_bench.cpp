// SPDX-License-Identifier: Apache-2.0
// The engine for networks over time on the layered conformance networks: synaptic events a second, bytes a synapse,
// seconds to make the synapses. Arguments: neurons a layer, density and rate in percent. One thread unless the name
// says otherwise; rates are of processor time.
#include <benchmark/benchmark.h>

#include "workloads/layered_lif.h"
#include "workloads/lif_engine.h"
#include "workloads/random_program.h"
#include "workloads/sparse_synapses.h"

namespace {

using namespace ranvier::workloads;

LayeredLif net_of(const benchmark::State& state) {
  LayeredLif net;
  net.neurons = static_cast<std::int32_t>(state.range(0));
  net.density = static_cast<double>(state.range(1)) / 100;
  net.rate = static_cast<double>(state.range(2)) / 100;
  net.steps = 50;
  return net;
}

std::int64_t synapses_of(const Program& program) {
  std::int64_t all = 0;
  for (const Stage& stage : program.stages)
    if (stage.sparse) all += stage.sparse->synapses();
  return all;
}

void run_layered(benchmark::State& state, int threads) {
  const Program program = layered_lif_program(net_of(state));
  LifEngine engine(program, {threads, SynapseWalk::kMeasured});
  for (auto _ : state) engine.run({});
  const auto events = static_cast<double>(engine.synaptic_events() * state.iterations());
  state.counters["synaptic_events_per_s"] = {events, benchmark::Counter::kIsRate};
  state.counters["bytes_per_synapse"] = static_cast<double>(engine.bytes()) / static_cast<double>(synapses_of(program));
}

void layered_lif(benchmark::State& state) { run_layered(state, 1); }
BENCHMARK(layered_lif)
    ->Args({1024, 10, 10})
    ->Args({1024, 10, 20})
    ->Args({2048, 10, 10})
    ->Args({2048, 10, 20})
    ->Args({4096, 10, 10})
    ->Args({4096, 10, 20})
    ->Args({1024, 100, 10})
    ->Args({1024, 100, 20})
    ->Unit(benchmark::kMillisecond);

void layered_lif_two_threads(benchmark::State& state) { run_layered(state, 2); }
BENCHMARK(layered_lif_two_threads)->Args({4096, 10, 10})->UseRealTime()->Unit(benchmark::kMillisecond);

/// Seconds a network: `synapses` says how many.
void layered_lif_load(benchmark::State& state) {
  std::int64_t synapses = 0;
  for (auto _ : state) synapses = synapses_of(layered_lif_program(net_of(state), 1));
  state.counters["synapses"] = static_cast<double>(synapses);
}
BENCHMARK(layered_lif_load)->Args({4096, 10, 10})->Args({1024, 100, 10})->Unit(benchmark::kSecond);

/// A convolution of 3 x 3 over 32 x 32 positions, 64 to 64 channels; argument: how many in a hundred inputs fire.
Program convolution() {
  Program program;
  program.name = "convolution";
  program.input_code_max = 1;
  program.timesteps = 8;
  Stage input;
  input.name = "input";
  input.tokens = 1024;
  input.channels = input.in_channels = 64;
  Stage conv;
  conv.name = "conv";
  conv.kind = StageKind::kLif;
  conv.inputs = {{ranvier::StageId(0), 1}};
  conv.tokens = 1024;
  conv.channels = conv.in_channels = 64;
  conv.conv.in_height = conv.conv.in_width = conv.conv.out_height = conv.conv.out_width = 32;
  conv.conv.kernel_height = conv.conv.kernel_width = 3;
  conv.conv.padding = 1;
  for (std::size_t i = 0; i < 64u * 64u * 9u; ++i)
    conv.conv.weight.push_back(static_cast<std::int16_t>(static_cast<int>(splitmix64(i) % 255) - 127));
  conv.cuba.threshold_mantissa = 1 << 16;
  program.stages = {std::move(input), std::move(conv)};
  return program;
}

void shared_kernels(benchmark::State& state, SynapseWalk walk) {
  const Program program = convolution();
  std::vector<Spike> spikes;
  for (std::int32_t step = 0; step < program.timesteps; ++step)
    for (std::int32_t unit = 0; unit < 1024 * 64; ++unit)
      if (splitmix64(static_cast<std::uint64_t>(step) << 32 | static_cast<std::uint64_t>(unit)) % 100 <
          static_cast<std::uint64_t>(state.range(0)))
        spikes.push_back({step, unit});
  const auto input = pack_spikes(spikes);
  LifEngine engine(program, {1, walk});
  for (auto _ : state) engine.run(input);
  const auto events = static_cast<double>(engine.synaptic_events() * state.iterations());
  state.counters["synaptic_events_per_s"] = {events, benchmark::Counter::kIsRate};
}
BENCHMARK_CAPTURE(shared_kernels, events, SynapseWalk::kEvents)->Arg(1)->Arg(5)->Arg(10)->Arg(20)->Arg(50);
BENCHMARK_CAPTURE(shared_kernels, dense, SynapseWalk::kDense)->Arg(1)->Arg(5)->Arg(10)->Arg(20)->Arg(50);
BENCHMARK_CAPTURE(shared_kernels, measured, SynapseWalk::kMeasured)->Arg(1)->Arg(5)->Arg(10)->Arg(20)->Arg(50);

}  // namespace
