// SPDX-License-Identifier: Apache-2.0
// End to end: one image of a transformer-shaped program on a mapped board, at each fidelity. Prints events, synaptic
// operations and flit-hops per second of wall time.
#include <benchmark/benchmark.h>

#include "chips/chip.h"
#include "mapper/mapper.h"
#include "mapper/tiler.h"
#include "sim/simulate.h"
#include "workloads/random_program.h"

namespace ranvier {
namespace {

void simulate_image(benchmark::State& state) {
  // Shape of the larger bundled transformer: 50 tokens, width 64, 4 heads, 4 blocks.
  const workloads::Program program = workloads::random_vit_program(7, 50, 64, 4, 4, 128);
  const chips::Board board = chips::load_target("tianjic-like:3x3");
  const mapper::MappingProblem problem = mapper::make_problem(program, board, mapper::Schedule::kStagedGraded);
  const mapper::Mapping mapping = mapper::map_program(problem);
  const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(program, 1)};
  sim::SimOptions options;
  options.fidelity = static_cast<sim::Fidelity>(state.range(0));
  std::int64_t events = 0, synops = 0, flit_hops = 0;
  for (auto _ : state) {
    const sim::RunResult result = sim::simulate(problem, mapping, images, options);
    events += result.events;
    synops += result.synops;
    flit_hops += result.flit_hops;
  }
  const auto rate = [](std::int64_t n) {
    return benchmark::Counter(static_cast<double>(n), benchmark::Counter::kIsRate);
  };
  state.counters["events_per_s"] = rate(events);
  state.counters["synops_per_s"] = rate(synops);
  state.counters["flit_hops_per_s"] = rate(flit_hops);
}

BENCHMARK(simulate_image)
    ->ArgName("fidelity")
    ->Arg(static_cast<int>(sim::Fidelity::kAnalytic))
    ->Arg(static_cast<int>(sim::Fidelity::kFast))
    ->Arg(static_cast<int>(sim::Fidelity::kCycle))
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ranvier
