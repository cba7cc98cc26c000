// SPDX-License-Identifier: Apache-2.0
// Networks as others published them: a folder with weights.npz under the tensor names of the source. The layout is told
// by its names (docs/reference/model-files.md lists those known).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "workloads/dataset.h"
#include "workloads/model.h"
#include "workloads/npz.h"

namespace ranvier::workloads {

/// Throws UnknownLayout, NpzFile's errors, and ConfigError's kinds where the layout needs config.json.
VitModel import_model(const std::filesystem::path& folder);

/// What the importers of layouts share.

/// An extent of a tensor whose shape is `shape` with -1 for what is asked for. Throws WrongShape, also beyond 65536.
std::int32_t import_extent(const NpzFile& file, const std::string& name, const std::vector<std::int64_t>& shape,
                           std::size_t axis);
/// Sizes of CIFAR-10 images, and patch and width from the convolution [width][3][patch][patch] that embeds them.
void import_patch_sizes(const NpzFile& file, const std::string& weight, VitConfig& config);
LinearWeights import_patches(const NpzFile& file, const std::string& weight, const std::string& bias,
                             const VitConfig& config);
LinearWeights import_linear(const NpzFile& file, const std::string& weight, const std::string& bias, std::int32_t in,
                            std::int32_t out);
/// Rows first..first + out of a matrix that stacks several.
LinearWeights rows_of(const LinearWeights& stacked, std::int32_t first, std::int32_t out);
NormWeights import_norm(const NpzFile& file, const std::string& gamma, const std::string& beta, std::int32_t width);
/// Bits and code ranges of a network that was trained without quantisers.
void use_post_training_bits(VitConfig& config);
/// CIFAR-10's images beside the folder or beside one above it, and the logits recorded for them.
void find_cifar(VitModel& model);
/// Network input (pixel / 255 - mean) / deviation, by colour: codes are whole pixels, the deviation goes into `embed`,
/// and the mean is what every code is too high by. With `mean` no part of the network's input, codes are still centred
/// on it, and the embedding's bias makes up for it.
void fold_pixel_coding(VitModel& model, const std::vector<double>& mean, const std::vector<double>& deviation,
                       bool mean_is_subtracted);
/// Of a sequence: 255 steps across what the calibration clips hold of each feature, and one code for the value 0.
/// Features differ by orders of magnitude in range, which the embedding's weights take up: the step goes into them.
void fold_clip_coding(VitModel& model, const ImageSet& clips);
inline const std::vector<double> kCifarMean = {0.4914, 0.4822, 0.4465};
inline const std::vector<double> kCifarDeviation = {0.2023, 0.1994, 0.2010};

/// The layouts.
bool is_torch_layout(const NpzFile& file);
VitModel import_torch(const NpzFile& file, const std::filesystem::path& folder);
bool is_batch_norm_layout(const NpzFile& file);
VitModel import_batch_norm(const NpzFile& file, const std::filesystem::path& folder);
bool is_keyword_layout(const NpzFile& file);
VitModel import_keyword(const NpzFile& file, const std::filesystem::path& folder);

}  // namespace ranvier::workloads
