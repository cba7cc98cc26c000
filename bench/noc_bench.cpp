// SPDX-License-Identifier: Apache-2.0
// Speed of the network models: simulated cycles and flit-hops (routers visited) per second of CPU time, sources
// included.
#include <benchmark/benchmark.h>

#include "sim/cycle_network.h"
#include "sim/traffic.h"

namespace {

using namespace ranvier;
using namespace ranvier::sim;

/// Arguments: side of the mesh, rate in flits per core and 1000 cycles, VCs.
void uniform_traffic(benchmark::State& state, const char* preset) {
  TrafficOptions options;
  options.preset = preset;
  options.width = options.height = static_cast<std::int32_t>(state.range(0));
  options.rate = static_cast<double>(state.range(1)) / 1000;
  options.virtual_channels = static_cast<std::int32_t>(state.range(2));
  // About the same number of packets at each size and rate.
  options.cycles = std::max<std::int64_t>(1000, 4'000'000 / (state.range(0) * state.range(0) * state.range(1)));
  double cycles = 0;
  double flit_hops = 0;
  for (auto _ : state) {
    const TrafficResult result = run_traffic(options);
    const double seconds = static_cast<double>(result.cycles_run) / result.cycles_per_s;
    state.SetIterationTime(seconds);
    cycles += static_cast<double>(result.cycles_run);
    flit_hops += result.flit_hops_per_s * seconds;
  }
  state.counters["cycles/s"] = benchmark::Counter(cycles, benchmark::Counter::kIsRate);
  state.counters["flit_hops/s"] = benchmark::Counter(flit_hops, benchmark::Counter::kIsRate);
}

void all_loads(benchmark::internal::Benchmark* b) {
  b->ArgNames({"mesh", "rate", "vcs"});
  for (const int mesh : {8, 16, 32}) {
    for (const int rate : {1, 50, 200}) b->Args({mesh, rate, 1});
  }
  b->Args({8, 50, 4})->Args({8, 200, 4})->Args({16, 200, 4})->UseManualTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK_CAPTURE(uniform_traffic, p3, "p3")->Apply(all_loads);

/// Packets of four flits through a mesh, without the sources' random numbers: packet-hops of either model.
template <class Make>
void packets(benchmark::State& state, Make make) {
  const MeshSpec mesh = preset_mesh("p3", 16, 16, 1, 8);
  constexpr std::uint32_t kPackets = 100'000;
  double hops = 0;
  for (auto _ : state) {
    const auto network = make(mesh);
    std::vector<Delivery> out;
    out.reserve(kPackets);
    std::uint32_t draw = 1;
    for (std::uint32_t id = 0; id < kPackets; ++id) {
      draw = draw * 1664525u + 1013904223u;
      const CoreId from(draw >> 8 & 255u);
      const CoreId to(draw >> 16 & 255u);
      network->inject({id, from, to, 4}, id / 10);
      hops += 1 + std::abs(mesh.x(from) - mesh.x(to)) + std::abs(mesh.y(from) - mesh.y(to));
    }
    network->advance(1'000'000, out);
    if (out.size() != kPackets) state.SkipWithError("packets lost");
  }
  state.counters["packet_hops/s"] = benchmark::Counter(hops, benchmark::Counter::kIsRate);
  state.counters["packets/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kPackets, benchmark::Counter::kIsRate);
}
BENCHMARK_CAPTURE(packets, cycle, [](const MeshSpec& m) {
  return make_cycle_network(m);
})->Unit(benchmark::kMillisecond);

}  // namespace
