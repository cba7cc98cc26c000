// SPDX-License-Identifier: Apache-2.0
#include "sim/tick_report.h"

#include "sim/run_result.h"

namespace ranvier::sim {
namespace {

OverrunCause cause_of(const StepResult& step, bool device_used) {
  const std::int64_t left = step.work.count() - step.overrun_cycles;  // of the tick, when the step began
  if (step.compute.count() > left) return OverrunCause::kCore;
  if (step.network.count() > left) return OverrunCause::kNetwork;
  // The closed form adds the way of a packet to the work of a core: neither alone need be too long.
  return device_used ? OverrunCause::kDevice : OverrunCause::kCore;
}

}  // namespace

void TickReport::add_step(const StepResult& step, bool device_used) {
  ++steps;
  skipped_ticks += step.overrun_phases;
  if (step.overrun_cycles == 0) return;
  ++overruns;
  const OverrunCause cause = cause_of(step, device_used);
  cores += cause == OverrunCause::kCore;
  network += cause == OverrunCause::kNetwork;
  device += cause == OverrunCause::kDevice;
  if (cause == OverrunCause::kCore && step.slowest_core.valid()) {
    const std::size_t core = step.slowest_core.value();
    if (by_core.size() <= core) by_core.resize(core + 1);
    ++by_core[core];
  }
  if (step.overrun_cycles > worst.overrun.count())
    worst = {step.image, step.step, Cycles(step.overrun_cycles), step.slowest_core, cause};
}

void TickReport::add(const TickReport& later) {
  steps += later.steps;
  overruns += later.overruns;
  skipped_ticks += later.skipped_ticks;
  cores += later.cores;
  network += later.network;
  device += later.device;
  if (by_core.size() < later.by_core.size()) by_core.resize(later.by_core.size());
  for (std::size_t c = 0; c < later.by_core.size(); ++c) by_core[c] += later.by_core[c];
  if (later.worst.overrun > worst.overrun) worst = later.worst;
}

}  // namespace ranvier::sim
