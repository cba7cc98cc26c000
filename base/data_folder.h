// SPDX-License-Identifier: Apache-2.0
// Where bundled chips, workloads and models lie.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ranvier {

/// Folders to search for bundled data, first hit wins: $RANVIER_DATA_DIR if set, the source tree this was built from,
/// the installed share/ranvier. Each has `chips/` and `workloads/`. Only folders that exist are listed.
std::vector<std::filesystem::path> data_folders();

/// First existing `relative` under data_folders(), or an empty path.
std::filesystem::path find_data(const std::filesystem::path& relative);

}  // namespace ranvier
