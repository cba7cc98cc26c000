// SPDX-License-Identifier: Apache-2.0
// Feedback: propose a mapping from what was measured, simulate it, keep it only if it gains, until gains run out.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "mapper/migration.h"
#include "mapper/remap.h"
#include "sim/simulate.h"

namespace ranvier::sim {

struct RemapLoopOptions {
  double until = 0.01;  // stop when an accepted step gains less than this share
  std::int32_t max_iterations = 8;
  std::uint64_t seed = 1;
  double min_gain = 0;       // hysteresis: a smaller gain of time and of energy keeps the start
  double hold_out = 0;       // share of the images, the last ones, that proposals do not see and that judge the gain
  double prior_images = 1;   // weight of a layer's mean rate against measured ones (mapper/measured_rates.h)
  double link_memory = 0.5;  // share of a link's load that the next proposal remembers of former ones
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

/// Start against result, over the images that were held out, or over all where none were. Gains: 0.02 is two per cent.
struct RemapVerdict {
  bool kept = false;  // false: the start stays, for too small a gain or none
  std::int64_t judged_images = 0;
  double time_gain = 0;
  double time_gain_error = 0;  // standard error over the images, of the paired latencies; 0 for fewer than two
  double energy_gain = 0;
  mapper::Migration migration;          // once, from the start; of what was found, kept or not
  double break_even_images_energy = 0;  // images until what is saved has paid for it; infinity: never, 0: no moves
  double break_even_images_time = 0;
};

struct RemapOutcome {
  mapper::Mapping mapping;
  RunResult result;  // of that mapping, all images
  std::vector<RemapStep> steps;
  RemapVerdict verdict;
};

/// Builds the options of a simulation of `mapping`: which tiles are Verilated can depend on where they are.
using OptionsFor = std::function<SimOptions(const mapper::Mapping&)>;

/// A proposal is kept when neither time nor energy is worse over the same images, and either one of them gains at least
/// 0.1 %, or fullest link and hops are not worse either and any of the four is better. So the result is never worse
/// than the start in time or energy. Stops after a whole round of neighbourhoods (four) without a gain of `until`. A
/// proposal that was refused before is not simulated again. In the end the start is kept unless time or energy gains
/// `min_gain`, and time, where only it does, twice its standard error. With `hold_out`, steps are of the other images.
RemapOutcome remap_until(const mapper::MappingProblem& problem, mapper::Mapping start, RunResult measured,
                         std::span<const std::vector<std::int32_t>> images, const OptionsFor& options_for,
                         const RemapLoopOptions& options);

}  // namespace ranvier::sim
