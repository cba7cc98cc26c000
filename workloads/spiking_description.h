// SPDX-License-Identifier: Apache-2.0
// The layer list of a network over time (spiking.yaml; docs/reference/model-files.md), and what SLAYER's own
// network.yaml says about neurons and time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "workloads/nir/lower_nir.h"
#include "workloads/program.h"
#include "workloads/slayer.h"

namespace ranvier::workloads {

enum class SpikingLayerType : std::uint8_t { kConv, kPool, kDense };

struct SpikingLayer {
  std::string name;
  SpikingLayerType type = SpikingLayerType::kDense;
  std::int32_t kernel_height = 1, kernel_width = 1;  // kDense: from its input
  std::int32_t stride = 1;
  std::int32_t padding = 0;
  std::int32_t channels = 0;  // 0: from the number of weights; kPool: as its input
  std::string weights;        // file in the network's folder
  CubaParams neuron;
  FilePlace place;
};

/// From a SLAYER configuration; what the simulator of a chip has no use for (training, sigma) is passed over.
struct SlayerConfig {
  CubaParams neuron;
  std::int32_t timesteps = 0;
  std::vector<std::int32_t> dims;  // of dense layers, the input first; empty where it does not tell
};
/// Throws DescriptionSyntax, MissingConfigKey, BadConfigValue.
SlayerConfig parse_slayer_config(const std::string& text, const std::string& file);

struct SpikingDescription {
  std::string name;
  std::string note;                       // Program::weights_note
  std::string slayer_config;              // file in the network's folder; empty: neuron and time are in the description
  std::vector<std::int32_t> slayer_dims;  // SlayerConfig::dims
  std::int32_t timesteps = 0;
  std::int32_t in_height = 1, in_width = 1, in_channels = 1;
  EventInput input;
  double weight_scale = 0;  // 0: weights are whole numbers; else W = round(scale * w / step) * step
  std::int32_t weight_step = 1;
  std::vector<SpikingLayer> layers;
  std::optional<NirFile> nir;  // instead of layers, neurons and the input's sizes
  NirLowering lowering;
};
/// `folder` is where slayer_config lies; its neuron is the default of the description's.
/// Throws DescriptionSyntax, UnknownConfigKey, MissingConfigKey, BadConfigValue, FileMissing, NirError's kinds.
SpikingDescription load_description(const std::string& text, const std::string& file,
                                    const std::filesystem::path& folder);
/// Reads the weights. Throws FileMissing, BadTextNumber, WrongWeightCount, DoesNotFitIntegers, BadConfigValue (shapes),
/// NirError's kinds.
Program make_spiking_program(const SpikingDescription& d, const std::filesystem::path& folder);

/// Only what is needed to recognise a folder: the files that it must hold.
std::vector<std::string> files_of_description(const std::string& text, const std::string& file);

}  // namespace ranvier::workloads
