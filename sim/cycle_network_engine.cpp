// SPDX-License-Identifier: Apache-2.0
// The flit-level network compiled for plain meshes of one core a router.
#include "sim/cycle_network_engine.h"

#include "sim/cycle_network_run.h"

namespace ranvier::sim {

template class CycleEngine<OneVcShape>;
template class CycleEngine<FourVcShape>;
template class CycleEngine<FourVcStagedShape>;
template class CycleEngine<FourWayShape>;

}  // namespace ranvier::sim
