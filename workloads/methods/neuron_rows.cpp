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

void TakeGoals(const Encoder& encoder, std::span<const std::int64_t> goal, std::int64_t most, const NeuronRow& row) {
  const std::int32_t* __restrict unit = encoder.threshold.data();
  const std::int32_t* __restrict plus = row.plus.data();
  const std::int32_t* __restrict minus = row.minus.data();
  const std::int64_t* __restrict goals = goal.data();
  std::int32_t* __restrict residual = row.residual.data();
  const bool pair = !row.minus.empty();
  for (std::size_t c = 0; c < goal.size(); ++c) {
    const std::int64_t emitted = std::int64_t{plus[c]} - (pair ? minus[c] : 0);
    const std::int64_t left = goals[c] - emitted * unit[c];
    residual[c] = static_cast<std::int32_t>(left > most ? most : left < -most ? -most : left);
  }
}

RowTally TallyRow(std::span<const std::int32_t> emitted) {
  std::int32_t events = 0, shifts = 0;  // a row is shorter than 2^31
  for (const std::int32_t value : emitted) {
    const auto size = static_cast<std::uint32_t>(value < 0 ? -value : value);
    events += size != 0;
    shifts += static_cast<std::int32_t>(size != 0) & static_cast<std::int32_t>((size & (size - 1)) == 0);
  }
  return {events, shifts};
}

}  // namespace ranvier::workloads::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranvier::workloads {

HWY_EXPORT(FireRow);
HWY_EXPORT(TakeGoals);
HWY_EXPORT(TallyRow);

void fire_row(const Encoder& encoder, const NeuronRow& row) { HWY_DYNAMIC_DISPATCH(FireRow)(encoder, row); }

void take_goals(const Encoder& encoder, std::span<const std::int64_t> goal, std::int64_t most, const NeuronRow& row) {
  HWY_DYNAMIC_DISPATCH(TakeGoals)(encoder, goal, most, row);
}

RowTally tally_row(std::span<const std::int32_t> emitted) { return HWY_DYNAMIC_DISPATCH(TallyRow)(emitted); }

NeuronBounds neuron_bounds(NeuronKind kind, std::int32_t levels, bool is_signed) {
  std::int32_t hi = 1;
  if (kind == NeuronKind::kSignedIf) hi = 2 + levels;
  if (kind == NeuronKind::kMultiThreshold) hi = 1 << (levels - 1);
  return {is_signed ? -hi : 0, hi};
}

}  // namespace ranvier::workloads
#endif
