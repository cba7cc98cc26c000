// SPDX-License-Identifier: Apache-2.0
// Engines by pattern, and the rules that board and schedule set.
#include "mapper/engines.h"

#include <fnmatch.h>

#include "base/nearest_name.h"
#include "mapper/dense_cost.h"
#include "mapper/errors.h"

namespace ranvier::mapper {

using workloads::Program;

PlaceRule parse_place_rule(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0) throw BadPlaceRule(std::string(text), "is not PATTERN=ENGINE");
  const std::string_view name = text.substr(equals + 1);
  for (const Engine engine : {Engine::kSpiking, Engine::kDense, Engine::kOffload})
    if (name == name_of(engine)) return {std::string(text.substr(0, equals)), engine};
  const std::vector<std::string> known{"spiking", "dense", "offload"};
  throw BadPlaceRule(std::string(text), "names no engine (spiking, dense or offload)" + did_you_mean(name, known));
}

std::vector<StageId> stages_matching(const Program& program, const std::string& pattern) {
  std::vector<StageId> found;
  std::vector<std::string> names;
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    names.push_back(program.stages[s].name);
    if (fnmatch(pattern.c_str(), program.stages[s].name.c_str(), 0) == 0) found.emplace_back(s);
  }
  if (found.empty()) throw NoStageMatches(pattern, nearest_name(pattern, names));
  return found;
}

std::vector<Engine> engines_of(const Program& program, Engine otherwise, const std::vector<PlaceRule>& rules) {
  std::vector<Engine> engines(program.stages.size(), otherwise);
  engines.front() = Engine::kSpiking;
  for (const PlaceRule& rule : rules)
    for (const StageId stage : stages_matching(program, rule.pattern)) engines[stage.value()] = rule.engine;
  return engines;
}

std::string why_not(const Program& program, const chips::Board& board, Schedule schedule, StageId stage,
                    Engine engine) {
  if (engine == Engine::kSpiking) return {};
  if (schedule == Schedule::kTimesteps)
    return "a network over time has no whole values to hand over; place it on spiking";
  if (schedule != Schedule::kStagedGraded)
    return "only the staged-graded schedule has whole values to hand over; place it on spiking, or use --schedule "
           "staged-graded";
  if (engine == Engine::kDense) {
    if (board.chip.mechanisms[static_cast<std::size_t>(chips::Mechanism::kDenseMode)].support ==
            chips::Support::kAbsent ||
        board.chip.core.dense_lanes.value == 0)
      return "cores of " + board.chip.name +
             " have no dense mode; place it on spiking, or take a chip with core.dense_lanes";
    if (program.stage(stage).kind == workloads::StageKind::kLif) return "its compartments fire over time";
    return {};
  }
  if (!board.device) return "board " + board.name + " has no device; add one to the target: CHIP+DEVICE";
  try {
    dense_work_of(program, stage);
  } catch (const NoDenseForm& e) {
    return "the device has no form of it";
  }
  return {};
}

void check_engines(const Program& program, const chips::Board& board, Schedule schedule,
                   const std::vector<Engine>& engines) {
  for (std::size_t s = 1; s < engines.size(); ++s)
    if (const std::string reason = why_not(program, board, schedule, StageId(s), engines[s]); !reason.empty())
      throw BadEngine(program.stages[s].name, name_of(engines[s]), reason);
}

std::vector<Engine> engines_of(const MappingProblem& problem) {
  std::vector<Engine> engines(problem.program->stages.size(), Engine::kSpiking);
  for (const Tile& tile : problem.tiles) engines[tile.stage.value()] = tile.engine;
  return engines;
}

const char* name_of(Engine engine) {
  switch (engine) {
    case Engine::kSpiking:
      return "spiking";
    case Engine::kDense:
      return "dense";
    case Engine::kOffload:
      return "offload";
  }
  return "";
}

bool carries_zeros(const std::vector<Tile>& tiles, const Flow& flow) {
  return tiles[flow.source.value()].engine == Engine::kDense &&
         tiles[flow.destinations.front().value()].engine == Engine::kDense;
}

bool to_device(const std::vector<Tile>& tiles, const Flow& flow) {
  return tiles[flow.destinations.front().value()].engine == Engine::kOffload;
}

}  // namespace ranvier::mapper
