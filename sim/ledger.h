// SPDX-License-Identifier: Apache-2.0
// The energy ledger: integer attojoules by component, stage and core. Every sum over it is exact, in any order.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "chips/chip.h"
#include "sim/run_result.h"

namespace ranvier::sim {

/// Table entry of a component; null for static power and for what a device spends, which is no chip's.
const chips::Param<Energy>* energy_param(const chips::EnergyTable& table, Component component);
/// Its value; zero where there is none.
Energy unit_energy(const chips::EnergyTable& table, Component component);

class EnergyLedger {
 public:
  explicit EnergyLedger(const chips::EnergyTable& table) : table_(&table) {}

  /// `count` occurrences; nothing is recorded for none.
  void add(Component component, StageId stage, CoreId core, std::int64_t count);
  /// A share of the static energy; `cycles` is what the share was measured by.
  void add_static(StageId stage, CoreId core, std::int64_t cycles, Energy energy);
  /// Energy worked out elsewhere: by a device's cost model.
  void add_energy(Component component, StageId stage, CoreId core, std::int64_t count, Energy energy);
  void add(const EnergyLedger& other);

  /// Ordered by component, stage, core; invalid ids last.
  std::vector<LedgerEntry> entries() const;
  Energy total() const;

 private:
  using Key = std::tuple<Component, StageId, CoreId>;
  struct Value {
    std::int64_t count = 0;
    Energy energy;
  };
  const chips::EnergyTable* table_;
  std::map<Key, Value> entries_;
};

/// Splits `whole` in proportion to `weights` (>= 0, sum > 0) by largest remainder, the first of equals first: the parts
/// add up to the whole.
std::vector<std::int64_t> split_exactly(std::int64_t whole, std::span<const std::int64_t> weights);

}  // namespace ranvier::sim
