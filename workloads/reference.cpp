// SPDX-License-Identifier: Apache-2.0
// Dense evaluation of the integer network. Loops run over contiguous outputs so that the compiler vectorises them.
#include "workloads/reference.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cassert>

#include "workloads/conv.h"
#include "workloads/executor_errors.h"
#include "workloads/methods/ei_if_neuron.h"
#include "workloads/spike_train.h"
#include "workloads/temporal_reference.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

using Codes = std::vector<std::int32_t>;

std::size_t cells(std::int32_t rows, std::int32_t columns) {
  return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
}

std::int32_t* row(Codes& matrix, std::int32_t index, std::int32_t columns) {
  return matrix.data() + cells(index, columns);
}
const std::int32_t* row(const Codes& matrix, std::int32_t index, std::int32_t columns) {
  return matrix.data() + cells(index, columns);
}

void encode(const Stage& stage, Codes& totals) {
  if (!stage.encoder.present) return;
  for (std::int32_t t = 0; t < stage.tokens; ++t) {
    std::int32_t* total = row(totals, t, stage.channels);
    for (std::int32_t c = 0; c < stage.channels; ++c) {
      const std::int32_t threshold = stage.encoder.threshold[static_cast<std::size_t>(c)];
      if (stage.encoder.neuron == NeuronKind::kThermometer)
        total[c] = std::max(ei_if_total(total[c], {1, threshold}, stage.encoder.hi), stage.encoder.lo);
      else
        total[c] = code_at_rest(total[c], threshold, stage.encoder.lo, stage.encoder.hi);
    }
  }
}

/// Two input rows a pass: half the traffic on the accumulators, and 16-bit factors are what SSE2 multiplies. Codes and
/// residual sums fit 16 bits (integer-units.md 1 and 5).
void linear_row(const LinearParams& params, const std::int32_t* code, std::int32_t inputs, std::int32_t outputs,
                std::int32_t* __restrict total) {
  const std::int8_t* weight = params.weight.data();
  std::int32_t i = 0;
  for (; i + 1 < inputs; i += 2, weight += 2 * outputs) {
    const auto a = static_cast<std::int16_t>(code[i]);
    const auto b = static_cast<std::int16_t>(code[i + 1]);
    for (std::int32_t o = 0; o < outputs; ++o) {
      total[o] += static_cast<std::int16_t>(weight[o]) * a + static_cast<std::int16_t>(weight[outputs + o]) * b;
    }
  }
  if (i < inputs) {
    for (std::int32_t o = 0; o < outputs; ++o) total[o] += weight[o] * code[i];
  }
}

Codes linear(const Stage& stage, const Codes& input) {
  Codes total(cells(stage.tokens, stage.channels));
  for (std::int32_t t = 0; t < stage.tokens; ++t) {
    std::int32_t* out = row(total, t, stage.channels);
    const std::int32_t* bias = row(stage.linear.bias, stage.linear.bias_per_token ? t : 0, stage.channels);
    std::copy_n(bias, stage.channels, out);
    linear_row(stage.linear, row(input, t, stage.in_channels), stage.in_channels, stage.channels, out);
  }
  return total;
}

Codes residual_sum(const Stage& stage, const std::vector<Codes>& codes) {
  Codes sum(cells(stage.tokens, stage.channels));
  for (const StageInput& input : stage.inputs) {
    const Codes& from = codes[input.stage.value()];
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += input.gain * from[i];
  }
  return sum;
}

Codes layer_norm(const Stage& stage, const std::vector<Codes>& codes) {
  const Codes sum = residual_sum(stage, codes);
  Codes mapped(sum.size());
  for (std::int32_t t = 0; t < stage.tokens; ++t) {
    layer_norm_row(row(sum, t, stage.channels), stage.channels, stage.layer_norm, row(mapped, t, stage.channels));
  }
  return mapped;
}

Codes attention(const Stage& stage, const Codes& q, const Codes& k) {
  const std::int32_t keys = stage.channels / stage.heads;
  const std::int32_t depth = stage.in_channels / stage.heads;
  Codes mapped(cells(stage.tokens, stage.channels));
  Codes score(static_cast<std::size_t>(keys));
  for (std::int32_t t = 0; t < stage.tokens; ++t) {
    for (std::int32_t h = 0; h < stage.heads; ++h) {
      const std::int32_t* query = row(q, t, stage.in_channels) + h * depth;
      for (std::int32_t j = 0; j < keys; ++j) {
        const std::int32_t* key = row(k, j, stage.in_channels) + h * depth;
        std::int32_t product = 0;
        for (std::int32_t d = 0; d < depth; ++d) product += query[d] * key[d];
        score[static_cast<std::size_t>(j)] = product;
      }
      softmax_row(score.data(), keys, stage.softmax, row(mapped, t, stage.channels) + h * keys);
    }
  }
  return mapped;
}

