// SPDX-License-Identifier: Apache-2.0
// Units of BrainTransformers between EI-IF neurons: Synapsis, SNNMatmul, SNNSoftmax. Definitions and what the paper
// prints otherwise: docs/explanation/ei-if.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/methods/ei_if_neuron.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// kCode: y = W n + b, once (released code). kPaper: y = W sum of S(t) + T b, as the report prints it.
enum class SynapsisForm : std::uint8_t { kCode, kPaper };

/// n = EI-IF(x), y = W n + b, z = EI-IF(y). Potentials are in units in which the spikes' weights are integers.
struct SynapsisParams {
  SpikeUnit before;                     // of x
  LinearParams linear;                  // weight [in][out], bias [out]
  std::vector<std::int32_t> threshold;  // of y, by output
  std::int32_t steps = 0;               // T, of both windows
};
struct SynapsisTotals {
  std::vector<std::int32_t> before, after;  // n, z
  std::vector<std::int64_t> sum;            // y
};
/// Spike by spike: both windows are stepped through, and W adds a row for every spike.
SynapsisTotals synapsis(const SynapsisParams& params, std::span<const std::int64_t> x,
                        SynapsisForm form = SynapsisForm::kCode);

/// Spikes that a thermometer code stands for: sgn(code) in step 0..|code| - 1.
inline std::int32_t thermometer_spike(std::int32_t code, std::int32_t step) {
  return step < (code < 0 ? -code : code) ? (code < 0 ? -1 : 1) : 0;
}

/// One step's spikes of both operands into A += SQ k^T + q SK^T - q k^T, the sums inclusive of this step. After the
/// last step A = SQ SK^T, in whatever order and step the spikes came.
class SnnMatmul {
 public:
  /// q [rows][depth], k [columns][depth].
  SnnMatmul(std::size_t rows, std::size_t columns, std::size_t depth);
  void step(std::span<const std::int8_t> q, std::span<const std::int8_t> k);
  const std::vector<std::int64_t>& result() const { return result_; }  // [rows][columns]
  std::int64_t adds() const { return adds_; }  // a spike of q or k adds sums, a pair of spikes takes one off

 private:
  std::size_t rows_, columns_, depth_;
  std::vector<std::int64_t> sum_q_, sum_k_, result_;
  std::int64_t adds_ = 0;
};

/// One row: scores arrive as increments, the row's map (integer-units.md 3.2) leaves as increments.
class SnnSoftmax {
 public:
  SnnSoftmax(std::size_t keys, const SoftmaxParams& params);
  /// softmax(S + increments) - softmax(S); the first step gives softmax itself.
  std::vector<std::int32_t> step(std::span<const std::int32_t> increments);

 private:
  SoftmaxParams params_;
  std::vector<std::int32_t> sum_, emitted_;
};

}  // namespace ranvier::workloads
