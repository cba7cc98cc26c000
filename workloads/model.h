// SPDX-License-Identifier: Apache-2.0
// A trained Vision Transformer as its files hold it: real weights, quantiser scales, configuration
// (docs/reference/model-files.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "workloads/errors.h"
#include "workloads/vit_config.h"

namespace ranvier::workloads {

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

struct BlockWeights {
  NormWeights norm1, norm2;
  LinearWeights q, k, v, proj, fc1, fc2;
};

/// Where a model's images or clips lie. kBundled: by the name of its dataset. kCifar: records of CIFAR-10's binary
/// version. kClips: test clips and, apart from them, calibration clips in one file. kSeeded: drawn, not stored. kFiles:
/// any that load_images() takes, empty where nobody said.
enum class DataKind : std::uint8_t { kBundled, kCifar, kClips, kSeeded, kFiles };
struct DataSource {
  DataKind kind = DataKind::kBundled;
  std::filesystem::path test;
  std::filesystem::path calibration;
  std::filesystem::path logits;  // that another framework computed for the test images, if any
};

struct VitModel {
  VitConfig config;
  LinearWeights embed;
  std::vector<double> input_zeros;  // by input channel, in place of config.input_zero where not empty
  std::vector<double> input_steps;  // sequences, by feature: code = value / step + zero; `embed` holds the step folded
  std::vector<float> cls;           // empty without a class token
  std::vector<float> pos;           // [tokens][width]
  NormWeights pre_norm;             // where config.pre_norm
  std::vector<BlockWeights> blocks;
  NormWeights norm;  // where config.final_norm
  LinearWeights head;
  std::map<std::string, double> site_scale;  // trained quantiser steps by stage name ("block0.ln1"); may be incomplete
  std::filesystem::path folder;
  std::vector<std::filesystem::path> files;  // that the model was read from; none where its weights are seeded
  DataSource data;
  std::vector<std::string> class_names;  // may be empty
  std::string weights_note;              // said on every output where the weights are not a trained network's

  double input_zero(std::size_t channel) const {
    return input_zeros.empty() ? config.input_zero : input_zeros[channel];
  }
};

/// `name_or_path`: a bundled workload, a seeded shape (seeded_model.h), a folder with model.safetensors and
/// config.json, or a folder that import_model.h knows. Throws UnknownWorkload, FileMissing, ConfigError's and
/// SafetensorsError's kinds, and import_model()'s.
VitModel load_model(const std::string& name_or_path);

/// Writes both files into an existing folder.
void save_model(const VitModel& model, const std::filesystem::path& folder);

/// Sets `in` and `out` of every matrix from the configuration; makes the blocks.
void set_sizes(VitModel& model);

/// Codes that the host sends for an image ([colours][image][image]), as [tokens][in_channels]; a patch is [colours]
/// [patch][patch]. The class token's row is all zero.
std::vector<std::int32_t> input_codes(const VitModel& model, const std::uint8_t* pixels);

}  // namespace ranvier::workloads
