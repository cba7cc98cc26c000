// SPDX-License-Identifier: Apache-2.0
// Images with labels, and the logits that the training framework recorded for them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "workloads/model.h"

namespace ranvier::workloads {

/// Images of bytes or, where `steps` > 0, clips of feature vectors; "image" stands for both in what follows.
struct ImageSet {
  std::string file;
  std::int32_t side = 0;  // images are side * side
  std::int32_t colours = 1;
  std::vector<std::uint8_t> pixels;  // [count][colours][side][side]
  std::int32_t steps = 0;
  std::int32_t features = 0;
  std::vector<float> values;         // [count][steps][features]
  std::vector<std::uint8_t> labels;  // empty: nobody knows
  std::size_t size_of_one() const {
    return static_cast<std::size_t>(steps > 0 ? steps : side) * static_cast<std::size_t>(steps > 0 ? features : side) *
           static_cast<std::size_t>(steps > 0 ? 1 : colours);
  }
  std::size_t count() const {
    const std::size_t one = size_of_one();
    return one == 0 ? 0 : (steps > 0 ? values.size() : pixels.size()) / one;
  }
  bool labelled() const { return !labels.empty(); }
  const std::uint8_t* image(std::size_t i) const { return pixels.data() + i * size_of_one(); }
  const float* clip(std::size_t i) const { return values.data() + i * size_of_one(); }
};

/// A path (safetensors; .bin: CIFAR-10 records; .npz: clips; ...idx3-ubyte[.gz]: IDX), or a bundled set by
/// "fashion-mnist/test500". Throws FileMissing, UnknownImageSet, BadRecordFile, BadIdxFile, SafetensorsError's and
/// NpzFile's kinds.
ImageSet load_images(const std::string& path);
/// Whether the model says where its test images are.
bool names_images(const VitModel& model);
/// The sets that come with a model; no image is in both. Throws NoImages where it does not say.
ImageSet test_images(const VitModel& model);
ImageSet calibration_images(const VitModel& model);
/// Throws ImagesDoNotFit, InputKindDiffers, BadTensorValue (a label that the model has no class for).
void check_images(const VitModel& model, const ImageSet& images);
/// SHA-256 of the pixels or values themselves, for sets that are no file.
std::string digest_of(const ImageSet& images);
/// Codes of image i, [tokens][in_channels].
std::vector<std::int32_t> input_codes(const VitModel& model, const ImageSet& images, std::size_t i);
/// Codes of the first `max_images` images (0: all).
std::vector<std::vector<std::int32_t>> input_code_batch(const VitModel& model, const ImageSet& images,
                                                        std::size_t max_images = 0);
/// What the network in floating point sees of image i, [tokens][in_channels] before any rounding to codes; of images,
/// whose pixels are codes, exactly what the codes stand for.
std::vector<float> network_input(const VitModel& model, const ImageSet& images, std::size_t i);

/// Logits on the test images that training recorded, [count][classes]: the float network before quantisation-aware
/// training, and the shipped weights without and with their quantisers. Of a network from elsewhere: what its folder
/// holds, in both of the first; the third is empty.
struct RecordedLogits {
  std::size_t count = 0;
  std::vector<float> float_trained;
  std::vector<float> without_quantisers;
  std::vector<float> with_quantisers;
};
bool has_recorded_logits(const VitModel& model);
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
