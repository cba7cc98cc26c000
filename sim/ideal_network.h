// SPDX-License-Identifier: Apache-2.0
// Networks that leave mechanisms of the flit-level one out: what-ifs with which the fidelity check finds where a step's
// time goes. Nobody waits for a link, a buffer or a virtual channel in here.
#pragma once

#include <memory>

#include "sim/network.h"

namespace ranvier::sim {

struct IdealNetworkOptions {
  bool latency = true;    // zero_load_cycles() from source queue to tail; else a packet is there when it leaves
  bool injection = true;  // a core's way in takes a flit a cycle, relays first; else any number
  bool ejection = true;   // a core's way out takes a flit a cycle; else any number
};

/// With everything left in, a packet alone takes exactly what it takes in the flit-level network. Ejection ports cannot
/// be closed (std::logic_error). `board` must outlive it. Throws NetworkParameterError.
std::unique_ptr<Network> make_ideal_network(const chips::Board& board, const IdealNetworkOptions& options);

}  // namespace ranvier::sim
