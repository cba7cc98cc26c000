// SPDX-License-Identifier: Apache-2.0
// A NIR file is not trusted: everything that check_graph() takes for granted is checked before it is asked.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "workloads/nir/graph_nir.h"
#include "workloads/nir/nir_errors.h"
#include "workloads/nir/nir_network.h"

namespace ranvier::workloads {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 28;
constexpr std::int64_t kMostExtent = std::int64_t{1} << 24;
constexpr std::size_t kMostRank = 8;

/// A node's own parameter or something of its metadata.
const Hdf5Value* find(const Hdf5Group* group, const std::string& name) {
  if (group == nullptr) return nullptr;
  const auto found = group->datasets.find(name);
  return found == group->datasets.end() || found->second.value.null ? nullptr : &found->second.value;
}

const std::vector<std::int64_t>* integers(const Hdf5Group* group, const std::string& name) {
  const Hdf5Value* value = find(group, name);
  return value == nullptr ? nullptr : std::get_if<std::vector<std::int64_t>>(&value->values);
}

std::string text(const Hdf5Group* group, const std::string& name) {
  const Hdf5Value* value = find(group, name);
  const auto* texts = value == nullptr ? nullptr : std::get_if<std::vector<std::string>>(&value->values);
  return texts == nullptr || texts->size() != 1 ? "" : texts->front();
}

const std::map<std::string, Op>& extensions() {
  static const std::map<std::string, Op> all{{"Constant", Op::kConstant},
                                             {"TokenLinear", Op::kLinear},
                                             {"Convolution", Op::kConvolution},
                                             {"Product", Op::kMatMul},
                                             {"Add", Op::kAdd},
                                             {"Subtract", Op::kSubtract},
                                             {"Multiply", Op::kMultiply},
                                             {"Divide", Op::kDivide},
                                             {"ChannelAffine", Op::kChannelAffine},
                                             {"LayerNorm", Op::kLayerNorm},
                                             {"RmsNorm", Op::kRmsNorm},
                                             {"Softmax", Op::kSoftmax},
                                             {"Unary", Op::kUnary},
                                             {"Gelu", Op::kUnary},
                                             {"Reshape", Op::kReshape},
                                             {"Transpose", Op::kTranspose},
                                             {"Slice", Op::kSlice},
                                             {"Gather", Op::kGather},
                                             {"Concat", Op::kConcat},
                                             {"ReduceMean", Op::kReduceMean},
                                             {"ReduceSum", Op::kReduceSum},
                                             {"MaxPool", Op::kMaxPool},
                                             {"AveragePool", Op::kAveragePool}};
  return all;
}

class Importer {
 public:
  explicit Importer(const NirFile& file) : file_(file), nir_(file.graph()) {}

  Graph graph() {
    const Hdf5Group* metadata = file_.root.storage.find_group("metadata");
    if (text(metadata, "ranvier") != "canonical graph 1") refuse("", "its metadata does not say \"canonical graph 1\"");
    number_nodes();
    Graph graph;
    graph.name = text(metadata, "name");
    for (std::size_t i = 0; i < order_.size(); ++i) {
      graph.nodes.push_back(node(*order_[i], i));
      if (graph.nodes.back().op == Op::kConvolution) check_kernel(graph, graph.nodes.back(), order_[i]->name);
    }
    graph.inputs = ids(metadata, "inputs");
    graph.outputs = ids(metadata, "outputs");
    for (const NodeId id : graph.inputs) {
      if (graph.node(id).op != Op::kInput) refuse("", "an input that is no Input node");
    }
    try {
      check_graph(graph);
    } catch (const std::logic_error& fault) {  // an exporter's bug there, a file's fault here
      refuse("", fault.what());
    }
    return graph;
  }

 private:
  [[noreturn]] void refuse(const std::string& place, const std::string& why) const {
    throw NirNoCanonicalGraph(file_.path, place, why);
  }

