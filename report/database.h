// SPDX-License-Identifier: Apache-2.0
// results.sqlite: all that a run measured, as tables with units in the column names (docs/reference/run-folder.md).
#pragma once

#include <filesystem>

#include "report/run_record.h"

namespace ranvier::report {

/// Creates the file `path`, which must not exist. Throws RunFolderWriteFailed.
void write_database(const std::filesystem::path& path, const RunRecord& record);

}  // namespace ranvier::report
