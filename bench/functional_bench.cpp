// SPDX-License-Identifier: Apache-2.0
// Speed of the functional engine: synaptic operations a second of the event-driven executor, multiply-adds a second of
// the dense reference. One thread unless the name says otherwise.
#include <benchmark/benchmark.h>

#include "workloads/executor.h"
#include "workloads/executor_kernels.h"
#include "workloads/random_program.h"
#include "workloads/reference.h"

namespace {

using namespace ranvier::workloads;

/// Shape of the larger bundled model: 50 tokens, width 64, 4 heads, 4 blocks, MLP 256.
const Program& transformer() {
  static const Program program = random_vit_program(1, 50, 64, 4, 4, 256);
  return program;
}

/// An MLP of wide matrices: next to nothing but synapses.
Program matrices() {
  Program program = random_vit_program(2, 16, 256, 1, 1, 1024);
  const auto is_mlp = [](const Stage& s) {
    return s.name == "embed" || s.name == "block0.fc1" || s.name == "block0.fc2";
  };
  Program kept;
  kept.name = "matrices";
  kept.input_code_max = program.input_code_max;
  kept.stages.push_back(program.stages.front());
  for (Stage stage : program.stages) {
    if (!is_mlp(stage)) continue;
    stage.tokens = program.stages.front().tokens;
    stage.inputs = {{ranvier::StageId(kept.stages.size() - 1), 1}};
    kept.stages.push_back(stage);
  }
  Stage head = program.stages.back();
  head.inputs = {{ranvier::StageId(kept.stages.size() - 1), 1}};
  kept.stages.push_back(head);
  return kept;
}

void report(benchmark::State& state, const SpikingRun& run) {
  const auto images = static_cast<double>(state.iterations());
  const auto rate = benchmark::Counter::kIsRate;
  state.counters["synops_per_s"] = {static_cast<double>(run.synops()) * images, rate};
  state.counters["events_per_s"] = {static_cast<double>(run.events()) * images, rate};
  state.counters["synops"] = static_cast<double>(run.synops());
  state.counters["steps"] = static_cast<double>(run.steps);
}

void run_schedule(benchmark::State& state, const Program& program, Schedule schedule) {
  const auto codes = random_input_codes(program, 1);
  SpikingRun run;
  for (auto _ : state) {
    run = run_spiking(program, codes, schedule);
    benchmark::DoNotOptimize(run.activations.logits.data());
  }
  report(state, run);
}

void transformer_graded(benchmark::State& state) { run_schedule(state, transformer(), Schedule::kStagedGraded); }
void transformer_staged_unary(benchmark::State& state) { run_schedule(state, transformer(), Schedule::kStagedUnary); }
void transformer_asynchronous(benchmark::State& state) {
  run_schedule(state, transformer(), Schedule::kAsynchronousUnary);
}
BENCHMARK(transformer_graded)->Unit(benchmark::kMillisecond);
BENCHMARK(transformer_staged_unary)->Unit(benchmark::kMillisecond);
BENCHMARK(transformer_asynchronous)->Unit(benchmark::kMillisecond);

void matrices_graded(benchmark::State& state) { run_schedule(state, matrices(), Schedule::kStagedGraded); }
void matrices_staged_unary(benchmark::State& state) { run_schedule(state, matrices(), Schedule::kStagedUnary); }
void matrices_asynchronous(benchmark::State& state) { run_schedule(state, matrices(), Schedule::kAsynchronousUnary); }
BENCHMARK(matrices_graded)->Unit(benchmark::kMillisecond);
BENCHMARK(matrices_staged_unary)->Unit(benchmark::kMillisecond);
BENCHMARK(matrices_asynchronous)->Unit(benchmark::kMillisecond);

/// The inner loop alone: rows of `range` outputs, eleven events a token.
void unit_rows(benchmark::State& state) {
  const auto outputs = static_cast<std::int32_t>(state.range(0));
  const std::vector<std::int8_t> weight(static_cast<std::size_t>(64 * outputs), 3);
  const std::vector<std::int32_t> rows{1, 4, 9, 16, 25, 31, 36, 42, 49, 57, 63};
  std::vector<std::int32_t> potential(static_cast<std::size_t>(outputs));
  for (auto _ : state) {
    add_weight_rows(weight.data(), outputs, outputs, {rows, {}, {}}, potential.data());
    benchmark::DoNotOptimize(potential.data());
    benchmark::ClobberMemory();
  }
  state.counters["synops_per_s"] = {static_cast<double>(state.iterations()) * 11 * outputs,
                                    benchmark::Counter::kIsRate};
}
BENCHMARK(unit_rows)->Arg(64)->Arg(256)->Arg(1000);

void reference(benchmark::State& state) {
  const auto codes = random_input_codes(transformer(), 1);
  for (auto _ : state) benchmark::DoNotOptimize(run_reference(transformer(), codes));
  const auto macs = static_cast<double>(dense_multiply_adds(transformer())) * static_cast<double>(state.iterations());
  state.counters["macs_per_s"] = {macs, benchmark::Counter::kIsRate};
}
BENCHMARK(reference)->Unit(benchmark::kMillisecond);

void reference_batch(benchmark::State& state) {
  constexpr std::size_t kImages = 16;
  const std::vector<std::vector<std::int32_t>> inputs(kImages, random_input_codes(transformer(), 1));
  const auto threads = static_cast<int>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(run_reference_logits(transformer(), inputs, threads));
  state.counters["images_per_s"] = {static_cast<double>(state.iterations() * kImages), benchmark::Counter::kIsRate};
}
BENCHMARK(reference_batch)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
