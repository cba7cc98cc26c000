// SPDX-License-Identifier: Apache-2.0
// Chooses what executes every stage: spiking cores, the same cores in dense mode, or the board's device.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mapper/engine_path.h"
#include "mapper/mapper.h"
#include "mapper/mapping.h"
#include "mapper/tiler.h"

namespace ranvier::mapper {

enum class Objective : std::uint8_t { kLatency, kEnergy, kEdp };  // edp: energy times latency
const char* name_of(Objective objective);

/// What a mapping really costs an image, e.g. by simulation.
struct Measured {
  Duration latency;
  Energy energy;
};
using Judge = std::function<Measured(const MappingProblem&, const Mapping&)>;

/// A choice, mapped as a whole and estimated by mapper/cost.h.
struct Alternative {
  std::string name;  // "all-spiking", "all-dense", "all-offload", "chosen"
  std::vector<Engine> engines;
  bool fits = false;
  std::string reason;  // why it is not possible, or does not fit
  Duration latency;
  Energy energy;
  std::optional<Measured> measured;         // where a judge looked at it
  double value(Objective objective) const;  // seconds, joules, or joule seconds: measured, else estimated
};

struct EngineChoice {
  std::vector<Engine> engines;
  std::vector<Alternative> alternatives;  // the pure choices, whatever the rules say, and the chosen one last
  MappingProblem problem;                 // of the chosen one
  Mapping mapping;
  std::int64_t evaluated = 0;  // choices mapped
};

/// The best by the estimate among: each pure choice, with the stages of `tiling.place` where they are fixed; and what
/// dynamic programming finds with prices of stages and crossings taken from the pure ones, for the objective itself or,
/// for the product, for several weights of time against energy; with a price of cores where the board has too few. So
/// it is never worse than a pure choice that the rules allow. A judge, if given, decides between this best and the pure
/// choices, so that the same holds for what it measures. Throws DoesNotFit where none fits, and what make_problem()
/// does.
EngineChoice choose_engines(const workloads::Program& program, const chips::Board& board, Schedule schedule,
                            const TilingOptions& tiling, const MapOptions& map, Objective objective,
                            const Judge& judge = {});

/// Prices for dynamic programming. Time of a stage on the chip: its share, by busy cycles, of the time of the levels in
/// which it fires, in `spiking` and `dense` (estimates of the pure choices; null: that choice does not fit, then the
/// busy cycles of its slowest tile and the end of a step). Static power of all that may be in use counts for all time.
struct PureEstimate {
  const MappingProblem* problem = nullptr;
  const Mapping* mapping = nullptr;  // null: does not fit
};
EnginePrices engine_prices(const workloads::Program& program, const chips::Board& board, const PureEstimate& spiking,
                           const PureEstimate& dense, const std::vector<std::vector<Engine>>& allowed);

}  // namespace ranvier::mapper
