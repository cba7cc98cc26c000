// SPDX-License-Identifier: Apache-2.0
// How the modules of the SystemC chip call each other. Events pass as plain calls with their cycle; SystemC only
// decides who is woken when.
#pragma once

#include <cstdint>

#include "sim/core_model.h"

namespace ranvier::sim {

/// An event under way on one leg of a flow's relay chain.
struct Transfer {
  std::uint32_t flow = 0;
  std::uint32_t leg = 0;
  Event event;
};

/// Into the network.
class NetworkPort {
 public:
  virtual ~NetworkPort() = default;
  /// The event waits for the router of its leg's first core from cycle `at` on, now or later. Relayed ones (leg > 0) go
  /// before that core's own.
  virtual void send(const Transfer& transfer, std::int64_t at) = 0;
  /// Closes or opens a core's way out of the network, from the next cycle on.
  virtual void set_ejection(CoreId core, bool open) = 0;
};

/// Out of the network.
class DeliveryPort {
 public:
  virtual ~DeliveryPort() = default;
  /// At the last core of its leg.
  virtual void deliver(const Transfer& transfer, std::int64_t at) = 0;
  /// The event left the source queue: a relay has its slot back.
  virtual void entered(const Transfer& transfer) = 0;
  /// Host or network have nothing left to do; possibly for this step.
  virtual void fell_idle() = 0;
};

}  // namespace ranvier::sim
