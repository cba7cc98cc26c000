// SPDX-License-Identifier: Apache-2.0
// What can go wrong between ranks.
#pragma once

#include <string>

#include "base/error.h"

namespace ranvier::sim {

/// Another rank stopped while this one waited for it.
struct RankLost : Error {
  explicit RankLost(int rank);
};

/// The program was built without MPI, or a run asks for what ranks cannot do.
struct RanksUnavailable : Error {
  explicit RanksUnavailable(const std::string& what);
};

}  // namespace ranvier::sim
