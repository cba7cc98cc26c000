// SPDX-License-Identifier: Apache-2.0
// The functional engine: runs the spiking program event by event under a schedule and counts what it does. Shares no
// evaluation code with the dense reference, only the unit maps; both must end in the same integers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/program.h"
#include "workloads/reference.h"

namespace ranvier::workloads {

struct ExecutorOptions {
  double suppress_probability = 0;  // each firing that is due waits a step with this probability: order must not matter
  std::uint64_t seed = 0;           // of the suppression
  std::int64_t max_steps = 1'000'000;  // StepLimitReached (executor_errors.h) beyond it
  bool stop_at_max_steps = false;      // no error there: what has arrived by then is the result, not at rest
  bool keep_logits = false;            // after every step
  int threads = 0;                     // at most; 0: as the caller has. The result does not depend on it
};

/// Work of one stage. Events are those it emits; adds and multiply_adds are done on its accumulators by events that
/// arrive: outputs touched, per event. Linear, scores and mix count multiply_adds under the graded schedule and adds
/// under the unary ones (an `add` payload wider than one unit is a multiply_add there too); residual sums, LayerNorm
/// and GELU take one add an event under any schedule.
struct StageCounts {
  std::int64_t events = 0;
  std::int64_t adds = 0;
  std::int64_t multiply_adds = 0;
  std::int64_t state_reads = 0;              // V and S a look at a neuron, X a unit mapped or summed
  std::vector<std::int64_t> events_by_step;  // SpikingRun::steps entries
};

struct SpikingRun {
  Activations activations;
  std::int64_t steps = 0;                                 // through the step of the last event
  bool at_rest = true;                                    // false: stopped at max_steps
  std::vector<std::vector<std::int32_t>> logits_by_step;  // with keep_logits: `steps` entries of the head's potentials
  std::vector<StageCounts> stages;                        // by stage
  std::int64_t events() const;
  std::int64_t synops() const;  // adds + multiply_adds
};

/// Longest path from the input, by stage: under staged schedules a stage starts when all of the level before it rest.
std::vector<std::int32_t> stage_levels(const Program& program);

/// In step t every stage that may fire fires on what arrived in steps < t; then everything emitted is delivered.
/// Staged: the stages of a level fire (graded: to rest, unary: one fire a neuron and step) in every step from the one
/// after the level before came to rest, until none of them would fire again; a level takes at least one step, `add`
/// emits its whole difference. Asynchronous unary: all stages in every step, until a step passes without an event and
/// none would fire. Input codes leave like any other codes: graded in one event, unary one a step. Temporal programs,
/// and only they, run under kTimesteps (executor_temporal.h); adds are synapses passed, options are not used.
SpikingRun run_spiking(const Program& program, std::span<const std::int32_t> input_codes, Schedule schedule,
                       const ExecutorOptions& options = {});

}  // namespace ranvier::workloads
