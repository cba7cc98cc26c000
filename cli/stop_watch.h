// SPDX-License-Identifier: Apache-2.0
// Wall time of a part of a job; only reports see it.
#pragma once

#include <chrono>

namespace ranvier::cli {

class StopWatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace ranvier::cli
