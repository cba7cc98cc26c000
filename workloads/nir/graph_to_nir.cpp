// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "workloads/nir/graph_nir.h"

namespace ranvier::workloads {
namespace {

Hdf5Value floats(std::vector<std::int64_t> shape, const std::vector<float>& values) {
  return {kFloat32, false, std::move(shape), std::vector<double>(values.begin(), values.end())};
}

Hdf5Value texts(std::vector<std::string> all) {
  const auto count = static_cast<std::int64_t>(all.size());
  return {kText, false, {count}, std::move(all)};
}

/// Without the batch of one.
std::vector<std::int64_t> bare(const std::vector<std::int64_t>& shape) {
  if (shape.size() < 2) return shape.empty() ? std::vector<std::int64_t>{1} : shape;
  return {shape.begin() + 1, shape.end()};
}

const char* extension_name(const GraphNode& node) {
  switch (node.op) {
    case Op::kConstant:
      return "Constant";
    case Op::kLinear:
      return "TokenLinear";
    case Op::kConvolution:
      return "Convolution";
    case Op::kMatMul:
      return "Product";
    case Op::kAdd:
      return "Add";
    case Op::kSubtract:
      return "Subtract";
    case Op::kMultiply:
      return "Multiply";
    case Op::kDivide:
      return "Divide";
    case Op::kChannelAffine:
      return "ChannelAffine";
    case Op::kLayerNorm:
      return "LayerNorm";
    case Op::kRmsNorm:
      return "RmsNorm";
    case Op::kSoftmax:
      return "Softmax";
    case Op::kUnary:
      return node.unary == Unary::kGelu ? "Gelu" : "Unary";
    case Op::kReshape:
      return "Reshape";
    case Op::kTranspose:
      return "Transpose";
    case Op::kSlice:
      return "Slice";
    case Op::kGather:
      return "Gather";
    case Op::kConcat:
      return "Concat";
    case Op::kReduceMean:
      return "ReduceMean";
    case Op::kReduceSum:
      return "ReduceSum";
    case Op::kMaxPool:
      return "MaxPool";
    case Op::kAveragePool:
      return "AveragePool";
    case Op::kInput:
      break;
  }
  throw std::logic_error("an input has no extension node");
}

class Exporter {
 public:
  explicit Exporter(const Graph& graph) : graph_(graph) {}

  NirFile file(const std::string& path) {
    NirGraph nir;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const GraphNode& node = graph_.nodes[i];
      NirNode made = standard(i, node);
      if (made.type.empty()) made = extension(i, node);
      Hdf5Group metadata;
      metadata.name = "metadata";
      metadata.datasets["index"] = {Hdf5Value::integer(static_cast<std::int64_t>(i)), {}};
      metadata.datasets["name"] = {Hdf5Value::text(node.name), {}};
      metadata.datasets["shape"] = {Hdf5Value::integers(node.shape), {}};
      made.storage.groups.push_back(std::move(metadata));
      for (const std::string& from : sources(node)) {
        const NirEdge edge{from, made.name};
        if (std::find(nir.edges.begin(), nir.edges.end(), edge) == nir.edges.end()) nir.edges.push_back(edge);
      }
      nir.nodes.push_back(std::move(made));
    }
    for (std::size_t o = 0; o < graph_.outputs.size(); ++o) {
      const NodeId id = graph_.outputs[o];
      NirNode output = make_nir_node(fmt::format("output_{}", o), "Output");
      output.storage.datasets["shape"] = {Hdf5Value::integers(bare(graph_.node(id).shape)), {}};
      nir.edges.push_back({name_of(id), output.name});
      nir.nodes.push_back(std::move(output));
    }
    NirFile made = make_nir_file(path, std::move(nir));
    Hdf5Group metadata;
    metadata.name = "metadata";
    metadata.datasets["ranvier"] = {Hdf5Value::text("canonical graph 1"), {}};
    metadata.datasets["name"] = {Hdf5Value::text(graph_.name), {}};
    metadata.datasets["inputs"] = {Hdf5Value::integers(indices(graph_.inputs)), {}};
    metadata.datasets["outputs"] = {Hdf5Value::integers(indices(graph_.outputs)), {}};
    made.root.storage.groups.push_back(std::move(metadata));
    return made;
  }

 private:
  static std::vector<std::int64_t> indices(const std::vector<NodeId>& ids) {
    std::vector<std::int64_t> all;
    for (const NodeId id : ids) all.push_back(id.value());
    return all;
  }

  std::string name_of(NodeId id) const {
    const auto digits = std::to_string(graph_.nodes.size()).size();
    return fmt::format("{:0{}}", id.value(), digits);
  }

  std::vector<std::string> sources(const GraphNode& node) const {
    std::vector<std::string> names;
    for (const NodeId id : node.inputs) names.push_back(name_of(id));
    return names;
  }

