// SPDX-License-Identifier: Apache-2.0
// Images and clips in the formats that other people's data come in.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "workloads/dataset.h"

namespace ranvier::workloads {

/// CIFAR-10's binary version: records of 3073 bytes, label, then 32 x 32 red, green and blue. Throws FileMissing,
/// BadRecordFile.
ImageSet load_cifar(const std::filesystem::path& path);

/// mfcc [n][steps][features], label [n] of an .npz. Throws what NpzFile throws.
ImageSet load_clips(const std::filesystem::path& path);
/// Of a file without a training part, every sixth image or clip (5, 11, 17, ...) is for calibration and no test.
inline constexpr std::size_t kCalibrationClipEvery = 6;
enum class ClipPart : std::uint8_t { kTest, kCalibration };
/// Numbers of a part's clips. Calibration: in the order of the file. Test: the classes in turn, so that the first few
/// clips are of many classes though the file is sorted by class.
std::vector<std::size_t> clips_of(const std::vector<std::uint8_t>& labels, ClipPart part);
ImageSet split_images(const ImageSet& images, ClipPart part);

/// Pixels drawn from base/random.h: `count` images from number `first` on. Smooth enough that patches differ: each
/// pixel is the mean of a coarse and a fine random field.
ImageSet seeded_images(const VitModel& model, std::size_t first, std::size_t count);

}  // namespace ranvier::workloads
