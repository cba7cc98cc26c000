// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/ei_if_sums.h"

#include <algorithm>
#include <cstdlib>

namespace ranvier::workloads {
namespace {

using Codes = std::vector<std::int32_t>;

/// Both operands of a product by head: left [rows][heads * depth], right token j's value d of head h.
struct Product {
  std::size_t rows, columns, depth, heads, left_width, right_width;
  bool mix;  // columns run over the depth of v, depth over keys
};

Product shape_of(const Stage& stage) {
  const auto rows = static_cast<std::size_t>(stage.tokens), heads = static_cast<std::size_t>(stage.heads);
  const auto channels = static_cast<std::size_t>(stage.channels), in = static_cast<std::size_t>(stage.in_channels);
  if (stage.kind == StageKind::kScores) return {rows, channels / heads, in / heads, heads, in, in, false};
  return {rows, channels / heads, in / heads, heads, in, channels, true};
}

/// Calls visit(out, codes of one left row and head, what they meet, its stride from one column to the next) where the
/// inner index is contiguous on both sides (scores), or visit(...) for each inner index with contiguous columns (mix).
template <class Rows, class Columns>
void for_each_head(const Product& p, const Codes& left, const Codes& right, const Rows& rows, const Columns& columns) {
  for (std::size_t r = 0; r < p.rows; ++r)
    for (std::size_t h = 0; h < p.heads; ++h) {
      const std::int32_t* codes = left.data() + r * p.left_width + h * p.depth;
      const std::size_t out = (r * p.heads + h) * p.columns;
      if (p.mix) {
        for (std::size_t d = 0; d < p.depth; ++d)
          if (codes[d] != 0) columns(out, codes[d], right.data() + d * p.right_width + h * p.columns);
      } else {
        for (std::size_t c = 0; c < p.columns; ++c)
          rows(out + c, codes, right.data() + c * p.right_width + h * p.depth);
      }
    }
}

std::vector<std::int64_t> products(const Product& p, const Codes& left, const Codes& right) {
  std::vector<std::int32_t> total(p.rows * p.heads * p.columns);  // codes of 8 bits, inner indices below 2^16
  for_each_head(
      p, left, right,
      [&](std::size_t out, const std::int32_t* a, const std::int32_t* b) {
        for (std::size_t d = 0; d < p.depth; ++d) total[out] += a[d] * b[d];
      },
      [&](std::size_t out, std::int32_t code, const std::int32_t* b) {
        for (std::size_t c = 0; c < p.columns; ++c) total[out + c] += code * b[c];
      });
  return {total.begin(), total.end()};
}

/// Steps in which two thermometers fire together.
std::int64_t meetings(const Product& p, const Codes& left, const Codes& right) {
  std::int64_t total = 0;
  for_each_head(
      p, left, right,
      [&](std::size_t, const std::int32_t* a, const std::int32_t* b) {
        std::int32_t pairs = 0;
        for (std::size_t d = 0; d < p.depth; ++d) pairs += std::min(std::abs(a[d]), std::abs(b[d]));
        total += pairs;
      },
      [&](std::size_t, std::int32_t code, const std::int32_t* b) {
        std::int32_t pairs = 0;
        for (std::size_t c = 0; c < p.columns; ++c) pairs += std::min(std::abs(code), std::abs(b[c]));
        total += pairs;
      });
  return total;
}

/// Spikes of the tokens that a stage computes.
std::int64_t arriving(const Stage& stage, const Codes& codes) {
  const std::size_t width = static_cast<std::size_t>(stage.in_channels);
  std::int64_t total = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(stage.tokens) * width; ++i) total += std::abs(codes[i]);
  return total;
}

/// Events of a residual sum: each value that is not 0, once.
std::int64_t arriving_sums(const Stage& stage, const std::vector<std::int64_t>& sums) {
  const auto cells = static_cast<std::ptrdiff_t>(stage.tokens) * stage.in_channels;
  return cells - std::count(sums.begin(), sums.begin() + cells, 0);
}

}  // namespace

void add_linear_row(const LinearParams& params, const std::int32_t* code, std::int32_t inputs, std::int32_t outputs,
                    std::int64_t* total) {
  const auto n = static_cast<std::size_t>(outputs);
  std::vector<std::int32_t> sum(n);
  for (std::int32_t i = 0; i < inputs; ++i) {
    const auto factor = static_cast<std::int16_t>(code[i]);
    if (factor == 0) continue;
    const std::int8_t* weight = params.weight.data() + static_cast<std::size_t>(i) * n;
    for (std::size_t o = 0; o < n; ++o) sum[o] += static_cast<std::int16_t>(weight[o]) * factor;
  }
  for (std::size_t o = 0; o < n; ++o) total[o] += sum[o];
}

std::vector<std::int64_t> ei_if_products(const Stage& stage, const std::vector<EiIfTensor>& tensors) {
  const auto codes = [&](std::size_t port) -> const Codes& { return tensors[stage.inputs[port].stage.value()].codes; };
  if (stage.kind == StageKind::kScores || stage.kind == StageKind::kMix)
    return products(shape_of(stage), codes(0), codes(1));
  if (stage.kind != StageKind::kLinear) return {};
  const auto in = static_cast<std::size_t>(stage.in_channels), out = static_cast<std::size_t>(stage.channels);
  std::vector<std::int64_t> total(static_cast<std::size_t>(stage.tokens) * out);
  for (std::size_t t = 0; t < static_cast<std::size_t>(stage.tokens); ++t)
    add_linear_row(stage.linear, codes(0).data() + t * in, stage.in_channels, stage.channels, total.data() + t * out);
  return total;
}

StageWork ei_if_arrival(const Stage& stage, const std::vector<EiIfTensor>& tensors) {
  StageWork work;
  if (stage.kind == StageKind::kInput) return work;
  const auto tensor = [&](std::size_t port) -> const EiIfTensor& { return tensors[stage.inputs[port].stage.value()]; };
  switch (stage.kind) {
    case StageKind::kLinear:
      work.adds = arriving(stage, tensor(0).codes) * stage.channels;
      break;
    case StageKind::kScores:
    case StageKind::kMix: {
      const Product p = shape_of(stage);
      work.adds = arriving(stage, tensor(0).codes) * static_cast<std::int64_t>(p.columns) +
                  spike_count(tensor(1).codes) * stage.tokens + meetings(p, tensor(0).codes, tensor(1).codes);
      break;
    }
    default:  // one add an event
      for (std::size_t port = 0; port < stage.inputs.size(); ++port)
        work.adds +=
            tensor(port).sums.empty() ? arriving(stage, tensor(port).codes) : arriving_sums(stage, tensor(port).sums);
  }
  return work;
}

std::int64_t spike_count(const std::vector<std::int32_t>& codes) {
  std::int64_t total = 0;
  for (const std::int32_t code : codes) total += std::abs(code);
  return total;
}

}  // namespace ranvier::workloads
