// SPDX-License-Identifier: Apache-2.0
// layers.csv and links.csv: RFC 4180, one header line, units in the column names, counts and energies of the whole run.
#pragma once

#include <string>

#include "report/run_record.h"

namespace ranvier::report {

/// A row per layer in order of the program, then the row "(board)" for energy owed to no layer; energy_aj sums to the
/// total.
std::string layers_csv(const RunRecord& record);

/// A field, in quotation marks where it needs them.
std::string csv_field(const std::string& field);

/// A row per component and stage, with the entry of the chip or device file behind it.
std::string ledger_csv(const RunRecord& record);

/// A row per directed link that carried something.
std::string links_csv(const RunRecord& record);

}  // namespace ranvier::report
