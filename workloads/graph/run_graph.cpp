// SPDX-License-Identifier: Apache-2.0
// Node by node in their order, which is topological.
#include "workloads/graph/run_graph.h"

#include <algorithm>
#include <stdexcept>

#include "workloads/graph/graph_errors.h"
#include "workloads/graph/node_kernels.h"

namespace ranvier::workloads {
namespace {

void check_inputs(const Graph& graph, std::span<const GraphTensor> inputs) {
  if (inputs.size() != graph.inputs.size())
    throw GraphInputMismatch(graph.name, -1, {static_cast<std::int64_t>(graph.inputs.size())},
                             {static_cast<std::int64_t>(inputs.size())});
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::vector<std::int64_t>& shape = graph.node(graph.inputs[i]).shape;
    if (inputs[i].shape != shape || inputs[i].values.size() != static_cast<std::size_t>(element_count(shape)))
      throw GraphInputMismatch(graph.name, static_cast<std::int64_t>(i), shape, inputs[i].shape);
  }
}

void run_node(const GraphNode& node, const std::vector<const GraphTensor*>& in, GraphTensor& out) {
  switch (node.op) {
    case Op::kInput:
      break;  // its values are given
    case Op::kConstant:
      out.values = node.weight;
      return;
    case Op::kLinear:
      return run_linear(node, *in[0], out);
    case Op::kConvolution:
      return run_convolution(node, *in[0], out);
    case Op::kMatMul:
      return run_matmul(*in[0], *in[1], out);
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
      return run_binary(node.op, *in[0], *in[1], out);
    case Op::kChannelAffine:
      return run_channel_affine(node, *in[0], out);
    case Op::kLayerNorm:
      return run_layer_norm(node, *in[0], out);
    case Op::kRmsNorm:
      return run_rms_norm(node, *in[0], out);
    case Op::kSoftmax:
      return run_softmax(node, *in[0], out);
    case Op::kUnary:
      return run_unary(node.unary, *in[0], out);
    case Op::kReshape:
      out.values = in[0]->values;
      return;
    case Op::kTranspose:
      return run_transpose(node, *in[0], out);
    case Op::kSlice:
      return run_slice(node, *in[0], out);
    case Op::kGather:
      return run_gather(node, *in[0], out);
    case Op::kConcat:
      return run_concat(node, in, out);
    case Op::kReduceMean:
    case Op::kReduceSum:
      return run_reduce(node, *in[0], out);
    case Op::kMaxPool:
    case Op::kAveragePool:
      return run_pool(node, *in[0], out);
  }
  throw std::logic_error("an input node has no operator to run");
}

/// Number of the last node that reads each node; the number of nodes where the graph puts it out.
std::vector<std::size_t> last_uses(const Graph& graph) {
  std::vector<std::size_t> last(graph.nodes.size(), 0);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n)
    for (const NodeId input : graph.nodes[n].inputs) last[input.value()] = n;
  for (const NodeId output : graph.outputs) last[output.value()] = graph.nodes.size();
  return last;
}

std::vector<GraphTensor> run(const Graph& graph, std::span<const GraphTensor> inputs, bool keep_all) {
  check_inputs(graph, inputs);
  const std::vector<std::size_t> last = last_uses(graph);
  std::vector<GraphTensor> values(graph.nodes.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) values[graph.inputs[i].value()] = inputs[i];
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const GraphNode& node = graph.nodes[n];
    if (node.op != Op::kInput) {
      std::vector<const GraphTensor*> operands;
      for (const NodeId input : node.inputs) operands.push_back(&values[input.value()]);
      values[n].shape = node.shape;
      values[n].values.assign(static_cast<std::size_t>(element_count(node.shape)), 0.0F);
      run_node(node, operands, values[n]);
    }
    if (keep_all) continue;
    for (const NodeId input : node.inputs)
      if (last[input.value()] == n) values[input.value()] = {};
  }
  return values;
}

}  // namespace

std::vector<GraphTensor> run_graph(const Graph& graph, std::span<const GraphTensor> inputs) {
  std::vector<GraphTensor> values = run(graph, inputs, false);
  std::vector<GraphTensor> outputs;
  for (const NodeId output : graph.outputs) outputs.push_back(values[output.value()]);
  return outputs;
}

std::vector<GraphTensor> run_graph_nodes(const Graph& graph, std::span<const GraphTensor> inputs) {
  return run(graph, inputs, true);
}

}  // namespace ranvier::workloads
