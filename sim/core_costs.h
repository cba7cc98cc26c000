// SPDX-License-Identifier: Apache-2.0
// What a tile's work costs, in core cycles: the one place that says so. It is a contract: behavioural cores charge
// exactly this, RTL is measured against it, and docs/explanation/simulator.md states it for readers.
//
//   receive  event_decode + ceil(outputs touched / lanes)
//   fire     soma * ceil(contexts / lanes) + map * mapped values + emit * events;
//            contexts in order of token, then output; a group of `lanes` of them is paid before its first event leaves
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

  Cycles receive(std::int64_t outputs_touched) const {
    return Cycles(decode_ + (outputs_touched + lanes_ - 1) / lanes_);
  }
  Cycles swap(std::int64_t bytes) const {
    return Cycles(bulk_bytes_per_cycle_ > 0 ? (bytes + bulk_bytes_per_cycle_ - 1) / bulk_bytes_per_cycle_ : 0);
  }
  Cycles fire(std::int64_t contexts, std::int64_t mapped_values, std::int64_t events) const {
    return Cycles(soma_ * ((contexts + lanes_ - 1) / lanes_) + map_ * mapped_values + emit_ * events);
  }

 private:
  std::int64_t decode_, lanes_, soma_, map_, emit_, bulk_bytes_per_cycle_;
};

}  // namespace ranvier::sim
