// SPDX-License-Identifier: Apache-2.0
// report.html: one file, no network, no scripts. Health first, then the headline, then layers; a table under every
// plot.
#pragma once

#include <string>

#include "report/run_record.h"

namespace ranvier::report {

std::string report_html(const RunRecord& record);

}  // namespace ranvier::report
