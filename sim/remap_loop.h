// SPDX-License-Identifier: Apache-2.0
// Feedback: propose a mapping from what was measured, simulate it, keep it only if it gains, until gains run out.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "mapper/remap.h"
#include "sim/simulate.h"

namespace ranvier::sim {

struct RemapLoopOptions {
  double until = 0.01;  // stop when an accepted step gains less than this share
  std::int32_t max_iterations = 8;
  std::uint64_t seed = 1;
};

/// What one iteration proposed and what the simulator said of it. Iteration 0 is the start.
struct RemapStep {
  std::int32_t iteration = 0;
  double step_time_ns_mean = 0;
  Energy energy;
  double max_link_load = 0;
  std::int64_t hops = 0;
  std::int64_t moved_tiles = 0;
  bool accepted = false;
};

struct RemapOutcome {
  mapper::Mapping mapping;
  RunResult result;  // of that mapping, all images
  std::vector<RemapStep> steps;
};

/// Builds the options of a simulation of `mapping`: which tiles are Verilated can depend on where they are.
using OptionsFor = std::function<SimOptions(const mapper::Mapping&)>;

/// A proposal is kept when neither time nor energy is worse over the same images, and either one of them gains at least
/// 0.1 %, or fullest link and hops are not worse either and any of the four is better. So the result is never worse
/// than the start in time or energy. Stops after a whole round of neighbourhoods (four) without a gain of `until`.
RemapOutcome remap_until(const mapper::MappingProblem& problem, mapper::Mapping start, RunResult measured,
                         std::span<const std::vector<std::int32_t>> images, const OptionsFor& options_for,
                         const RemapLoopOptions& options);

}  // namespace ranvier::sim
