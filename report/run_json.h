// SPDX-License-Identifier: Apache-2.0
// The one JSON object that `ranvier run --json` prints. Its keys are a contract: docs/reference/run-folder.md.
#pragma once

#include <string>

#include "report/run_record.h"

namespace ranvier::report {

/// `run_dir` is printed as given; indent -1 makes one line.
std::string run_json(const RunRecord& record, const std::string& run_dir, int indent = 2);

}  // namespace ranvier::report
