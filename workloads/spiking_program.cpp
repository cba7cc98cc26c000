// SPDX-License-Identifier: Apache-2.0
// From a description and its weight files, or its NIR file, to stages. Shapes follow from the layer before; the number
// of weights in each file is checked against them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/file.h"
#include "workloads/conv.h"
#include "workloads/number_text.h"
#include "workloads/spiking_description.h"
#include "workloads/temporal_errors.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostUnits = std::int64_t{1} << 24;    // of a layer
constexpr std::int64_t kMostWeights = std::int64_t{1} << 28;  // of a layer

struct WeightFile {
  std::string file;
  std::vector<std::int16_t> weight;
};

WeightFile read_weights(const SpikingDescription& d, const fs::path& path) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int16_t>::max();
  WeightFile read{path.string(), {}};
  const std::string text = read_file(path);
  for (const auto& row : text_rows(text)) {
    for (const TextField& field : row) {
      std::int64_t w = 0;
      if (d.weight_scale == 0) {
        w = whole_number(field, read.file, -kMost, kMost);
      } else {
        const double steps = std::round(d.weight_scale * real_number(field, read.file) / d.weight_step);
        if (std::abs(steps) * d.weight_step > static_cast<double>(kMost)) {
          throw BadTextNumber({read.file, field.line, field.column}, std::string(field.text),
                              "a weight that fits 16 bits");
        }
        w = static_cast<std::int64_t>(steps) * d.weight_step;
      }
      read.weight.push_back(static_cast<std::int16_t>(w));
    }
  }
  return read;
}

[[noreturn]] void refuse(const SpikingLayer& layer, const std::string& got, const std::string& expected) {
  throw BadConfigValue(layer.place, "layers: " + layer.name, got, expected);
}

std::int32_t extent_of(const SpikingLayer& layer, std::int32_t in, std::int32_t kernel) {
  const std::int32_t room = in + 2 * layer.padding - kernel;
  if (room < 0)
    refuse(layer, fmt::format("a kernel of {} over {} with padding", kernel, in + 2 * layer.padding),
           "a kernel that fits its input");
  return room / layer.stride + 1;
}

/// Sizes of the layer's synapses over an input map; weights come later.
ConvParams shape_of(const SpikingLayer& layer, std::int32_t in_height, std::int32_t in_width) {
  ConvParams conv;
  const bool dense = layer.type == SpikingLayerType::kDense;
  conv.in_height = in_height;
  conv.in_width = in_width;
  conv.kernel_height = dense ? in_height : layer.kernel_height;
  conv.kernel_width = dense ? in_width : layer.kernel_width;
  conv.stride = layer.stride;
  conv.padding = layer.padding;
  conv.depthwise = layer.type == SpikingLayerType::kPool;
  if (conv.padding >= std::min(conv.kernel_height, conv.kernel_width)) {
    refuse(layer, fmt::format("padding {}", conv.padding), "less than the kernel");
  }
  conv.out_height = extent_of(layer, in_height, conv.kernel_height);
  conv.out_width = extent_of(layer, in_width, conv.kernel_width);
  return conv;
}

/// The sum of all weights of an output fits 32 bits, whatever arrives in one step.
void demand_sums_fit(const Stage& stage, const std::string& file) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  const std::int64_t each = stored_weight_count(stage, {0, 1});
  for (std::int32_t out = 0; out < stage.channels; ++out) {
    const auto* first = stage.conv.weight.data() + out * each;
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < each; ++i) sum += std::abs(std::int32_t{first[i]});
    if (sum > kMost) {
      throw DoesNotFitIntegers(file + ": " + stage.name, "sum of absolute weights", static_cast<double>(sum),
                               static_cast<double>(kMost));
    }
  }
}

