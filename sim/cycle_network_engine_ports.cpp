// SPDX-License-Identifier: Apache-2.0
// The flit-level network compiled for several cores a router, and for six neighbours.
#include "sim/cycle_network_engine.h"

#include "sim/cycle_network_run.h"

namespace ranvier::sim {

template class CycleEngine<FourWaySmallShape>;
template class CycleEngine<FourWayLargeShape>;
template class CycleEngine<SixWayShape>;
template class CycleEngine<SixWayLargeShape>;

}  // namespace ranvier::sim