  /// So that products of its extents stay in range.
  void check_kernel(const Graph& graph, const GraphNode& node, const std::string& name) const {
    const Window& w = node.window;
    const bool whole = node.inputs.size() == 1 && node.shape.size() > 1 && w.groups >= 1 &&
                       graph.node(node.inputs[0]).shape.size() == node.shape.size();
    if (!whole || nir_count({node.shape[1], graph.node(node.inputs[0]).shape[1] / w.groups, w.kernel[0],
                             w.kernel[1]}) != static_cast<std::int64_t>(node.weight.size())) {
      refuse(name, "weights of another size than its shape and window say");
    }
  }

  void number_nodes() {
    for (const NirNode& node : nir_.nodes) {
      if (node.type == "Output") continue;
      order_.push_back(nullptr);
    }
    for (const NirNode& node : nir_.nodes) {
      if (node.type == "Output") continue;
      const auto* index = integers(node.storage.find_group("metadata"), "index");
      if (index == nullptr || index->size() != 1 || index->front() < 0 ||
          index->front() >= static_cast<std::int64_t>(order_.size()) ||
          order_[static_cast<std::size_t>(index->front())] != nullptr) {
        refuse(node.name, "its metadata has no index of its own");
      }
      order_[static_cast<std::size_t>(index->front())] = &node;
      index_[node.name] = static_cast<std::size_t>(index->front());
    }
    for (const NirEdge& edge : nir_.edges) sources_[edge.to].push_back(edge.from);
  }

  std::vector<NodeId> ids(const Hdf5Group* metadata, const char* name) const {
    const auto* numbers = integers(metadata, name);
    if (numbers == nullptr) refuse("", fmt::format("its metadata has no {}", name));
    std::vector<NodeId> all;
    for (const std::int64_t i : *numbers) {
      if (i < 0 || i >= static_cast<std::int64_t>(order_.size())) refuse("", fmt::format("{} name node {}", name, i));
      all.emplace_back(static_cast<std::size_t>(i));
    }
    return all;
  }

