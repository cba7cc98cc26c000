// SPDX-License-Identifier: Apache-2.0
// The flit-level network with its parameters in the open, for synthetic traffic and tests. The chip simulation goes
// through make_cycle_network() of sim/network.h.
#pragma once

#include <memory>

#include "sim/network.h"
#include "sim/network_timing.h"

namespace ranvier::sim {

/// What a cycle network tells beyond the interface of the chip simulation.
class CycleNetwork : public Network {
 public:
  /// Packets injected and not delivered.
  virtual std::int64_t packets_inside() const = 0;
  /// From now on appends when each packet's head flit arrives, of packets with one destination; nullptr stops it.
  virtual void log_heads(std::vector<Entry>* log) = 0;
};

/// Throws NetworkParameterError.
std::unique_ptr<CycleNetwork> make_cycle_network(const MeshSpec& mesh, const NetworkOptions& options = {});

}  // namespace ranvier::sim
