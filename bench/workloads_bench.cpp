// SPDX-License-Identifier: Apache-2.0
// Networks at work, against a plain 8-bit matrix product of the same layers, measured beside each of them: single
// layers of ViT-B/32's shape under each schedule, fashion-vit by each conversion method, and ViT-B/32's shape whole.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <map>
#include <memory>

#include "bench/int8_gemm.h"
#include "workloads/dataset.h"
#include "workloads/executor.h"
#include "workloads/methods/method.h"
#include "workloads/parallel_parts.h"
#include "workloads/reference.h"
#include "workloads/seeded_model.h"

namespace {

using namespace ranvier::workloads;
using ranvier::bench::Int8Gemm;
using Codes = std::vector<std::int32_t>;

constexpr Schedule kSchedules[] = {Schedule::kStagedGraded, Schedule::kStagedUnary, Schedule::kAsynchronousUnary};
constexpr const char* kScheduleNames[] = {"staged_graded", "staged_unary", "asynchronous_unary"};
constexpr std::int64_t kAsynchronousSteps = 64;

struct Network {
  Program program;
  Codes input;
  Activations rest;
};

Network make(const std::string& name) {
  const VitModel model = load_model(name);
  Network network;
  network.program = convert(model);
  network.input = input_code_batch(model, test_images(model), 1).front();
  network.rest = run_reference(network.program, network.input);
  return network;
}

const Network& network_of(const std::string& name) {
  static std::map<std::string, Network> made;
  const auto found = made.find(name);
  return found != made.end() ? found->second : made.emplace(name, make(name)).first->second;
}

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Seconds of one thread for all linear stages as dense products; the best of many runs. Throws where a product is not
/// what the reference has in its place.
double gemm_seconds(const Program& program, const Activations& rest) {
  constexpr double kAtLeast = 0.05;
  double total = 0;
  for (std::size_t s = 0; s < program.stages.size(); ++s) {
    const Stage& stage = program.stages[s];
    if (stage.kind != StageKind::kLinear) continue;
    Int8Gemm gemm(stage.linear.weight, stage.in_channels, stage.channels);
    gemm.set_codes(rest.codes[stage.inputs.front().stage.value()], stage.tokens);
    double best = std::numeric_limits<double>::infinity();
    for (double spent = 0; spent < kAtLeast;) {
      const double start = thread_seconds();
      benchmark::DoNotOptimize(gemm.run().data());
      const double took = thread_seconds() - start;
      best = std::min(best, took);
      spent += took;
    }
    const ShortCodes codes(rest.codes[stage.inputs.front().stage.value()], stage.tokens, stage.in_channels);
    Codes expected(gemm.run().size());
    add_product(codes, stage.linear.weight.data(), static_cast<std::size_t>(stage.channels), stage.channels,
                expected.data());
    if (expected != gemm.run()) throw std::logic_error(stage.name + ": the plain product is wrong");
    total += best;
  }
  return total;
}

std::int64_t linear_multiply_adds(const Program& program) {
  std::int64_t total = 0;
  for (const Stage& stage : program.stages)
    if (stage.kind == StageKind::kLinear) total += dense_multiply_adds(stage);
  return total;
}

struct Work {
  std::int64_t events = 0;
  std::int64_t synops = 0;
  std::int64_t steps = 0;
};

/// Rates, and how they compare with the product: `rate_of_gemm` synaptic events a second by its multiply-adds a second,
/// `times_gemm` the time of an image by its time.
void report(benchmark::State& state, const Work& work, double seconds, double gemm, std::int64_t gemm_macs) {
  const double image = seconds / static_cast<double>(state.iterations());
  state.counters["steps"] = static_cast<double>(work.steps);
  state.counters["synops"] = static_cast<double>(work.synops);
  state.counters["events_per_s"] = static_cast<double>(work.events) / image;
  state.counters["synops_per_s"] = static_cast<double>(work.synops) / image;
  state.counters["gemm_macs_per_s"] = static_cast<double>(gemm_macs) / gemm;
  state.counters["rate_of_gemm"] = static_cast<double>(work.synops) / image * gemm / static_cast<double>(gemm_macs);
  state.counters["times_gemm"] = image / gemm;
}

/// Input stage and one layer, fed with the sizes of the codes that the layer has in the network.
Network one_layer(const Network& whole, const std::string& name) {
  const auto& stages = whole.program.stages;
  const auto at = std::find_if(stages.begin(), stages.end(), [&](const Stage& s) { return s.name == name; });
  Network layer;
  layer.program.name = name;
  const Codes& codes = whole.rest.codes[at->inputs.front().stage.value()];
  layer.input.resize(static_cast<std::size_t>(at->tokens) * static_cast<std::size_t>(at->in_channels));
  std::transform(codes.begin(), codes.begin() + static_cast<std::ptrdiff_t>(layer.input.size()), layer.input.begin(),
                 [](std::int32_t code) { return std::abs(code); });
  layer.program.input_code_max = *std::max_element(layer.input.begin(), layer.input.end());
  Stage input;
  input.name = "input";
  input.tokens = at->tokens;
  input.channels = at->in_channels;
  layer.program.stages = {input, *at};
  layer.program.stages.back().inputs = {{ranvier::StageId(0), 1}};
  layer.rest = run_reference(layer.program, layer.input);
  return layer;
}

void run_program(benchmark::State& state, const Network& network, Schedule schedule) {
  SpikingRun run;
  double seconds = 0;
  for (auto _ : state) {
    const double start = thread_seconds();
    run = run_spiking(network.program, network.input, schedule, {.threads = 1});
    seconds += thread_seconds() - start;
  }
  if (run.activations != network.rest) state.SkipWithError("does not settle to the reference");
  double gemm = 0;
  with_threads(1, [&] { gemm = gemm_seconds(network.program, network.rest); });
  report(state, {run.events(), run.synops(), run.steps}, seconds, gemm, linear_multiply_adds(network.program));
}

void layer(benchmark::State& state, const std::string& name, Schedule schedule) {
  run_program(state, one_layer(network_of("vit-b32-shape"), name), schedule);
}

void fashion_vit(benchmark::State& state, Schedule schedule) {
  run_program(state, network_of("fashion-vit"), schedule);
}

/// Any converted network: events, adds and multiply-adds as it counts them.
void run_converted(benchmark::State& state, const ConvertedNetwork& converted, const Network& dense) {
  MethodRun run;
  double seconds = 0;
  double gemm = 0;
  with_threads(1, [&] {
    for (auto _ : state) {
      const double start = thread_seconds();
      run = converted.run(dense.input);
      seconds += thread_seconds() - start;
    }
    gemm = gemm_seconds(dense.program, dense.rest);
  });
  StageWork sum;
  for (const StageWork& work : run.work) sum += work;
  report(state, {sum.events, sum.adds + sum.multiply_adds, run.steps}, seconds, gemm,
         linear_multiply_adds(dense.program));
}

void method(benchmark::State& state, const std::string& name) {
  MethodOptions options;
  options.method = name;
  const MadeNetwork made = make_network(load_model("fashion-vit"), options);
  run_converted(state, *made.network, network_of("fashion-vit"));
}

/// One image of ViT-B/32's shape on all cores: wall time, and processor time of all threads beside it.
void whole_reference(benchmark::State& state) {
  const Network& network = network_of("vit-b32-shape");
  for (auto _ : state) benchmark::DoNotOptimize(run_reference(network.program, network.input));
  state.counters["macs_per_s"] = {static_cast<double>(dense_multiply_adds(network.program)),
                                  benchmark::Counter::kIsIterationInvariantRate};
}

void whole_spiking(benchmark::State& state, Schedule schedule) {
  const Network& network = network_of("vit-b32-shape");
  SpikingRun run;
  ExecutorOptions options;
  if (schedule == Schedule::kAsynchronousUnary) {
    options.max_steps = kAsynchronousSteps;
    options.stop_at_max_steps = true;
  }
  for (auto _ : state) run = run_spiking(network.program, network.input, schedule, options);
  state.counters["synops_per_s"] = {static_cast<double>(run.synops()), benchmark::Counter::kIsIterationInvariantRate};
  state.counters["synops"] = static_cast<double>(run.synops());
  state.counters["steps"] = static_cast<double>(run.steps);
  state.counters["at_rest"] = run.at_rest ? 1 : 0;
}

const bool registered = [] {
  using benchmark::RegisterBenchmark;
  for (std::size_t s = 0; s < std::size(kSchedules); ++s) {
    const std::string schedule = kScheduleNames[s];
    for (const char* name : {"block5.q", "block5.fc1", "block5.fc2"})
      RegisterBenchmark(("vit_b32_layer/" + std::string(name) + "/" + schedule).c_str(), layer, name, kSchedules[s])
          ->Unit(benchmark::kMillisecond);
    RegisterBenchmark(("fashion_vit/" + schedule).c_str(), fashion_vit, kSchedules[s])->Unit(benchmark::kMillisecond);
  }
  for (const MethodName& name : method_names())
    RegisterBenchmark(("fashion_vit/method/" + name.name).c_str(), method, name.name)->Unit(benchmark::kMillisecond);
  RegisterBenchmark("vit_b32/reference", whole_reference)
      ->MeasureProcessCPUTime()
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  RegisterBenchmark("vit_b32/staged_graded", whole_spiking, Schedule::kStagedGraded)
      ->MeasureProcessCPUTime()
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  RegisterBenchmark("vit_b32/asynchronous_unary_64_steps", whole_spiking, Schedule::kAsynchronousUnary)
      ->MeasureProcessCPUTime()
      ->UseRealTime()
      ->Iterations(1)
      ->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
