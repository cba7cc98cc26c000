// SPDX-License-Identifier: Apache-2.0
// What a tile's work costs, in core cycles: the one place that says so. It is a contract: behavioural cores charge
// exactly this, RTL is measured against it, and docs/explanation/simulator.md states it for readers.
//
//   receive  event_decode + max(synapse_cycles * ceil(outputs touched / lanes),
//            ceil(synapse words touched / synapse_words_per_cycle)); synapse_conv_cycles for shared kernels,
//            synapse_sparse_cycles for synapses that name their targets. Words bind
//            where weights are read (linear, CUBA), and where the chip says how many it reads; they are read ahead of
//            the lanes, so the slower of both counts. Bits of a word: mapper/synapse_storage.h
//   fire     soma * ceil(contexts / lanes) + soma_active * ceil(active / lanes) + map * mapped values
//            + (spike + emit) * events; contexts in order of token, then output; a group of `lanes` of them is paid
//            before its first event leaves. Active: had input since the tile last fired, or fires. Input reaches all
//            outputs of its token (all tokens on the key side of a product), but one in GELU, add and partial sums.
//            CUBA compartments: active are those that are not at rest, or had input.
//   packets  on unicast chips each packet of an event beyond the first costs `emit` more: core_module.cpp, since a tile
//            does not know its destinations
//   swap     ceil(bytes out and in / bulk_bytes_per_cycle), token mode `stream` only, whenever the token in work
//   changes;
//            bytes of a context: mapper/demand.h
//   ports    with memory_ports 1 a core integrates only when it has fired: integration_start()
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/quantities.h"
#include "chips/chip.h"
#include "mapper/work.h"

namespace ranvier::sim {

class CoreCosts {
 public:
  /// `reads_weights`: outputs are touched by weights out of synapse memory. `core` outlives this.
  explicit CoreCosts(const chips::CoreKind& core, bool reads_weights = true);

  Cycles receive(std::int64_t outputs_touched) const { return receive_synapses(outputs_touched, false); }
  Cycles receive_synapses(std::int64_t synapses, bool shared_kernels) const {
    const std::int64_t adding = (shared_kernels ? synapse_conv_ : synapse_) * groups(synapses);
    return Cycles(decode_ + std::max(adding, reading(synapses, shared_kernels)));
  }
  /// Synapses that each name their target.
  Cycles receive_sparse(std::int64_t synapses) const {
    return Cycles(decode_ + std::max(synapse_sparse_ * groups(synapses), reading(synapses, true)));
  }
  Cycles fire_compartments(std::int64_t compartments, std::int64_t active, std::int64_t spikes) const {
    return fire(compartments, active, 0, spikes);
  }
  Cycles swap(std::int64_t bytes) const {
    return Cycles(bulk_bytes_per_cycle_ > 0 ? (bytes + bulk_bytes_per_cycle_ - 1) / bulk_bytes_per_cycle_ : 0);
  }
  Cycles fire(std::int64_t contexts, std::int64_t active, std::int64_t mapped_values, std::int64_t events) const {
    return Cycles(soma_ * groups(contexts) + soma_active_ * groups(active) + map_ * mapped_values +
                  (spike_ + emit_) * events);
  }

 private:
  std::int64_t groups(std::int64_t n) const { return (n + lanes_ - 1) / lanes_; }
  std::int64_t reading(std::int64_t synapses, bool shared_kernels) const {
    return reads_words_ ? mapper::synapse_read_cycles(*core_, synapses, shared_kernels) : 0;
  }

  const chips::CoreKind* core_;
  bool reads_words_;  // and the chip says how fast
  std::int64_t synapse_, synapse_conv_, synapse_sparse_, soma_active_, spike_;
  std::int64_t decode_, lanes_, soma_, map_, emit_, bulk_bytes_per_cycle_;
};

/// Cycle at which a core begins to integrate what is there at `at`: after what it has integrated so far (`integrated`),
/// and, where its units take turns, not before it has fired (`fired`). Firing goes first: it begins with the step.
inline std::int64_t integration_start(const chips::CoreKind& core, std::int64_t at, std::int64_t integrated,
                                      std::int64_t fired) {
  const std::int64_t start = std::max(at, integrated);
  return mapper::units_take_turns(core) ? std::max(start, fired) : start;
}

/// Cycles that a core's busier unit works; of both where they take turns.
inline std::int64_t busier_unit(const chips::CoreKind& core, std::int64_t integrate, std::int64_t fire) {
  return mapper::units_take_turns(core) ? integrate + fire : std::max(integrate, fire);
}

}  // namespace ranvier::sim
