// SPDX-License-Identifier: Apache-2.0
// Energy for the terminal: groups, their components with the entries behind them, kinds, and the literature's figure.
#pragma once

#include <string>

#include "report/run_record.h"

namespace ranvier::report {

std::string energy_table_text(const RunRecord& record, bool colour);

}  // namespace ranvier::report
