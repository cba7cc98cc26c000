// SPDX-License-Identifier: Apache-2.0
// Repeaters: identity stages that carry a fan-out which one core's out axons cannot, on chips without multicast.
#pragma once

#include <string>
#include <vector>

#include "chips/chip.h"
#include "mapper/mapping.h"
#include "mapper/tiler.h"
#include "workloads/program.h"

namespace ranvier::mapper {

/// An addition of one input with gain 1 behind a stage or another repeater. `readers` (stages, not repeaters) read it
/// instead of the stage that it repeats.
struct Repeater {
  std::string name;  // <stage>.fan, <stage>.fan2, ...
  std::string behind;
  std::vector<std::string> readers;
  friend bool operator==(const Repeater&, const Repeater&) = default;
};

/// A repeater comes behind those that it reads.
workloads::Program insert_repeaters(const workloads::Program& program, const std::vector<Repeater>& repeaters);

/// Those that insert_repeaters() put into the program, in the order that makes the same program again. Throws
/// UnknownStage.
std::vector<Repeater> repeaters_of(const workloads::Program& program);

/// The program, on unicast chips with repeaters behind stages that cannot be cut so that channels times destination
/// tiles keep to the core's route_entries; a tree of them where one is not enough. What does not help is left out: the
/// routes say what does not fit. Codes of the other stages and logits stay the same. Temporal programs stay as they
/// are, since a repeater delays by a step. `options.engines` must be empty. Throws what make_problem() throws.
workloads::Program with_repeaters(const workloads::Program& program, const chips::Board& board, Schedule schedule,
                                  const TilingOptions& options = {});

}  // namespace ranvier::mapper
