// SPDX-License-Identifier: Apache-2.0
// From the text of a --target to a file: bundled names, grids, paths. load_target() itself is declared in chip.h.
#pragma once

#include <filesystem>

#include "chips/loader.h"

namespace ranvier::chips {

/// Finds what a board file in `folder` calls its chip: a path relative to the board file, or a bundled name.
ChipFinder chip_finder(const std::filesystem::path& folder);

}  // namespace ranvier::chips
