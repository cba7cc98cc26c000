// SPDX-License-Identifier: Apache-2.0
// The flit-level network with its parameters in the open, for synthetic traffic and tests. The chip simulation goes
// through make_cycle_network() of sim/network.h.
#pragma once

#include <memory>
#include <vector>

#include "sim/network.h"
#include "sim/network_timing.h"

namespace ranvier::sim {

/// When a packet's head flit left the source queue.
struct Entry {
  std::uint32_t id = 0;
  std::int64_t at = 0;
};

/// What a cycle network tells beyond the interface of the chip simulation.
class CycleNetwork : public Network {
 public:
  /// From now on appends an entry for each packet whose head leaves its source queue; nullptr stops it.
  virtual void log_entries(std::vector<Entry>* log) = 0;
  /// Packets injected and not delivered.
  virtual std::int64_t packets_inside() const = 0;
};

/// Throws NetworkParameterError.
std::unique_ptr<CycleNetwork> make_cycle_network(const MeshSpec& mesh, const NetworkOptions& options = {});

}  // namespace ranvier::sim
