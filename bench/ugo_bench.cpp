// SPDX-License-Identifier: Apache-2.0
// Universal group operators: hidden neurons stepped a second, GELU of one block and of all four of fashion-vit.
#include <benchmark/benchmark.h>

#include "base/random.h"
#include "workloads/methods/ugo_groups.h"

namespace {

using namespace ranvier::workloads;

void ugo_step(benchmark::State& state) {
  const UgoNetwork& network = UgoLibrary::bundled().find(UgoFunction::kGelu, 64);
  UgoDesign design;
  design.in_scale = 0.1;
  design.out_scale = 1.0 / 2048;
  design.low = network.low;
  design.high = network.high;
  design.steps = 32;
  design.largest_input = 100;
  const UgoUnit unit = make_ugo_unit("gelu", network, design);
  const auto sites = static_cast<std::size_t>(state.range(0));
  // Inputs as a rate network has them: means of about +-3, arriving in payloads.
  std::vector<std::vector<std::int32_t>> totals(32, std::vector<std::int32_t>(sites));
  for (std::size_t t = 0; t < totals.size(); ++t)
    for (std::size_t i = 0; i < sites; ++i)
      totals[t][i] = (t > 0 ? totals[t - 1][i] : 0) + static_cast<std::int32_t>(i % 61) - 30 +
                     static_cast<std::int32_t>(ranvier::random_below(9, 1, i, t)) - 4;
  std::int64_t neurons = 0;
  for (auto _ : state) {
    UgoGroups groups(unit, sites);
    for (const auto& total : totals) benchmark::DoNotOptimize(groups.step(total).data());
    neurons += groups.neurons() * static_cast<std::int64_t>(totals.size());
  }
  state.counters["neurons/s"] = benchmark::Counter(static_cast<double>(neurons), benchmark::Counter::kIsRate);
}
BENCHMARK(ugo_step)->Arg(6400)->Arg(25600)->Unit(benchmark::kMillisecond);

}  // namespace
