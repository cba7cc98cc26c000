// SPDX-License-Identifier: Apache-2.0
// Counts of a run under the rule `simple` as a RunResult: layers, cores, links, ledger, steps.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/mapping.h"
#include "sim/run_result.h"

namespace ranvier::sim {

/// What a tile, alone on its core, did in a step.
struct TileStep {
  std::int64_t spikes = 0;
  std::int64_t messages_out = 0;
  std::int64_t send_cycles = 0;
  std::int64_t receive_cycles = 0;
};

class SimpleAccounts {
 public:
  SimpleAccounts(const mapper::MappingProblem& problem, const mapper::Mapping& mapping);

  /// `count` messages of a neuron of `from` to the core of tile `to`, with so many synapses each.
  void add_messages(TileId from, std::size_t to, std::int64_t count, std::int64_t synapses) {
    messages_[from.value() * tiles_ + to] += count;
    total_[to].messages_in += count;
    total_[to].synapses += count * synapses;
  }
  /// `slowest` worked `cycles`; the step takes `barrier` more.
  void add_step(std::int32_t step, std::span<const TileStep> work, TileId slowest, std::int64_t cycles,
                std::int64_t barrier);
  RunResult finish(std::vector<std::int32_t> logits, std::int32_t steps, bool exact);

 private:
  void charge_tiles(RunResult& result, class EnergyLedger& ledger) const;
  void charge_messages(RunResult& result, class EnergyLedger& ledger) const;
  void finish_energy(RunResult& result, const class EnergyLedger& ledger) const;

  /// Of all steps.
  struct TileTotal : TileStep {
    std::int64_t messages_in = 0;
    std::int64_t synapses = 0;
  };

  const mapper::MappingProblem& problem_;
  const mapper::Mapping& mapping_;
  std::size_t tiles_;
  std::int64_t steps_ = 0;
  std::vector<std::int64_t> messages_;  // [from tile][to tile]
  std::vector<TileTotal> total_;        // by tile
  std::vector<StepResult> step_results_;
  std::vector<std::vector<std::int64_t>> events_by_step_;  // by stage
  Duration now_;
};

}  // namespace ranvier::sim
