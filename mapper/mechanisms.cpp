// SPDX-License-Identifier: Apache-2.0
// The needs of each kind of stage; docs/explanation/mapping.md has the table.
#include "mapper/mechanisms.h"

#include <fmt/format.h>

#include <algorithm>

#include "chips/schema.h"
#include "mapper/engines.h"
#include "mapper/errors.h"

namespace ranvier::mapper {

using chips::Mechanism;
using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

namespace {

bool is_map(const Stage& stage) {
  return stage.kind == StageKind::kLayerNorm || stage.kind == StageKind::kScores || stage.kind == StageKind::kGelu;
}

bool is_product(const Stage& stage) { return stage.kind == StageKind::kScores || stage.kind == StageKind::kMix; }

/// A tracer remembers what was sent: encoders in spiking cores, under any schedule. Values travel as integers where the
/// schedule is graded; residual sums send integers under all. In dense mode a product is a multiplication like others.
bool needs(const Stage& stage, Schedule schedule, Engine engine, Mechanism mechanism) {
  if (stage.kind == StageKind::kInput || engine == Engine::kOffload) return false;
  const bool spiking = engine == Engine::kSpiking;
  const bool lif = stage.kind == StageKind::kLif;
  switch (mechanism) {
    case Mechanism::kCubaCompartment:
      return lif;
    case Mechanism::kSharedKernels:
      return lif && stage.tokens > 1;
    case Mechanism::kSpikeTracer:
      return spiking && stage.encoder.present;
    case Mechanism::kGradedPayload:
      return !lif && (schedule == Schedule::kStagedGraded || stage.kind == StageKind::kAdd);
    case Mechanism::kTokenContexts:
      return !lif && stage.tokens > 1;
    case Mechanism::kValueMaps:
      return is_map(stage);
    case Mechanism::kStreamProduct:
      return spiking && is_product(stage);
    case Mechanism::kDenseMode:
      return !spiking;
  }
  return false;
}

std::string stages_text(const Program& program, const std::vector<StageId>& stages) {
  const std::string& first = program.stage(stages.front()).name;
  if (stages.size() == 1) return "stage " + first;
  return fmt::format("stage {} and {} more", first, stages.size() - 1);
}

}  // namespace

std::vector<NeededMechanism> needed_mechanisms(const Program& program, Schedule schedule,
                                               const std::vector<Engine>& engines) {
  std::vector<NeededMechanism> needed;
  for (std::size_t m = 0; m < chips::kMechanisms; ++m) {
    NeededMechanism entry{static_cast<Mechanism>(m), {}};
    for (std::size_t s = 0; s < program.stages.size(); ++s)
      if (needs(program.stages[s], schedule, engines.at(s), entry.mechanism)) entry.stages.emplace_back(s);
    if (!entry.stages.empty()) needed.push_back(std::move(entry));
  }
  return needed;
}

std::vector<std::string> check_mechanisms(const Program& program, const chips::Chip& chip, Schedule schedule,
                                          const std::vector<Engine>& engines) {
  std::vector<Shortfall> shortfalls;
  std::vector<std::string> extensions;
  std::string reason;
  for (const NeededMechanism& need : needed_mechanisms(program, schedule, engines)) {
    const chips::MechanismSupport& has = chip.mechanisms[static_cast<std::size_t>(need.mechanism)];
    const std::string name(chips::name_of(need.mechanism));
    if (has.support == chips::Support::kExtension)
      extensions.push_back(
          fmt::format("{} is not native to {}: {} ({})", name, chip.name, has.note, stages_text(program, need.stages)));
    if (has.support != chips::Support::kAbsent) continue;
    const StageId first = need.stages.front();
    shortfalls.push_back({name, first, program.stage(first).name, CoreId(), 1, 0, "chip " + chip.name});
    if (reason.empty()) reason = has.note;
  }
  if (!shortfalls.empty())
    throw DoesNotFit(shortfalls,
                     fmt::format("no grid of this chip helps{}; take a chip that has it, or another engine for "
                                 "the stage",
                                 reason.empty() ? "" : ": " + reason));
  return extensions;
}

std::vector<std::string> extensions_of(const MappingProblem& problem) {
  return check_mechanisms(*problem.program, problem.board.chip, problem.schedule, engines_of(problem));
}

}  // namespace ranvier::mapper
