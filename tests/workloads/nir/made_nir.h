// SPDX-License-Identifier: Apache-2.0
// NIR nodes and chains made in a test.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "workloads/nir/nir_graph.h"

namespace ranvier::workloads {

struct MadeParameter {
  std::string name;
  Hdf5Value value;
};

inline MadeParameter reals(std::string name, std::vector<std::int64_t> shape, std::vector<double> values) {
  return {std::move(name), {kFloat64, false, std::move(shape), std::move(values)}};
}
inline MadeParameter real(std::string name, double value) { return reals(std::move(name), {}, {value}); }
inline MadeParameter whole(std::string name, std::vector<std::int64_t> values) {
  return {std::move(name), Hdf5Value::integers(std::move(values))};
}

inline NirNode made_node(const std::string& name, const std::string& type, const std::vector<MadeParameter>& all) {
  NirNode node = make_nir_node(name, type);
  for (const MadeParameter& one : all) node.storage.datasets[one.name] = {one.value, {}};
  return node;
}

inline NirNode made_conv(const std::string& name, std::vector<std::int64_t> shape, std::vector<double> weight,
                         std::int64_t stride, std::int64_t padding, std::int64_t groups = 1,
                         std::int64_t dilation = 1) {
  const std::int64_t out = shape[0];
  return made_node(name, "Conv2d",
                   {reals("weight", std::move(shape), std::move(weight)), whole("stride", {stride}),
                    whole("padding", {padding}), whole("dilation", {dilation}), whole("groups", {groups}),
                    reals("bias", {out}, std::vector<double>(static_cast<std::size_t>(out), 0.0))});
}

inline NirNode made_pool(const std::string& name, const std::string& type, std::int64_t kernel, std::int64_t stride,
                         std::int64_t padding = 0) {
  return made_node(name, type,
                   {whole("kernel_size", {kernel}), whole("stride", {stride}), whole("padding", {padding})});
}

inline NirNode made_if(const std::string& name, double threshold) {
  return made_node(name, "IF", {real("r", 1), real("v_threshold", threshold)});
}

/// Input, the nodes in their order, Output.
inline NirFile made_chain(std::vector<std::int64_t> in, std::vector<NirNode> middle, std::vector<std::int64_t> out) {
  NirGraph graph;
  graph.nodes.push_back(made_node("input", "Input", {whole("shape", std::move(in))}));
  for (NirNode& node : middle) graph.nodes.push_back(std::move(node));
  graph.nodes.push_back(made_node("output", "Output", {whole("shape", std::move(out))}));
  for (std::size_t i = 1; i < graph.nodes.size(); ++i)
    graph.edges.push_back({graph.nodes[i - 1].name, graph.nodes[i].name});
  return make_nir_file("made.nir", std::move(graph));
}

}  // namespace ranvier::workloads
