// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/relu_loss.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <cmath>

#include "workloads/dataset.h"
#include "workloads/graph/run_graph.h"
#include "workloads/methods/relu_convert.h"

namespace ranvier::workloads {
namespace {

struct Sums {
  double gap = 0;
  double real = 0;
};

struct ImageLoss {
  MethodRun run;
  std::vector<Sums> to_float;  // by population
  std::size_t float_class = 0;
};

ImageLoss run_image(const Graph& graph, const ReluNetwork& network, const GraphTensor& input) {
  const auto& populations = network.program().populations;
  const std::vector<GraphTensor> real = run_graph_nodes(graph, {&input, 1});
  ImageLoss loss;
  loss.run = network.run(relu_input_codes(network.program(), input), {0, true});
  for (std::size_t p = 0; p < populations.size(); ++p) {
    const std::vector<float>& expected = real[populations[p].node].values;
    const auto channels = static_cast<std::size_t>(populations[p].channels);
    const std::size_t pixels = populations[p].neurons() / channels;
    Sums sums;
    for (std::size_t i = 0; i < expected.size(); ++i) {  // the graph has channels first
      const double value = loss.run.values[p][i % pixels * channels + i / pixels];
      const double gap = value - static_cast<double>(expected[i]);
      sums.gap += gap * gap;
      sums.real += static_cast<double>(expected[i]) * static_cast<double>(expected[i]);
    }
    loss.to_float.push_back(sums);
  }
  const std::vector<float>& logits = real[graph.outputs.front().value()].values;
  loss.float_class = argmax(logits.data(), logits.size());
  loss.run.values.clear();
  return loss;
}

}  // namespace

SpikingLoss measure_relu_loss(const Graph& graph, const ReluNetwork& network, std::span<const GraphTensor> inputs,
                              std::span<const std::uint8_t> labels, int threads) {
  std::vector<ImageLoss> of_image(inputs.size());
  tbb::task_arena arena(threads > 0 ? threads : tbb::task_arena::automatic);
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, inputs.size(),
                      [&](std::size_t i) { of_image[i] = run_image(graph, network, inputs[i]); });
  });

  SpikingLoss loss;
  loss.images = inputs.size();
  loss.labelled = !labels.empty();
  loss.steps = network.steps();
  loss.correct_by_step.resize(static_cast<std::size_t>(loss.steps));
  loss.integer_by_step.resize(static_cast<std::size_t>(loss.steps));
  for (const std::string& name : network.stages()) loss.stages.push_back({name, 0, 0, {}});
  std::vector<Sums> to_float(loss.stages.size());
  for (std::size_t i = 0; i < of_image.size(); ++i) {
    const ImageLoss& one = of_image[i];
    for (std::size_t p = 0; p < loss.stages.size(); ++p) {
      loss.stages[p].work += one.run.work[p];
      loss.stages[p].work.neurons = one.run.work[p].neurons;
      to_float[p].gap += one.to_float[p].gap;
      to_float[p].real += one.to_float[p].real;
    }
    std::size_t chosen = 0;
    for (std::size_t step = 0; step < one.run.logits_by_step.size(); ++step) {
      const auto& logits = one.run.logits_by_step[step];
      chosen = argmax(logits.data(), logits.size());
      loss.correct_by_step[step] += loss.labelled && chosen == labels[i];
    }
    loss.correct += loss.labelled && chosen == labels[i];
    loss.float_correct += loss.labelled && one.float_class == labels[i];
    loss.same_as_float += chosen == one.float_class;
  }
  for (std::size_t p = 0; p < loss.stages.size(); ++p)
    loss.stages[p].float_error = to_float[p].real > 0 ? std::sqrt(to_float[p].gap / to_float[p].real) : 0;
  return loss;
}

std::vector<std::int64_t> dense_multiply_adds(const ReluProgram& program) {
  std::vector<std::int64_t> macs;
  for (const ReluPopulation& to : program.populations) {
    std::int64_t total = 0;
    for (const ReluSynapses& way : to.synapses) {
      const std::int64_t window = std::int64_t{way.kernel_height} * way.kernel_width;
      const std::int64_t fan_in = way.depthwise ? window : window * program.populations[way.from].channels;
      total += fan_in * static_cast<std::int64_t>(to.neurons());
    }
    macs.push_back(total);
  }
  return macs;
}

}  // namespace ranvier::workloads
