// SPDX-License-Identifier: Apache-2.0
// Two ViTs on CIFAR-10 made of torch.nn.MultiheadAttention, whose in_proj stacks q, k and v: one that norms before (its
// own blocks), one that norms behind (torch.nn.TransformerEncoderLayer). config.json beside the weights has the heads.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "workloads/import_model.h"

namespace ranvier::workloads {
namespace {

struct TorchNames {
  const char* patches;
  const char* blocks;
  const char* attention;
  const char* fc1;
  const char* fc2;
  const char* final_norm;
  const char* head;
  NormPlacement placement;
  Activation activation;
  bool mean_is_subtracted;  // from the pixels
};

constexpr TorchNames kPreNames = {
    "patch_embedding.embed.", "transformer_layers.", "attention.", "mlp.0.", "mlp.2.", "out_head.0.", "out_head.1.",
    NormPlacement::kPre,      Activation::kGelu,     false};
constexpr TorchNames kPostNames = {
    "patch_embed.proj.", "transformer.layers.", "self_attn.",         "linear1.",        "linear2.",
    "mlp_head.0.",       "mlp_head.1.",         NormPlacement::kPost, Activation::kRelu, true};

bool has_names(const NpzFile& file, const TorchNames& names) {
  return file.has(fmt::format("{}weight", names.patches)) &&
         file.has(fmt::format("{}0.{}in_proj_weight", names.blocks, names.attention));
}

/// No tensor tells the number of heads.
std::int32_t heads_of(const std::filesystem::path& path, std::int32_t width) {
  const std::string text = read_file(path);
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) throw ConfigSyntax({path.string()}, "no JSON object");
  const auto heads = json.find("heads");
  if (heads == json.end()) throw MissingConfigKey({path.string()}, "heads");
  if (!heads->is_number_unsigned() || heads->get<std::uint64_t>() < 1 ||
      heads->get<std::uint64_t>() > static_cast<std::uint64_t>(width) ||
      static_cast<std::uint64_t>(width) % heads->get<std::uint64_t>() != 0)
    throw BadConfigValue({path.string()}, "heads", heads->dump(), fmt::format("a divisor of the width {}", width));
  return heads->get<std::int32_t>();
}

BlockWeights import_block(const NpzFile& file, const TorchNames& names, const std::string& prefix, const VitConfig& c) {
  const std::string attention = prefix + names.attention;
  const LinearWeights stacked =
      import_linear(file, attention + "in_proj_weight", attention + "in_proj_bias", c.width, 3 * c.width);
  const auto linear = [&](const std::string& name, std::int32_t in, std::int32_t out) {
    return import_linear(file, name + "weight", name + "bias", in, out);
  };
  BlockWeights w;
  w.norm1 = import_norm(file, prefix + "norm1.weight", prefix + "norm1.bias", c.width);
  w.norm2 = import_norm(file, prefix + "norm2.weight", prefix + "norm2.bias", c.width);
  w.q = rows_of(stacked, 0, c.width);
  w.k = rows_of(stacked, c.width, c.width);
  w.v = rows_of(stacked, 2 * c.width, c.width);
  w.proj = linear(attention + "out_proj.", c.width, c.width);
  w.fc1 = linear(prefix + names.fc1, c.width, c.hidden);
  w.fc2 = linear(prefix + names.fc2, c.hidden, c.width);
  return w;
}

}  // namespace

bool is_torch_layout(const NpzFile& file) { return has_names(file, kPreNames) || has_names(file, kPostNames); }

VitModel import_torch(const NpzFile& file, const std::filesystem::path& folder) {
  const TorchNames& names = has_names(file, kPreNames) ? kPreNames : kPostNames;
  const std::string patches = names.patches, norm = names.final_norm, head = names.head;
  const auto block = [&](std::int32_t b) { return fmt::format("{}{}.", names.blocks, b); };
  VitModel model;
  model.folder = folder;
  model.files = {folder / "config.json"};
  VitConfig& c = model.config;
  c.name = "vit-cifar10-" + folder.filename().string();
  import_patch_sizes(file, patches + "weight", c);
  while (file.has(block(c.blocks) + "norm1.weight")) ++c.blocks;
  c.hidden = import_extent(file, block(0) + names.fc1 + "bias", {-1}, 0);
  c.classes = import_extent(file, head + "bias", {-1}, 0);
  c.heads = heads_of(folder / "config.json", c.width);
  c.placement = names.placement;
  c.activation = names.activation;
  use_post_training_bits(c);
  set_sizes(model);

  model.embed = import_patches(file, patches + "weight", patches + "bias", c);
  model.cls = file.f32("cls_token", {c.width});
  model.pos = file.f32("pos_embed", {c.tokens(), c.width});
  for (std::int32_t b = 0; b < c.blocks; ++b)
    model.blocks[static_cast<std::size_t>(b)] = import_block(file, names, block(b), c);
  model.norm = import_norm(file, norm + "weight", norm + "bias", c.width);
  model.head = import_linear(file, head + "weight", head + "bias", c.width, c.classes);
  const std::vector<double> one(3, 1.0);
  fold_pixel_coding(model, kCifarMean, names.mean_is_subtracted ? kCifarDeviation : one, names.mean_is_subtracted);
  find_cifar(model);
  return model;
}

}  // namespace ranvier::workloads
