// SPDX-License-Identifier: Apache-2.0
// Walks the graph in order. A node's value is either the spikes of a population, perhaps seen as a flat vector, or a
// sum of synapses that waits for its ReLU.
#include "workloads/methods/relu_lowering.h"

#include <optional>
#include <string>

#include "workloads/graph/graph_errors.h"

namespace ranvier::workloads {
namespace {

constexpr const char* kKnown =
    "convolutions of one group, dense layers, batch norms, sums, average pooling and ReLU, a dense layer or pooling "
    "last";

struct Value {
  std::optional<std::size_t> population;  // its spikes; else:
  RealPopulation sum;                     // synapses without neurons yet
  std::int32_t height = 1, width = 1, channels = 1;
};

class Lowering {
 public:
  explicit Lowering(const Graph& graph) : graph_(graph) {}

  std::vector<RealPopulation> lower() {
    if (graph_.inputs.size() != 1 || graph_.outputs.size() != 1)
      throw UnknownStructure(graph_.name, graph_.nodes.empty() ? "" : graph_.nodes.back().name,
                             "several inputs or outputs", "one of each");
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) values_.push_back(value_of(NodeId(n)));
    Value& last = values_[graph_.outputs.front().value()];
    if (last.population) refuse(graph_.outputs.front(), "spikes as the network's output");
    last.sum.node = graph_.outputs.front();
    populations_.push_back(std::move(last.sum));
    return std::move(populations_);
  }

 private:
  [[noreturn]] void refuse(NodeId id, const std::string& found) const {
    throw UnknownStructure(graph_.name, graph_.node(id).name, found, kKnown);
  }
  [[noreturn]] void refuse(NodeId id) const { refuse(id, std::string(op_name(graph_.node(id).op))); }

  Value& input(NodeId id, std::size_t port) { return values_[graph_.node(id).inputs[port].value()]; }
  const RealPopulation& spikes_into(NodeId id) {
    const Value& value = input(id, 0);
    if (!value.population)
      refuse(id, std::string(op_name(graph_.node(id).op)) + " of values that no ReLU made spikes of");
    return populations_[*value.population];
  }

  Value shaped(NodeId id) const {
    const std::vector<std::int64_t>& shape = graph_.node(id).shape;
    const auto at = [&](std::size_t i) { return static_cast<std::int32_t>(i < shape.size() ? shape[i] : 1); };
    if (shape.size() < 2 || shape.size() > 4 || shape[0] != 1) refuse(id, "a value that is no image and no vector");
    Value value;
    value.channels = at(1);
    value.height = shape.size() == 4 ? at(2) : 1;
    value.width = shape.size() == 4 ? at(3) : at(2);
    return value;
  }

  Value fire(NodeId id, Value value) {
    RealPopulation population = std::move(value.sum);
    population.node = id;
    population.height = value.height, population.width = value.width, population.channels = value.channels;
    value.population = populations_.size();
    populations_.push_back(std::move(population));
    return value;
  }

  /// Synapses of a node's first input into a value of the node's shape.
  Value synapses(NodeId id, RealSynapses way, std::vector<double> bias) {
    Value value = shaped(id);
    way.geometry.from = *input(id, 0).population;
    value.sum.synapses.push_back(std::move(way));
    value.sum.bias = std::move(bias);
    value.sum.height = value.height, value.sum.width = value.width, value.sum.channels = value.channels;
    return value;
  }

  static RealSynapses depthwise(std::int32_t channels, std::int32_t height, std::int32_t width, double weight) {
    RealSynapses way;
    way.geometry.depthwise = true;
    way.geometry.kernel_height = height, way.geometry.kernel_width = width;
    way.weight.assign(
        static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) * static_cast<std::size_t>(width),
        weight);
    return way;
  }

  Value convolution(NodeId id) {
    const GraphNode& node = graph_.node(id);
    spikes_into(id);
    const Window& w = node.window;
    if (w.groups != 1 || w.dilation[0] != 1 || w.dilation[1] != 1) refuse(id, "a grouped or dilated convolution");
    RealSynapses way;
    way.geometry.kernel_height = static_cast<std::int32_t>(w.kernel[0]);
    way.geometry.kernel_width = static_cast<std::int32_t>(w.kernel[1]);
    way.geometry.stride_y = static_cast<std::int32_t>(w.stride[0]);
    way.geometry.stride_x = static_cast<std::int32_t>(w.stride[1]);
    way.geometry.padding_top = static_cast<std::int32_t>(w.padding[0]);
    way.geometry.padding_left = static_cast<std::int32_t>(w.padding[1]);
    way.weight.assign(node.weight.begin(), node.weight.end());
    return synapses(id, std::move(way), {node.bias.begin(), node.bias.end()});
  }

  /// A dense layer reads its inputs in the order channel, y, x: a convolution with the whole as its kernel.
  Value dense(NodeId id) {
    const GraphNode& node = graph_.node(id);
    const RealPopulation& from = spikes_into(id);
    const auto inputs = static_cast<std::size_t>(from.channels) * static_cast<std::size_t>(from.height) *
                        static_cast<std::size_t>(from.width);
    if (node.shape.size() != 2 || node.weight.size() != inputs * static_cast<std::size_t>(node.shape[1]))
      refuse(id, "a dense layer that is shared by positions");
    RealSynapses way;
    way.geometry.kernel_height = from.height, way.geometry.kernel_width = from.width;
    way.weight.assign(node.weight.begin(), node.weight.end());
    return synapses(id, std::move(way), {node.bias.begin(), node.bias.end()});
  }

