// SPDX-License-Identifier: Apache-2.0
// The run as text for a terminal of 100 columns or more: health first, headline, a row per layer with block and network
// sums, remap before and after, and the operation-count energy that the literature quotes, labelled as such.
#pragma once

#include <string>

#include "report/run_record.h"

namespace ranvier::report {

struct TerminalOptions {
  bool colour = false;  // may_colour(fd) of base/terminal.h decides for a stream
};

std::string terminal_report(const RunRecord& record, const TerminalOptions& options = {});

}  // namespace ranvier::report
