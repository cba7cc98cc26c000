// SPDX-License-Identifier: Apache-2.0
// The run as text for a terminal of 100 columns or more: health first, headline, a row per layer with block and network
// sums, remap before and after, and the operation-count energy that the literature quotes, labelled as such.
#pragma once

#include <string>

#include "report/run_record.h"

namespace ranvier::report {

struct TerminalOptions {
  bool colour = false;  // terminal_colour() decides for a stream
};

/// True when `file_descriptor` is a terminal and NO_COLOR is not set (https://no-color.org).
bool terminal_colour(int file_descriptor);

std::string terminal_report(const RunRecord& record, const TerminalOptions& options = {});

}  // namespace ranvier::report