  Value average(NodeId id) {
    const GraphNode& node = graph_.node(id);
    const RealPopulation& from = spikes_into(id);
    RealSynapses way;
    if (node.op == Op::kReduceMean) {
      if (node.shape.size() != 4 || node.integers != std::vector<std::int64_t>{2, 3})
        refuse(id, "a mean over other axes than height and width");
      way = depthwise(from.channels, from.height, from.width, 1.0 / (from.height * from.width));
    } else {
      const Window& w = node.window;
      for (const std::int64_t p : w.padding)
        if (p != 0) refuse(id, "average pooling with padding");
      const auto height = static_cast<std::int32_t>(w.kernel[0]), width = static_cast<std::int32_t>(w.kernel[1]);
      way = depthwise(from.channels, height, width, 1.0 / (height * width));
      way.geometry.stride_y = static_cast<std::int32_t>(w.stride[0]);
      way.geometry.stride_x = static_cast<std::int32_t>(w.stride[1]);
    }
    // The mean of values that are not negative is its own ReLU.
    return fire(id, synapses(id, std::move(way), std::vector<double>(static_cast<std::size_t>(from.channels))));
  }

  Value affine(NodeId id) {
    const GraphNode& node = graph_.node(id);
    Value value = input(id, 0);
    if (value.population || node.axis != 1) refuse(id, "a batch norm that stands behind no convolution or dense layer");
    const auto channels = static_cast<std::size_t>(value.channels);
    for (RealSynapses& way : value.sum.synapses) {
      const std::size_t each = way.weight.size() / channels;
      for (std::size_t i = 0; i < way.weight.size(); ++i) way.weight[i] *= static_cast<double>(node.weight[i / each]);
    }
    for (std::size_t c = 0; c < channels; ++c)
      value.sum.bias[c] = value.sum.bias[c] * static_cast<double>(node.weight[c]) + static_cast<double>(node.bias[c]);
    return value;
  }

  /// Spikes join a sum through a synapse of weight 1 each.
  Value add(NodeId id) {
    Value total = shaped(id);
    total.sum.height = total.height, total.sum.width = total.width, total.sum.channels = total.channels;
    total.sum.bias.assign(static_cast<std::size_t>(total.channels), 0);
    for (std::size_t port = 0; port < 2; ++port) {
      const Value& term = input(id, port);
      if (term.channels != total.channels || term.height != total.height || term.width != total.width)
        refuse(id, "a sum that is broadcast");
      if (term.population) {
        RealSynapses way = depthwise(total.channels, 1, 1, 1.0);
        way.geometry.from = *term.population;
        total.sum.synapses.push_back(std::move(way));
        continue;
      }
      if (term.sum.synapses.empty()) refuse(id, "a sum with a constant");
      for (const RealSynapses& way : term.sum.synapses) total.sum.synapses.push_back(way);
      for (std::size_t c = 0; c < total.sum.bias.size(); ++c) total.sum.bias[c] += term.sum.bias[c];
    }
    return total;
  }

  /// The same numbers in another shape: only the flat view of an image, which a dense layer reads, or no change at all.
  Value reshaped(NodeId id) {
    Value value = input(id, 0);
    const std::vector<std::int64_t>& shape = graph_.node(id).shape;
    const std::int64_t all = std::int64_t{value.channels} * value.height * value.width;
    if (shape.size() < 2 || shape[0] != 1 || shape[1] != all || element_count(shape) != all)
      refuse(id, "a reshape that is no flattening");
    if (!value.population && all != value.channels) refuse(id, "a flattening in front of the ReLU");
    return value;
  }

  Value value_of(NodeId id) {
    const GraphNode& node = graph_.node(id);
    switch (node.op) {
      case Op::kInput:
        return fire(id, shaped(id));
      case Op::kConvolution:
        return convolution(id);
      case Op::kLinear:
        return dense(id);
      case Op::kChannelAffine:
        return affine(id);
      case Op::kAdd:
        return add(id);
      case Op::kReduceMean:
      case Op::kAveragePool:
        return average(id);
      case Op::kReshape:
        return reshaped(id);
      case Op::kUnary: {
        Value value = input(id, 0);
        if (node.unary != Unary::kRelu) refuse(id, std::string(unary_name(node.unary)));
        return value.population ? value : fire(id, std::move(value));
      }
      case Op::kSoftmax:  // of the logits: the class stays the same
        if (id != graph_.outputs.front()) refuse(id);
        return input(id, 0);
      default:
        refuse(id);
    }
  }

  const Graph& graph_;
  std::vector<Value> values_;
  std::vector<RealPopulation> populations_;
};

}  // namespace

std::vector<RealPopulation> lower_relu(const Graph& graph) { return Lowering(graph).lower(); }

}  // namespace ranvier::workloads
