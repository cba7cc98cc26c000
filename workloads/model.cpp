// SPDX-License-Identifier: Apache-2.0
// Weights of a Vision Transformer from and to safetensors, and the names of its stages.
#include "workloads/model.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "workloads/bundled.h"
#include "workloads/safetensors.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string>& block_stages() {
  static const std::vector<std::string> kinds = {"ln1",  "q",   "k",   "v",    "attn", "av",  "proj",
                                                 "add1", "ln2", "fc1", "gelu", "fc2",  "add2"};
  return kinds;
}

/// "block0.ln1" -> "blocks.0.site.ln1.scale"
std::string scale_tensor(const std::string& stage) {
  const std::size_t dot = stage.find('.');
  if (dot == std::string::npos) return stage + "_site.scale";
  return "blocks." + stage.substr(5, dot - 5) + ".site." + stage.substr(dot + 1) + ".scale";
}

/// Calls visit(tensor name, shape, values) for every weight, in the order of docs/reference/model-files.md. Reading and
/// writing share it, so the two cannot disagree on a name or a shape.
template <class Model, class Visit>
void for_each_weight(Model& model, const Visit& visit) {
  using Shape = std::vector<std::int64_t>;
  const VitConfig& c = model.config;
  const auto linear = [&](const std::string& name, auto& w, std::int32_t out, std::int32_t in) {
    visit(name + ".weight", Shape{out, in}, w.weight);
    visit(name + ".bias", Shape{out}, w.bias);
  };
  const auto norm = [&](const std::string& name, auto& w) {
    visit(name + ".weight", Shape{c.width}, w.gamma);
    visit(name + ".bias", Shape{c.width}, w.beta);
  };
  linear("embed", model.embed, c.width, c.in_channels());
  visit("cls", Shape{c.width}, model.cls);
  visit("pos", Shape{c.tokens(), c.width}, model.pos);
  for (std::size_t b = 0; b < model.blocks.size(); ++b) {
    auto& block = model.blocks[b];
    const std::string prefix = "blocks." + std::to_string(b) + ".";
    norm(prefix + "norm1", block.norm1);
    linear(prefix + "q", block.q, c.width, c.width);
    linear(prefix + "k", block.k, c.width, c.width);
    linear(prefix + "v", block.v, c.width, c.width);
    linear(prefix + "proj", block.proj, c.width, c.width);
    norm(prefix + "norm2", block.norm2);
    linear(prefix + "fc1", block.fc1, c.hidden, c.width);
    linear(prefix + "fc2", block.fc2, c.width, c.hidden);
  }
  norm("norm", model.norm);
  linear("head", model.head, c.classes, c.width);
}

void set_sizes(VitModel& model) {
  const VitConfig& c = model.config;
  const auto size = [](LinearWeights& w, std::int32_t in, std::int32_t out) { w.in = in, w.out = out; };
  size(model.embed, c.in_channels(), c.width);
  for (BlockWeights& block : model.blocks) {
    for (LinearWeights* w : {&block.q, &block.k, &block.v, &block.proj}) size(*w, c.width, c.width);
    size(block.fc1, c.width, c.hidden);
    size(block.fc2, c.hidden, c.width);
  }
  size(model.head, c.width, c.classes);
}

VitModel load_files(const fs::path& weights, const fs::path& config) {
  VitModel model;
  model.folder = weights.parent_path();
  const SafetensorsFile file = SafetensorsFile::read(weights);
  model.config = parse_config(read_file(config), config.string());
  model.blocks.resize(static_cast<std::size_t>(model.config.blocks));
  set_sizes(model);

  std::vector<std::string> known;
  for_each_weight(model, [&](const std::string& name, const auto&, auto&) { known.push_back(name); });
  for (const std::string& stage : stage_names(model.config))
    if (has_quantiser(stage)) known.push_back(scale_tensor(stage));
  for (const std::string& name : file.names())
    if (std::find(known.begin(), known.end(), name) == known.end()) throw UnknownTensor(file.path(), name, known);

  for_each_weight(model, [&](const std::string& name, const std::vector<std::int64_t>& shape,
                             std::vector<float>& values) { values = file.f32(name, shape); });
  for (const std::string& stage : stage_names(model.config)) {
    const std::string tensor = scale_tensor(stage);
    if (!has_quantiser(stage) || !file.has(tensor)) continue;
    const float scale = file.f32(tensor, {1})[0];
    if (!(scale > 0)) throw BadTensorValue(file.path(), tensor, 0, static_cast<double>(scale), "a positive step");
    model.site_scale[stage] = static_cast<double>(scale);
  }
  return model;
}

}  // namespace

