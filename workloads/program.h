// SPDX-License-Identifier: Apache-2.0
// The integer spiking program: what conversion makes of a trained network, and all that a chip ever sees of it.
// Every number is an integer; docs/explanation/integer-units.md defines each unit (widths, tables, rounding).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"

namespace ranvier::workloads {

class SparseSynapses;  // sparse_synapses.h

/// What a stage does with the events of its inputs before its encoder sees the result.
enum class StageKind : std::uint8_t {
  kInput,      // codes of the image, sent by the host; token 0 (class token) is all zero, so it sends nothing
  kLinear,     // token-shared weight matrix
  kLayerNorm,  // AMD unit over the channels of a token
  kScores,     // product of two streams (q, k) per head, then AMD softmax over a row
  kMix,        // product of two streams (attention, v) per head
  kGelu,       // AMD unit, one table entry per input code
  kAdd,        // residual sum; emits integer differences, has no encoder
  kLif,        // convolution, dense or sparse synapses into compartments; temporal programs only
};

/// When stages fire; the integers at rest do not depend on it, cost and time do (docs/explanation/integer-units.md 6).
/// Temporal programs have one schedule of their own: in step t every stage fires once on what arrived in step t - 1.
enum class Schedule : std::uint8_t { kStagedGraded, kStagedUnary, kAsynchronousUnary, kTimesteps };

/// Which neuron an encoder is made of; docs/explanation/methods.md defines each to the bit. All but kStBif stand in
/// programs of other methods than `spikezip` only.
enum class NeuronKind : std::uint8_t {
  kStBif,           // SpikeZIP-TF, ICML 2024
  kSignedIf,        // STA, ICLR 2024: one signed spike a step, memory, and a burst of half-size corrections
  kMultiThreshold,  // ECMT, ACM MM 2024: the largest of thresholds unit * 2^i
  kIf,              // classic IF with reset by subtraction; a pair of them where lo < 0
  kThermometer,     // EI-IF of BrainTransformers, 2024
};

/// At rest an ST-BIF encoder holds code = clip(floor(X / threshold + 1/2), lo, hi), X the total input.
struct Encoder {
  bool present = false;
  std::vector<std::int32_t> threshold;  // even, > 0; by output channel: what payload 1 is worth in units of potential
  std::int32_t lo = 0;
  std::int32_t hi = 0;
  NeuronKind neuron = NeuronKind::kStBif;
  std::int32_t levels = 0;   // kMultiThreshold: thresholds; kSignedIf: most half-size corrections a step (burst)
  std::int32_t initial = 0;  // kSignedIf, kIf: potential before step 1, in halves of what payload 1 is worth
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
  bool normalise = true;           // false: gain, now Q(kAffineFraction), and bias alone (a batch norm, a re-encoding)
};

struct SoftmaxParams {
  std::int32_t scale = 0;  // z = ((row maximum - score) * scale) >> kSoftmaxScaleShift, Q(kExpFraction) powers of two
};

struct GeluParams {
  std::int32_t first_code = 0;      // table[c - first_code] for input code c
  std::vector<std::int32_t> table;  // encoder units
  std::int32_t fraction_bits = 0;   // rate semantics: the table is over the mean code, in 2^-this of a code
};

/// Synapses of a kLif stage: a two-dimensional convolution with shared kernels. Token = y * width + x. A dense layer is
/// a convolution whose kernel covers its whole input and whose output is one token; pooling is a depthwise one.
struct ConvParams {
  std::int32_t in_height = 1, in_width = 1;
  std::int32_t out_height = 1, out_width = 1;
  std::int32_t kernel_height = 1, kernel_width = 1;
  std::int32_t stride = 1;
  std::int32_t padding = 0;
  bool depthwise = false;            // output channel c takes input channel c only
  std::vector<std::int16_t> weight;  // [out][in, or 1 where depthwise][ky][kx]
};

/// The integer current-based leaky integrate-and-fire compartment of Loihi (Davies et al., IEEE Micro 38(1), 2018; the
/// equations with their rounding: docs/explanation/integer-units.md). Decays are 12-bit, truncation is toward zero.
struct CubaParams {
  std::int32_t current_decay = 4096;    // of 4096, taken off u each step
  std::int32_t voltage_decay = 0;       // of 4096, taken off v each step
  std::int32_t threshold_mantissa = 0;  // a spike where v > 64 * this, strictly
  std::int32_t weight_exponent = 0;     // input is 2^(6 + this) * sum of weights
  std::int32_t bias_mantissa = 0;       // bias * 2^exponent is added to v in every step
  std::int32_t bias_exponent = 0;
  std::int32_t refractory_steps = 0;  // steps after a spike in which v stays 0; the spike's own step not counted
  std::int32_t axon_delay_steps = 1;  // a spike of step t arrives in step t + this
};

/// A compartment without leak: v += bias + sum of weights; a spike where v > threshold, strictly, takes the threshold
/// off v, once a step.
struct IntegrateParams {
  std::int32_t threshold = 0;
  std::int32_t bias = 0;
  std::vector<std::int32_t> initial;  // v before step 0, by unit; empty: 0
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
  ConvParams conv;
  // kLif: in place of conv; one token. Sources are the channels of all inputs, one input behind the other
  // (stage_inputs.h), in_channels in all; an input may be the stage itself or a later one.
  std::shared_ptr<const SparseSynapses> sparse;
  CubaParams cuba;
  std::vector<std::int32_t> cuba_initial;    // v before step 0, by unit, at most the threshold; empty: 0
  std::optional<IntegrateParams> integrate;  // kLif: in place of cuba but for its axon delay
  std::vector<std::int32_t> unit_number;     // by unit: its number in the network as given, where units were put into
                                             // another order; empty: the same. For reports only
};

/// Stages in topological order, but for inputs that feed back; stage 0 is the input, the last one the head.
struct Program {
  std::string name;
  std::vector<Stage> stages;
  std::int32_t input_code_max = 0;  // input codes are 0..this
  std::int32_t timesteps = 0;       // temporal programs: steps of a sample; 0: codes at rest, no time
  bool closed = false;              // temporal: no host sends or reads anything; compartments fire by their bias
  std::string method = "spikezip";  // that made it (methods/method_names.h)
  std::int32_t rate_steps = 0;      // > 0: rate semantics, the input is presented in every one of so many steps
  std::string weights_note;         // said on every output where the weights are not a trained network's
  bool temporal() const { return timesteps > 0; }
  bool rate() const { return rate_steps > 0; }
  const Stage& stage(StageId id) const { return stages[id.value()]; }
};

}  // namespace ranvier::workloads
