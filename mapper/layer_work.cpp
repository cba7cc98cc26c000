// SPDX-License-Identifier: Apache-2.0
// Convolutions as products of im2col matrices; pools and lone sums for the vector unit.
#include "mapper/layer_work.h"

#include <algorithm>

namespace ranvier::mapper {
namespace {

using workloads::Layer;
using workloads::LayerKind;

constexpr std::int64_t kHalf = 2;   // bytes of a value in the vector unit
constexpr std::int64_t kFloat = 4;  // of a value as the host sends it

/// Channels as they lie in memory: whole groups of the matrix unit's depth.
std::int64_t padded(std::int64_t channels, std::int64_t depth) { return (channels + depth - 1) / depth * depth; }

DenseWork image_layout(const Layer& layer, std::int64_t depth, std::int64_t element) {
  DenseWork w;
  w.name = layer.name + " image";
  w.input_bytes = layer.input_values() * kFloat / element;
  w.output_bytes = layer.height * layer.width * padded(layer.channels, depth);
  w.vector_bytes = layer.input_values() * kFloat + w.output_bytes * kHalf;  // convert, transpose
  w.input_in_memory = true;
  return w;
}

DenseWork work_of(const Layer& layer, std::int64_t depth) {
  DenseWork w;
  w.name = layer.name;
  w.input_bytes = layer.height * layer.width * padded(layer.channels, depth);
  w.output_bytes = layer.out_height() * layer.out_width() * padded(layer.outputs, depth);
  switch (layer.kind) {
    case LayerKind::kConvolution:
      w.m = layer.out_height() * layer.out_width();
      w.taps = layer.kernel * layer.kernel;
      w.k = w.taps * layer.channels;
      w.n = layer.outputs;
      w.weight_bytes = layer.weights();
      w.halo_bytes =
          std::max<std::int64_t>(layer.kernel - layer.stride, 0) * layer.width * padded(layer.channels, depth);
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

std::vector<DenseWork> dense_works_of(const workloads::LayerTable& table, const chips::Device& device,
                                      Precision precision) {
  const bool fp16 = precision == Precision::kFp16;
  const std::int64_t depth = fp16 ? device.cube_depth_fp16.value : device.cube_depth_int8.value;
  std::vector<DenseWork> works;
  const Layer* before = nullptr;
  for (const Layer& layer : table.layers) {
    const bool fused = layer.kind == LayerKind::kAdd && before != nullptr && before->kind == LayerKind::kConvolution &&
                       layer.input == before->name;
    if (layer.input == "image") works.push_back(image_layout(layer, depth, fp16 ? 2 : 1));
    const DenseWork work = work_of(layer, depth);
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
