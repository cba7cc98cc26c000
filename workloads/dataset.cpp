// SPDX-License-Identifier: Apache-2.0
// Image sets and recorded logits by where a model keeps them, and their way into codes.
#include "workloads/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "base/digest.h"
#include "workloads/bundled.h"
#include "workloads/dataset_files.h"
#include "workloads/idx.h"
#include "workloads/npz.h"
#include "workloads/safetensors.h"
#include "workloads/seeded_model.h"

namespace ranvier::workloads {
namespace {

std::string form_of(std::int32_t steps, std::int32_t features, std::int32_t colours) {
  return steps > 0 ? fmt::format("clips of {} x {} values", steps, features)
                   : fmt::format("images with {} colour planes", colours);
}

/// The row of the class token holds no input.
std::size_t first_input(const VitConfig& config) {
  return config.class_token ? static_cast<std::size_t>(config.in_channels()) : 0;
}

std::size_t inputs_of(const VitConfig& config) {
  return static_cast<std::size_t>(config.tokens()) * static_cast<std::size_t>(config.in_channels());
}

/// One file for both parts is split.
ImageSet images_in(const VitModel& model, ClipPart part) {
  const bool test = part == ClipPart::kTest;
  const std::filesystem::path& path = test ? model.data.test : model.data.calibration;
  if (path.empty()) throw NoImages(model.config.name, test ? "--images" : "--calibrate");
  const ImageSet images = load_images(path.string());
  return model.data.test == model.data.calibration && images.labelled() ? split_images(images, part) : images;
}

RecordedLogits imported_logits(const VitModel& model) {
  RecordedLogits logits;
  const std::int64_t classes = model.config.classes;
  std::vector<std::uint8_t> labels;  // of a file whose test part alone is asked for
  if (model.data.logits.extension() == ".npz") {
    const NpzFile file = NpzFile::read(model.data.logits);
    labels = file.u8("label", {-1});
    logits.float_trained = file.f32("logits", {static_cast<std::int64_t>(labels.size()), classes});
  } else {
    if (model.data.test == model.data.calibration) labels = load_images(model.data.test.string()).labels;
    const std::int64_t rows = labels.empty() ? -1 : static_cast<std::int64_t>(labels.size());
    logits.float_trained = NpzFile::read_npy(model.data.logits).f32("array", {rows, classes});
  }
  if (!labels.empty()) {
    const std::vector<float> all = std::move(logits.float_trained);
    logits.float_trained.clear();
    for (const std::size_t i : clips_of(labels, ClipPart::kTest)) {
      const auto row = all.begin() + static_cast<std::ptrdiff_t>(i) * classes;
      logits.float_trained.insert(logits.float_trained.end(), row, row + classes);
    }
  }
  logits.count = logits.float_trained.size() / static_cast<std::size_t>(classes);
  logits.without_quantisers = logits.float_trained;
  return logits;
}

}  // namespace

ImageSet load_images(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  if (ending == ".bin") return load_cifar(path);
  if (ending == ".npz") return load_clips(path);
  if (is_idx_name(path)) return load_idx(path);
  std::error_code ignored;
  const bool named =
      !std::filesystem::exists(path, ignored) && std::filesystem::path(path).extension() != ".safetensors";
  const SafetensorsFile file = SafetensorsFile::read(named ? bundled_image_file(path) : std::filesystem::path(path));
  ImageSet images;
  images.file = file.path();
  images.labels = file.u8("labels", {-1});
  const auto count = static_cast<std::int64_t>(images.labels.size());
  const std::vector<std::int64_t> shape = file.shape("pixels");
  const bool coloured = shape.size() == 4;
  const std::int64_t side = shape.empty() ? 0 : shape.back();
  const std::int64_t colours = coloured ? shape[1] : 1;
  if (side < 1 || side > 4096 || colours < 1 || colours > 16)
    throw WrongShape(file.path(), "pixels", {count, -1, -1}, shape);
  images.pixels = coloured ? file.u8("pixels", {count, colours, side, side}) : file.u8("pixels", {count, side, side});
  images.colours = static_cast<std::int32_t>(colours);
  images.side = static_cast<std::int32_t>(side);
  return images;
}

bool names_images(const VitModel& model) { return model.data.kind != DataKind::kFiles || !model.data.test.empty(); }

ImageSet test_images(const VitModel& model) {
  switch (model.data.kind) {
    case DataKind::kBundled:
      break;
    case DataKind::kCifar:
      return load_cifar(model.data.test);
    case DataKind::kClips:
      return split_images(load_clips(model.data.test), ClipPart::kTest);
    case DataKind::kSeeded:
      return seeded_images(model, 0, kSeededTestImages);
    case DataKind::kFiles:
      return images_in(model, ClipPart::kTest);
  }
  return load_images(bundled_image_file(model.config.dataset + "/test500").string());
}

ImageSet calibration_images(const VitModel& model) {
  switch (model.data.kind) {
    case DataKind::kBundled:
      break;
    case DataKind::kCifar:
      return load_cifar(model.data.calibration);
    case DataKind::kClips:
      return split_images(load_clips(model.data.calibration), ClipPart::kCalibration);
    case DataKind::kSeeded:
      return seeded_images(model, kSeededTestImages, kSeededCalibrationImages);
    case DataKind::kFiles:
      return images_in(model, ClipPart::kCalibration);
  }
  return load_images(bundled_image_file(model.config.dataset + "/calibration").string());
}

void check_images(const VitModel& model, const ImageSet& images) {
  const VitConfig& c = model.config;
  if (images.steps != c.steps || (c.steps > 0 ? images.features != c.features : images.colours != c.colours))
    throw InputKindDiffers(images.file, c.name, form_of(images.steps, images.features, images.colours),
                           form_of(c.steps, c.features, c.colours));
  if (c.steps == 0 && images.side != c.image) throw ImagesDoNotFit(images.file, c.name, images.side, c.image);
  for (std::size_t i = 0; i < images.labels.size(); ++i)
    if (images.labels[i] >= c.classes)
      throw BadTensorValue(images.file, "labels", i, images.labels[i], "a class below " + std::to_string(c.classes));
}

std::string digest_of(const ImageSet& images) {
  if (images.steps == 0) return sha256_hex(std::span<const std::uint8_t>(images.pixels));
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(images.values.data());
  return sha256_hex(std::span<const std::uint8_t>(bytes, images.values.size() * sizeof(float)));
}

std::vector<std::int32_t> input_codes(const VitModel& model, const ImageSet& images, std::size_t i) {
  const VitConfig& c = model.config;
  if (c.steps == 0) return input_codes(model, images.image(i));
  std::vector<std::int32_t> codes(inputs_of(c));
  const auto features = static_cast<std::size_t>(c.features);
  const float* clip = images.clip(i);
  for (std::size_t at = first_input(c), k = 0; at < codes.size(); ++at, ++k) {
    const double code =
        std::round(static_cast<double>(clip[k]) / model.input_steps[k % features] + model.input_zeros[k % features]);
    codes[at] = static_cast<std::int32_t>(std::clamp(code, 0.0, static_cast<double>(c.input_code_max())));
  }
  return codes;
}

std::vector<float> network_input(const VitModel& model, const ImageSet& images, std::size_t i) {
  const VitConfig& c = model.config;
  std::vector<float> input(inputs_of(c));
  const auto channels = static_cast<std::size_t>(c.in_channels());
  if (c.steps == 0) {
    const std::vector<std::int32_t> codes = input_codes(model, images.image(i));
    for (std::size_t at = 0; at < input.size(); ++at)
      input[at] = static_cast<float>((codes[at] - model.input_zero(at % channels)) * c.input_scale);
    return input;
  }
  const float* clip = images.clip(i);
  for (std::size_t at = first_input(c), k = 0; at < input.size(); ++at, ++k)
    input[at] = static_cast<float>(static_cast<double>(clip[k]) / model.input_steps[k % channels]);
  return input;
}

std::vector<std::vector<std::int32_t>> input_code_batch(const VitModel& model, const ImageSet& images,
                                                        std::size_t max_images) {
  check_images(model, images);
  const std::size_t count = max_images == 0 ? images.count() : std::min(max_images, images.count());
  std::vector<std::vector<std::int32_t>> batch;
  batch.reserve(count);
  for (std::size_t i = 0; i < count; ++i) batch.push_back(input_codes(model, images, i));
  return batch;
}

bool has_recorded_logits(const VitModel& model) {
  std::error_code ignored;
  if (model.data.kind == DataKind::kBundled)
    return std::filesystem::exists(model.folder / "float_logits.safetensors", ignored);
  return !model.data.logits.empty() && std::filesystem::exists(model.data.logits, ignored);
}

RecordedLogits recorded_logits(const VitModel& model) {
  if (model.data.kind != DataKind::kBundled) return imported_logits(model);
  const SafetensorsFile file = SafetensorsFile::read(model.folder / "float_logits.safetensors");
  RecordedLogits logits;
  logits.without_quantisers = file.f32("logits", {-1, model.config.classes});
  logits.count = static_cast<std::size_t>(file.shape("logits")[0]);
  logits.float_trained =
      file.f32("logits_float_trained", {static_cast<std::int64_t>(logits.count), model.config.classes});
  logits.with_quantisers =
      file.f32("logits_quantised", {static_cast<std::int64_t>(logits.count), model.config.classes});
  return logits;
}

}  // namespace ranvier::workloads
