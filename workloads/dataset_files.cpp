// SPDX-License-Identifier: Apache-2.0
#include "workloads/dataset_files.h"

#include <algorithm>
#include <array>

#include "base/file.h"
#include "base/random.h"
#include "workloads/npz.h"
#include "workloads/seeded_model.h"

namespace ranvier::workloads {

ImageSet load_cifar(const std::filesystem::path& path) {
  constexpr std::size_t kRecord = 3073;
  const std::vector<std::uint8_t> bytes = read_bytes(path);
  if (bytes.empty() || bytes.size() % kRecord != 0) throw BadRecordFile(path.string(), bytes.size(), kRecord);
  ImageSet images;
  images.file = path.string();
  images.side = 32;
  images.colours = 3;
  images.pixels.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size(); at += kRecord) {
    images.labels.push_back(bytes[at]);
    const auto record = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    images.pixels.insert(images.pixels.end(), record + 1, record + kRecord);
  }
  return images;
}

ImageSet load_clips(const std::filesystem::path& path) {
  const NpzFile file = NpzFile::read(path);
  ImageSet clips;
  clips.file = file.path();
  clips.values = file.f32("mfcc", {-1, -1, -1});
  const std::vector<std::int64_t>& shape = file.shape("mfcc");
  if (shape[0] < 1 || shape[1] < 1 || shape[1] > 4096 || shape[2] < 1 || shape[2] > 4096)
    throw WrongShape(file.path(), "mfcc", {-1, -1, -1}, shape);
  clips.steps = static_cast<std::int32_t>(shape[1]);
  clips.features = static_cast<std::int32_t>(shape[2]);
  clips.labels = file.u8("label", {shape[0]});
  return clips;
}

std::vector<std::size_t> clips_of(const std::vector<std::uint8_t>& labels, ClipPart part) {
  std::vector<std::size_t> clips;
  std::vector<std::size_t> turn(labels.size());  // how many of its class stand before it
  std::array<std::size_t, 256> seen{};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool calibration = i % kCalibrationClipEvery == kCalibrationClipEvery - 1;
    if (calibration != (part == ClipPart::kCalibration)) continue;
    clips.push_back(i);
    turn[i] = part == ClipPart::kTest ? seen[labels[i]]++ : 0;
  }
  std::stable_sort(clips.begin(), clips.end(), [&](std::size_t a, std::size_t b) { return turn[a] < turn[b]; });
  return clips;
}

ImageSet split_images(const ImageSet& images, ClipPart part) {
  ImageSet chosen = images;
  chosen.values.clear(), chosen.pixels.clear(), chosen.labels.clear();
  const auto size = static_cast<std::ptrdiff_t>(images.size_of_one());
  for (const std::size_t i : clips_of(images.labels, part)) {
    const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(i) * size;
    if (images.steps > 0)
      chosen.values.insert(chosen.values.end(), images.values.begin() + first, images.values.begin() + first + size);
    else
      chosen.pixels.insert(chosen.pixels.end(), images.pixels.begin() + first, images.pixels.begin() + first + size);
    chosen.labels.push_back(images.labels[i]);
  }
  return chosen;
}

ImageSet seeded_images(const VitModel& model, std::size_t first, std::size_t count) {
  const auto side = static_cast<std::size_t>(model.config.image);
  const auto colours = static_cast<std::size_t>(model.config.colours);
  constexpr std::size_t kCoarse = 16;  // pixels along a cell of the coarse field
  constexpr std::uint64_t kFieldEntities = std::uint64_t{1} << 40;
  ImageSet images;
  images.file = kSeededImages;
  images.side = model.config.image;
  images.colours = model.config.colours;
  images.pixels.reserve(count * colours * side * side);
  for (std::size_t i = first; i < first + count; ++i)
    for (std::size_t colour = 0; colour < colours; ++colour)
      for (std::size_t y = 0; y < side; ++y)
        for (std::size_t x = 0; x < side; ++x) {
          const std::uint64_t cell = (colour * side + y / kCoarse) * side + x / kCoarse;
          const std::uint64_t pixel = kFieldEntities + (colour * side + y) * side + x;
          images.pixels.push_back(static_cast<std::uint8_t>(
              (random_below(256, kSeededImageSeed, cell, i) + random_below(256, kSeededImageSeed, pixel, i)) / 2));
        }
  return images;
}

}  // namespace ranvier::workloads
