// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/rate_limits.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>

#include "workloads/methods/neuron_kinds.h"
#include "workloads/methods/neuron_rows.h"
#include "workloads/methods/rate_errors.h"
#include "workloads/methods/rate_mean.h"

namespace ranvier::workloads {
namespace {

constexpr std::int64_t kDoubleExact = std::int64_t{1} << 52;  // mean_row() divides in double
constexpr std::int64_t kPayloadMost = std::numeric_limits<std::int16_t>::max();

std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

std::int64_t largest_payload(const Program& program, StageId id) {
  const Encoder& encoder = program.stage(id).encoder;
  const bool both_at_once = is_pair(encoder) && encoder.neuron == NeuronKind::kSignedIf;
  return largest_mean(program, id) * (both_at_once ? 2 : 1);
}

/// What one step can add to a potential of a linear stage at most.
std::int64_t largest_step(const Program& program, const Stage& stage) {
  const std::int64_t payload = largest_payload(program, stage.inputs.front().stage);
  const auto outputs = size(stage.channels);
  std::vector<std::int64_t> weights(outputs), bias(outputs);
  for (std::size_t i = 0; i < stage.linear.weight.size(); ++i)
    weights[i % outputs] += std::abs(std::int64_t{stage.linear.weight[i]});
  for (std::size_t i = 0; i < stage.linear.bias.size(); ++i)
    bias[i % outputs] = std::max(bias[i % outputs], std::abs(std::int64_t{stage.linear.bias[i]}));
  std::int64_t largest = 1;
  for (std::size_t o = 0; o < outputs; ++o) largest = std::max(largest, weights[o] * payload + bias[o]);
  return largest;
}

std::int64_t most_steps(const Program& program, const Stage& stage) {
  std::int64_t unit = 0;
  for (const std::int32_t threshold : stage.encoder.threshold) unit = std::max<std::int64_t>(unit, threshold);
  const std::int64_t emitted = 2 * unit * std::max(-stage.encoder.lo, stage.encoder.hi);
  // A residual that is taken anew from its goal in every step is held within its width; only pairs then need unit * M.
  std::int64_t most = is_pair(stage.encoder) ? kResidualMost / emitted : kResidualMost;
  if (stage.kind == StageKind::kLinear) most = kResidualMost / (largest_step(program, stage) + emitted);
  std::int64_t product = 0;
  if (stage.kind == StageKind::kScores) product = 2 * kScoreMeanLimit;
  if (stage.kind == StageKind::kMix)
    product = (largest_mean(program, stage.inputs[0].stage) * largest_mean(program, stage.inputs[1].stage) *
               (stage.in_channels / stage.heads))
              << kMixFraction;
  if (product > 0)
    most = std::min(most, static_cast<std::int64_t>(std::sqrt(static_cast<double>(kDoubleExact / (2 * product)))));
  return most;
}

class Check {
 public:
  Check(const Program& program, const Stage& stage) : program_(program), stage_(stage) {}

  void all() const {
    if (stage_.encoder.present) encoder();
    if (stage_.kind == StageKind::kLif) fail("compartments over time have no rate semantics");
    if (stage_.kind == StageKind::kLinear) linear();
    if (stage_.kind == StageKind::kGelu) gelu();
    if (stage_.kind == StageKind::kLayerNorm)
      require(stage_.layer_norm.gain.size() == size(stage_.channels) &&
                  stage_.layer_norm.bias.size() == size(stage_.channels) && norm_fits(),
              "gains, biases or gains of the inputs do not fit a LayerNorm of its width");
    const bool needs_encoder =
        stage_.kind != StageKind::kInput && stage_.kind != StageKind::kAdd && &stage_ != &program_.stages.back();
    require(stage_.encoder.present == needs_encoder, "an encoder is missing, or is where none belongs");
  }

