// SPDX-License-Identifier: Apache-2.0
// The integer spiking program: what conversion makes of a trained network, and all that a chip ever sees of it.
// Every number is an integer; docs/explanation/integer-units.md defines each unit (widths, tables, rounding).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"

namespace ranvier::workloads {

/// What a stage does with the events of its inputs before its encoder sees the result.
enum class StageKind : std::uint8_t {
  kInput,      // codes of the image, sent by the host; token 0 (class token) is all zero, so it sends nothing
  kLinear,     // token-shared weight matrix
  kLayerNorm,  // AMD unit over the channels of a token
  kScores,     // product of two streams (q, k) per head, then AMD softmax over a row
  kMix,        // product of two streams (attention, v) per head
  kGelu,       // AMD unit, one table entry per input code
  kAdd,        // residual sum; emits integer differences, has no encoder
};

/// When stages fire; the integers at rest do not depend on it, cost and time do (docs/explanation/integer-units.md 6).
enum class Schedule : std::uint8_t { kStagedGraded, kStagedUnary, kAsynchronousUnary };

/// ST-BIF encoder (SpikeZIP-TF, ICML 2024). At rest: code = clip(floor(X / threshold + 1/2), lo, hi), X the total
/// input.
struct Encoder {
  bool present = false;
  std::vector<std::int32_t> threshold;  // even, > 0; one per output channel
  std::int32_t lo = 0;
  std::int32_t hi = 0;
};

struct StageInput {
  StageId stage;
  std::int32_t gain = 1;  // residual sums and LayerNorm: codes are multiplied by this on arrival
};

struct LinearParams {
  std::vector<std::int8_t> weight;  // [in][out], a row is what one input event adds
  std::vector<std::int32_t> bias;   // [out], or [tokens][out] when bias_per_token; injected once, before step 0
  bool bias_per_token = false;      // position embedding and class token
};

struct LayerNormParams {
  std::vector<std::int32_t> gain;  // [channels], Q(kLayerNormFraction) of gamma in encoder units
  std::vector<std::int32_t> bias;  // [channels], encoder units
  std::int64_t epsilon = 0;        // added to the sum of squares, in its units
};

struct SoftmaxParams {
  std::int32_t scale = 0;  // z = ((row maximum - score) * scale) >> kSoftmaxScaleShift, Q(kExpFraction) powers of two
};

struct GeluParams {
  std::int32_t first_code = 0;      // table[c - first_code] for input code c
  std::vector<std::int32_t> table;  // encoder units
};

struct Stage {
  std::string name;  // e.g. "block3.fc1"
  StageKind kind = StageKind::kInput;
  std::vector<StageInput> inputs;  // kScores: {q, k}; kMix: {attention, v}; others: in order of the graph
  std::int32_t tokens = 0;         // positions computed; input events of a token >= this are not sent here (kScores and
                                   // kMix: queries; their inputs[1] always arrives for every key token)
  std::int32_t channels = 0;       // outputs per token; kScores: heads * key tokens, channel = head * keys + key
  std::int32_t in_channels = 0;    // inputs per token of inputs[0]
  std::int32_t heads = 1;          // kScores and kMix
  Encoder encoder;                 // absent: kAdd (emits differences), the head (host reads the accumulators)
  double code_scale = 1.0;         // real value of one output unit; for reports only, never computed with
  LinearParams linear;
  LayerNormParams layer_norm;
  SoftmaxParams softmax;
  GeluParams gelu;
};

/// Stages in topological order; stage 0 is the input, the last one the head.
struct Program {
  std::string name;
  std::vector<Stage> stages;
  std::int32_t input_code_max = 0;  // input codes are 0..this
  const Stage& stage(StageId id) const { return stages[id.value()]; }
};

}  // namespace ranvier::workloads
