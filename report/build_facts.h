// SPDX-License-Identifier: Apache-2.0
// What built this program and where it runs, for the manifest.
#pragma once

#include "report/run_record.h"

namespace ranvier::report {

BuildFacts build_facts();
HostFacts host_facts();

/// Most memory that this process has held, in MiB.
double peak_rss_mib();

/// Now, as "2026-01-31T12:00:00Z".
std::string utc_now();

}  // namespace ranvier::report
