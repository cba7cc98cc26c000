// SPDX-License-Identifier: Apache-2.0
// Processor time of all threads of this process; only reports see it.
#pragma once

#include <ctime>

namespace ranvier::cli {

inline double processor_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

}  // namespace ranvier::cli
