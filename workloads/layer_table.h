// SPDX-License-Identifier: Apache-2.0
// A convolutional network as a table of layer shapes: what a cost model needs, no weights. Format:
// docs/reference/layer-tables.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ranvier::workloads {

enum class LayerKind : std::uint8_t { kConvolution, kFullyConnected, kMaxPool, kAveragePool, kAdd };

/// Height, width and channels are those of the input. Convolutions include what needs no pass of its own: folded
/// normalisation, bias, ReLU. kAdd sums `input` and `residual`, of one shape.
struct Layer {
  std::string name;
  LayerKind kind = LayerKind::kConvolution;
  std::string input;     // layer that feeds this one, or "image"
  std::string residual;  // kAdd: the other operand
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t channels = 0;
  std::int64_t outputs = 0;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  int line = 0;

  std::int64_t out_height() const;
  std::int64_t out_width() const;
  std::int64_t input_values() const { return height * width * channels; }
  std::int64_t output_values() const { return out_height() * out_width() * outputs; }
  std::int64_t weights() const;
  std::int64_t multiply_adds() const;
};

struct LayerTable {
  std::string name;
  std::string file;
  std::vector<Layer> layers;  // each after those that feed it
};

/// Throws LayerTableError's kinds (layer_errors.h).
LayerTable parse_layer_table(const std::string& text, const std::string& file);

/// A bundled name ("vgg16") or a path to a .csv. Throws UnknownLayerTable, FileError too.
LayerTable load_layer_table(const std::string& name_or_path);

/// Names that load_layer_table() takes without a path, in alphabetical order.
std::vector<std::string> bundled_layer_tables();

std::int64_t multiply_adds(const LayerTable& table);
std::int64_t weights(const LayerTable& table);

}  // namespace ranvier::workloads
