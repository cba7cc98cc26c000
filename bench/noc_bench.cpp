// SPDX-License-Identifier: Apache-2.0
// Speed of the flit-level network under uniform traffic: simulated cycles and flit-hops (routers visited) per second of
// CPU time, sources included, beside what was published for other simulators.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>

#include "sim/cycle_network.h"
#include "sim/traffic.h"

namespace {

using namespace ranvier;
using namespace ranvier::sim;

/// Published figures, measured elsewhere: BookSim 2 (28f43299) on other hardware, one thread, GCC 12.2, uniform
/// traffic, buffers of 8 flits. Simulated cycles per CPU second; 0 where there is none. `near_idle`: rate 0.001, its
/// router not named.
struct Published {
  const char* preset;
  int vcs;
  int mesh;
  double at_05, at_20, near_idle;
};
constexpr Published kBookSim[] = {
    {"p3", 1, 8, 37.6e3, 14.1e3, 105e3}, {"p3", 1, 16, 5.0e3, 1.83e3, 25e3}, {"p3", 1, 32, 302, 145, 4e3},
    {"s3", 1, 8, 39.1e3, 10.4e3, 105e3}, {"s3", 1, 16, 4.0e3, 1.41e3, 25e3}, {"s3", 1, 32, 242, 116, 4e3},
    {"s3", 4, 8, 23.8e3, 8.1e3, 105e3},  {"s3", 4, 16, 2.2e3, 980, 25e3},    {"s3", 4, 32, 171, 69, 4e3},
    {"d5", 1, 8, 29.1e3, 10.0e3, 105e3}, {"d5", 1, 16, 3.0e3, 3.3e3, 25e3},  {"d5", 1, 32, 221, 221, 4e3},
    {"d5", 4, 8, 25.3e3, 6.8e3, 105e3},  {"d5", 4, 16, 2.3e3, 884, 25e3},    {"d5", 4, 32, 141, 80, 4e3}};

double published(const char* preset, const TrafficOptions& options) {
  for (const Published& p : kBookSim) {
    if (std::string(preset) != p.preset || p.vcs != options.virtual_channels || p.mesh != options.width) continue;
    return options.rate < 0.01 ? p.near_idle : options.rate < 0.1 ? p.at_05 : p.at_20;
  }
  return 0;
}

/// Arguments: side of the mesh, rate in flits per core and 1000 cycles, VCs.
void uniform(benchmark::State& state, const char* preset) {
  TrafficOptions options;
  options.preset = preset;
  options.width = options.height = static_cast<std::int32_t>(state.range(0));
  options.rate = static_cast<double>(state.range(1)) / 1000;
  options.virtual_channels = static_cast<std::int32_t>(state.range(2));
  // About the same number of packets at each size and rate; a saturated network is not drained.
  options.cycles = std::max<std::int64_t>(1000, 4'000'000 / (state.range(0) * state.range(0) * state.range(1)));
  options.drain = false;
  double cycles = 0;
  double flit_hops = 0;
  double accepted = 0;
  double saturated = 0;
  for (auto _ : state) {
    const TrafficResult result = run_traffic(options);
    const double seconds = static_cast<double>(result.cycles_run) / result.cycles_per_s;
    state.SetIterationTime(seconds);
    cycles += static_cast<double>(result.cycles_run);
    flit_hops += result.flit_hops_per_s * seconds;
    accepted = result.accepted;
    saturated = result.saturated ? 1 : 0;
  }
  state.counters["cycles/s"] = benchmark::Counter(cycles, benchmark::Counter::kIsRate);
  state.counters["flit_hops/s"] = benchmark::Counter(flit_hops, benchmark::Counter::kIsRate);
  state.counters["accepted"] = accepted;  // flits per core and cycle
  state.counters["saturated"] = saturated;
  state.counters["BookSim_published_cycles/s"] = published(preset, options);
}

void all_loads(benchmark::internal::Benchmark* b, std::initializer_list<int> vcs) {
  b->ArgNames({"mesh", "rate/1000", "vcs"});
  for (const int vc : vcs) {
    for (const int mesh : {8, 16, 32}) {
      for (const int rate : {1, 50, 200}) b->Args({mesh, rate, vc});
    }
  }
  b->UseManualTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK_CAPTURE(uniform, p3, "p3")->Apply([](auto* b) { all_loads(b, {1}); });
BENCHMARK_CAPTURE(uniform, s3, "s3")->Apply([](auto* b) { all_loads(b, {1, 4}); });
BENCHMARK_CAPTURE(uniform, d5, "d5")->Apply([](auto* b) { all_loads(b, {1, 4}); });

/// Packets of four flits, without the sources' random numbers.
void packets(benchmark::State& state) {
  const MeshSpec mesh = preset_mesh("p3", 16, 16, 1, 8);
  constexpr std::uint32_t kPackets = 100'000;
  double hops = 0;
  for (auto _ : state) {
    const auto network = make_cycle_network(mesh);
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
BENCHMARK(packets)->Unit(benchmark::kMillisecond);

}  // namespace
