// SPDX-License-Identifier: Apache-2.0
// From a mapping problem to a legal mapping: partition, cluster, place, route, schedule. Several partitions and starts
// are tried; what was found is kept where nothing else is better in everything.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/quantities.h"
#include "mapper/mapping.h"
#include "mapper/place.h"
#include "mapper/tiler.h"

namespace ranvier::mapper {

/// Counted in partitions, starts and moves, never in seconds.
enum class Effort : std::uint8_t { kFast, kDefault, kBest };
const char* name_of(Effort effort);

struct MapProgress {
  std::string round;
  std::int32_t done = 0;
  std::int32_t jobs = 0;
};

struct MapOptions {
  Preset preset = Preset::kCompact;  // kCompact: tiles share cores; kLatency: a core a tile while there are cores
  std::uint64_t seed = 1;
  bool spread_chips = false;  // use every chip of the board, even if fewer would do
  PlaceOptions place{};       // moves: those of every refinement, whatever the effort
  std::int32_t threads = 1;   // run members of the portfolio; the result does not depend on it
  Effort effort = Effort::kDefault;
  std::int32_t reroute_rounds = 24;  // of ripping up and re-routing flows of the chosen placement; effort fast: none
  double time_budget_s = 0;          // wall time; 0: none. Looked at between rounds only
  MapConstraints constraints{};      // for those that make problems from these options (hybrid.h)
  std::function<void(const MapProgress&)> progress{};  // from one thread at a time; may be empty
};

/// A mapping that was found, by its estimate (cost.h).
struct MapCandidate {
  std::string partition;  // "greedy", "connectivity", ...
  std::string start;      // "hilbert", "scotch, refined", ...
  Duration latency;
  Energy energy;
  double max_link_load = 0;
  double tree_hops = 0;
  bool chosen = false;
  std::vector<CoreId> core_of;
};

struct MapResult {
  Mapping mapping;
  /// None is worse than another in latency, energy and fullest link together; by latency.
  std::vector<MapCandidate> pareto;
  std::int64_t candidates = 0;  // estimated
  bool rerouted = false;        // routes of the mapping are not those that its candidate was estimated with
  /// Whether the chosen one is in none of the three worse, by more than 0.1 %, than the best of row-major, snake and
  /// Hilbert in it. Else it is not worse than the one curve that the rule below puts first.
  bool beats_every_curve = false;
  bool stopped_early = false;  // by the time budget
};

/// The rule: of the candidates that are not worse than the curves, as above, the one with the least latency x energy x
/// load^(1/20): half the load is worth 3.5 %. Throws DoesNotFit when the tiles need more cores, or a core more route
/// entries, than there are; ConstraintsConflict.
MapResult map_with_pareto(const MappingProblem& problem, const MapOptions& options = {});

/// The mapping alone.
Mapping map_program(const MappingProblem& problem, const MapOptions& options = {});

}  // namespace ranvier::mapper
