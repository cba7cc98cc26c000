// SPDX-License-Identifier: Apache-2.0
// Images with labels, and the logits that the training framework recorded for them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "workloads/model.h"

namespace ranvier::workloads {

struct ImageSet {
  std::string file;
  std::int32_t side = 0;             // images are side * side
  std::vector<std::uint8_t> pixels;  // [count][side][side]
  std::vector<std::uint8_t> labels;
  std::size_t count() const { return labels.size(); }
  const std::uint8_t* image(std::size_t i) const {
    return pixels.data() + i * static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  }
};

/// A path, or a bundled set by "fashion-mnist/test500". Throws FileMissing, UnknownImageSet,
/// SafetensorsError's kinds.
ImageSet load_images(const std::string& path);
/// The bundled sets of a model's dataset.
ImageSet test_images(const VitModel& model);
ImageSet calibration_images(const VitModel& model);
/// Throws ImagesDoNotFit, BadTensorValue (a label that the model has no class for).
void check_images(const VitModel& model, const ImageSet& images);
/// Codes of the first `max_images` images (0: all).
std::vector<std::vector<std::int32_t>> input_code_batch(const VitModel& model, const ImageSet& images,
                                                        std::size_t max_images = 0);

/// Logits on the test images that training recorded, [count][classes]: the float network before quantisation-aware
/// training, and the shipped weights without and with their quantisers.
struct RecordedLogits {
  std::size_t count = 0;
  std::vector<float> float_trained;
  std::vector<float> without_quantisers;
  std::vector<float> with_quantisers;
};
RecordedLogits recorded_logits(const VitModel& model);

/// Index of the largest; the first of equals.
template <class T>
std::size_t argmax(const T* values, std::size_t n) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < n; ++i)
    if (values[i] > values[best]) best = i;
  return best;
}

}  // namespace ranvier::workloads
