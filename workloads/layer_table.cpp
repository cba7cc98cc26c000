// SPDX-License-Identifier: Apache-2.0
// Reads layer tables: plain cells without quotes, # for remarks. Shapes are checked along every edge.
#include "workloads/layer_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/data_folder.h"
#include "base/file.h"
#include "workloads/layer_errors.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;

const std::string kHeader = "layer,kind,input,residual,height,width,channels,outputs,kernel,stride,padding";
const std::string kImage = "image";
const fs::path kFolder = fs::path("workloads") / "models" / "layer-tables";
// Beyond any image or layer; keeps all products of shapes far below 63 bits.
constexpr std::int64_t kMostSide = 16384;
constexpr std::int64_t kMostChannels = 1 << 20;
constexpr std::int64_t kMostKernel = 1024;
constexpr double kMostMultiplyAdds = 1e15;

const std::vector<std::string>& kind_names() {
  static const std::vector<std::string> names{"convolution", "fully_connected", "max_pool", "average_pool", "add"};
  return names;
}

struct Row {
  FilePlace place;
  std::vector<std::string> cells;
};

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<Row> rows_of(const std::string& text, const std::string& file) {
  std::vector<Row> rows;
  int line = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string row = trimmed(text.substr(at, end - at));
    at = end + 1;
    ++line;
    if (row.empty() || row.front() == '#') continue;
    Row cells{{file, line, 1}, {}};
    for (std::size_t cell = 0; cell <= row.size();) {
      const std::size_t comma = std::min(row.find(',', cell), row.size());
      cells.cells.push_back(trimmed(row.substr(cell, comma - cell)));
      cell = comma + 1;
    }
    rows.push_back(std::move(cells));
  }
  return rows;
}

std::int64_t number(const Row& row, std::size_t column, const std::string& name, std::int64_t least,
                    std::int64_t most) {
  const std::string& text = row.cells[column];
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    throw BadLayerValue(row.place, name, text, fmt::format("a whole number from {} to {}", least, most));
  return value;
}

Layer read_layer(const Row& row) {
  const auto& c = row.cells;
  Layer layer;
  layer.line = row.place.line;
  layer.name = c[0];
  if (layer.name.empty() || layer.name == kImage) throw BadLayerValue(row.place, "layer", c[0], "a name of its own");
  const auto kind = std::find(kind_names().begin(), kind_names().end(), c[1]);
  if (kind == kind_names().end())
    throw BadLayerValue(row.place, "kind", c[1], fmt::format("one of {}", fmt::join(kind_names(), ", ")));
  layer.kind = static_cast<LayerKind>(kind - kind_names().begin());
  layer.input = c[2];
  layer.residual = c[3];
  if ((layer.kind == LayerKind::kAdd) == layer.residual.empty())
    throw BadLayerValue(row.place, "residual", c[3],
                        layer.kind == LayerKind::kAdd ? "the layer that is added" : "nothing: only an add has one");
  layer.height = number(row, 4, "height", 1, kMostSide);
  layer.width = number(row, 5, "width", 1, kMostSide);
  layer.channels = number(row, 6, "channels", 1, kMostChannels);
  layer.outputs = number(row, 7, "outputs", 1, kMostChannels);
  layer.kernel = number(row, 8, "kernel", 1, kMostKernel);
  layer.stride = number(row, 9, "stride", 1, kMostKernel);
  layer.padding = number(row, 10, "padding", 0, layer.kernel - 1);
  const bool window = layer.kind != LayerKind::kFullyConnected && layer.kind != LayerKind::kAdd;
  if (!window && (layer.kernel != 1 || layer.stride != 1))
    throw BadLayerValue(row.place, layer.kernel != 1 ? "kernel" : "stride", layer.kernel != 1 ? c[8] : c[9],
                        "1: only convolutions and pools have windows");
  if (layer.kernel > std::min(layer.height, layer.width) + 2 * layer.padding)
    throw BadLayerValue(row.place, "kernel", c[8], "one that fits the padded input");
  const bool keeps = layer.kind != LayerKind::kConvolution && layer.kind != LayerKind::kFullyConnected;
  if (keeps && layer.outputs != layer.channels)
    throw BadLayerValue(row.place, "outputs", c[7], fmt::format("{}, as channels", layer.channels));
  const double positions =
      layer.kind == LayerKind::kConvolution
          ? static_cast<double>(layer.out_height() * layer.out_width() * layer.kernel * layer.kernel)
          : static_cast<double>(layer.height * layer.width);
  if (positions * static_cast<double>(layer.channels) * static_cast<double>(layer.outputs) > kMostMultiplyAdds)
    throw BadLayerValue(row.place, "outputs", c[7], "fewer: no layer of this model has over 1e15 multiply-adds");
  return layer;
}