Codes mix(const Stage& stage, const Codes& attention_codes, const Codes& v) {
  const std::int32_t keys = stage.in_channels / stage.heads;
  const std::int32_t depth = stage.channels / stage.heads;
  Codes total(cells(stage.tokens, stage.channels));
  for (std::int32_t t = 0; t < stage.tokens; ++t) {
    for (std::int32_t h = 0; h < stage.heads; ++h) {
      std::int32_t* out = row(total, t, stage.channels) + h * depth;
      for (std::int32_t j = 0; j < keys; ++j) {
        const std::int32_t share = row(attention_codes, t, stage.in_channels)[h * keys + j];
        const std::int32_t* value = row(v, j, stage.channels) + h * depth;
        for (std::int32_t d = 0; d < depth; ++d) out[d] += share * value[d];
      }
    }
  }
  return total;
}

Codes gelu(const Stage& stage, const Codes& input) {
  Codes mapped(cells(stage.tokens, stage.channels));
  for (std::size_t i = 0; i < mapped.size(); ++i) mapped[i] = gelu_value(input[i], stage.gelu);
  return mapped;
}

Codes evaluate(const Stage& stage, const std::vector<Codes>& codes) {
  const auto input = [&](std::size_t port) -> const Codes& { return codes[stage.inputs[port].stage.value()]; };
  switch (stage.kind) {
    case StageKind::kLinear:
      return linear(stage, input(0));
    case StageKind::kLayerNorm:
      return layer_norm(stage, codes);
    case StageKind::kScores:
      return attention(stage, input(0), input(1));
    case StageKind::kMix:
      return mix(stage, input(0), input(1));
    case StageKind::kGelu:
      return gelu(stage, input(0));
    case StageKind::kAdd:
      return residual_sum(stage, codes);
    case StageKind::kInput:
    case StageKind::kLif:
      break;
  }
  assert(!"the input stage comes first and only first, and kLif stages are in temporal programs");
  return {};
}

/// Calls visit(i) for 0 <= i < count on at most `threads` threads.
template <class Visit>
void for_each_input(std::size_t count, int threads, const Visit& visit) {
  const auto limit = static_cast<std::size_t>(std::max(threads, 1));
  const tbb::global_control allow(tbb::global_control::max_allowed_parallelism, limit);
  tbb::task_arena arena(static_cast<int>(limit));
  arena.execute([&] { tbb::parallel_for(std::size_t{0}, count, visit); });
}

}  // namespace

void check_input_codes(const Program& program, std::span<const std::int32_t> input_codes) {
  if (program.temporal()) return check_spikes(program, input_codes);
  const Stage& input = program.stages.front();
  const std::size_t expected = cells(input.tokens, input.channels);
  if (input_codes.size() != expected) throw InputCodesMismatch(program.name, expected, input_codes.size());
  for (std::size_t i = 0; i < input_codes.size(); ++i) {
    if (input_codes[i] < 0 || input_codes[i] > program.input_code_max) {
      throw InputCodeOutOfRange(program.name, i, input_codes[i], program.input_code_max);
    }
  }
}

Activations run_reference(const Program& program, std::span<const std::int32_t> input_codes) {
  if (program.temporal()) return temporal_activations(program, run_temporal_reference(program, input_codes));
  check_input_codes(program, input_codes);
  Activations result;
  result.codes.reserve(program.stages.size());
  result.codes.emplace_back(input_codes.begin(), input_codes.end());
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    result.codes.push_back(evaluate(program.stages[s], result.codes));
    encode(program.stages[s], result.codes.back());
  }
  result.logits.assign(result.codes.back().begin(), result.codes.back().begin() + program.stages.back().channels);
  return result;
}

std::vector<Activations> run_reference_batch(const Program& program, std::span<const std::vector<std::int32_t>> inputs,
                                             int threads) {
  std::vector<Activations> results(inputs.size());
  for_each_input(inputs.size(), threads, [&](std::size_t i) { results[i] = run_reference(program, inputs[i]); });
  return results;
}

std::vector<std::vector<std::int32_t>> run_reference_logits(const Program& program,
                                                            std::span<const std::vector<std::int32_t>> inputs,
                                                            int threads) {
  std::vector<std::vector<std::int32_t>> results(inputs.size());
  for_each_input(inputs.size(), threads, [&](std::size_t i) { results[i] = run_reference(program, inputs[i]).logits; });
  return results;
}

std::int64_t dense_multiply_adds(const Stage& stage) {
  const std::int64_t outputs = std::int64_t{stage.tokens} * stage.channels;
  switch (stage.kind) {
    case StageKind::kLinear:
      return outputs * stage.in_channels;
    case StageKind::kScores:
    case StageKind::kMix:
      return outputs * (stage.in_channels / stage.heads);
    case StageKind::kLif:
      return synapse_count(stage);
    default:
      return 0;
  }
}

std::int64_t dense_multiply_adds(const Program& program) {
  std::int64_t total = 0;
  for (const Stage& stage : program.stages) total += dense_multiply_adds(stage);
  return total;
}

}  // namespace ranvier::workloads
