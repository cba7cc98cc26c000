// SPDX-License-Identifier: Apache-2.0
// Which engine executes which stage: what the user asks for by pattern, and what board and schedule allow.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Stages whose names match the glob go to the engine. The input stage is the host's: no pattern matches it.
struct PlaceRule {
  std::string pattern;
  Engine engine = Engine::kSpiking;
};

/// "block0.*=offload". Throws BadPlaceRule.
PlaceRule parse_place_rule(std::string_view text);

/// By stage: `otherwise` where no rule matches; of several rules that match a stage the last holds. Throws
/// NoStageMatches where a rule matches none.
std::vector<Engine> engines_of(const workloads::Program& program, Engine otherwise,
                               const std::vector<PlaceRule>& rules);

/// Stages that a rule matches. Throws NoStageMatches.
std::vector<StageId> stages_matching(const workloads::Program& program, const std::string& pattern);

/// Why the stage cannot run there; empty when it can. Whether it fits is not asked.
std::string why_not(const workloads::Program& program, const chips::Board& board, Schedule schedule, StageId stage,
                    Engine engine);

/// Throws BadEngine for the first stage that cannot run where it should.
void check_engines(const workloads::Program& program, const chips::Board& board, Schedule schedule,
                   const std::vector<Engine>& engines);

/// By stage, from the tiles of a problem.
std::vector<Engine> engines_of(const MappingProblem& problem);

const char* name_of(Engine engine);

/// True where every value of the flow is sent, zero or not: between two tiles in dense mode. A spiking producer's
/// silence is a zero and needs no packet; a spiking consumer has no use for zeros.
bool carries_zeros(const std::vector<Tile>& tiles, const Flow& flow);

/// Ends on the board's device: the packets leave the mesh at the router of core 0.
bool to_device(const std::vector<Tile>& tiles, const Flow& flow);

}  // namespace ranvier::mapper
