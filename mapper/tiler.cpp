// SPDX-License-Identifier: Apache-2.0
// Makes tiles and flows of the cuts that the stages of a program get.
#include "mapper/tiler.h"

#include <algorithm>

#include "base/nearest_name.h"
#include "mapper/cut_choice.h"
#include "mapper/engine_work.h"
#include "mapper/errors.h"
#include "mapper/finer_cuts.h"
#include "mapper/flows.h"
#include "mapper/levels.h"
#include "mapper/mechanisms.h"
#include "mapper/out_axons.h"
#include "mapper/stage_cut.h"
#include "mapper/synapse_storage.h"
#include "mapper/work.h"

namespace ranvier::mapper {

using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

namespace {

constexpr std::int32_t kFinerCuts[] = {2, 3, 4, 8};

/// What no cut changes: widths of weights and delays of the stages on the chip. Mechanisms: mechanisms.h.
void check_chip_can(const Program& program, const chips::Chip& chip, const std::vector<Engine>& engines) {
  std::vector<Shortfall> shortfalls;
  std::string nearest;
  const auto lacks = [&](const char* resource, std::size_t s, std::int64_t needed, std::int64_t available,
                         const std::string& way_out) {
    shortfalls.push_back(
        {resource, StageId(s), program.stages[s].name, CoreId(), needed, available, "chip " + chip.name});
    nearest = "no grid of this chip helps; " + way_out;
  };
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    const Stage& stage = program.stages[s];
    if (engines[s] == Engine::kOffload) continue;
    if (const std::int32_t bits = weight_bits_needed(stage); bits > chip.core.weight_bits.value)
      lacks("weight_bits", s, bits, chip.core.weight_bits.value, "quantise the weights to fewer bits");
    if (stage.kind != StageKind::kLif) continue;
    if (stage.cuba.axon_delay_steps - 1 > chip.max_delay_steps.value)
      lacks("max_delay_steps", s, stage.cuba.axon_delay_steps - 1, chip.max_delay_steps.value,
            "shorten the axonal delays");
  }
  if (!shortfalls.empty()) throw DoesNotFit(shortfalls, nearest);
}

MappingProblem assemble(const Program& program, const chips::Board& board, Schedule schedule,
                        const std::vector<Engine>& engines, const std::vector<StageCut>& cuts) {
  MappingProblem problem;
  problem.program = &program;
  problem.board = board;
  problem.schedule = schedule;
  for (std::size_t s = 0; s < cuts.size(); ++s) {
    auto made = tiles_of(program, board.chip.core, StageId(s), cuts[s], TileId(problem.tiles.size()));
    for (Tile& tile : made) {
      tile.engine = engines[s];
      if (tile.engine == Engine::kOffload) tile.demand = {};
    }
    problem.tiles.insert(problem.tiles.end(), made.begin(), made.end());
  }
  derive_flows(problem);
  return problem;
}

}  // namespace

void derive_flows(MappingProblem& problem) {
  const Program& program = *problem.program;
  const chips::Chip& chip = problem.board.chip;
  problem.flows = make_flows(program, problem.tiles, problem.schedule);
  problem.flow_events = estimate_flow_events(program, problem.tiles, problem.flows, problem.schedule);
  split_flows_by_delay(problem);
  if (chip.noc.multicast == chips::Multicast::kUnicast) {
    const auto most = most_out_axons(program, problem.tiles, problem.flows);
    for (std::size_t t = 1; t < most.size(); ++t)
      if (problem.tiles[t].engine != Engine::kOffload) problem.tiles[t].demand.out_axons = most[t];
  }
  problem.tile_cycles.clear();
  for (const Tile& tile : problem.tiles)
    problem.tile_cycles.push_back(busy_cycles(program, chip.core, problem.schedule, tile));
  set_engine_cycles(problem);
}

MappingProblem make_problem(const Program& program, const chips::Board& board, Schedule schedule,
                            const TilingOptions& options) {
  std::vector<std::string> names;
  for (const Stage& stage : program.stages) names.push_back(stage.name);
  for (const auto& [name, choice] : options.stage_token_mode)
    if (std::find(names.begin(), names.end(), name) == names.end()) throw UnknownStage(name, nearest_name(name, names));

  const std::vector<Engine> engines =
      options.engines.empty() ? engines_of(program, options.engine, options.place) : options.engines;
  check_engines(program, board, schedule, engines);
  check_chip_can(program, board.chip, engines);
  check_mechanisms(program, board.chip, schedule, engines);
  const std::vector<StageCut> cuts = choose_cuts(program, board, schedule, options, engines);
  MappingProblem problem = assemble(program, board, schedule, engines, cuts);
  if (packs(problem) == PackingVerdict::kFound) return problem;
  for (const std::int32_t times : kFinerCuts) {
    MappingProblem finer =
        assemble(program, board, schedule, engines, finer_cuts(program, board.chip.core, cuts, engines, times));
    if (packs(finer) == PackingVerdict::kFound) return finer;
  }
  return problem;  // what is short is told of the coarse cut
}

namespace {

MappingProblem make_given_problem(const Program& program, const chips::Board& board, Schedule schedule,
                                  const std::vector<StageCut>& cuts) {
  const TilingOptions options;
  const std::vector<Engine> engines = engines_of(program, options.engine, options.place);
  check_chip_can(program, board.chip, engines);
  check_mechanisms(program, board.chip, schedule, engines);
  return assemble(program, board, schedule, engines, cuts);
}

}  // namespace

MappingProblem make_cut_problem(const Program& program, const chips::Board& board, Schedule schedule,
                                const std::vector<std::int32_t>& output_parts) {
  std::vector<StageCut> cuts(program.stages.size());
  for (std::size_t s = 1; s < cuts.size(); ++s) cuts[s].output_parts = output_parts[s];
  return make_given_problem(program, board, schedule, cuts);
}

MappingProblem make_cut_problem(const Program& program, const chips::Board& board, Schedule schedule,
                                const std::vector<std::vector<Range>>& outputs) {
  std::vector<StageCut> cuts(program.stages.size());
  for (std::size_t s = 1; s < cuts.size(); ++s) {
    if (outputs[s].empty()) continue;
    cuts[s].outputs = outputs[s];
    cuts[s].output_parts = static_cast<std::int32_t>(outputs[s].size());
  }
  return make_given_problem(program, board, schedule, cuts);
}

const char* name_of(TokenMode mode) {
  switch (mode) {
    case TokenMode::kShared:
      return "shared";
    case TokenMode::kStream:
      return "stream";
    case TokenMode::kReplicate:
      return "replicate";
  }
  return "";
}

const char* name_of(TokenChoice choice) {
  switch (choice) {
    case TokenChoice::kAuto:
      return "auto";
    case TokenChoice::kShared:
      return "shared";
    case TokenChoice::kStream:
      return "stream";
    case TokenChoice::kReplicate:
      return "replicate";
  }
  return "";
}

const char* name_of(Preset preset) { return preset == Preset::kCompact ? "compact" : "latency"; }

}  // namespace ranvier::mapper
