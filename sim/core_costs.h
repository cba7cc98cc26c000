// SPDX-License-Identifier: Apache-2.0
// What a tile's work costs, in core cycles: the one place that says so. It is a contract: behavioural cores charge
// exactly this, RTL is measured against it, and docs/explanation/simulator.md states it for readers.
//
//   receive  event_decode + synapse_cycles * ceil(outputs touched / lanes); synapse_conv_cycles for shared kernels
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
#pragma once

#include <cstdint>

#include "base/quantities.h"
#include "chips/chip.h"

namespace ranvier::sim {

class CoreCosts {
 public:
  explicit CoreCosts(const chips::CoreKind& core);

  Cycles receive(std::int64_t outputs_touched) const { return receive_synapses(outputs_touched, false); }
  Cycles receive_synapses(std::int64_t synapses, bool shared_kernels) const {
    return Cycles(decode_ + (shared_kernels ? synapse_conv_ : synapse_) * groups(synapses));
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

  std::int64_t synapse_, synapse_conv_, soma_active_, spike_;
  std::int64_t decode_, lanes_, soma_, map_, emit_, bulk_bytes_per_cycle_;
};

}  // namespace ranvier::sim
