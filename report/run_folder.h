// SPDX-License-Identifier: Apache-2.0
// The run folder: docs/reference/run-folder.md lists its files. All or nothing: it is written beside its final place
// and renamed, so a failure leaves neither a half-written folder nor a damaged old one.
#pragma once

#include <filesystem>

#include "report/run_record.h"

namespace ranvier::report {

/// Whether write_run_folder() could take this place: throws RunFolderExists or RunFolderUnwritable if not. Makes nothing.
/// For asking before a long simulation; the answer can change until then.
void check_run_folder(const std::filesystem::path& path, bool force = false);

/// Writes `record` as the folder `path`. An existing folder that is not empty is RunFolderExists unless `force`, which
/// replaces it whole once the new one is complete. Throws RunFolderUnwritable and RunFolderWriteFailed
/// (report/errors.h).
void write_run_folder(const std::filesystem::path& path, const RunRecord& record, bool force = false);

}  // namespace ranvier::report
