// SPDX-License-Identifier: Apache-2.0
#include "sim/simulate.h"

#include "sim/checkpoint_errors.h"
#include "sim/chip_run.h"
#include "sim/job_digest.h"
#include "sim/step_chip.h"
#include "sim/systemc_chip.h"

namespace ranvier::sim {
namespace {

/// Throws what a checkpoint can be wrong in.
void resume(ChipRun& run, const std::string& job, const ResumeFrom& from) {
  const OpenedCheckpoint checkpoint = open_checkpoint(from.bytes, from.name);
  if (checkpoint.job_digest != job) throw CheckpointOfAnotherJob(from.name, checkpoint.job_digest, job);
  run.resume(checkpoint.state);
}

void run_at_fidelity(ChipRun& run, const SimOptions& options) {
  if (options.fidelity != Fidelity::kCycle) {
    run_steps(run, options);
  } else {
    run_systemc(run, options);
  }
}

}  // namespace

RunResult simulate(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                   std::span<const std::vector<std::int32_t>> images, const SimOptions& options) {
  ChipRun run(problem, mapping, images, options);
  try {
    if (!options.resume.bytes.empty()) resume(run, job_digest(problem, mapping, images, options), options.resume);
    run_at_fidelity(run, options);
  } catch (const StateMismatch& e) {
    throw CheckpointDamaged(options.resume.name, std::string("not as it was written: ") + e.what());
  }
  return run.finish();
}

}  // namespace ranvier::sim
