// SPDX-License-Identifier: Apache-2.0
// Weights of a Vision Transformer from and to safetensors, and the names of its stages.
#include "workloads/model.h"

#include <algorithm>

#include "base/file.h"
#include "workloads/bundled.h"
#include "workloads/graph/onnx_sidecar.h"
#include "workloads/import_checkpoint.h"
#include "workloads/import_model.h"
#include "workloads/safetensors.h"
#include "workloads/seeded_model.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;

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
  if (c.class_token) visit("cls", Shape{c.width}, model.cls);
  visit("pos", Shape{c.tokens(), c.width}, model.pos);
  if (c.pre_norm) norm("pre_norm", model.pre_norm);
  for (std::size_t b = 0; b < model.blocks.size(); ++b) {
    auto& block = model.blocks[b];
    const std::string prefix = "blocks." + std::to_string(b) + ".";
    norm(prefix + "norm1", block.norm1);
    linear(prefix + "q", block.q, c.attention_channels(), c.width);
    linear(prefix + "k", block.k, c.attention_channels(), c.width);
    linear(prefix + "v", block.v, c.attention_channels(), c.width);
    linear(prefix + "proj", block.proj, c.width, c.attention_channels());
    norm(prefix + "norm2", block.norm2);
    linear(prefix + "fc1", block.fc1, c.hidden, c.width);
    linear(prefix + "fc2", block.fc2, c.width, c.hidden);
  }
  if (c.final_norm) norm("norm", model.norm);
  linear("head", model.head, c.classes, c.width);
}

VitModel load_files(const fs::path& weights, const fs::path& config) {
  const SafetensorsFile file = SafetensorsFile::read(weights);
  if (!checkpoint_layout(file).empty()) return import_checkpoint(file, weights.parent_path());
  VitModel model;
  model.folder = weights.parent_path();
  model.files = {weights, config};
  model.config = parse_config(read_file(config), config.string());
  set_sizes(model);
  if (model.config.dataset == "fashion-mnist")
    model.class_names = {"T-shirt", "trouser", "pullover", "dress", "coat",
                         "sandal",  "shirt",   "sneaker",  "bag",   "ankle boot"};

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

VitModel load_model(const std::string& name_or_path) {
  const fs::path path(name_or_path);
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored) && path.extension() == ".npz") return import_model(path.parent_path());
  for (const char* ending : {".rvn", ".safetensors", ".npz", ".nir"})
    if (path.extension() == ending && !fs::exists(path, ignored)) throw FileMissing(name_or_path);
  if (path.extension() == ".onnx") return load_onnx(path);
  if (fs::is_regular_file(path, ignored)) return load_files(path, path.parent_path() / "config.json");
  // A bundled name means the bundled workload even where a folder of that name happens to stand here.
  const auto bundled = bundled_workloads();
  const bool is_bundled =
      std::any_of(bundled.begin(), bundled.end(), [&](const auto& b) { return b.name == name_or_path; });
  if (!is_bundled && is_seeded_model(name_or_path)) return seeded_model(name_or_path);
  const fs::path folder = !is_bundled && fs::is_directory(path, ignored) ? path : bundled_folder(name_or_path);
  if (!fs::exists(folder / "model.safetensors", ignored) && fs::exists(folder / "weights.npz", ignored))
    return import_model(folder);
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
  write_safetensors(folder / "model.safetensors", tensors);
  write_file_atomically(folder / "config.json", config_text(model.config));
}

void set_sizes(VitModel& model) {
  const VitConfig& c = model.config;
  const auto size = [](LinearWeights& w, std::int32_t in, std::int32_t out) { w.in = in, w.out = out; };
  model.blocks.resize(static_cast<std::size_t>(c.blocks));
  size(model.embed, c.in_channels(), c.width);
  for (BlockWeights& block : model.blocks) {
    for (LinearWeights* w : {&block.q, &block.k, &block.v}) size(*w, c.width, c.attention_channels());
    size(block.proj, c.attention_channels(), c.width);
    size(block.fc1, c.width, c.hidden);
    size(block.fc2, c.hidden, c.width);
  }
  size(model.head, c.width, c.classes);
}

std::vector<std::int32_t> input_codes(const VitModel& model, const std::uint8_t* pixels) {
  const VitConfig& c = model.config;
  std::vector<std::int32_t> codes(static_cast<std::size_t>(c.tokens()) * static_cast<std::size_t>(c.in_channels()));
  std::size_t at = c.class_token ? static_cast<std::size_t>(c.in_channels()) : 0;
  for (std::int32_t py = 0; py < c.patches_along(); ++py)
    for (std::int32_t px = 0; px < c.patches_along(); ++px)
      for (std::int32_t colour = 0; colour < c.colours; ++colour)
        for (std::int32_t y = py * c.patch; y < (py + 1) * c.patch; ++y)
          for (std::int32_t x = px * c.patch; x < (px + 1) * c.patch; ++x)
            codes[at++] = pixels[(colour * c.image + y) * c.image + x] >> c.pixel_shift;
  return codes;
}

}  // namespace ranvier::workloads
