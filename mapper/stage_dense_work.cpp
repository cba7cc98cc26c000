// SPDX-License-Identifier: Apache-2.0
// Stages of an integer program as operators of a dense device. The integers stay those of the reference; what is
// costed is the dense operator of the same meaning.
#include "mapper/dense_cost.h"
#include "mapper/errors.h"

namespace ranvier::mapper {
namespace {

using workloads::StageKind;

// Passes of the vector unit over its operands, 16 bits a value (32 for the matrix unit's sums). No look-up tables: the
// device computes what the program's tables hold.
constexpr std::int64_t kHalf = 2;
constexpr std::int64_t kSum = 4;
constexpr std::int64_t kRequantisePasses = 1;  // scale and clip in one instruction, as sums leave the matrix unit
constexpr std::int64_t kSoftmaxPasses = 5;     // maximum, subtract, exponential, sum, divide
constexpr std::int64_t kLayerNormPasses = 7;   // sum, subtract, square, sum, scale, gain, bias
constexpr std::int64_t kGeluPasses = 8;        // x (1 + tanh(a (x + b x^3))) / 2: cube 2, add 1, tanh 3, add, multiply

}  // namespace

DenseWork dense_work_of(const workloads::Program& program, StageId stage) {
  const workloads::Stage& s = program.stage(stage);
  DenseWork w;
  w.name = s.name;
  const std::int64_t tokens = s.tokens, in = s.in_channels, out = s.channels, heads = s.heads;
  w.input_bytes = tokens * in;
  w.output_bytes = tokens * out;
  switch (s.kind) {
    case StageKind::kInput:
      w.input_bytes = w.output_bytes = 0;
      return w;
    case StageKind::kLinear:
      w.m = tokens;
      w.k = in;
      w.n = out;
      w.weight_bytes = in * out + kSum * static_cast<std::int64_t>(s.linear.bias.size());
      w.vector_bytes = kRequantisePasses * kSum * tokens * out;
      return w;
    case StageKind::kScores: {
      const std::int64_t keys = out / heads;
      w.groups = heads;
      w.m = tokens;
      w.k = in / heads;
      w.n = keys;
      w.input_bytes += keys * in;
      w.vector_bytes = kSoftmaxPasses * kHalf * tokens * out + kRequantisePasses * kSum * tokens * out;
      return w;
    }
    case StageKind::kMix: {
      const std::int64_t keys = in / heads;
      w.groups = heads;
      w.m = tokens;
      w.k = keys;
      w.n = out / heads;
      w.input_bytes += keys * out;
      w.vector_bytes = kRequantisePasses * kSum * tokens * out;
      return w;
    }
    case StageKind::kLayerNorm:
      w.vector_bytes = kLayerNormPasses * kHalf * tokens * out;
      w.weight_bytes = 2 * kSum * out;
      return w;
    case StageKind::kGelu:
      w.vector_bytes = kGeluPasses * kHalf * tokens * out;
      return w;
    case StageKind::kAdd:
      w.input_bytes = tokens * out * static_cast<std::int64_t>(s.inputs.size());
      w.vector_bytes = kHalf * tokens * out * (static_cast<std::int64_t>(s.inputs.size()) - 1);
      return w;
    case StageKind::kLif:
      break;
  }
  throw NoDenseForm(s.name, "its compartments fire over time");
}

}  // namespace ranvier::mapper
