// SPDX-License-Identifier: Apache-2.0
// How long a transformer of the larger bundled shape takes to map and to verify on nine chips.
#include <benchmark/benchmark.h>

#include "mapper/mapper.h"
#include "mapper/tiler.h"
#include "mapper/verifier.h"
#include "workloads/random_program.h"

namespace {

using namespace ranvier;

struct Case {
  workloads::Program program = workloads::random_vit_program(1, 50, 64, 4, 4, 256);
  mapper::MappingProblem problem;
  explicit Case(mapper::Preset preset)
      : problem(mapper::make_problem(program, chips::load_target("tianjic-like:3x3"), mapper::Schedule::kStagedGraded,
                                     {.preset = preset})) {}
};

void BM_MapVit(benchmark::State& state) {
  const auto preset = static_cast<mapper::Preset>(state.range(0));
  const Case c(preset);
  for (auto _ : state) benchmark::DoNotOptimize(mapper::map_program(c.problem, {.preset = preset}));
  state.counters["tiles"] = static_cast<double>(c.problem.tiles.size() - 1);
}
BENCHMARK(BM_MapVit)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void BM_VerifyVit(benchmark::State& state) {
  const auto preset = static_cast<mapper::Preset>(state.range(0));
  const Case c(preset);
  const mapper::Mapping mapping = mapper::map_program(c.problem, {.preset = preset});
  for (auto _ : state) benchmark::DoNotOptimize(mapper::verify(c.problem, mapping));
}
BENCHMARK(BM_VerifyVit)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
