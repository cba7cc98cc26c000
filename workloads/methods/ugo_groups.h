// SPDX-License-Identifier: Apache-2.0
// Many groups of the same universal group operator, stepped side by side: one for each channel and token of an MLP,
// each score, each row. Kept is what every hidden neuron has emitted; its potential follows from the running input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "workloads/methods/ugo_unit.h"

namespace ranvier::workloads {

/// What hidden neurons have emitted: payloads +-1, +-2 and +-4 are shifts of the output weight, +-3 multiplies it.
struct UgoFirings {
  std::int64_t events = 0;
  std::int64_t multiplies = 0;  // of them
};

class UgoGroups {
 public:
  UgoGroups(UgoUnit unit, std::size_t groups);

  /// Step t = 1, 2, ...: `totals` are the running sums of each group's input, t times its mean. Returns the running
  /// sums of the outputs, t times about f(mean), valid until the next step. Throws std::logic_error where `totals` is
  /// not one number a group, TooManyUgoSteps.
  std::span<const std::int64_t> step(std::span<const std::int32_t> totals);

  const UgoUnit& unit() const { return unit_; }
  std::size_t groups() const { return total_.size(); }
  std::int64_t neurons() const { return static_cast<std::int64_t>(unit_.hidden.size() * total_.size()); }
  const UgoFirings& firings() const { return firings_; }
  /// What hidden neuron i of group g has emitted, net, in payloads.
  std::int32_t emitted(std::size_t i, std::size_t g) const { return emitted_[i * total_.size() + g]; }

 private:
  UgoUnit unit_;
  std::int32_t step_ = 0;
  std::vector<std::int32_t> emitted_;  // [hidden][groups]
  std::vector<std::int64_t> total_;    // [groups]
  UgoFirings firings_;
};

}  // namespace ranvier::workloads
