// SPDX-License-Identifier: Apache-2.0
// What each fidelity does not model.
#include "mapper/step_work.h"
#include "sim/run_accounts.h"

namespace ranvier::sim {

std::vector<std::string> left_out_of(Fidelity fidelity, chips::SyncPolicy policy) {
  std::vector<std::string> out{
      "A core never waits for its router: its own events wait in its state memory without limit."};
  if (mapper::pipelined(policy)) {
    out.emplace_back(
        "Stages of one image do not overlap: its latency is that of the image alone, step after step. Images overlap "
        "by "
        "whole levels, each as long as it took alone: a core's unit does the work of one level at a time, and a level "
        "that meets another's flits on a link waits for all of them.");
  }
  if (policy == chips::SyncPolicy::kFixedTick) {
    out.emplace_back(
        "What the cores compute does not depend on the tick: events of a step that overruns still count for the next "
        "step. A real chip would take them in a tick later, or lose them.");
  }
  if (fidelity == Fidelity::kFast) {
    out.emplace_back(
        "Trains of packets share links, ports and units slice by slice: the order of packets within a slice, virtual "
        "channels, and blocking between cores before a link's buffers are full are not modelled.");
    out.emplace_back("Lost relays are estimated; cores compute on every event.");
  }
  if (fidelity == Fidelity::kAnalytic) {
    out.emplace_back(
        "Trains flow evenly to ports, links and units, and of the waits on a way the longest counts: no packets, "
        "buffers "
        "or virtual channels, so no blocking within the mesh.");
    out.emplace_back("FIFO and relay occupancy are not told, and no event is ever lost.");
    out.emplace_back("Activities have no place within their step.");
  }
  return out;
}

}  // namespace ranvier::sim
