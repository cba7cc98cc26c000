// SPDX-License-Identifier: Apache-2.0
// The time of a step in closed form, from its trains (step_facts.h). Every way into the network, link, way out, relay
// unit and integrating unit is a server; a train flows to it evenly, from when its first event gets there in an empty
// chip until its last one does (fluid_queue.h). Between servers only the longest of the waits counts: who has queued
// behind a burst once meets it thinned out. What a full receive FIFO and the buffers on the way cannot hold stays in
// its source and holds up what was made after it. The step ends with the last of its trains and units.
#pragma once

#include <memory>

#include "sim/step_facts.h"

namespace ranvier::sim {

std::unique_ptr<StepTimer> make_analytic_timing(ChipRun& run);

}  // namespace ranvier::sim
