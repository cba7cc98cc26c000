// SPDX-License-Identifier: Apache-2.0
// One mapping, one set of images, three fidelities: what differs between them, by how much, and why.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/fidelity_ladder.h"
#include "sim/simulate.h"

namespace ranvier::sim {

inline constexpr std::size_t kFidelities = 3;
template <class T>
using ByFidelity = std::array<T, kFidelities>;  // indexed by Fidelity
template <class T>
const T& of(const ByFidelity<T>& all, Fidelity f) {
  return all[static_cast<std::size_t>(f)];
}

/// A step of an image. Errors are (model - cycle) / cycle of the step's duration, synchronisation included.
struct StepComparison {
  std::int32_t image = 0;
  std::int32_t step = 0;
  bool readout = false;
  std::int64_t events = 0;
  std::int64_t packets = 0;
  ByFidelity<Duration> duration{};
  ByFidelity<Cycles> work{}, compute{}, network{};
  ByFidelity<double> error{}, work_error{};  // work: the step without synchronisation
  LinkId fullest_link;
  double utilisation = 0;  // busy cycles of the fullest link over the time until the last delivery, in `cycle`
  bool saturated = false;  // utilisation above the saturation share
};

struct CoreComparison {
  CoreId core;
  std::string stages;
  ByFidelity<Cycles> busy{};
  ByFidelity<Energy> energy{};  // static shares, which go by time, included
  ByFidelity<std::int64_t> peak_receive_fifo{}, peak_relay_buffer{};
};

/// A count, or a list of them by something, which must not depend on fidelity.
struct CountComparison {
  std::string name;
  ByFidelity<Wide> total{};
  bool equal = true;
  std::string first_difference;  // empty where equal
};

/// Of |error| over steps, in fractions; the 95th percentile by nearest rank.
struct ErrorSummary {
  double mean = 0, percentile95 = 0, worst = 0;
  double bias = 0;                    // mean of the signed errors
  double total_time = 0;              // signed, of the whole run
  std::size_t worst_step = 0;         // index into steps
  double worst_below_saturation = 0;  // of steps that are not saturated
  std::size_t steps_below_saturation = 0;
};

/// The worst step of a model taken apart.
struct Attribution {
  std::size_t step = 0;  // index into FidelityCheck::steps
  struct Line {
    Mechanism mechanism{};
    Cycles work;            // of `cycle` with everything up to this mechanism
    Cycles added;           // by it
    double error_left = 0;  // of the model against that; only from kHeadLatency on, where nothing else differs
  };
  std::vector<Line> lines;        // bottom up; the last is `cycle`
  Cycles synchronisation;         // added to `cycle`'s work
  std::string assumption;         // what the error comes from, one sentence; empty where there is none
  bool events_were_lost = false;  // in some rung: its steps are not comparable
};

struct FidelityCheck {
  ByFidelity<RunResult> runs;
  ByFidelity<double> wall_s{};
  std::vector<StepComparison> steps;
  std::vector<CoreComparison> cores;
  std::vector<CountComparison> counts;
  ByFidelity<ErrorSummary> summary{};  // of analytic and fast
  double saturation_share = 0;
  std::vector<Attribution> attributions;  // of analytic, then fast; empty if not asked for or interrupted
  bool counts_equal() const;
};

/// Runs all three, and with `explain` the ladder on the images of the worst steps. `options.fidelity` is ignored.
/// Throws what simulate() throws.
FidelityCheck check_fidelity(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                             std::span<const std::vector<std::int32_t>> images, const SimOptions& options,
                             bool explain = true);

/// The comparison alone, of three runs of the same mapping and images.
FidelityCheck compare_fidelities(ByFidelity<RunResult> runs, double saturation_share);

}  // namespace ranvier::sim
