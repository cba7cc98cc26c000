// SPDX-License-Identifier: Apache-2.0
// The energy ledger: integer attojoules by component, stage and core. Every sum over it is exact, in any order.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "chips/chip.h"
#include "sim/core_model.h"
#include "sim/flow_table.h"
#include "sim/run_result.h"
#include "sim/state_bytes.h"

namespace ranvier::sim {

/// Table entry of a component; null for static power and for what a device spends, which is no chip's.
const chips::Param<Energy>* energy_param(const chips::EnergyTable& table, Component component);
/// Its value; zero where there is none.
Energy unit_energy(const chips::EnergyTable& table, Component component);

/// Calls visit(component, count) for each component that a core counts itself.
template <class Visit>
void for_each_count(const CoreCounters& n, Visit&& visit) {
  visit(Component::kSynapseRead, n.synapse_reads);
  visit(Component::kAccumulate, n.adds);
  visit(Component::kMultiplyAdd, n.multiply_adds);
  visit(Component::kSomaUpdate, n.soma_updates);
  visit(Component::kMapValue, n.map_values);
  visit(Component::kStateSwap, n.swapped_bytes);
  visit(Component::kSynapseConv, n.conv_reads);
  visit(Component::kSynapseSparse, n.sparse_reads);
  visit(Component::kSomaActive, n.active_updates);
  visit(Component::kSpike, n.spikes);
  visit(Component::kDenseMultiplyAdd, n.dense_multiply_adds);
}

/// The packet enters at the router of core 0, made by no core.
inline bool by_host(const FlowPath& path, const Leg& leg) { return path.from_host && !leg.relayed; }

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

  /// For checkpoints. restore() throws StateMismatch for a stage or core that there is none of.
  void save(StateWriter& w) const;
  void restore(StateReader& r, std::size_t stages, std::size_t cores);

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
