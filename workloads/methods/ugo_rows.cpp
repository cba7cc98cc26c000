// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/ugo_rows.h"

#include <algorithm>
#include <cmath>

namespace ranvier::workloads {

UgoDesign ugo_design(const UgoOptions& options, const UgoNetwork& network, int steps, double in_scale,
                     double out_scale) {
  UgoDesign design;
  design.in_scale = in_scale;
  design.out_scale = out_scale;
  design.low = network.low;
  design.high = network.high;
  design.steps = steps;
  design.largest_input =
      static_cast<std::int64_t>(std::ceil(std::max(std::abs(network.low), std::abs(network.high)) / in_scale));
  design.rule = options.rule;
  design.share = options.share;
  design.centred = options.centred;
  return design;
}

std::span<const std::int64_t> step_and_count(UgoGroups& groups, std::span<const std::int32_t> totals,
                                             std::int64_t changed, StageWork& work) {
  constexpr std::int64_t kWordsRead = 2;  // potential and memory
  const UgoFirings before = groups.firings();
  const auto made = groups.step(totals);
  const std::int64_t events = groups.firings().events - before.events;
  const std::int64_t multiplies = groups.firings().multiplies - before.multiplies;
  const auto hidden = static_cast<std::int64_t>(groups.unit().hidden.size());
  work.events += events;
  work.adds += changed * hidden + groups.neurons() + (events - multiplies);
  work.multiply_adds += multiplies;
  work.state_reads += kWordsRead * groups.neurons();
  return made;
}

std::int64_t shifted(std::int64_t value, int left) { return left >= 0 ? value << left : value >> -left; }

}  // namespace ranvier::workloads
