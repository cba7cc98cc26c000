// SPDX-License-Identifier: Apache-2.0
// h(layer, source, target) costs one round of splitmix64 a pair, the other two are of the row. (h >> 11) * 2^-53 < p is
// compared as integers: both sides are multiples of 2^-53 or p is rounded up to one.
#include "workloads/layered_lif.h"

#include <fmt/format.h>

#include <cmath>

#include "workloads/sparse_synapses.h"
#include "workloads/temporal_errors.h"

namespace ranvier::workloads {
namespace {

constexpr std::int32_t kThreshold = 100;
constexpr std::int32_t kMostNeurons = 1 << 16;
constexpr std::int32_t kMostSteps = 10'000'000;
constexpr std::uint64_t kPotentialTag = 1000;
constexpr std::uint64_t kPotentialDraw = 7;

SparseSynapses::MakeRow row_maker(const LayeredLif& net, std::int32_t layer) {
  const std::uint64_t of_layer = splitmix64(net.seed + static_cast<std::uint64_t>(layer));
  const bool dense = net.density >= 1;
  const std::uint64_t limit = dense ? 0 : static_cast<std::uint64_t>(std::ceil(std::ldexp(net.density, 53)));
  return [=](std::int32_t source, IndexRange targets, std::uint16_t* target, std::int8_t* weight) {
    constexpr std::int8_t kWeights[] = {-2, -1, 1, 2};
    const std::uint64_t of_row = splitmix64(of_layer ^ static_cast<std::uint64_t>(source));
    std::uint32_t n = 0;
    for (std::int32_t t = targets.first; t < targets.end; ++t) {
      const std::uint64_t h = splitmix64(of_row ^ static_cast<std::uint64_t>(t));
      target[n] = static_cast<std::uint16_t>(t - targets.first);
      weight[n] = kWeights[h & 3];
      n += dense || (h >> 11) < limit ? 1 : 0;
    }
    return n;
  };
}

void check(const LayeredLif& net) {
  if (net.neurons < 1 || net.neurons > kMostNeurons)
    throw BadLayeredLif("neurons", std::to_string(net.neurons), "1 to 65536");
  if (!(net.density > 0 && net.density <= 1))
    throw BadLayeredLif("density", fmt::format("{}", net.density), "above 0, at most 1");
  if (!(net.rate <= 1) || layered_lif_bias(net.rate) < 1)
    throw BadLayeredLif("rate", fmt::format("{}", net.rate), "above 0.005, at most 1: the bias is 100 * rate, rounded");
  if (net.steps < 1 || net.steps > kMostSteps) throw BadLayeredLif("steps", std::to_string(net.steps), "1 to 10000000");
}

}  // namespace

std::int32_t layered_lif_bias(double rate) { return static_cast<std::int32_t>(std::nearbyint(100 * rate)); }

Program layered_lif_program(const LayeredLif& net, int threads) {
  check(net);
  Program program;
  program.name = fmt::format("{}-{}-{}-{}", kLayeredLif, net.neurons, net.density, net.rate);
  program.input_code_max = 1;
  program.timesteps = net.steps;
  program.closed = true;
  program.weights_note = "weights are a hash, not trained";
  Stage input;
  input.name = "input";
  input.kind = StageKind::kInput;
  input.tokens = input.channels = input.in_channels = 1;
  program.stages.push_back(std::move(input));
  for (std::int32_t layer = 0; layer < kLayeredLifLayers; ++layer) {
    Stage stage;
    stage.name = fmt::format("layer{}", layer);
    stage.kind = StageKind::kLif;
    stage.inputs = {{StageId(program.stages.size() - 1), 1}};
    stage.tokens = 1;
    stage.channels = net.neurons;
    stage.in_channels = program.stages.back().channels;
    const auto none = [](std::int32_t, IndexRange, std::uint16_t*, std::int8_t*) { return std::uint32_t{0}; };
    stage.sparse = layer == 0
                       ? std::make_shared<SparseSynapses>(1, net.neurons, none, threads)
                       : std::make_shared<SparseSynapses>(net.neurons, net.neurons, row_maker(net, layer - 1), threads);
    IntegrateParams neuron;
    neuron.threshold = kThreshold;
    neuron.bias = layered_lif_bias(net.rate);
    for (std::int32_t i = 0; i < net.neurons; ++i) {
      const std::uint64_t h = layered_lif_hash(net.seed, kPotentialTag + static_cast<std::uint64_t>(layer),
                                               static_cast<std::uint64_t>(i), kPotentialDraw);
      neuron.initial.push_back(static_cast<std::int32_t>(h % kThreshold));
    }
    stage.integrate = std::move(neuron);
    program.stages.push_back(std::move(stage));
  }
  return program;
}

}  // namespace ranvier::workloads