std::string shape_text(std::int64_t height, std::int64_t width, std::int64_t channels) {
  return fmt::format("{} x {} x {}", height, width, channels);
}

void check_edge(const Row& row, const Layer& layer, const std::string& from, const std::vector<Layer>& before,
                const std::map<std::string, std::size_t>& by_name) {
  const auto at = by_name.find(from);
  if (at == by_name.end()) throw BadLayerName(row.place, from, "does not stand above; move it up or correct the name");
  const Layer& feeder = before[at->second];
  const std::string says = shape_text(layer.height, layer.width, layer.channels);
  const std::string has = shape_text(feeder.out_height(), feeder.out_width(), feeder.outputs);
  if (says != has) throw LayerShapeMismatch(row.place, layer.name, says, from, has);
}

}  // namespace

std::int64_t Layer::out_height() const {
  return kind == LayerKind::kFullyConnected ? 1 : (height + 2 * padding - kernel) / stride + 1;
}

std::int64_t Layer::out_width() const {
  return kind == LayerKind::kFullyConnected ? 1 : (width + 2 * padding - kernel) / stride + 1;
}

std::int64_t Layer::weights() const {
  if (kind == LayerKind::kConvolution) return kernel * kernel * channels * outputs;
  return kind == LayerKind::kFullyConnected ? input_values() * outputs : 0;
}

std::int64_t Layer::multiply_adds() const {
  return kind == LayerKind::kConvolution ? out_height() * out_width() * weights() : weights();
}

LayerTable parse_layer_table(const std::string& text, const std::string& file) {
  LayerTable table;
  table.file = file;
  table.name = fs::path(file).stem().string();
  const std::vector<Row> rows = rows_of(text, file);
  const auto header = fmt::format("{}", fmt::join(rows.empty() ? std::vector<std::string>{} : rows[0].cells, ","));
  if (header != kHeader) throw BadLayerHeader(rows.empty() ? FilePlace{file, 0, 0} : rows[0].place, header, kHeader);
  if (rows.size() == 1) throw NoLayers({file, 0, 0});
  const std::size_t columns = rows[0].cells.size();
  std::map<std::string, std::size_t> by_name;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const Row& row = rows[i];
    if (row.cells.size() != columns) throw WrongCellCount(row.place, row.cells.size(), columns);
    Layer layer = read_layer(row);
    if (layer.input != kImage) check_edge(row, layer, layer.input, table.layers, by_name);
    if (layer.kind == LayerKind::kAdd) check_edge(row, layer, layer.residual, table.layers, by_name);
    if (!by_name.emplace(layer.name, table.layers.size()).second)
      throw BadLayerName(row.place, layer.name, "is there twice; rename one");
    table.layers.push_back(std::move(layer));
  }
  return table;
}

LayerTable load_layer_table(const std::string& name_or_path) {
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".csv"))
    return parse_layer_table(read_file(name_or_path), name_or_path);
  const std::vector<std::string> known = bundled_layer_tables();
  if (std::find(known.begin(), known.end(), name_or_path) == known.end()) throw UnknownLayerTable(name_or_path, known);
  const fs::path path = find_data(kFolder / (name_or_path + ".csv"));
  return parse_layer_table(read_file(path), path.string());
}

std::vector<std::string> bundled_layer_tables() {
  std::set<std::string> names;
  for (const fs::path& folder : data_folders()) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder / kFolder, ignored))
      if (entry.path().extension() == ".csv") names.insert(entry.path().stem().string());
  }
  return {names.begin(), names.end()};
}

std::int64_t multiply_adds(const LayerTable& table) {
  std::int64_t sum = 0;
  for (const Layer& layer : table.layers) sum += layer.multiply_adds();
  return sum;
}

std::int64_t weights(const LayerTable& table) {
  std::int64_t sum = 0;
  for (const Layer& layer : table.layers) sum += layer.weights();
  return sum;
}

}  // namespace ranvier::workloads
