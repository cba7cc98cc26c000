// SPDX-License-Identifier: Apache-2.0
// Names in a constraints file that no tile has, or none that is on a core: said with their place in the file.
#pragma once

#include <functional>

#include "cli/job.h"

namespace ranvier::cli {

/// `map`; a ConstraintNamesNoTile of it becomes a ConstraintsFileError where the rules come from a file.
void map_with_named_tiles(const JobOptions& options, const std::function<void()>& map);

/// One line a rule's name whose tiles are all on no core, so that the rule binds nothing.
void warn_of_idle_names(const JobOptions& options, const mapper::MappingProblem& problem);

}  // namespace ranvier::cli
