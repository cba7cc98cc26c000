// SPDX-License-Identifier: Apache-2.0
// How a run kept to its fixed tick: which steps did not end in theirs, by how much, and who was last.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/quantities.h"

namespace ranvier::sim {

struct StepResult;

/// What a step that overran was waiting for at the end of its tick. kNetwork: all cores were done by then, a packet was
/// still under way. kDevice: neither.
enum class OverrunCause : std::uint8_t { kCore, kNetwork, kDevice };

struct TickReport {
  std::int64_t tick_cycles = 0;  // 0: the chip has no fixed tick, and the rest is empty
  std::int64_t steps = 0;        // without the readings of potentials
  std::int64_t overruns = 0;     // steps that did not end in their tick
  std::int64_t skipped_ticks = 0;
  std::int64_t cores = 0, network = 0, device = 0;  // overruns by cause
  struct Worst {
    std::int32_t image = 0;
    std::int32_t step = 0;
    Cycles overrun;
    CoreId core;  // that was done last; invalid where no core worked
    OverrunCause cause = OverrunCause::kCore;

    template <class Archive, class Self>
    static void state(Archive& a, Self& s) {
      a(s.image, s.step, s.overrun, s.core);
      a.choice(s.cause, OverrunCause::kDevice);
    }
  } worst;                            // the first of those with the largest overrun
  std::vector<std::int64_t> by_core;  // overruns of cause kCore, by the core that was done last; ends with such a core

  double overrun_share() const { return steps == 0 ? 0.0 : static_cast<double>(overruns) / static_cast<double>(steps); }
  /// A step of an image; readings of potentials are none. `device_used`: the board has one and it is in use.
  void add_step(const StepResult& step, bool device_used);
  /// What came after all that this one holds.
  void add(const TickReport& later);

  /// What grows image by image, for checkpoints.
  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a(s.steps, s.overruns, s.skipped_ticks, s.cores, s.network, s.device, s.worst, s.by_core);
  }
};

}  // namespace ranvier::sim