  /// In the order of `inputs`, which edges do not have; both must say the same.
  std::vector<NodeId> operands(const NirNode& node, std::size_t index) const {
    const auto found = sources_.find(node.name);
    std::vector<std::string> edges = found == sources_.end() ? std::vector<std::string>{} : found->second;
    const std::vector<std::string> named = node.has("inputs") ? node.texts("inputs") : edges;
    std::vector<std::string> unique = named;
    for (auto* list : {&unique, &edges}) {
      std::sort(list->begin(), list->end());
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    if (unique != edges) refuse(node.name, "its inputs are not where its edges come from");
    std::vector<NodeId> all;
    for (const std::string& name : named) {
      const auto source = index_.find(name);
      if (source == index_.end() || source->second >= index) refuse(node.name, "an input that does not come before it");
      all.emplace_back(source->second);
    }
    return all;
  }

  std::vector<std::int64_t> shape(const NirNode& node) const {
    const auto* written = integers(node.storage.find_group("metadata"), "shape");
    if (written == nullptr || written->size() > kMostRank) refuse(node.name, "its metadata has no shape");
    for (const std::int64_t extent : *written) {
      if (extent < 1 || nir_count(*written) > kMostElements) refuse(node.name, "a shape that cannot be");
    }
    return *written;
  }

  std::vector<float> floats(const NirNode& node, const char* name) const {
    if (!node.has(name)) return {};
    const auto numbers = node.numbers(name);
    std::vector<float> all;
    for (const double v : numbers) all.push_back(static_cast<float>(v));
    return all;
  }

  void pair(const NirNode& node, const char* name, std::int64_t* to, bool line) const {
    if (!node.has(name)) return;
    const auto values = node.integers(name);
    const std::size_t wanted = line ? 1 : 2;
    if (values.size() != wanted) refuse(node.name, fmt::format("{} with {} numbers", name, values.size()));
    for (std::size_t i = 0; i < wanted; ++i) {
      if (values[i] > kMostExtent) refuse(node.name, fmt::format("{} of {}", name, values[i]));
      to[line ? 1 : i] = values[i];
    }
  }

  GraphNode node(const NirNode& nir, std::size_t index) const {
    GraphNode node;
    node.name = text(nir.storage.find_group("metadata"), "name");
    node.inputs = operands(nir, index);
    node.shape = shape(nir);
    node.weight = floats(nir, "weight");
    node.bias = floats(nir, "bias");
    if (nir.type.starts_with("ranvier.")) {
      extension(nir, node);
    } else {
      standard(nir, node);
    }
    return node;
  }

  void standard(const NirNode& nir, GraphNode& node) const {
    Window& w = node.window;
    const bool line = nir.type == "Conv1d";
    if (nir.type == "Input") {
      node.op = Op::kInput;
    } else if (nir.type == "Affine") {
      node.op = Op::kLinear;
    } else if (line || nir.type == "Conv2d") {
      node.op = Op::kConvolution;
      if (nir.storage.datasets.at("padding").value.type.kind == Hdf5Type::Class::kString)
        refuse(nir.name, "padding in words");
      const auto& shape = nir.shape_of("weight");
      if (shape.back() > kMostExtent || shape[shape.size() - 2] > kMostExtent) refuse(nir.name, "a kernel too large");
      w.kernel[1] = shape.back();
      if (!line) w.kernel[0] = shape[2];
      w.groups = nir.integers("groups")[0];
      pair(nir, "dilation", w.dilation, line);
    } else if (nir.type == "AvgPool2d") {
      node.op = Op::kAveragePool;
      pair(nir, "kernel_size", w.kernel, false);
    } else if (nir.type == "Flatten") {
      node.op = Op::kReshape;
    } else {
      refuse(nir.name, fmt::format("a {} is no node of one", nir.type));
    }
    pair(nir, "stride", w.stride, line);
    pair(nir, "padding", w.padding, line);
    w.padding[2] = w.padding[0];
    w.padding[3] = w.padding[1];
    w.count_padding = node.op == Op::kAveragePool && (w.padding[0] != 0 || w.padding[1] != 0);
  }

  void extension(const NirNode& nir, GraphNode& node) const {
    const std::string name = nir.type.substr(8);
    node.op = extensions().at(name);
    if (nir.has("integers")) node.integers = nir.integers("integers");
    if (nir.has("axis")) node.axis = nir.integers("axis")[0];
    if (nir.has("epsilon")) node.epsilon = nir.numbers("epsilon")[0];
    if (name == "Gelu") node.unary = Unary::kGelu;
    if (name == "Unary") node.unary = function(nir);
    Window& w = node.window;
    pair(nir, "kernel", w.kernel, false);
    pair(nir, "stride", w.stride, false);
    pair(nir, "dilation", w.dilation, false);
    if (nir.has("padding")) {
      const auto padding = nir.integers("padding");
      if (padding.size() != 4) refuse(nir.name, "padding with other than 4 numbers");
      for (const std::int64_t side : padding) {
        if (side > kMostExtent) refuse(nir.name, fmt::format("padding of {}", side));
      }
      std::copy(padding.begin(), padding.end(), w.padding);
    }
    if (nir.has("groups")) w.groups = nir.integers("groups")[0];
    if (nir.has("count_padding")) w.count_padding = nir.integers("count_padding")[0] != 0;
  }

  Unary function(const NirNode& nir) const {
    const std::string wanted = nir.has("function") ? nir.texts("function").front() : "";
    for (int i = 0; i <= static_cast<int>(kLastUnary); ++i) {
      if (wanted == unary_name(static_cast<Unary>(i))) return static_cast<Unary>(i);
    }
    refuse(nir.name, fmt::format("no function '{}'", wanted.substr(0, 40)));
  }

  static constexpr Unary kLastUnary = Unary::kRelu6;
  const NirFile& file_;
  const NirGraph& nir_;
  std::vector<const NirNode*> order_;
  std::map<std::string, std::size_t> index_;
  std::map<std::string, std::vector<std::string>> sources_;
};

}  // namespace

Graph import_canonical(const NirFile& file) { return Importer(file).graph(); }

}  // namespace ranvier::workloads
