// SPDX-License-Identifier: Apache-2.0
// The named rule `simple` for networks over time: a step takes as long as the core that sends or receives longest, plus
// the barrier; the network takes no time. It is the rule of a public simulator, kept so that results can be held
// against each other to the digit (docs/explanation/conformance.md).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "mapper/mapping.h"
#include "sim/errors.h"
#include "sim/run_result.h"

namespace ranvier::sim {

struct SimpleOptions {
  int threads = 1;  // of the functional engine; the result does not depend on it
  std::function<void(std::int32_t step)> progress;
  const std::atomic<bool>* interrupted = nullptr;  // once true: stop at the next step boundary
};

/// What the engine did, for speed figures.
struct SimpleRun {
  RunResult result;
  std::int64_t spikes = 0;
  std::int64_t synaptic_events = 0;
  std::int64_t messages = 0;  // a spike and a core that it goes to
  std::int64_t hops = 0;      // links that messages cross
  std::int64_t engine_bytes = 0;
  double simulate_s = 0;      // wall time of the steps
  double simulate_cpu_s = 0;  // processor time of them, all threads
};

/// In a step every core
///   sends     soma_cycles + soma_active_cycles a compartment, + spike_cycles a spike, + emit_cycles a message
///   receives  event_decode_cycles a message + synapse_sparse_cycles (dense layers: synapse_cycles) a synapse
/// and the step takes the largest of all these sums, plus the row of barrier_table with the most routers that is not
/// beyond those in use. Energy as in the ledger, without static power. Of a closed temporal program whose stages have
/// sparse synapses and a bias, on a unicast chip; else throws NoSimpleTiming.
SimpleRun run_simple(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                     const SimpleOptions& options = {});

/// Cycles that `simple` adds to a step with so many routers in use.
std::int64_t simple_barrier_cycles(const chips::Sync& sync, std::int64_t routers);

}  // namespace ranvier::sim