std::vector<std::string> stage_names(const VitConfig& config) {
  std::vector<std::string> names = {"input", "embed"};
  for (std::int32_t b = 0; b < config.blocks; ++b)
    for (const std::string& kind : block_stages()) names.push_back("block" + std::to_string(b) + "." + kind);
  names.insert(names.end(), {"norm", "head"});
  return names;
}

std::string site_kind(const std::string& stage_name) {
  const std::size_t dot = stage_name.find('.');
  return dot == std::string::npos ? stage_name : stage_name.substr(dot + 1);
}

bool has_quantiser(const std::string& stage_name) {
  const std::string kind = site_kind(stage_name);
  return kind != "input" && kind != "add1" && kind != "add2" && kind != "head";
}

CodeBounds default_bounds(const std::string& kind, int bits) {
  const std::int32_t codes = 1 << bits;
  if (kind == "attn") return {0, codes - 1};
  if (kind == "gelu") return {-codes / 8, codes - 1 - codes / 8};
  return {-codes / 2, codes / 2 - 1};
}

VitModel load_model(const std::string& name_or_path) {
  const fs::path path(name_or_path);
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored)) return load_files(path, path.parent_path() / "config.json");
  // A bundled name means the bundled workload even where a folder of that name happens to stand here.
  const auto bundled = bundled_workloads();
  const bool is_bundled =
      std::any_of(bundled.begin(), bundled.end(), [&](const auto& b) { return b.name == name_or_path; });
  const fs::path folder = !is_bundled && fs::is_directory(path, ignored) ? path : bundled_folder(name_or_path);
  return load_files(folder / "model.safetensors", folder / "config.json");
}

void save_model(const VitModel& model, const fs::path& folder) {
  std::vector<NamedTensor> tensors;
  for_each_weight(model, [&](const std::string& name, const std::vector<std::int64_t>& shape,
                             const std::vector<float>& values) { tensors.push_back(f32_tensor(name, shape, values)); });
  for (const auto& [stage, scale] : model.site_scale) {
    const float value = static_cast<float>(scale);
    tensors.push_back(f32_tensor(scale_tensor(stage), {1}, {&value, 1}));
  }
  const VitConfig& c = model.config;
  nlohmann::ordered_json json = {{"name", c.name},
                                 {"dataset", c.dataset},
                                 {"patch", c.patch},
                                 {"width", c.width},
                                 {"heads", c.heads},
                                 {"blocks", c.blocks},
                                 {"hidden", c.hidden},
                                 {"classes", c.classes},
                                 {"image", c.image},
                                 {"pixel_shift", c.pixel_shift},
                                 {"input_zero", c.input_zero},
                                 {"input_scale", c.input_scale},
                                 {"activation_bits", c.activation_bits},
                                 {"accuracy_float_10k", c.accuracy_float_10k},
                                 {"accuracy_quantised_10k", c.accuracy_quantised_10k}};
  for (const auto& [kind, bounds] : c.bounds) json["bounds"][kind] = {bounds.lo, bounds.hi};
  write_safetensors(folder / "model.safetensors", tensors);
  write_file_atomically(folder / "config.json", json.dump(2) + "\n");
}

std::vector<std::int32_t> input_codes(const VitModel& model, const std::uint8_t* pixels) {
  const VitConfig& c = model.config;
  std::vector<std::int32_t> codes(static_cast<std::size_t>(c.tokens()) * static_cast<std::size_t>(c.in_channels()));
  std::size_t at = static_cast<std::size_t>(c.in_channels());  // token 0 stays zero
  for (std::int32_t py = 0; py < c.patches_along(); ++py)
    for (std::int32_t px = 0; px < c.patches_along(); ++px)
      for (std::int32_t y = py * c.patch; y < (py + 1) * c.patch; ++y)
        for (std::int32_t x = px * c.patch; x < (px + 1) * c.patch; ++x)
          codes[at++] = pixels[y * c.image + x] >> c.pixel_shift;
  return codes;
}

}  // namespace ranvier::workloads
