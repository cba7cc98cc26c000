// SPDX-License-Identifier: Apache-2.0
// One plain loop over groups, compiled once for each instruction set. What a signed IF neuron with burst 2 emits is
// trunc(V / h), h = theta / 2, bounded by 4 and, backwards, by its memory M: V >= 2h gives the main spike and up to two
// corrections, V < 2h corrections alone, and the burst returns what a main spike took below M = 0
// (tests/workloads/methods/ugo_unit_test.cpp compares with signed_if_fire).
#include "workloads/methods/ugo_groups.h"

#include <algorithm>
#include <stdexcept>

#include "workloads/methods/ugo_errors.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "workloads/methods/ugo_groups.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ranvier::workloads::HWY_NAMESPACE {
namespace {

/// `scaled` is the running input in units of potential; `made` gains what the neuron adds to the output.
void step_hidden(const UgoHidden& hidden, std::int32_t drive, std::size_t groups, const std::int32_t* __restrict scaled,
                 std::int32_t* __restrict emitted, std::int32_t* __restrict made, UgoFirings& firings) {
  const std::int32_t half = hidden.half, weight = hidden.weight, sign = hidden.sign;
  std::int32_t events = 0, threes = 0;
  for (std::size_t g = 0; g < groups; ++g) {
    const std::int32_t potential = sign * scaled[g] + drive - emitted[g] * half;
    const std::int32_t size = potential < 0 ? -potential : potential;
    const std::int32_t due = (size >= half) + (size >= 2 * half) + (size >= 3 * half) + (size >= 4 * half);
    const std::int32_t back = due < emitted[g] ? due : emitted[g];
    const std::int32_t payload = potential < 0 ? -back : due;
    emitted[g] += payload;
    made[g] += weight * payload;
    events += payload != 0;
    threes += (payload == 3) + (payload == -3);
  }
  firings.events += events;
  firings.multiplies += threes;
}

/// Groups in blocks whose input and output stay in the first cache over all hidden neurons.
void step_groups(const UgoUnit& unit, std::int32_t step, std::span<const std::int32_t> totals, std::int32_t* emitted,
                 std::int64_t* total, UgoFirings& firings) {
  constexpr std::size_t kBlock = 1024;
  std::int32_t scaled[kBlock], made[kBlock];
  for (std::size_t first = 0; first < totals.size(); first += kBlock) {
    const std::size_t count = std::min(kBlock, totals.size() - first);
    for (std::size_t g = 0; g < count; ++g) {
      scaled[g] = totals[first + g] * (std::int32_t{1} << unit.input_shift);
      made[g] = unit.offset;
    }
    for (std::size_t i = 0; i < unit.hidden.size(); ++i) {
      const UgoHidden& hidden = unit.hidden[i];
      step_hidden(hidden, hidden.bias * step + hidden.initial, count, scaled, emitted + i * totals.size() + first, made,
                  firings);
    }
    for (std::size_t g = 0; g < count; ++g) total[first + g] += made[g];
  }
}

}  // namespace
}  // namespace ranvier::workloads::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranvier::workloads {

HWY_EXPORT(step_groups);

UgoGroups::UgoGroups(UgoUnit unit, std::size_t groups)
    : unit_(std::move(unit)), emitted_(unit_.hidden.size() * groups), total_(groups) {}

std::span<const std::int64_t> UgoGroups::step(std::span<const std::int32_t> totals) {
  if (totals.size() != total_.size()) throw std::logic_error("universal group operator: not one input a group");
  if (step_ == kUgoMostSteps) throw TooManyUgoSteps(kUgoMostSteps);
  ++step_;
  HWY_DYNAMIC_DISPATCH(step_groups)(unit_, step_, totals, emitted_.data(), total_.data(), firings_);
  return total_;
}

}  // namespace ranvier::workloads
#endif
