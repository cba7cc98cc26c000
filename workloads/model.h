// SPDX-License-Identifier: Apache-2.0
// A trained Vision Transformer as its files hold it: real weights, quantiser scales, configuration
// (docs/reference/model-files.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "workloads/errors.h"

namespace ranvier::workloads {

/// Code range of a quantiser site.
struct CodeBounds {
  std::int32_t lo = 0;
  std::int32_t hi = 0;
  friend bool operator==(const CodeBounds&, const CodeBounds&) = default;
};

struct VitConfig {
  std::string name;
  std::string dataset;
  std::int32_t patch = 0;  // pixels along a patch
  std::int32_t width = 0;  // channels of the residual stream
  std::int32_t heads = 0;
  std::int32_t blocks = 0;
  std::int32_t hidden = 0;  // channels between fc1 and fc2
  std::int32_t classes = 0;
  std::int32_t image = 0;        // pixels along the image
  std::int32_t pixel_shift = 0;  // input code = pixel >> pixel_shift
  double input_zero = 0;         // network input = (code - input_zero) * input_scale
  double input_scale = 1;
  std::int32_t activation_bits = 0;
  double accuracy_float_10k = 0;  // percent, as measured in training
  double accuracy_quantised_10k = 0;
  std::map<std::string, CodeBounds> bounds;  // by kind of site ("ln1", "gelu", "embed", ...)

  std::int32_t patches_along() const { return image / patch; }
  std::int32_t tokens() const { return patches_along() * patches_along() + 1; }
  std::int32_t in_channels() const { return patch * patch; }
  std::int32_t head_width() const { return width / heads; }
  std::int32_t input_code_max() const { return 255 >> pixel_shift; }
};

/// y = weight x + bias; weight as in torch, [out][in].
struct LinearWeights {
  std::int32_t in = 0;
  std::int32_t out = 0;
  std::vector<float> weight;
  std::vector<float> bias;
  float at(std::int32_t o, std::int32_t i) const {
    return weight[static_cast<std::size_t>(o) * static_cast<std::size_t>(in) + static_cast<std::size_t>(i)];
  }
};

struct NormWeights {
  std::vector<float> gamma;
  std::vector<float> beta;
};
inline constexpr double kNormEpsilon = 1e-5;

struct BlockWeights {
  NormWeights norm1, norm2;
  LinearWeights q, k, v, proj, fc1, fc2;
};

struct VitModel {
  VitConfig config;
  LinearWeights embed;
  std::vector<float> cls;
  std::vector<float> pos;  // [tokens][width]
  std::vector<BlockWeights> blocks;
  NormWeights norm;
  LinearWeights head;
  std::map<std::string, double> site_scale;  // trained quantiser steps by stage name ("block0.ln1"); may be incomplete
  std::filesystem::path folder;
};

/// Stages of the network in the order of the program that conversion makes: "input", "embed", then for each block
/// "blockB.ln1" q k v attn av proj add1 ln2 fc1 gelu fc2 add2, then "norm", "head".
std::vector<std::string> stage_names(const VitConfig& config);
/// The part of a stage name after the dot ("block3.fc1" -> "fc1"); the name itself where there is none.
std::string site_kind(const std::string& stage_name);
/// Whether a quantiser stands behind this stage: not for the input, the residual sums and the head.
bool has_quantiser(const std::string& stage_name);
/// Code range of a kind of site at a number of bits: attn is never negative, gelu hardly, all else is symmetric.
CodeBounds default_bounds(const std::string& kind, int bits);
inline constexpr int kMinActivationBits = 3;  // a gelu site needs a negative code
inline constexpr int kMaxActivationBits = 8;

/// Throws ConfigError's kinds.
VitConfig parse_config(const std::string& text, const std::string& file_name);

/// `name_or_path`: a bundled workload or a folder with model.safetensors and config.json. Throws UnknownWorkload,
/// FileMissing, ConfigError's and SafetensorsError's kinds.
VitModel load_model(const std::string& name_or_path);

/// Writes both files into an existing folder.
void save_model(const VitModel& model, const std::filesystem::path& folder);

/// Codes that the host sends for an image, [tokens][in_channels]; token 0, the class token, is all zero.
std::vector<std::int32_t> input_codes(const VitModel& model, const std::uint8_t* pixels);

}  // namespace ranvier::workloads
