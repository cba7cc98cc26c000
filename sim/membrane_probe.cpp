// SPDX-License-Identifier: Apache-2.0
// Potential, threshold and code of the chosen neurons at the end of steps: all that arrived in the step is in them.
#include "sim/core_bank.h"
#include "sim/probes.h"
#include "sim/tile_selection.h"
#include "workloads/cuba.h"

namespace ranvier::sim {
namespace {

/// What the soma compares the potential with; 0 for stages without encoder.
std::int64_t threshold_of(const workloads::Stage& stage, std::int32_t neuron) {
  if (stage.kind == workloads::StageKind::kLif && stage.integrate) return stage.integrate->threshold;
  if (stage.kind == workloads::StageKind::kLif) return workloads::kThresholdUnit * stage.cuba.threshold_mantissa;
  return stage.encoder.present ? stage.encoder.threshold[static_cast<std::size_t>(neuron)] : 0;
}

class MembraneProbe final : public Probe {
 public:
  MembraneProbe(const ProbeSpec& spec, RowSink& rows) : spec_(spec), sink_(rows), batch_(rows) {}

  void begin_run(const ProbedRun& run) override {
    parts_ = probed_tiles(spec_, run.problem);
    problem_ = &run.problem;
    cores_ = &run.cores;
    sink_.begin(
        table_of(spec_, run, "membrane potentials at the end of steps",
                 {{"image", "", "number in this run, from 0"},
                  {"step", "", "number in the image, from 0"},
                  {"end_cycle", "cycles", "when the step ended, since the run began"},
                  {"layer", "", "stage", stage_names(*run.problem.program)},
                  {"token", "", "token of the stage"},
                  {"neuron", "", "output channel of the stage, as numbered in the network as given"},
                  {"potential", "potential units", "of the neuron's weights; theta/2 + f(X) - theta S"},
                  {"threshold", "potential units", "theta: what one step of the code is worth; 0: no encoder"},
                  {"code", "", "tracer S; spikes so far of a compartment; the sum where there is no encoder"}}));
  }

  void begin_image(std::int32_t) override {
    if (checked_) return;
    checked_ = true;
    for (const ProbedTile& part : parts_) {
      if ((*cores_)[part.tile].potentials().empty())
        throw PotentialsNotReadable(spec_.text, tile_name(*problem_, part.tile));
    }
  }

  void end_step(const ProbedStep& step) override {
    if (step.readout || !spec_.records(step.image, step.step)) return;
    for (const ProbedTile& part : parts_) record(part, step);
  }

  void end_run() override {
    batch_.flush();
    sink_.finish();
  }

 private:
  void record(const ProbedTile& part, const ProbedStep& step) {
    const mapper::Tile& tile = problem_->tiles[part.tile.value()];
    const workloads::Stage& stage = problem_->program->stage(tile.stage);
    const std::vector<std::int64_t> potentials = (*cores_)[part.tile].potentials();
    const std::vector<std::int32_t> codes = (*cores_)[part.tile].codes();
    for (std::int32_t t = part.tokens.begin; t < part.tokens.end; ++t) {
      for (std::int32_t n = part.neurons.begin; n < part.neurons.end; ++n) {
        if (!part.holds(n)) continue;
        const auto i = static_cast<std::size_t>(t - tile.tokens.begin) * static_cast<std::size_t>(tile.outputs.size()) +
                       static_cast<std::size_t>(n - tile.outputs.begin);
        batch_.add(step.image, step.step, step.start_cycle + step.cycles, tile.stage.value(), t, part.number(n), potentials[i],
                   threshold_of(stage, n), codes[i]);
      }
    }
  }

  ProbeSpec spec_;
  RowSink& sink_;
  RowBatch batch_;
  std::vector<ProbedTile> parts_;
  const mapper::MappingProblem* problem_ = nullptr;
  const CoreBank* cores_ = nullptr;
  bool checked_ = false;
};

}  // namespace

std::unique_ptr<Probe> make_membrane_probe(const ProbeSpec& spec, RowSink& rows) {
  return std::make_unique<MembraneProbe>(spec, rows);
}

}  // namespace ranvier::sim