  /// A node without a type where NIR has none of this meaning.
  NirNode standard(std::size_t index, const GraphNode& node) const {
    const std::string name = name_of(NodeId(index));
    const auto made = [&](const char* type, std::initializer_list<std::pair<const char*, Hdf5Value>> parameters) {
      NirNode nir = make_nir_node(name, type);
      for (const auto& [parameter, value] : parameters) nir.storage.datasets[parameter] = {value, {}};
      return nir;
    };
    const Window& w = node.window;
    const bool even = w.padding[0] == w.padding[2] && w.padding[1] == w.padding[3];
    const auto two = [](const std::int64_t* values) { return Hdf5Value::integers({values[0], values[1]}); };
    const bool plane = node.shape.size() == 4;
    switch (node.op) {
      case Op::kInput:
        return made("Input", {{"shape", Hdf5Value::integers(bare(node.shape))}});
      case Op::kLinear: {
        if (node.shape.size() != 2 || node.shape[0] != 1) return {};
        const std::int64_t out = node.shape[1];
        return made("Affine",
                    {{"weight", floats({out, static_cast<std::int64_t>(node.weight.size()) / out}, node.weight)},
                     {"bias", floats({out}, node.bias)}});
      }
      case Op::kConvolution:
        if (!even || (!plane && (w.kernel[0] != 1 || w.stride[0] != 1 || w.dilation[0] != 1 || w.padding[0] != 0)))
          return {};
        if (w.count_padding) return {};
        return made(plane ? "Conv2d" : "Conv1d",
                    {{"weight", floats(conv_shape(node, plane), node.weight)},
                     {"bias", floats({node.shape[1]}, node.bias)},
                     {"stride", plane ? two(w.stride) : Hdf5Value::integers({w.stride[1]})},
                     {"dilation", plane ? two(w.dilation) : Hdf5Value::integers({w.dilation[1]})},
                     {"padding", plane ? two(w.padding) : Hdf5Value::integers({w.padding[1]})},
                     {"groups", Hdf5Value::integer(w.groups)}});
      case Op::kAveragePool: {
        const bool padded = w.padding[0] != 0 || w.padding[1] != 0;
        const bool simple = w.dilation[0] == 1 && w.dilation[1] == 1 && w.groups == 1;
        if (!even || !plane || !simple || w.count_padding != padded) return {};
        return made("AvgPool2d",
                    {{"kernel_size", two(w.kernel)}, {"stride", two(w.stride)}, {"padding", two(w.padding)}});
      }
      case Op::kReshape: {
        const auto& from = graph_.node(node.inputs[0]).shape;
        if (node.shape.size() != 2 || node.shape[0] != 1 || from.size() < 2 || from[0] != 1) return {};
        return made("Flatten", {{"start_dim", Hdf5Value::integer(0)},
                                {"end_dim", Hdf5Value::integer(-1)},
                                {"input_type", Hdf5Value::integers(bare(from))}});
      }
      default:
        return {};
    }
  }

  std::vector<std::int64_t> conv_shape(const GraphNode& node, bool plane) const {
    const std::int64_t inputs = graph_.node(node.inputs[0]).shape[1] / node.window.groups;
    std::vector<std::int64_t> shape{node.shape[1], inputs};
    if (plane) shape.push_back(node.window.kernel[0]);
    shape.push_back(node.window.kernel[1]);
    return shape;
  }

  NirNode extension(std::size_t index, const GraphNode& node) const {
    NirNode nir = make_nir_node(name_of(NodeId(index)), std::string("ranvier.") + extension_name(node));
    auto& parameters = nir.storage.datasets;
    if (!node.inputs.empty()) parameters["inputs"] = {texts(sources(node)), {}};
    if (node.op == Op::kLinear) {
      const std::int64_t out = node.shape.back();
      parameters["weight"] = {floats({out, static_cast<std::int64_t>(node.weight.size()) / out}, node.weight), {}};
    } else if (node.op == Op::kConvolution) {
      parameters["weight"] = {floats(conv_shape(node, node.shape.size() == 4), node.weight), {}};
    } else if (!node.weight.empty()) {
      const auto count = static_cast<std::int64_t>(node.weight.size());
      parameters["weight"] = {
          floats(node.op == Op::kConstant ? node.shape : std::vector<std::int64_t>{count}, node.weight), {}};
    }
    if (!node.bias.empty()) parameters["bias"] = {floats({static_cast<std::int64_t>(node.bias.size())}, node.bias), {}};
    if (!node.integers.empty()) parameters["integers"] = {Hdf5Value::integers(node.integers), {}};
    if (node.axis != 0) parameters["axis"] = {Hdf5Value::integer(node.axis), {}};
    if (node.epsilon != 0) parameters["epsilon"] = {{kFloat64, false, {}, std::vector<double>{node.epsilon}}, {}};
    if (node.op == Op::kUnary && node.unary != Unary::kGelu)
      parameters["function"] = {Hdf5Value::text(std::string(unary_name(node.unary))), {}};
    if (node.window == Window{}) return nir;
    const Window& w = node.window;
    parameters["kernel"] = {Hdf5Value::integers({w.kernel[0], w.kernel[1]}), {}};
    parameters["stride"] = {Hdf5Value::integers({w.stride[0], w.stride[1]}), {}};
    parameters["dilation"] = {Hdf5Value::integers({w.dilation[0], w.dilation[1]}), {}};
    parameters["padding"] = {Hdf5Value::integers({w.padding, w.padding + 4}), {}};
    parameters["groups"] = {Hdf5Value::integer(w.groups), {}};
    parameters["count_padding"] = {Hdf5Value::integer(w.count_padding ? 1 : 0), {}};
    return nir;
  }

  const Graph& graph_;
};

}  // namespace

NirFile export_nir(const Graph& graph, const std::string& path) { return Exporter(graph).file(path); }

}  // namespace ranvier::workloads
