// SPDX-License-Identifier: Apache-2.0
// Constraints as users write them (docs/reference/constraints-file.md), YAML or JSON, and as JSON in mapping files.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/error.h"
#include "chips/chip.h"
#include "mapper/constraints.h"

namespace ranvier::mapper {

/// Throws ConstraintsFileError with line and column. Cores and chips have to be the board's.
MapConstraints read_constraints(const std::string& text, const std::string& file, const chips::Board& board);

/// Where the name stands in the text that the rules were read from.
FilePlace place_of(const ConstraintName& name, const std::string& text, const std::string& file);

nlohmann::json to_json(const MapConstraints& constraints);

}  // namespace ranvier::mapper
