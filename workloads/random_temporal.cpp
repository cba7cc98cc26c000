// SPDX-License-Identifier: Apache-2.0
// Random temporal programs. Thresholds follow the fan-in, so that neurons of every layer fire sometimes.
#include <fmt/format.h>

#include <algorithm>

#include "base/random.h"
#include "workloads/conv.h"
#include "workloads/random_program.h"

namespace ranvier::workloads {
namespace {

class TemporalGrower {
 public:
  explicit TemporalGrower(std::uint64_t seed) : seed_(seed) {}

  Program grow() {
    program_.name = fmt::format("random-temporal{}", seed_);
    program_.input_code_max = 1;
    program_.timesteps = between(12, 40);
    Stage input;
    input.name = "input";
    shapes_.push_back({between(1, 9), between(1, 9)});
    input.tokens = shapes_[0].height * shapes_[0].width;
    input.channels = input.in_channels = between(1, 4);
    program_.stages.push_back(input);
    const std::int32_t layers = between(1, 4);
    for (std::int32_t n = 0; n < layers; ++n) {
      const std::size_t newest = program_.stages.size() - 1;
      const std::size_t from = newest > 1 && between(0, 4) == 0 ? newest - 1 : newest;
      grow_layer(from, between(0, 3));
    }
    grow_layer(program_.stages.size() - 1, kDense);
    return std::move(program_);
  }

 private:
  struct Shape {
    std::int32_t height;
    std::int32_t width;
  };
  static constexpr std::int32_t kPool = 0;
  static constexpr std::int32_t kDense = 1;  // any other kind: a convolution

  std::int32_t between(std::int32_t lo, std::int32_t hi) {
    constexpr std::uint64_t kEntity = 77;
    return lo +
           static_cast<std::int32_t>(random_below(static_cast<std::uint32_t>(hi - lo + 1), seed_, kEntity, draws_++));
  }

  void grow_layer(std::size_t from, std::int32_t kind) {
    const Shape in = shapes_[from];
    Stage stage;
    stage.kind = StageKind::kLif;
    stage.inputs = {{StageId(from), 1}};
    stage.in_channels = program_.stages[from].channels;
    stage.name = fmt::format("layer{}", program_.stages.size());
    ConvParams& conv = stage.conv;
    conv.in_height = in.height;
    conv.in_width = in.width;
    conv.depthwise = kind == kPool;
    conv.kernel_height = kind == kDense ? in.height : between(1, std::min(in.height, 4));
    conv.kernel_width = kind == kDense ? in.width : between(1, std::min(in.width, 4));
    conv.stride = kind == kDense ? 1 : between(1, 3);
    conv.padding = kind == kDense ? 0 : between(0, std::min(conv.kernel_height, conv.kernel_width) - 1);
    conv.out_height = (in.height + 2 * conv.padding - conv.kernel_height) / conv.stride + 1;
    conv.out_width = (in.width + 2 * conv.padding - conv.kernel_width) / conv.stride + 1;
    stage.tokens = out_tokens(conv);
    stage.channels = conv.depthwise ? stage.in_channels : between(1, 7);
    conv.weight.resize(static_cast<std::size_t>(stored_weight_count(stage)));
    for (std::int16_t& w : conv.weight) w = static_cast<std::int16_t>(between(-90, 127));
    draw_neuron(stage);
    shapes_.push_back({conv.out_height, conv.out_width});
    program_.stages.push_back(std::move(stage));
  }

  void draw_neuron(Stage& stage) {
    CubaParams& n = stage.cuba;
    n.current_decay = between(0, 3) == 0 ? 4096 : between(300, 4095);
    n.voltage_decay = between(0, 3) == 0 ? 0 : between(1, 2000);
    n.weight_exponent = between(-2, 1);
    const auto fan_in = static_cast<std::int32_t>(stored_weight_count(stage, {0, 1}));
    n.threshold_mantissa = between(20, 20 + 12 * std::min(fan_in, 40));
    n.bias_mantissa = between(0, 2) == 0 ? between(-60, 200) : 0;
    n.bias_exponent = between(0, 3);
    n.refractory_steps = between(0, 2) == 0 ? between(1, 4) : 0;
    n.axon_delay_steps = between(0, 2) == 0 ? between(2, 5) : 1;
  }

  std::uint64_t seed_;
  std::uint64_t draws_ = 0;
  std::vector<Shape> shapes_;  // by stage
  Program program_;
};

}  // namespace

Program random_temporal_program(std::uint64_t seed) { return TemporalGrower(seed).grow(); }

std::vector<std::int32_t> random_spikes(const Program& program, std::uint64_t seed) {
  const Stage& input = program.stages.front();
  std::vector<std::int32_t> packed;
  for (std::int32_t step = 0; step < program.timesteps; ++step) {
    for (std::int32_t unit = 0; unit < input.tokens * input.channels; ++unit) {
      if (random_below(8, seed, static_cast<std::uint64_t>(unit), static_cast<std::uint64_t>(step)) != 0) continue;
      packed.push_back(step);
      packed.push_back(unit);
    }
  }
  return packed;
}

}  // namespace ranvier::workloads
