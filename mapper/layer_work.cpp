// SPDX-License-Identifier: Apache-2.0
// Convolutions as products of im2col matrices; pools and lone sums for the vector unit.
#include "mapper/layer_work.h"

#include <algorithm>

namespace ranvier::mapper {
namespace {

using workloads::Layer;
using workloads::LayerKind;

constexpr std::int64_t kHalf = 2;  // bytes of a value in the vector unit

DenseWork work_of(const Layer& layer) {
  DenseWork w;
  w.name = layer.name;
  w.input_bytes = layer.input_values();
  w.output_bytes = layer.output_values();
  w.input_in_memory = layer.input == "image";
  switch (layer.kind) {
    case LayerKind::kConvolution:
      w.m = layer.out_height() * layer.out_width();
      w.taps = layer.kernel * layer.kernel;
      w.k = w.taps * layer.channels;
      w.n = layer.outputs;
      w.weight_bytes = layer.weights();
      w.halo_bytes = std::max<std::int64_t>(layer.kernel - layer.stride, 0) * layer.width * layer.channels;
      w.merge_batch = false;
      return w;
    case LayerKind::kFullyConnected:
      w.m = 1;
      w.k = layer.input_values();
      w.n = layer.outputs;
      w.weight_bytes = layer.weights();
      return w;
    case LayerKind::kMaxPool:
    case LayerKind::kAveragePool:
      w.vector_bytes = kHalf * layer.output_values() * layer.kernel * layer.kernel;
      return w;
    case LayerKind::kAdd:
      w.residual_bytes = w.input_bytes;
      w.vector_bytes = kHalf * layer.output_values();
      return w;
  }
  return w;
}

}  // namespace

std::vector<DenseWork> dense_works_of(const workloads::LayerTable& table) {
  std::vector<DenseWork> works;
  const Layer* before = nullptr;
  for (const Layer& layer : table.layers) {
    const bool fused = layer.kind == LayerKind::kAdd && before != nullptr &&
                       before->kind == LayerKind::kConvolution && layer.input == before->name;
    const DenseWork work = work_of(layer);
    if (fused) {
      works.back().name += " + " + work.name;
      works.back().residual_bytes = work.residual_bytes;
      works.back().vector_bytes += work.vector_bytes;
    } else {
      works.push_back(work);
    }
    before = &layer;
  }
  return works;
}

}  // namespace ranvier::mapper
