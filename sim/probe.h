// SPDX-License-Identifier: Apache-2.0
// Something that watches a run without changing it. A run is given its probes in SimOptions; it calls them at the
// places below, always from one thread. Any number of probes changes no result; without one a run pays a test a step.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core_model.h"
#include "sim/run_result.h"

namespace ranvier::sim {

class CoreBank;
class Network;
struct NetworkProbe;

/// What a probe may read. Lives as long as the run.
struct ProbedRun {
  const mapper::MappingProblem& problem;
  const mapper::Mapping& mapping;
  const CoreBank& cores;  // core_bank.h: codes() and potentials() of any tile
  Fidelity fidelity;
};

/// A step that is over, or the host's reading of the potentials, which follows the last step of an image.
struct ProbedStep {
  std::int32_t image = 0;
  std::int32_t step = 0;
  bool readout = false;
  std::int64_t start_cycle = 0;  // since the run began
  std::int64_t cycles = 0;
  std::span<const std::int64_t> flits_before;  // by link (mapper/mesh.h), totals since the run began: before the step
  std::span<const std::int64_t> flits_after;
  const NetworkProbe* network = nullptr;  // buffers and stalls of this step, for probes that watch them
};

class Probe {
 public:
  virtual ~Probe() = default;
  /// Before the first image. Throws what the user should know before a long run begins.
  virtual void begin_run(const ProbedRun&) {}
  /// All cores are as they are before the first event.
  virtual void begin_image(std::int32_t) {}
  virtual void begin_step(std::int32_t, std::int32_t) {}
  /// Tile 0 is the host's. Each tile of the step once; the order of tiles depends on the fidelity.
  virtual void fired(TileId, std::span<const Emission>) {}
  virtual void end_step(const ProbedStep&) {}
  virtual void end_image() {}
  /// The run is over, or was interrupted: what was written is to be kept. Not called where the run failed.
  virtual void end_run() {}
  /// Asked once: whether it wants ProbedStep::network, or every cycle(). Both only where flits are moved.
  virtual bool watches_buffers() const { return false; }
  virtual bool watches_cycles() const { return false; }
  /// After each cycle in which something happened in the network; in the others nothing changes.
  virtual void cycle(std::int64_t, const Network&) {}
};

}  // namespace ranvier::sim
