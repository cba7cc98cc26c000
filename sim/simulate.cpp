// SPDX-License-Identifier: Apache-2.0
#include "sim/simulate.h"

#include "sim/analytic.h"
#include "sim/chip_run.h"
#include "sim/systemc_chip.h"

namespace ranvier::sim {

RunResult simulate(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                   std::span<const std::vector<std::int32_t>> images, const SimOptions& options) {
  ChipRun run(problem, mapping, images, options);
  if (options.fidelity == Fidelity::kAnalytic) {
    run_analytic(run);
  } else {
    run_systemc(run, options);
  }
  return run.finish();
}

}  // namespace ranvier::sim
