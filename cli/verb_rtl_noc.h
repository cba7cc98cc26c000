// SPDX-License-Identifier: Apache-2.0
// ranvier rtl noc, a sub-verb of rtl.
#pragma once

#include "cli/common.h"

namespace ranvier::cli {

void add_rtl_noc_verb(CLI::App& rtl, Context& context);

}  // namespace ranvier::cli
