// SPDX-License-Identifier: Apache-2.0
// Data-based normalisation (Diehl et al., IJCNN 2015) with a percentile in place of the maximum (Rueckauer et al.,
// 2017), then integers.
#include "workloads/methods/relu_convert.h"

#include <algorithm>
#include <cmath>

#include "workloads/errors.h"
#include "workloads/graph/run_graph.h"
#include "workloads/methods/relu_lowering.h"

namespace ranvier::workloads {
namespace {

constexpr double kLargestWeight = 127;
constexpr double kLargestShortcut = 32767;
constexpr double kLargestBias = 1 << 30;

/// By population: what one spike a step stands for. The input's codes span the largest magnitude seen.
std::vector<double> scales_of(const Graph& graph, const std::vector<RealPopulation>& populations, double percentile,
                              std::span<const GraphTensor> calibration) {
  std::vector<std::vector<float>> positive(populations.size());
  double largest_input = 0;
  for (const GraphTensor& input : calibration) {
    const std::vector<GraphTensor> nodes = run_graph_nodes(graph, {&input, 1});
    for (const float x : input.values) largest_input = std::max(largest_input, std::abs(static_cast<double>(x)));
    for (std::size_t p = 1; p + 1 < populations.size(); ++p)
      for (const float x : nodes[populations[p].node.value()].values)
        if (x > 0) positive[p].push_back(x);
  }
  std::vector<double> scales(populations.size(), 1);
  if (!(largest_input > 0)) throw CannotCalibrate("input", "no calibration input, or only zeros");
  scales[0] = largest_input / kReluInputMax;
  for (std::size_t p = 1; p + 1 < populations.size(); ++p) {
    std::vector<float>& values = positive[p];
    if (values.empty())
      throw CannotCalibrate(graph.node(populations[p].node).name, "it is never positive on the calibration inputs");
    const auto rank = static_cast<std::size_t>(percentile * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank), values.end());
    scales[p] = static_cast<double>(values[rank]);
  }
  return scales;
}

std::int32_t rounded(const std::string& name, const char* quantity, double value, double limit) {
  const double whole = std::round(value);
  if (!(std::abs(whole) <= limit)) throw DoesNotFitIntegers(name, quantity, whole, limit);
  return static_cast<std::int32_t>(whole);
}

/// Largest |real weight| * scale of its source, by output channel; dense ways alone, since theirs have 8 bits.
std::vector<double> largest_weights(const RealPopulation& real, const std::vector<double>& scales) {
  const auto channels = static_cast<std::size_t>(real.channels);
  std::vector<double> largest(channels, 0);
  const bool dense_only = std::any_of(real.synapses.begin(), real.synapses.end(),
                                      [](const RealSynapses& way) { return !way.geometry.depthwise; });
  for (const RealSynapses& way : real.synapses) {
    if (dense_only && way.geometry.depthwise) continue;
    const std::size_t each = way.weight.size() / channels;
    for (std::size_t i = 0; i < way.weight.size(); ++i)
      largest[i / each] = std::max(largest[i / each], std::abs(way.weight[i]) * scales[way.geometry.from]);
  }
  return largest;
}

ReluSynapses integer_synapses(const std::string& name, const RealSynapses& real, double scale,
                              const std::vector<double>& unit) {
  ReluSynapses way = real.geometry;
  const std::size_t channels = unit.size(), each = real.weight.size() / channels;
  const auto window = static_cast<std::size_t>(way.kernel_height) * static_cast<std::size_t>(way.kernel_width);
  const std::size_t in = way.depthwise ? 1 : each / window;
  way.weight.resize(real.weight.size());
  for (std::size_t o = 0; o < channels; ++o)
    for (std::size_t i = 0; i < in; ++i)
      for (std::size_t k = 0; k < window; ++k) {
        const double value = real.weight[(o * in + i) * window + k] * scale / unit[o];
        const std::size_t to = way.depthwise ? o * window + k : (i * window + k) * channels + o;
        way.weight[to] = static_cast<std::int16_t>(
            rounded(name, "a weight", value, way.depthwise ? kLargestShortcut : kLargestWeight));
      }
  return way;
}

}  // namespace

bool looks_like_relu_network(const Graph& graph) {
  return std::none_of(graph.nodes.begin(), graph.nodes.end(), [](const GraphNode& node) {
    return node.op == Op::kMatMul || node.op == Op::kLayerNorm || node.op == Op::kRmsNorm;
  });
}

ReluProgram convert_relu(const Graph& graph, const ReluOptions& options, std::span<const GraphTensor> calibration) {
  const std::vector<RealPopulation> real = lower_relu(graph);
  const std::vector<double> scales = scales_of(graph, real, options.percentile, calibration);
  ReluProgram program;
  program.name = graph.name;
  program.steps = options.steps;
  for (std::size_t p = 0; p < real.size(); ++p) {
    const RealPopulation& from = real[p];
    ReluPopulation made;
    made.name = graph.node(from.node).name;
    made.node = from.node.value();
    made.height = from.height, made.width = from.width, made.channels = from.channels;
    made.scale = scales[p];
    const bool head = p + 1 == real.size();
    if (p > 0) {
      std::vector<double> unit = largest_weights(from, scales);
      if (head) std::fill(unit.begin(), unit.end(), *std::max_element(unit.begin(), unit.end()));
      for (double& u : unit) u = (u > 0 ? u : 1) / kLargestWeight;
      // An identity of 8 bits beside nothing dense keeps 127 as its weight; thresholds must fit as well.
      if (!head)
        for (double& u : unit) u = std::max(u, scales[p] / kReluThresholdMax);
      for (const RealSynapses& way : from.synapses)
        made.synapses.push_back(integer_synapses(made.name, way, scales[way.geometry.from], unit));
      for (std::size_t c = 0; c < unit.size(); ++c) {
        made.bias.push_back(rounded(made.name, "a bias", from.bias[c] / unit[c], kLargestBias));
        if (!head)
          made.threshold.push_back(
              std::max(1, rounded(made.name, "a threshold", scales[p] / unit[c], kReluThresholdMax)));
      }
      if (head) made.scale = unit.front();
    }
    program.populations.push_back(std::move(made));
  }
  return program;
}

std::vector<std::int32_t> relu_input_codes(const ReluProgram& program, const GraphTensor& input) {
  const ReluPopulation& p = program.populations.front();
  std::vector<std::int32_t> codes(p.neurons());
  const auto pixels = static_cast<std::size_t>(p.height) * static_cast<std::size_t>(p.width);
  const auto channels = static_cast<std::size_t>(p.channels);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const double code = std::round(static_cast<double>(input.values[i]) / p.scale);
    codes[i % pixels * channels + i / pixels] =
        static_cast<std::int32_t>(std::clamp(code, -static_cast<double>(kReluInputMax), double{kReluInputMax}));
  }
  return codes;
}

}  // namespace ranvier::workloads
