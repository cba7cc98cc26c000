// SPDX-License-Identifier: Apache-2.0
// Tells the layouts apart, and the parts that they share.
#include "workloads/import_model.h"

#include <algorithm>
#include <cmath>

#include "workloads/dataset.h"

namespace ranvier::workloads {

namespace fs = std::filesystem;

VitModel import_model(const fs::path& folder) {
  const NpzFile file = NpzFile::read(folder / "weights.npz");
  VitModel model;
  if (is_torch_layout(file)) {
    model = import_torch(file, folder);
  } else if (is_batch_norm_layout(file)) {
    model = import_batch_norm(file, folder);
  } else if (is_keyword_layout(file)) {
    model = import_keyword(file, folder);
  } else {
    throw UnknownLayout(file.path(), file.names());
  }
  model.folder = folder;
  model.files.insert(model.files.begin(), folder / "weights.npz");
  return model;
}

std::int32_t import_extent(const NpzFile& file, const std::string& name, const std::vector<std::int64_t>& shape,
                           std::size_t axis) {
  constexpr std::int64_t kMost = 1 << 16;
  const std::vector<std::int64_t>& there = file.shape(name);
  bool fits = there.size() == shape.size();
  for (std::size_t i = 0; fits && i < shape.size(); ++i)
    fits = (shape[i] == -1 || shape[i] == there[i]) && there[i] >= 1 && there[i] <= kMost;
  if (!fits) throw WrongShape(file.path(), name, shape, there);
  return static_cast<std::int32_t>(there[axis]);
}

void import_patch_sizes(const NpzFile& file, const std::string& weight, VitConfig& config) {
  config.image = 32, config.colours = 3;
  config.width = import_extent(file, weight, {-1, 3, -1, -1}, 0);
  config.patch = import_extent(file, weight, {-1, 3, -1, -1}, 2);
  if (file.shape(weight)[3] != config.patch || config.image % config.patch != 0)
    throw WrongShape(file.path(), weight, {config.width, 3, config.patch, config.patch}, file.shape(weight));
}

LinearWeights import_patches(const NpzFile& file, const std::string& weight, const std::string& bias,
                             const VitConfig& config) {
  return {config.in_channels(), config.width,
          file.f32(weight, {config.width, config.colours, config.patch, config.patch}), file.f32(bias, {config.width})};
}

LinearWeights import_linear(const NpzFile& file, const std::string& weight, const std::string& bias, std::int32_t in,
                            std::int32_t out) {
  LinearWeights w{in, out, file.f32(weight, {out, in}), {}};
  if (bias.empty())
    w.bias.assign(static_cast<std::size_t>(out), 0);
  else
    w.bias = file.f32(bias, {out});
  return w;
}

LinearWeights rows_of(const LinearWeights& stacked, std::int32_t first, std::int32_t out) {
  LinearWeights part{stacked.in, out, {}, {}};
  const auto row = stacked.weight.begin() + std::ptrdiff_t{first} * stacked.in;
  part.weight.assign(row, row + std::ptrdiff_t{out} * stacked.in);
  part.bias.assign(stacked.bias.begin() + first, stacked.bias.begin() + first + out);
  return part;
}

NormWeights import_norm(const NpzFile& file, const std::string& gamma, const std::string& beta, std::int32_t width) {
  return {file.f32(gamma, {width}), file.f32(beta, {width})};
}

void use_post_training_bits(VitConfig& config) {
  config.activation_bits = kMaxActivationBits;
  for (const std::string& kind : site_kinds()) config.bounds[kind] = default_bounds(config, kind, kMaxActivationBits);
}

void find_cifar(VitModel& model) {
  model.config.dataset = "cifar10";
  model.class_names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
  model.data.kind = DataKind::kCifar;
  model.data.logits = model.folder / "ref_logits_test_0000_4999.npy";
  std::error_code ignored;
  fs::path images = model.folder / "cifar10";
  for (fs::path above = fs::absolute(model.folder); above.has_relative_path(); above = above.parent_path())
    if (fs::is_directory(above / "cifar10", ignored)) {
      images = above / "cifar10";
      break;
    }
  model.data.test = images / "test_0000_4999.bin";
  model.data.calibration = images / "calibration_train_0000_2499.bin";
}

void fold_pixel_coding(VitModel& model, const std::vector<double>& mean, const std::vector<double>& deviation,
                       bool mean_is_subtracted) {
  constexpr double kWhite = 255;
  const auto in = static_cast<std::size_t>(model.embed.in);
  const std::size_t plane = in / mean.size();
  model.config.input_scale = 1 / kWhite;
  model.input_zeros.resize(in);
  for (std::size_t i = 0; i < in; ++i) model.input_zeros[i] = kWhite * mean[i / plane];
  for (std::size_t o = 0; o < model.embed.bias.size(); ++o) {
    double bias = static_cast<double>(model.embed.bias[o]);
    for (std::size_t i = 0; i < in; ++i) {
      float& weight = model.embed.weight[o * in + i];
      weight = static_cast<float>(static_cast<double>(weight) / deviation[i / plane]);
      if (!mean_is_subtracted) bias += static_cast<double>(weight) * mean[i / plane];
    }
    model.embed.bias[o] = static_cast<float>(bias);
  }
}

void fold_clip_coding(VitModel& model, const ImageSet& clips) {
  const auto features = static_cast<std::size_t>(model.config.features);
  const double highest_code = model.config.input_code_max();
  model.config.input_scale = 1;
  model.input_zeros.resize(features);
  model.input_steps.resize(features);
  for (std::size_t f = 0; f < features; ++f) {
    double lowest = 0, highest = 0;
    for (std::size_t i = f; i < clips.values.size(); i += features) {
      lowest = std::min(lowest, static_cast<double>(clips.values[i]));
      highest = std::max(highest, static_cast<double>(clips.values[i]));
    }
    const double step = highest > lowest ? (highest - lowest) / highest_code : 1;
    model.input_steps[f] = step;
    model.input_zeros[f] = std::round(-lowest / step);
    for (std::size_t o = 0; o < model.embed.bias.size(); ++o) {
      float& weight = model.embed.weight[o * features + f];
      weight = static_cast<float>(static_cast<double>(weight) * step);
    }
  }
}

}  // namespace ranvier::workloads
