// SPDX-License-Identifier: Apache-2.0
// The cost model of rv_spike_core out of its cycle counts: random tiles and traffic are run on the RTL, counted work is
// fitted to busy cycles, and the fit, rounded to whole cycles, is judged on tiles of other seeds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rtl/spike_core_port.h"

namespace ranvier::rtl {

/// A train of events, or a tick, as counted from outside.
struct CycleSample {
  bool tick = false;
  std::int32_t neurons = 0, tokens = 0;
  std::int64_t row_events = 0, direct_events = 0, list_events = 0, list_entries = 0;
  std::int64_t fires = 0;   // graded tick: sum over words of the largest payload, which is the number of fires
  std::int64_t spikes = 0;  // out
  std::int64_t cycles = 0;  // busy
};

/// Samples of `tiles` ST-BIF tiles drawn from `seed`, a few steps each. Words are of `lanes` neurons.
std::vector<CycleSample> sample_cycles(SpikeCorePort& port, std::uint64_t seed, std::int32_t tiles);

/// Cycles of each piece of work; the terms of the contract in docs/reference/rv-spike-core.md.
struct CycleCosts {
  std::int32_t lanes = 1;
  double event_decode = 0, group = 0, direct_event = 0, list_event = 0, list_entry = 0, drain = 0;
  double tick = 0, word = 0, fire = 0, emit = 0;
  double cycles(const CycleSample& sample) const;
  CycleCosts rounded() const;
};

struct CycleJudgement {
  std::size_t samples = 0;
  double mean_error = 0, worst_error = 0;  // of the cycles, relative
  std::int64_t worst_cycles = 0;
};

/// Least squares; `lanes` is the number, up to `most_lanes`, with the least error.
CycleCosts fit_cycles(const std::vector<CycleSample>& samples, std::int32_t most_lanes = 64);
CycleJudgement judge_cycles(const CycleCosts& costs, const std::vector<CycleSample>& samples);

}  // namespace ranvier::rtl
