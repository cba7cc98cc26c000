// SPDX-License-Identifier: Apache-2.0
// Firing without branches but for rows in which nothing is due; channels that fire are compressed into lists.
#include "workloads/fire_kernels.h"

#include "workloads/highway_targets.h"
#include "workloads/units.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "workloads/fire_kernels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ranvier::workloads::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D32 = hn::ScalableTag<std::int32_t>;
using V32 = hn::Vec<D32>;
constexpr std::size_t kLanes = hn::MaxLanes(D32());
static_assert(kLanes <= kFireSlack);

FiredRow fire_once(const NeuronRow& row, std::int32_t* plus, std::int32_t* minus) {
  const auto count = static_cast<std::size_t>(row.count);
  FiredRow fired;
  std::size_t c = 0;
#if HWY_TARGET != HWY_SCALAR
  const V32 lo = hn::Set(D32(), row.lo);
  const V32 hi = hn::Set(D32(), row.hi);
  V32 again = hn::Zero(D32());
  for (; c + kLanes <= count; c += kLanes) {
    const V32 v = hn::LoadU(D32(), row.potential + c);
    const V32 s = hn::LoadU(D32(), row.tracer + c);
    const V32 theta = hn::LoadU(D32(), row.threshold + c);
    const auto up = hn::AndNot(hn::Lt(v, theta), hn::Lt(s, hi));
    const auto down = hn::And(hn::Lt(v, hn::Zero(D32())), hn::Gt(s, lo));
    if (hn::AllFalse(D32(), hn::Or(up, down))) continue;
    const V32 v_after = hn::Add(hn::Sub(v, hn::IfThenElseZero(up, theta)), hn::IfThenElseZero(down, theta));
    // A mask as a vector is -1.
    const V32 s_after = hn::Add(hn::Sub(s, hn::VecFromMask(D32(), up)), hn::VecFromMask(D32(), down));
    hn::StoreU(v_after, D32(), row.potential + c);
    hn::StoreU(s_after, D32(), row.tracer + c);
    const auto up_again = hn::AndNot(hn::Lt(v_after, theta), hn::Lt(s_after, hi));
    const auto down_again = hn::And(hn::Lt(v_after, hn::Zero(D32())), hn::Gt(s_after, lo));
    again = hn::Or(again, hn::VecFromMask(D32(), hn::Or(up_again, down_again)));
    const V32 channel = hn::Iota(D32(), static_cast<std::int32_t>(c));
    fired.plus += hn::CompressStore(channel, up, D32(), plus + fired.plus);
    fired.minus += hn::CompressStore(channel, down, D32(), minus + fired.minus);
  }
  fired.again = !hn::AllTrue(D32(), hn::Eq(again, hn::Zero(D32())));
#endif
  for (; c < count; ++c) {
    const std::int32_t fire = st_bif_fire(row.potential[c], row.tracer[c], row.threshold[c], row.lo, row.hi);
    if (fire == 0) continue;
    if (fire > 0) plus[fired.plus++] = static_cast<std::int32_t>(c);
    if (fire < 0) minus[fired.minus++] = static_cast<std::int32_t>(c);
    std::int32_t v = row.potential[c];
    std::int32_t s = row.tracer[c];
    fired.again = fired.again || st_bif_fire(v, s, row.threshold[c], row.lo, row.hi) != 0;
  }
  return fired;
}

/// Quotients in double: a 32-bit number over a threshold below 2^31 lies at least 2^-31 of itself under the next
/// integer.
std::size_t fire_to_rest(const NeuronRow& row, WideEvent* events) {
  const auto count = static_cast<std::size_t>(row.count);
  std::size_t fired = 0;
  std::size_t c = 0;
#if HWY_TARGET != HWY_SCALAR
  using D64 = hn::ScalableTag<double>;
  using Few = hn::Rebind<std::int32_t, D64>;
  constexpr std::size_t kFew = hn::MaxLanes(D64());
  constexpr Few few;
  const auto lo = hn::Set(few, row.lo);
  const auto hi = hn::Set(few, row.hi);
  for (; c + kFew <= count; c += kFew) {
    const auto v = hn::LoadU(few, row.potential + c);
    const auto s = hn::LoadU(few, row.tracer + c);
    const auto theta = hn::LoadU(few, row.threshold + c);
    const auto quotient = hn::Div(hn::PromoteTo(D64(), v), hn::PromoteTo(D64(), theta));
    const auto due = hn::DemoteTo(few, hn::Floor(quotient));
    const auto s_after = hn::Min(hn::Max(hn::Add(s, due), lo), hi);
    const auto fires = hn::Sub(s_after, s);
    hn::StoreU(hn::Sub(v, hn::Mul(theta, fires)), few, row.potential + c);
    hn::StoreU(s_after, few, row.tracer + c);
    std::int32_t value[kFew];
    hn::StoreU(fires, few, value);
    for (std::size_t i = 0; i < kFew; ++i) {
      events[fired] = {static_cast<std::int32_t>(c + i), value[i]};
      fired += value[i] != 0 ? 1 : 0;
    }
  }
#endif
  for (; c < count; ++c) {
    const std::int32_t value = st_bif_to_rest(row.potential[c], row.tracer[c], row.threshold[c], row.lo, row.hi);
    events[fired] = {static_cast<std::int32_t>(c), value};
    fired += value != 0 ? 1 : 0;
  }
  return fired;
}

}  // namespace ranvier::workloads::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranvier::workloads {

HWY_EXPORT(fire_once);
HWY_EXPORT(fire_to_rest);

FiredRow fire_row_once(const NeuronRow& row, std::int32_t* plus, std::int32_t* minus) {
  return HWY_DYNAMIC_DISPATCH(fire_once)(row, plus, minus);
}

std::size_t fire_row_to_rest(const NeuronRow& row, WideEvent* events) {
  return HWY_DYNAMIC_DISPATCH(fire_to_rest)(row, events);
}

}  // namespace ranvier::workloads
#endif
