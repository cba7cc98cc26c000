// SPDX-License-Identifier: Apache-2.0
// Bytes as an ONNX file: imported to a graph that its own check lets pass, run where it is small, and looked at as a
// transformer.
#include "tests/fuzz/feed.h"
#include "workloads/graph/recognise_vit.h"
#include "workloads/graph/run_graph.h"
#include "workloads/onnx/onnx_import.h"

namespace ranvier::fuzz {
namespace {

using namespace workloads;

/// Work of running it, roughly; a huge number where it is far too much.
double work_of(const Graph& graph) {
  double work = 0;
  for (const GraphNode& node : graph.nodes) {
    double each = 1;
    if (node.op == Op::kMatMul) each = 4096;
    if (node.op == Op::kLinear || node.op == Op::kConvolution) each = 1 + static_cast<double>(node.weight.size());
    const double window = static_cast<double>(node.window.kernel[0]) * static_cast<double>(node.window.kernel[1]);
    work += static_cast<double>(element_count(node.shape)) * each * window;
  }
  return work;
}

}  // namespace

bool feed_onnx(std::span<const std::uint8_t> bytes) {
  return read_or_refused([&] {
    const Graph graph = read_onnx(bytes, {}, "fuzzed.onnx").graph;
    check_graph(graph);
    if (work_of(graph) > 1e6) return;
    read_or_refused([&] {
      std::vector<GraphTensor> inputs;
      for (const NodeId input : graph.inputs) {
        const auto& shape = graph.node(input).shape;
        inputs.push_back({shape, std::vector<float>(static_cast<std::size_t>(element_count(shape)), 0.5F)});
      }
      run_graph(graph, inputs);
    });
    read_or_refused([&] { recognise_vit(graph); });
  });
}

}  // namespace ranvier::fuzz
