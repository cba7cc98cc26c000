// SPDX-License-Identifier: Apache-2.0
// Image sets and recorded logits from safetensors.
#include "workloads/dataset.h"

#include <algorithm>

#include "workloads/bundled.h"
#include "workloads/safetensors.h"

namespace ranvier::workloads {

ImageSet load_images(const std::string& path) {
  std::error_code ignored;
  const bool named =
      !std::filesystem::exists(path, ignored) && std::filesystem::path(path).extension() != ".safetensors";
  const SafetensorsFile file = SafetensorsFile::read(named ? bundled_image_file(path) : std::filesystem::path(path));
  ImageSet images;
  images.file = file.path();
  images.labels = file.u8("labels", {-1});
  const auto count = static_cast<std::int64_t>(images.labels.size());
  images.pixels = file.u8("pixels", {count, -1, -1});
  const std::vector<std::int64_t>& shape = file.shape("pixels");
  if (shape[1] != shape[2] || shape[1] < 1 || shape[1] > 4096)
    throw WrongShape(file.path(), "pixels", {count, shape[1], shape[1]}, shape);
  images.side = static_cast<std::int32_t>(shape[1]);
  return images;
}

ImageSet test_images(const VitModel& model) {
  return load_images(bundled_image_file(model.config.dataset + "/test500").string());
}

ImageSet calibration_images(const VitModel& model) {
  return load_images(bundled_image_file(model.config.dataset + "/calibration").string());
}

void check_images(const VitModel& model, const ImageSet& images) {
  if (images.side != model.config.image)
    throw ImagesDoNotFit(images.file, model.config.name, images.side, model.config.image);
  for (std::size_t i = 0; i < images.count(); ++i)
    if (images.labels[i] >= model.config.classes)
      throw BadTensorValue(images.file, "labels", i, images.labels[i],
                           "a class below " + std::to_string(model.config.classes));
}

std::vector<std::vector<std::int32_t>> input_code_batch(const VitModel& model, const ImageSet& images,
                                                        std::size_t max_images) {
  check_images(model, images);
  const std::size_t count = max_images == 0 ? images.count() : std::min(max_images, images.count());
  std::vector<std::vector<std::int32_t>> batch;
  batch.reserve(count);
  for (std::size_t i = 0; i < count; ++i) batch.push_back(input_codes(model, images.image(i)));
  return batch;
}

RecordedLogits recorded_logits(const VitModel& model) {
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
