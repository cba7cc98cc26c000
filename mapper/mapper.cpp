// SPDX-License-Identifier: Apache-2.0
// The pipeline of a mapping.
#include "mapper/mapper.h"

#include "mapper/levels.h"
#include "mapper/partition.h"
#include "mapper/routing/route.h"

namespace ranvier::mapper {

Mapping map_program(const MappingProblem& problem, const MapOptions& options) {
  Mapping mapping;
  mapping.level = compute_levels(problem);
  const Clustering clustering = partition(
      problem, mapping.level, {.preset = options.preset, .spread_chips = options.spread_chips, .seed = options.seed});
  mapping.core_of = place(problem, mapping.level, clustering, options.place, options.seed, options.threads);
  routing::route(problem, mapping);
  mapping.delay = balance_delays(problem, mapping.level).delay;
  return mapping;
}

}  // namespace ranvier::mapper