 private:
  void encoder() const {
    const Encoder& e = stage_.encoder;
    require(e.neuron == NeuronKind::kSignedIf || e.neuron == NeuronKind::kMultiThreshold || e.neuron == NeuronKind::kIf,
            "its neurons are of another family");
    require(e.neuron != NeuronKind::kSignedIf || (e.levels >= 0 && e.levels <= kMaxBurst), "burst outside 0..4");
    require(e.neuron != NeuronKind::kMultiThreshold || (e.levels >= 1 && e.levels <= kMaxThresholds),
            "thresholds outside 1..8");
    require(e.initial >= 0 && e.initial <= (e.neuron == NeuronKind::kMultiThreshold ? 0 : 2),
            "an initial potential outside 0..2 halves, or 0 of a multi-threshold neuron");
    const NeuronBounds bounds = neuron_bounds(e.neuron, e.levels, e.lo < 0);
    require(e.lo == bounds.lo && e.hi == bounds.hi, "bounds that its neurons do not have");
    require(e.threshold.size() == size(stage_.channels), "not one threshold a channel");
    for (const std::int32_t threshold : e.threshold)
      require(threshold > 0 && threshold % 2 == 0 && 2 * std::int64_t{threshold} * e.hi <= kResidualMost,
              "a threshold is odd, not positive or too large");
  }

  void linear() const {
    const LinearParams& p = stage_.linear;
    require(p.weight.size() == size(stage_.in_channels) * size(stage_.channels) &&
                p.bias.size() == size(stage_.channels) * size(p.bias_per_token ? stage_.tokens : 1),
            "weights or biases are not those of its size");
    require(largest_payload(program_, stage_.inputs.front().stage) <= kPayloadMost,
            "its input's payloads do not fit 16 bits");
  }

  void gelu() const {
    const Encoder& before = program_.stage(stage_.inputs.front().stage).encoder;
    const int bits = stage_.gelu.fraction_bits;
    require(bits >= 0 && bits <= 30 && std::int64_t{stage_.gelu.first_code} == std::int64_t{before.lo} << bits &&
                stage_.gelu.table.size() == size((std::int64_t{before.hi} - before.lo) << bits) + 1,
            "its table does not span the means of its input");
  }

  bool norm_fits() const {
    std::int64_t largest = 0;
    for (const StageInput& input : stage_.inputs)
      largest += std::abs(std::int64_t{input.gain}) * largest_mean(program_, input.stage);
    return largest <= kNormMeanLimit;
  }

  void require(bool holds, const char* otherwise) const {
    if (!holds) fail(otherwise);
  }
  [[noreturn]] void fail(const char* what) const { throw NotARateProgram(program_.name, stage_.name, what); }

  const Program& program_;
  const Stage& stage_;
};

/// The stage that allows the fewest steps, and how many.
std::pair<const Stage*, std::int64_t> tightest(const Program& program) {
  std::pair<const Stage*, std::int64_t> least = {nullptr, kResidualMost};
  for (const Stage& stage : program.stages) {
    if (stage.kind == StageKind::kInput || stage.kind == StageKind::kAdd) continue;
    const std::int64_t most = most_steps(program, stage);
    if (least.first == nullptr || most < least.second) least = {&stage, most};
  }
  return least;
}

}  // namespace

void check_rate_program(const Program& program) {
  if (!program.rate()) throw NotARateProgram(program.name, "network", "it has no steps of rate semantics");
  for (const Stage& stage : program.stages) Check(program, stage).all();
}

std::int64_t most_rate_steps(const Program& program) { return tightest(program).second; }

void check_rate_steps(const Program& program, std::int64_t steps) {
  const auto [stage, most] = tightest(program);
  if (stage != nullptr && steps > most) throw TooManyRateSteps(program.name, stage->name, steps, most);
}

std::int64_t words_read_to_fire(const Encoder& encoder) {
  switch (encoder.neuron) {
    case NeuronKind::kSignedIf:
      return is_pair(encoder) ? 4 : 2;  // V and M of each neuron
    case NeuronKind::kMultiThreshold:
      return encoder.lo < 0 ? 1 : 2;  // V; the count bounds what a non-negative site takes back
    default:
      return is_pair(encoder) ? 2 : 1;  // V of each neuron
  }
}

}  // namespace ranvier::workloads
