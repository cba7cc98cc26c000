// SPDX-License-Identifier: Apache-2.0
// manifest.json: what it takes to run this again and to know whether it was the same.
#pragma once

#include <filesystem>
#include <string>

#include "report/run_record.h"

namespace ranvier::report {

inline constexpr int kRunFolderFormat = 1;  // raised when a file of the run folder changes its meaning

/// A run folder whose manifest says that its run did not end; false also where there is none.
bool marked_interrupted(const std::filesystem::path& run_folder);

std::string manifest_json(const RunRecord& record);

}  // namespace ranvier::report
