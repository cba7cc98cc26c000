// SPDX-License-Identifier: Apache-2.0
// Plain loops over the scalar definitions, compiled once for each instruction set: the compiler vectorises them, and
// since all of it is integer arithmetic every set gives the same bits.
#include "workloads/methods/neuron_rows.h"

#include <stdexcept>

#include "workloads/highway_targets.h"
#include "workloads/methods/neuron_kinds.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "workloads/methods/neuron_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ranvier::workloads::HWY_NAMESPACE {
namespace {

template <int kBurst>
void signed_if_row(const std::int32_t* __restrict unit, std::size_t count, std::int32_t halves,
                   std::int32_t* __restrict residual, std::int32_t* __restrict plus, std::int32_t* __restrict minus,
                   std::int32_t* __restrict emitted) {
  if (minus == nullptr) {
    for (std::size_t c = 0; c < count; ++c)
      emitted[c] = signed_if_site<kBurst>(residual[c], plus[c], unit[c], unit[c] / 2 * halves);
  } else {
    for (std::size_t c = 0; c < count; ++c)
      emitted[c] = signed_if_pair<kBurst>(residual[c], plus[c], minus[c], unit[c], unit[c] / 2 * halves);
  }
}

void if_row(const std::int32_t* __restrict unit, std::size_t count, std::int32_t halves,
            std::int32_t* __restrict residual, std::int32_t* __restrict plus, std::int32_t* __restrict minus,
            std::int32_t* __restrict emitted) {
  if (minus == nullptr) {
    for (std::size_t c = 0; c < count; ++c) emitted[c] = if_site(residual[c], plus[c], unit[c], unit[c] / 2 * halves);
  } else {
    for (std::size_t c = 0; c < count; ++c)
      emitted[c] = if_pair(residual[c], plus[c], minus[c], unit[c], unit[c] / 2 * halves);
  }
}

/// multi_threshold_fire() with its loop over thresholds outside, so that the loop over channels vectorises.
void multi_threshold_row(const std::int32_t* __restrict unit, std::size_t count, int thresholds, bool is_signed,
                         std::int32_t* __restrict residual, std::int32_t* __restrict plus,
                         std::int32_t* __restrict emitted) {
  for (std::size_t c = 0; c < count; ++c) emitted[c] = 0;
  for (int i = 0; i < thresholds; ++i) {
    const std::int32_t value = 1 << i;
    for (std::size_t c = 0; c < count; ++c) {
      const bool down = residual[c] < 0;
      const bool allowed = is_signed | !down | (plus[c] >= value);
      const bool due = std::abs(residual[c]) + unit[c] / 2 >= unit[c] * value;
      emitted[c] = (allowed & due) ? value : emitted[c];
    }
  }
  for (std::size_t c = 0; c < count; ++c) {
    emitted[c] = residual[c] < 0 ? -emitted[c] : emitted[c];
    residual[c] -= emitted[c] * unit[c];
    plus[c] += emitted[c];
  }
}

}  // namespace

void FireRow(const Encoder& encoder, const NeuronRow& row) {
  const std::int32_t* unit = encoder.threshold.data();
  const std::size_t count = row.residual.size();
  std::int32_t* residual = row.residual.data();
  std::int32_t* plus = row.plus.data();
  std::int32_t* minus = row.minus.empty() ? nullptr : row.minus.data();
  std::int32_t* emitted = row.emitted.data();
  if (encoder.neuron == NeuronKind::kIf) return if_row(unit, count, encoder.initial, residual, plus, minus, emitted);
  if (encoder.neuron == NeuronKind::kMultiThreshold)
    return multi_threshold_row(unit, count, encoder.levels, encoder.lo < 0, residual, plus, emitted);
  if (encoder.neuron != NeuronKind::kSignedIf) throw std::logic_error("fire_row: not a neuron of the rate family");
  switch (encoder.levels) {
    case 0:
      return signed_if_row<0>(unit, count, encoder.initial, residual, plus, minus, emitted);
    case 1:
      return signed_if_row<1>(unit, count, encoder.initial, residual, plus, minus, emitted);
    case 2:
      return signed_if_row<2>(unit, count, encoder.initial, residual, plus, minus, emitted);
    case 3:
      return signed_if_row<3>(unit, count, encoder.initial, residual, plus, minus, emitted);
    case kMaxBurst:
      return signed_if_row<kMaxBurst>(unit, count, encoder.initial, residual, plus, minus, emitted);
    default:
      throw std::logic_error("fire_row: burst beyond kMaxBurst");
  }
}

}  // namespace ranvier::workloads::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranvier::workloads {

HWY_EXPORT(FireRow);

void fire_row(const Encoder& encoder, const NeuronRow& row) { HWY_DYNAMIC_DISPATCH(FireRow)(encoder, row); }

NeuronBounds neuron_bounds(NeuronKind kind, std::int32_t levels, bool is_signed) {
  std::int32_t hi = 1;
  if (kind == NeuronKind::kSignedIf) hi = 2 + levels;
  if (kind == NeuronKind::kMultiThreshold) hi = 1 << (levels - 1);
  return {is_signed ? -hi : 0, hi};
}

}  // namespace ranvier::workloads
#endif
