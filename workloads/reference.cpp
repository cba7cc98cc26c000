// SPDX-License-Identifier: Apache-2.0
// Dense evaluation of the integer network: a stage at a time, its parts shared among threads.
#include "workloads/reference.h"

#include <algorithm>
#include <cassert>

#include "workloads/conv.h"
#include "workloads/executor_errors.h"
#include "workloads/methods/ei_if_neuron.h"
#include "workloads/parallel_parts.h"
#include "workloads/reference_kernels.h"
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

using Inputs = std::vector<const Codes*>;  // by port

void residual_sum(const Stage& stage, const Inputs& inputs, std::int32_t token, std::int32_t* sum) {
  for (std::size_t port = 0; port < inputs.size(); ++port) {
    const std::int32_t* from = row(*inputs[port], token, stage.channels);
    for (std::int32_t c = 0; c < stage.channels; ++c) sum[c] += stage.inputs[port].gain * from[c];
  }
}

void gelu(const Stage& stage, const Inputs& inputs, std::int32_t token, std::int32_t* mapped) {
  const std::int32_t* code = row(*inputs[0], token, stage.channels);
  for (std::int32_t c = 0; c < stage.channels; ++c) mapped[c] = gelu_value(code[c], stage.gelu);
}

void mix(const Stage& stage, const Inputs& inputs, std::int32_t token, std::int32_t* total) {
  const std::int32_t keys = stage.in_channels / stage.heads;
  const std::int32_t depth = stage.channels / stage.heads;
  for (std::int32_t h = 0; h < stage.heads; ++h)
    mix_values(row(*inputs[0], token, stage.in_channels) + h * keys, keys, inputs[1]->data() + h * depth,
               static_cast<std::size_t>(stage.channels), depth, total + h * depth);
}

/// Calls visit(token) for each token; a part of them is about `kCellsPerPart` outputs.
template <class Visit>
void for_each_token(const Stage& stage, const Visit& visit) {
  constexpr std::int32_t kCellsPerPart = 4096;
  const std::int32_t tokens = std::max(1, kCellsPerPart / std::max(1, stage.channels));
  const auto parts = static_cast<std::size_t>((stage.tokens + tokens - 1) / tokens);
  for_each_part(parts, parts > 4, [&](std::size_t part) {
    const std::int32_t first = static_cast<std::int32_t>(part) * tokens;
    for (std::int32_t t = first; t < std::min(first + tokens, stage.tokens); ++t) visit(t);
  });
}

/// EI-IF neurons round halves away from zero (docs/explanation/ei-if.md), ST-BIF ones up.
void thermometer_row(const Encoder& encoder, std::int32_t first, std::int32_t count, std::int32_t* total) {
  for (std::int32_t c = 0; c < count; ++c) {
    const std::int32_t threshold = encoder.threshold[static_cast<std::size_t>(first + c)];
    total[c] = std::max(ei_if_total(total[c], {1, threshold}, encoder.hi), encoder.lo);
  }
}

void encode(const Stage& stage, std::int32_t first, std::int32_t count, std::int32_t* total) {
  if (!stage.encoder.present) return;
  if (stage.encoder.neuron == NeuronKind::kThermometer)
    thermometer_row(stage.encoder, first, count, total);
  else
    encode_row(stage.encoder, first, count, total);
}

Codes linear(const Stage& stage, const Codes& input) {
  constexpr std::int32_t kOutputsPerPart = 128;
  constexpr std::int64_t kWorthThreads = 1'000'000;  // multiply-adds
  Codes total(cells(stage.tokens, stage.channels));
  const ShortCodes codes(input, stage.tokens, stage.in_channels);
  const auto parts = static_cast<std::size_t>((stage.channels + kOutputsPerPart - 1) / kOutputsPerPart);
  for_each_part(parts, dense_multiply_adds(stage) >= kWorthThreads, [&](std::size_t part) {
    const std::int32_t first = static_cast<std::int32_t>(part) * kOutputsPerPart;
    const std::int32_t count = std::min(kOutputsPerPart, stage.channels - first);
    for (std::int32_t t = 0; t < stage.tokens; ++t)
      std::copy_n(row(stage.linear.bias, stage.linear.bias_per_token ? t : 0, stage.channels) + first, count,
                  row(total, t, stage.channels) + first);
    add_product(codes, stage.linear.weight.data() + first, static_cast<std::size_t>(stage.channels), count,
                total.data() + first);
    for (std::int32_t t = 0; t < stage.tokens; ++t) encode(stage, first, count, row(total, t, stage.channels) + first);
  });
  return total;
}

Codes attention(const Stage& stage, const Codes& q, const Codes& k) {
  const std::int32_t keys = stage.channels / stage.heads;
  const std::int32_t depth = stage.in_channels / stage.heads;
  Codes mapped(cells(stage.tokens, stage.channels));
  const ShortCodes queries(q, stage.tokens, stage.in_channels);
  const ShortCodes all_keys(k, keys, stage.in_channels);
  for_each_token(stage, [&](std::int32_t t) {
    Codes score(static_cast<std::size_t>(keys));
    for (std::int32_t h = 0; h < stage.heads; ++h) {
      row_products(queries.row(t) + h * depth, all_keys, h * depth, depth, score.data());
      softmax_row(score.data(), keys, stage.softmax, row(mapped, t, stage.channels) + h * keys);
    }
    encode(stage, 0, stage.channels, row(mapped, t, stage.channels));
  });
  return mapped;
}

/// Stages whose rows do not need each other; evaluate(token, out) starts from zeros.
template <class Evaluate>
Codes row_by_row(const Stage& stage, const Evaluate& evaluate) {
  Codes result(cells(stage.tokens, stage.channels));
  for_each_token(stage, [&](std::int32_t t) {
    std::int32_t* out = row(result, t, stage.channels);
    evaluate(t, out);
    encode(stage, 0, stage.channels, out);
  });
  return result;
}

/// Codes of a stage, sums where it has no encoder.
Codes evaluate(const Stage& stage, const Inputs& in) {
  switch (stage.kind) {
    case StageKind::kLinear:
      return linear(stage, *in[0]);
    case StageKind::kScores:
      return attention(stage, *in[0], *in[1]);
    case StageKind::kLayerNorm:
      return row_by_row(stage, [&](std::int32_t t, std::int32_t* out) {
        Codes sum(static_cast<std::size_t>(stage.channels));
        residual_sum(stage, in, t, sum.data());
        layer_norm_row(sum.data(), stage.channels, stage.layer_norm, out);
      });
    case StageKind::kMix:
      return row_by_row(stage, [&](std::int32_t t, std::int32_t* out) { mix(stage, in, t, out); });
    case StageKind::kGelu:
      return row_by_row(stage, [&](std::int32_t t, std::int32_t* out) { gelu(stage, in, t, out); });
    case StageKind::kAdd:
      return row_by_row(stage, [&](std::int32_t t, std::int32_t* out) { residual_sum(stage, in, t, out); });
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
  with_threads(std::max(threads, 1), [&] { tbb::parallel_for(std::size_t{0}, count, visit); });
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
    Inputs inputs;
    for (const StageInput& input : program.stages[s].inputs) inputs.push_back(&result.codes[input.stage.value()]);
    result.codes.push_back(evaluate(program.stages[s], inputs));
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
