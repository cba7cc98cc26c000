// SPDX-License-Identifier: Apache-2.0
// The ViTs of the VNN-COMP 2023 benchmark (github.com/shizhouxing/ViT_vnncomp2023), initialisers under the names of
// their ONNX graph: batch norm in place of layer norm, ReLU, mean over tokens. Matrices are [in][out] and numbered in
// the order in which the graph uses them, query key value out fc1 fc2 by block; the numbers themselves mean nothing.
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "workloads/import_model.h"

namespace ranvier::workloads {
namespace {

constexpr const char* kMatrix = "onnx::MatMul_";
constexpr std::int32_t kHeadWidth = 16;     // a constant of the graph, no tensor
constexpr double kBatchNormEpsilon = 1e-5;  // likewise

std::vector<std::string> matrices_in_order(const NpzFile& file) {
  std::map<std::pair<std::size_t, std::string>, std::string> by_number;  // shorter numbers first
  for (const std::string& name : file.names())
    if (name.starts_with(kMatrix)) by_number.emplace(std::pair(name.size(), name), name);
  std::vector<std::string> names;
  for (const auto& [unused, name] : by_number) names.push_back(name);
  return names;
}

LinearWeights transposed_linear(const NpzFile& file, const std::string& matrix, const std::string& bias,
                                std::int32_t in, std::int32_t out) {
  const std::vector<float> weight = file.f32(matrix, {in, out});
  LinearWeights w{in, out, std::vector<float>(weight.size()), file.f32(bias, {out})};
  for (std::size_t i = 0; i < static_cast<std::size_t>(in); ++i)
    for (std::size_t o = 0; o < static_cast<std::size_t>(out); ++o)
      w.weight[o * static_cast<std::size_t>(in) + i] = weight[i * static_cast<std::size_t>(out) + o];
  return w;
}

NormWeights folded_batch_norm(const NpzFile& file, const std::string& prefix, std::int32_t width) {
  NormWeights w = import_norm(file, prefix + "weight", prefix + "bias", width);
  const std::vector<float> mean = file.f32(prefix + "running_mean", {width});
  const std::vector<float> variance = file.f32(prefix + "running_var", {width});
  for (std::size_t c = 0; c < mean.size(); ++c) {
    if (!(variance[c] >= 0))
      throw BadTensorValue(file.path(), prefix + "running_var", c, static_cast<double>(variance[c]), "a variance");
    const double gain =
        static_cast<double>(w.gamma[c]) / std::sqrt(static_cast<double>(variance[c]) + kBatchNormEpsilon);
    w.beta[c] = static_cast<float>(static_cast<double>(w.beta[c]) - gain * static_cast<double>(mean[c]));
    w.gamma[c] = static_cast<float>(gain);
  }
  return w;
}

}  // namespace

bool is_batch_norm_layout(const NpzFile& file) {
  return file.has("0.projection.weight") && file.has("1.0.0.fn.0.norm.running_mean");
}

VitModel import_batch_norm(const NpzFile& file, const std::filesystem::path& folder) {
  VitModel model;
  model.folder = folder;
  VitConfig& c = model.config;
  c.name = "vit-" + folder.filename().string();
  import_patch_sizes(file, "0.projection.weight", c);
  if (c.width % kHeadWidth != 0)
    throw WrongShape(file.path(), "0.projection.weight", {kHeadWidth, c.colours, c.patch, c.patch},
                     file.shape("0.projection.weight"));
  c.heads = c.width / kHeadWidth;
  while (file.has(fmt::format("1.{}.0.fn.0.norm.weight", c.blocks))) ++c.blocks;
  c.hidden = import_extent(file, "1.0.1.fn.1.0.bias", {-1}, 0);
  c.classes = import_extent(file, "2.2.bias", {-1}, 0);
  c.norm = NormKind::kBatch;
  c.activation = Activation::kRelu;
  c.pooling = Pooling::kMean;
  use_post_training_bits(c);
  set_sizes(model);

  const std::vector<std::string> matrices = matrices_in_order(file);
  const auto wanted = 6 * static_cast<std::size_t>(c.blocks);
  if (matrices.size() != wanted)
    throw TensorMissing(file.path(), fmt::format("{}*, {} of them", kMatrix, wanted), matrices);
  model.embed = import_patches(file, "0.projection.weight", "0.projection.bias", c);
  model.cls = file.f32("0.cls_token", {c.width});
  model.pos = file.f32("0.positions", {c.tokens(), c.width});
  std::size_t next = 0;
  for (std::int32_t b = 0; b < c.blocks; ++b) {
    BlockWeights& w = model.blocks[static_cast<std::size_t>(b)];
    const std::string attention = fmt::format("1.{}.0.fn.", b), mlp = fmt::format("1.{}.1.fn.", b);
    const auto linear = [&](const std::string& bias, std::int32_t in, std::int32_t out) {
      return transposed_linear(file, matrices[next++], bias, in, out);
    };
    w.norm1 = folded_batch_norm(file, attention + "0.norm.", c.width);
    w.q = linear(attention + "1.query.bias", c.width, c.width);
    w.k = linear(attention + "1.key.bias", c.width, c.width);
    w.v = linear(attention + "1.value.bias", c.width, c.width);
    w.proj = linear(attention + "1.out.bias", c.width, c.width);
    w.norm2 = folded_batch_norm(file, mlp + "0.norm.", c.width);
    w.fc1 = linear(mlp + "1.0.bias", c.width, c.hidden);
    w.fc2 = linear(mlp + "1.3.bias", c.hidden, c.width);
  }
  // The graph averages first and norms then; a batch norm is affine, so the order does not matter.
  model.norm = folded_batch_norm(file, "2.1.", c.width);
  model.head = import_linear(file, "2.2.weight", "2.2.bias", c.width, c.classes);
  fold_pixel_coding(model, kCifarMean, kCifarDeviation, true);
  find_cifar(model);
  return model;
}

}  // namespace ranvier::workloads
