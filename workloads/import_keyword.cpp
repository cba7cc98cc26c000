// SPDX-License-Identifier: Apache-2.0
// KWT-1 (Berg et al., Interspeech 2021) under clear names: 98 columns of 40 spectral coefficients, norms behind, one
// head, tanh GELU, the class token read without a last norm. The audio front end of the file is not part of the
// network.
#include <fmt/format.h>

#include <sstream>

#include "base/file.h"
#include "workloads/dataset_files.h"
#include "workloads/import_model.h"

namespace ranvier::workloads {

bool is_keyword_layout(const NpzFile& file) { return file.has("proj.weight") && file.has("blocks.0.ln1.gamma"); }

VitModel import_keyword(const NpzFile& file, const std::filesystem::path& folder) {
  VitModel model;
  model.folder = folder;
  model.data = {DataKind::kClips, folder / "speech_commands_dev600.npz", folder / "speech_commands_dev600.npz",
                folder / "speech_commands_dev600.npz"};
  VitConfig& c = model.config;
  c.name = folder.filename().string();
  c.dataset = "speech-commands";
  c.width = import_extent(file, "proj.weight", {-1, -1}, 0);
  c.features = import_extent(file, "proj.weight", {-1, -1}, 1);
  c.steps = import_extent(file, "pos", {-1, c.width}, 0) - 1;
  c.heads = 1;
  while (file.has(fmt::format("blocks.{}.ln1.gamma", c.blocks))) ++c.blocks;
  c.hidden = import_extent(file, "blocks.0.fc1.bias", {-1}, 0);
  c.classes = import_extent(file, "head.bias", {-1}, 0);
  c.placement = NormPlacement::kPost;
  c.activation = Activation::kGeluTanh;
  c.final_norm = false;
  c.epsilon = 1e-6;
  use_post_training_bits(c);
  set_sizes(model);

  model.embed = import_linear(file, "proj.weight", "proj.bias", c.features, c.width);
  model.cls = file.f32("cls", {c.width});
  model.pos = file.f32("pos", {c.tokens(), c.width});
  for (std::int32_t b = 0; b < c.blocks; ++b) {
    BlockWeights& w = model.blocks[static_cast<std::size_t>(b)];
    const std::string prefix = fmt::format("blocks.{}.", b);
    const auto linear = [&](const char* name, bool has_bias, std::int32_t in, std::int32_t out) {
      return import_linear(file, prefix + name + ".weight", has_bias ? prefix + name + ".bias" : "", in, out);
    };
    w.q = linear("q", false, c.width, c.width);
    w.k = linear("k", false, c.width, c.width);
    w.v = linear("v", false, c.width, c.width);
    w.proj = linear("o", true, c.width, c.width);
    w.norm1 = import_norm(file, prefix + "ln1.gamma", prefix + "ln1.beta", c.width);
    w.fc1 = linear("fc1", true, c.width, c.hidden);
    w.fc2 = linear("fc2", true, c.hidden, c.width);
    w.norm2 = import_norm(file, prefix + "ln2.gamma", prefix + "ln2.beta", c.width);
  }
  model.head = import_linear(file, "head.weight", "head.bias", c.width, c.classes);
  std::error_code ignored;
  if (std::filesystem::exists(folder / "labels.txt", ignored)) {
    std::istringstream labels(read_file(folder / "labels.txt"));
    for (std::string line; std::getline(labels, line);)
      if (!line.empty()) model.class_names.push_back(line);
  }
  fold_clip_coding(model, split_images(load_clips(model.data.calibration), ClipPart::kCalibration));
  return model;
}

}  // namespace ranvier::workloads
