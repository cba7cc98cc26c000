// SPDX-License-Identifier: Apache-2.0
// Runs a mapped program on a model of its board and measures what every layer, core and link did.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "mapper/mapping.h"
#include "sim/checkpoint.h"
#include "sim/core_model.h"
#include "sim/network.h"
#include "sim/run_result.h"

namespace ranvier::sim {

class Communicator;
class Probe;

struct SimOptions {
  Fidelity fidelity = Fidelity::kCycle;
  std::vector<CoreFactory> core_of_tile;  // by tile; null, or an empty list: behavioural
  bool lockstep = true;                 // compare every core of core_of_tile with its behavioural twin, event by event
  std::filesystem::path lockstep_wave;  // of a core that differs: "-tile<N>.fst" is appended; empty: none is written
  RouterWatch* routers = nullptr;       // cycle only: follows its routers; it outlives the run
  bool allow_loss = false;              // count lost events instead of stopping the run
  NetworkOptions network;
  std::function<void(std::int32_t image, std::int32_t step)> progress;  // called when a step ends
  std::int64_t max_steps = 0;       // of an image; 0: until it is done. Codes are then compared with the executor's
  int threads = 0;                  // analytic and fast; 0: all; changes no result
  Communicator* ranks = nullptr;    // analytic and fast: the board split by chip (communicator.h); changes no result
  bool record_activities = true;    // of the first image, for the trace
  std::vector<Probe*> probes;       // probe.h; they outlive the run
  std::size_t step_rows = 250'000;  // more steps are joined (step_rows.h); 2 or more. Also places of lost events
  std::size_t step_energy_rows = 250'000;  // steps whose energy is kept one by one (64 MB); 0: only their sum
  const std::atomic<bool>* interrupted =
      nullptr;  // once true: stop at the next step boundary, keep the finished images
  Checkpointing checkpoints;
  ResumeFrom resume;  // a checkpoint of the same job: the run goes on from there and ends as if it had not stopped
};

/// `images`: input codes, row-major [tokens][channels] of stage 0. `mapping` must be legal (mapper/verifier.h). The
/// same arguments give the same result. Calls from several threads take turns: SystemC has one kernel a process. Throws
/// EventsLost, LockstepMismatch, BadInputCodes (sim/errors.h), and what options.resume can be wrong
/// in (sim/checkpoint_errors.h).
RunResult simulate(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                   std::span<const std::vector<std::int32_t>> images, const SimOptions& options = {});

}  // namespace ranvier::sim