Stage make_stage(const SpikingDescription& d, const SpikingLayer& layer, const fs::path& folder, const Stage& before,
                 std::int32_t in_height, std::int32_t in_width) {
  Stage stage;
  stage.name = layer.name;
  stage.kind = StageKind::kLif;
  stage.conv = shape_of(layer, in_height, in_width);
  stage.tokens = out_tokens(stage.conv);
  stage.in_channels = before.channels;
  stage.cuba = layer.neuron;
  WeightFile read = read_weights(d, folder / layer.weights);
  const auto got = static_cast<std::int64_t>(read.weight.size());
  const std::int64_t taps = kernel_taps(stage.conv);
  const bool pool = layer.type == SpikingLayerType::kPool;
  const std::int64_t each = pool ? taps : before.channels * taps;
  stage.channels = pool ? before.channels : layer.channels;
  if (stage.channels == 0) stage.channels = static_cast<std::int32_t>(std::clamp<std::int64_t>(got / each, 1, 1 << 16));
  const std::int64_t expected = stage.channels * each;
  if (expected > kMostWeights || std::int64_t{stage.tokens} * stage.channels > kMostUnits) {
    refuse(layer, fmt::format("{} neurons, {} weights", std::int64_t{stage.tokens} * stage.channels, expected),
           fmt::format("at most {} and {}", kMostUnits, kMostWeights));
  }
  if (pool && got == taps) {  // one kernel for all channels
    read.weight.resize(static_cast<std::size_t>(expected));
    for (std::int64_t at = taps; at < expected; at += taps) {
      std::copy_n(read.weight.begin(), taps, read.weight.begin() + at);
    }
  } else if (got != expected) {
    throw WrongWeightCount(read.file, layer.name,
                           fmt::format("{} x {} x {} x {} (out, in, y, x)", stage.channels, each / taps,
                                       stage.conv.kernel_height, stage.conv.kernel_width),
                           expected, got);
  }
  stage.conv.weight = std::move(read.weight);
  demand_sums_fit(stage, read.file);
  return stage;
}

/// A SLAYER configuration that lists its layers must list those of the description.
void check_dims(const SpikingDescription& d, const Program& program, const fs::path& folder) {
  if (d.slayer_dims.empty()) return;
  std::vector<std::int32_t> units;
  for (const Stage& stage : program.stages) units.push_back(stage.tokens * stage.channels);
  if (units == d.slayer_dims) return;
  throw BadConfigValue({(folder / d.slayer_config).string(), 0, 0}, "layer",
                       fmt::format("sizes {}", fmt::join(d.slayer_dims, ", ")),
                       fmt::format("those of {}: {}", d.name, fmt::join(units, ", ")));
}

}  // namespace

Program make_spiking_program(const SpikingDescription& d, const fs::path& folder) {
  if (d.nir) {
    Program lowered = lower_nir(*d.nir, d.lowering).program;
    lowered.name = d.name;
    lowered.weights_note = d.note;
    return lowered;
  }
  Program program;
  program.name = d.name;
  program.input_code_max = 1;
  program.timesteps = d.timesteps;
  program.weights_note = d.note;
  Stage input;
  input.name = "input";
  input.kind = StageKind::kInput;
  input.tokens = d.in_height * d.in_width;
  input.channels = d.in_channels;
  input.in_channels = d.in_channels;
  if (std::int64_t{input.tokens} * input.channels > kMostUnits) {
    throw BadConfigValue({d.name, 0, 0}, "input", std::to_string(std::int64_t{input.tokens} * input.channels),
                         fmt::format("at most {} inputs", kMostUnits));
  }
  program.stages.push_back(input);
  std::int32_t height = d.in_height;
  std::int32_t width = d.in_width;
  for (const SpikingLayer& layer : d.layers) {
    const StageId before(program.stages.size() - 1);
    Stage stage = make_stage(d, layer, folder, program.stage(before), height, width);
    stage.inputs = {{before, 1}};
    height = stage.conv.out_height;
    width = stage.conv.out_width;
    program.stages.push_back(std::move(stage));
  }
  if (program.stages.back().tokens != 1) {
    refuse(d.layers.back(), fmt::format("a last layer of {} x {} positions", height, width),
           "a dense last layer, one neuron a class");
  }
  check_dims(d, program, folder);
  return program;
}

}  // namespace ranvier::workloads
