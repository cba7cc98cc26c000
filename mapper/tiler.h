// SPDX-License-Identifier: Apache-2.0
// Cuts a program into tiles that fit one core each and says which events flow between them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "chips/chip.h"
#include "mapper/engines.h"
#include "mapper/mapping.h"
#include "workloads/program.h"

namespace ranvier::mapper {

/// kAuto: per stage, the feasible mode with the least product of busy cycles and core share.
enum class TokenChoice : std::uint8_t { kAuto, kShared, kStream, kReplicate };

/// kCompact: as few cores as fit. kLatency: stages that hold up their level are cut further, within the core budget.
enum class Preset : std::uint8_t { kCompact, kLatency };

struct TilingOptions {
  TokenChoice token_mode = TokenChoice::kAuto;
  std::map<std::string, TokenChoice> stage_token_mode{};  // by stage name, over token_mode
  std::int32_t replicas = 2;                              // ways for TokenChoice::kReplicate
  Preset preset = Preset::kCompact;
  std::int64_t core_budget = 0;        // kLatency: tiles at most; 0: budget_fraction of the board
  double core_budget_fraction = 0.25;  // kLatency
  Engine engine = Engine::kSpiking;    // of stages that no rule of `place` matches
  std::vector<PlaceRule> place{};
  std::vector<Engine> engines{};  // by stage, instead of the two above; empty: not given
};

/// Throws DoesNotFit when a stage cannot be cut to fit any core of the chip, BadTokenMode, UnknownStage,
/// NoStageMatches, BadEngine.
/// The program must outlive the problem.
MappingProblem make_problem(const workloads::Program& program, const chips::Board& board, Schedule schedule,
                            const TilingOptions& options = {});

/// Stages of compartments cut as somebody else chose: by stage, so many even parts of its outputs (that of stage 0 is
/// not looked at), whether they fit a core or not; verify() says what does not. Throws DoesNotFit where no cut helps.
MappingProblem make_cut_problem(const workloads::Program& program, const chips::Board& board, Schedule schedule,
                                const std::vector<std::int32_t>& output_parts);
/// The same with the ranges themselves; none for a stage: it is one tile.
MappingProblem make_cut_problem(const workloads::Program& program, const chips::Board& board, Schedule schedule,
                                const std::vector<std::vector<Range>>& outputs);

/// Everything that follows from program, board, schedule and tiles: flows, estimated events and cycles, out axons.
void derive_flows(MappingProblem& problem);

const char* name_of(TokenMode mode);
const char* name_of(TokenChoice choice);
const char* name_of(Preset preset);

}  // namespace ranvier::mapper
